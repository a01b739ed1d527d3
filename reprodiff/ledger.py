"""PROVE: claims against bytes.

A pair of contents is *explained* when A without its claimed spans equals B without its claimed
spans.  :func:`balance` checks exactly that, on the bytes, knowing nothing of formats or causes;
what is left over on either side is returned with its place, never dropped.
"""

import sys
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from reprodiff.formats.parsing.align import align_bytes
from reprodiff.formats.parsing.byteruns import common_head, common_tail
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


def weigh(a: memoryview, b: memoryview) -> int:
    """Return the number of differing bytes of two regions: the longer, common ends taken off."""
    shorter = min(len(a), len(b))
    if shorter == 0:
        return max(len(a), len(b))
    if len(a) == len(b) <= _WORD:
        differing = int.from_bytes(a, "big") ^ int.from_bytes(b, "big")
        if not differing:
            return 0
        lowest = ((differing & -differing).bit_length() - 1) // 8
        return (differing.bit_length() + 7) // 8 - lowest
    head = common_head(a, b)
    tail = common_tail(a[head:], b[head:])
    return max(len(a), len(b)) - head - tail


def balance(a: memoryview, b: memoryview, claims: Sequence[Iterable[Pair]]) -> Balance:
    """Check ``claims`` (one iterable of span pairs for each) against the bytes of A and B.

    A claim that overlaps an earlier one counts for the bytes the earlier one left.  A claim that
    would not keep the order of the two sides (its place in A before, in B behind another's) is
    taken as it is: moved text is claimed on both sides by one pair of spans.
    """
    flat: list[tuple[Span, Span, int]] = []
    for number, pairs in enumerate(claims):
        for span_a, span_b in pairs:
            if span_a.size or span_b.size:
                flat.append((_within(span_a, len(a)), _within(span_b, len(b)), number))
    order = sorted(range(len(flat)), key=flat.__getitem__)
    fixed = _fixed([flat[index] for index in order])
    weights = [0] * len(claims)
    left: list[Pair] = []
    loose: list[int] = []
    group: list[Pair] = []
    at_a = at_b = 0
    for index, is_fixed in zip(order, fixed, strict=True):
        span_a, span_b, number = flat[index]
        if not is_fixed:
            loose.append(index)
            group.append((span_a, span_b))
            continue
        (start_a, stop_a), (start_b, stop_b) = span_a, span_b
        if group or start_a != at_a or start_b != at_b:
            left += _between(a, b, (Span(at_a, start_a), Span(at_b, start_b)), group)
            group = []
        weights[number] += weigh(a[start_a:stop_a], b[start_b:stop_b])
        at_a, at_b = stop_a, stop_b
    left += _between(a, b, (Span(at_a, len(a)), Span(at_b, len(b))), group)
    seen_a, seen_b = _Seen(), _Seen()
    for span_a, span_b, number in sorted((flat[x] for x in sorted(loose)), key=lambda x: x[2]):
        fresh_a = seen_a.add(span_a)
        fresh_b = seen_b.add(span_b)
        if fresh_a == span_a.size and fresh_b == span_b.size:
            weights[number] += weigh(a[span_a.start : span_a.stop], b[span_b.start : span_b.stop])
        else:
            weights[number] += max(fresh_a, fresh_b)
    unexplained = sum(weigh(a[x.start : x.stop], b[y.start : y.stop]) for x, y in left)
    return Balance(sum(weights) + unexplained, tuple(weights), tuple(left), unexplained)


_WORD: Final = 16
"""Bytes of the longest region that is weighed as one number."""


def _within(span: Span, size: int) -> Span:
    if 0 <= span.start <= span.stop <= size:
        return span
    start = min(max(span.start, 0), size)
    return Span(start, min(max(span.stop, start), size))


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


class _Seen:
    """Bytes that earlier claims have taken; tells how many of a new span are still free."""

    def __init__(self) -> None:
        self._spans: list[Span] = []

    def add(self, span: Span) -> int:
        if not span.size:
            return 0
        spans = self._spans
        if not spans or spans[-1].stop <= span.start:
            spans.append(span)
            return span.size
        at = bisect_right(spans, span.start, key=lambda s: s.start)
        first = at - 1 if at and spans[at - 1].stop >= span.start else at
        last = first
        taken, start, stop = 0, span.start, span.stop
        while last < len(spans) and spans[last].start <= span.stop:
            taken += max(0, min(spans[last].stop, span.stop) - max(spans[last].start, span.start))
            start = min(start, spans[last].start)
            stop = max(stop, spans[last].stop)
            last += 1
        spans[first:last] = [Span(start, stop)]
        return span.size - taken


def _between(a: memoryview, b: memoryview, region: Pair, claims: Sequence[Pair]) -> Iterable[Pair]:
    """Yield the unclaimed spans that differ between two claims that cross no other.

    The bytes there must be equal on both sides: nothing may slip past a claim.  Claims in between
    cross or overlap each other; they are taken out, and what is left is compared as a whole.
    """
    one, two = region
    if not claims:
        if a[one.start : one.stop] == b[two.start : two.stop]:
            return ()
        return _differing(a, b, [one], [two])
    free_a = gaps(merge(span for span, _ in claims), one.stop, one.start)
    free_b = gaps(merge(span for _, span in claims), two.stop, two.start)
    return _differing(
        a,
        b,
        [span for span in free_a if span.size] or [Span(one.start, one.start)],
        [span for span in free_b if span.size] or [Span(two.start, two.start)],
    )


def gaps(cover: Sequence[Span], size: int, start: int = 0) -> list[Span]:
    """Return what ``cover`` (sorted, disjoint) leaves of ``start..size``, empty gaps included."""
    edges = [start]
    for span in cover:
        edges += [span.start, span.stop]
    edges.append(size)
    return [Span(low, high) for low, high in list(pairwise(edges))[::2]]


def _fixed(ordered: Sequence[tuple[Span, Span, int]]) -> list[bool]:
    """Return of each claim whether it neither crosses nor overlaps any other on either side."""
    before: list[bool] = []
    most_a = most_b = 0
    for (start_a, stop_a), (start_b, stop_b), _ in ordered:
        before.append(most_a <= start_a and most_b <= start_b)
        most_a, most_b = max(most_a, stop_a), max(most_b, stop_b)
    next_a = next_b = sys.maxsize
    for number in range(len(ordered) - 1, -1, -1):
        (start_a, stop_a), (start_b, stop_b), _ = ordered[number]
        before[number] = before[number] and stop_a <= next_a and stop_b <= next_b
        next_a, next_b = min(next_a, start_a), min(next_b, start_b)
    return before


def _differing(
    a: memoryview, b: memoryview, free_a: Sequence[Span], free_b: Sequence[Span]
) -> Iterable[Pair]:
    """Yield where the bytes of some spans of A, put together, are not those of B."""
    if len(free_a) == len(free_b) == 1:
        part_a, part_b = (data[s.start : s.stop] for data, (s,) in ((a, free_a), (b, free_b)))
    else:
        part_a, part_b = (
            memoryview(b"".join(data[span.start : span.stop] for span in spans))
            for data, spans in ((a, free_a), (b, free_b))
        )
    if part_a == part_b:
        return
    back_a, back_b = _Back(free_a), _Back(free_b)
    for op in align_bytes(part_a, part_b):
        if op.tag != "equal":
            yield back_a.span(op.a0, op.a1), back_b.span(op.b0, op.b1)


class _Back:
    """Maps offsets in the joined free bytes back to offsets in the content."""

    def __init__(self, free: Sequence[Span]) -> None:
        self._free = free
        self._starts = [0]
        for span in free:
            self._starts.append(self._starts[-1] + span.size)

    def _offset(self, joined: int, *, last: bool) -> int:
        at = bisect_right(self._starts, joined - 1 if last and joined else joined) - 1
        at = min(max(at, 0), len(self._free) - 1)
        return self._free[at].start + joined - self._starts[at]

    def span(self, start: int, stop: int) -> Span:
        first = self._offset(start, last=False)
        return Span(first, max(first, self._offset(stop, last=True) if stop > start else first))
