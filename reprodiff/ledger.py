"""PROVE: claims against bytes.

A pair of contents is *explained* when A without its claimed spans equals B without its claimed
spans.  :func:`balance` checks exactly that, on the bytes, knowing nothing of formats or causes;
what is left over on either side is returned with its place, never dropped.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from heapq import heappop, heappush
from itertools import compress, pairwise
from operator import or_
from typing import Final

from reprodiff.formats.parsing.byteruns import WORD, weigh
from reprodiff.formats.parsing.remains import left_over
from reprodiff.model import Span
from reprodiff.records import dataclass

Pair = tuple[Span, Span]


@dataclass(frozen=True, slots=True)
class Balance:
    """The account of one pair of contents.

    ``claimed`` has the differing bytes that each claim accounts for, in the order of the claims
    given; ``left_over`` the spans no claim covers.  A region counts with the longer of its two
    sides after equal bytes at both ends are taken off, so that the account is the same when A
    and B change places.
    """

    differing: int
    claimed: tuple[int, ...]
    left_over: tuple[Pair, ...]
    unexplained: int

    @property
    def explained(self) -> bool:
        """Whether nothing is left over."""
        return not self.left_over


def balance(a: memoryview, b: memoryview, claims: Sequence[Iterable[Pair]]) -> Balance:
    """Check ``claims`` (one iterable of span pairs for each) against the bytes of A and B.

    A claim that overlaps an earlier one counts for the bytes the earlier one left.  A claim that
    would not keep the order of the two sides (its place in A before, in B behind another's) is
    taken as it is: moved text is claimed on both sides by one pair of spans.
    """
    rows = _rows(claims, len(a), len(b))
    order = sorted(range(len(rows)), key=rows.__getitem__)
    ordered = [rows[index] for index in order]
    columns = list(zip(*ordered, strict=True))[:4] if rows else [()] * 4
    fixed, found = left_over(a, b, columns)
    left = [(Span(a0, a1), Span(b0, b1)) for a0, a1, b0, b1 in found]
    scale = _Scale(a, b, len(claims))
    scale.add(compress(ordered, fixed))
    loose = [index for index, is_fixed in zip(order, fixed, strict=True) if not is_fixed]
    _overlapping([rows[index] for index in sorted(loose)], scale)
    weights = scale.weights()
    unexplained = sum(weigh(a[x.start : x.stop], b[y.start : y.stop]) for x, y in left)
    return Balance(sum(weights) + unexplained, tuple(weights), tuple(left), unexplained)


_Row = tuple[int, int, int, int, int]
"""Start and stop in A, in B, and the number of a claim."""
_Range = tuple[int, int]


def _rows(claims: Sequence[Iterable[Pair]], size_a: int, size_b: int) -> list[_Row]:
    rows = [
        (start_a, stop_a, start_b, stop_b, number)
        for number, pairs in enumerate(claims)
        for (start_a, stop_a), (start_b, stop_b) in pairs
        if start_a != stop_a or start_b != stop_b
    ]
    if all(0 <= a0 <= a1 <= size_a and 0 <= b0 <= b1 <= size_b for a0, a1, b0, b1, _ in rows):
        return rows
    return [
        (*_within(a0, a1, size_a), *_within(b0, b1, size_b), number)
        for a0, a1, b0, b1, number in rows
    ]


def _within(start: int, stop: int, size: int) -> tuple[int, int]:
    start = min(max(start, 0), size)
    return start, min(max(stop, start), size)


class _Scale:
    """Weighs what is claimed.  Words of one size are weighed together: most claims are words."""

    def __init__(self, a: memoryview, b: memoryview, claims: int) -> None:
        self._a, self._b = a, b
        self._weights = [0] * claims
        self._words: defaultdict[tuple[int, int], list[_Row]] = defaultdict(list)

    def add(self, rows: Iterable[_Row]) -> None:
        """Weigh claims whose bytes no other one has."""
        words = self._words
        for row in rows:
            start_a, stop_a, start_b, stop_b, number = row
            size = stop_a - start_a
            if size == stop_b - start_b <= WORD:
                words[number, size].append(row)
            elif not size or start_b == stop_b:
                self._weights[number] += size or stop_b - start_b
            else:
                one, two = self._a[start_a:stop_a], self._b[start_b:stop_b]
                self._weights[number] += weigh(one, two)

    def count(self, number: int, size: int) -> None:
        """Take the number of bytes that a claim has beside others."""
        self._weights[number] += size

    def weights(self) -> list[int]:
        """Return the weight of each claim."""
        found = list(self._weights)
        for (number, size), rows in self._words.items():
            one = b"".join([self._a[start:stop] for start, stop, _, _, _ in rows])
            two = b"".join([self._b[start:stop] for _, _, start, stop, _ in rows])
            found[number] += weigh_words(one, two, size)
        return found


_DIFFERS: Final = bytes([0]) + bytes([1]) * 255


def weigh_words(a: bytes, b: bytes, size: int) -> int:
    """Return what :func:`weigh` does for words of ``size`` bytes, all of them together.

    The first bytes of all words are one number, and so on; each has a one where a word differs.
    """
    mixed = (int.from_bytes(a, "little") ^ int.from_bytes(b, "little")).to_bytes(len(a), "little")
    flags = mixed.translate(_DIFFERS)
    columns = [int.from_bytes(flags[place::size], "little") for place in range(size)]
    differing = reduce(or_, columns, 0)
    weight = size * differing.bit_count()
    for ends in (columns, columns[::-1]):
        equal_so_far = differing
        for column in ends:
            equal_so_far &= ~column
            weight -= equal_so_far.bit_count()
    return weight


def _overlapping(rows: Sequence[_Row], scale: _Scale) -> None:
    """Weigh claims of which some overlap; ``rows`` are in the order of the claims."""
    fresh_a = _fresh([(start, stop) for start, stop, _, _, _ in rows])
    fresh_b = _fresh([(start, stop) for _, _, start, stop, _ in rows])
    for row, mine, other in zip(rows, fresh_a, fresh_b, strict=True):
        start_a, stop_a, start_b, stop_b, claim = row
        if mine == stop_a - start_a and other == stop_b - start_b:
            scale.add([row])
        else:
            scale.count(claim, max(mine, other))


def _fresh(ranges: Sequence[_Range]) -> list[int]:
    """Return of each range how many bytes no earlier one has."""
    found = [0] * len(ranges)
    open_now: list[int] = []  # ranges begun before ``at``, the first of them on top
    at = 0
    order = sorted(range(len(ranges)), key=ranges.__getitem__)
    for number, start in [(x, ranges[x][0]) for x in order] + [(-1, sys.maxsize)]:
        while open_now and at < start:
            first = open_now[0]
            stop = ranges[first][1]
            if stop <= start:
                heappop(open_now)
            if at < stop:
                upto = min(stop, start)
                found[first] += upto - at
                at = upto
        at = start
        heappush(open_now, number)
    return found


def merge(spans: Iterable[Span]) -> list[Span]:
    """Return the union of ``spans`` as sorted spans that do not touch."""
    merged: list[Span] = []
    for span in sorted(span for span in spans if span.size):
        if merged and span.start <= merged[-1].stop:
            if span.stop > merged[-1].stop:
                merged[-1] = Span(merged[-1].start, span.stop)
        else:
            merged.append(span)
    return merged


def gaps(cover: Sequence[Span], size: int, start: int = 0) -> list[Span]:
    """Return what ``cover`` (sorted, disjoint) leaves of ``start..size``, empty gaps included."""
    edges = [start]
    for span in cover:
        edges += [span.start, span.stop]
    edges.append(size)
    return [Span(low, high) for low, high in list(pairwise(edges))[::2]]
