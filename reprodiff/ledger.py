"""PROVE: claims against bytes.

A pair of contents is *explained* when A without its claimed spans equals B without its claimed
spans.  :func:`balance` checks exactly that, on the bytes, knowing nothing of formats or causes;
what is left over on either side is returned with its place, never dropped.
"""

import sys
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

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
    cover_a = merge(span for span, _, _ in flat)
    cover_b = merge(span for _, span, _ in flat)
    left_over = _residue(a, b, cover_a, cover_b, [(x, y) for x, y, _ in flat])
    weights = [0] * len(claims)
    seen_a, seen_b = _Seen(), _Seen()
    for span_a, span_b, number in sorted(flat, key=lambda item: item[2]):
        fresh_a = seen_a.add(span_a)
        fresh_b = seen_b.add(span_b)
        if fresh_a == span_a.size and fresh_b == span_b.size:
            weights[number] += weigh(a[span_a.start : span_a.stop], b[span_b.start : span_b.stop])
        else:
            weights[number] += max(fresh_a, fresh_b)
    unexplained = sum(weigh(a[x.start : x.stop], b[y.start : y.stop]) for x, y in left_over)
    return Balance(sum(weights) + unexplained, tuple(weights), left_over, unexplained)


def _within(span: Span, size: int) -> Span:
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


def gaps(cover: Sequence[Span], size: int) -> list[Span]:
    """Return what ``cover`` (sorted, disjoint) leaves of ``0..size``, empty gaps included."""
    edges = [0]
    for span in cover:
        edges += [span.start, span.stop]
    edges.append(size)
    return [Span(start, stop) for start, stop in list(pairwise(edges))[::2]]


def _residue(
    a: memoryview,
    b: memoryview,
    cover_a: Sequence[Span],
    cover_b: Sequence[Span],
    pairs: Sequence[Pair],
) -> tuple[Pair, ...]:
    """Return the unclaimed spans that differ.

    The bytes between two claims must be equal to the bytes between the same two claims of the
    other side: nothing may slip past a claim.  Claims that cross each other are taken out, and
    what is left between the nearest claims that cross none is compared as a whole.
    """
    left: list[Pair] = []
    free_a, free_b = gaps(cover_a, len(a)), gaps(cover_b, len(b))
    first_a = first_b = at_a = at_b = 0
    for span_a, span_b in [
        *_fixed(sorted(set(pairs))),
        (Span(len(a), len(a)), Span(len(b), len(b))),
    ]:
        first_a, parts_a = _between(free_a, first_a, Span(at_a, span_a.start))
        first_b, parts_b = _between(free_b, first_b, Span(at_b, span_b.start))
        left += _differing(a, b, parts_a, parts_b)
        at_a, at_b = span_a.stop, span_b.stop
    return tuple(left)


def _fixed(ordered: Sequence[Pair]) -> list[Pair]:
    """Return the claims that neither cross nor overlap any other one on either side."""
    behind = [(0, 0)]
    for span_a, span_b in ordered:
        behind.append((max(behind[-1][0], span_a.stop), max(behind[-1][1], span_b.stop)))
    found: list[Pair] = []
    next_a = next_b = sys.maxsize
    for number in range(len(ordered) - 1, -1, -1):
        span_a, span_b = ordered[number]
        before_a, before_b = behind[number]
        in_turn_a = before_a <= span_a.start <= span_a.stop <= next_a
        in_turn_b = before_b <= span_b.start <= span_b.stop <= next_b
        if in_turn_a and in_turn_b:
            found.append(ordered[number])
        next_a, next_b = min(next_a, span_a.start), min(next_b, span_b.start)
    return found[::-1]


def _between(free: Sequence[Span], first: int, region: Span) -> tuple[int, list[Span]]:
    """Return the free spans inside ``region``, at least one; and where to look on."""
    found: list[Span] = []
    while first < len(free) and free[first].start <= region.stop:
        span = Span(max(free[first].start, region.start), min(free[first].stop, region.stop))
        if span.size > 0:
            found.append(span)
        if free[first].stop > region.stop:
            break
        first += 1
    return max(first - 1, 0), found or [Span(region.start, region.start)]


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
