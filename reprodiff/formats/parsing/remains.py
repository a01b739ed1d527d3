"""What is left of two buffers without runs of bytes that are accounted for.

Where runs stand in the same order on both sides, the bytes between two of them are compared with
those between the same two on the other side, so that nothing slips past a run.  Runs that cross
or overlap each other are taken out, and what stays between those that do not is compared as one
row of bytes.
"""

import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from operator import le

from reprodiff.formats.parsing.align import Gap, changed_bytes, same, unequal
from reprodiff.formats.parsing.bytematch import Work

_Range = tuple[int, int]
_Rest = tuple[list[_Range], list[_Range]]
"""What is left between two runs without others in between that cross or overlap each other."""
_Run = tuple[int, int, int, int]


def left_over(
    a: memoryview, b: memoryview, columns: Sequence[Sequence[int]], work: Work | None = None
) -> tuple[list[bool], list[Gap]]:
    """Compare A without some runs with B without theirs.

    The runs are sorted, as four ``columns``: start and stop in A, start and stop in B.  Returns of
    each run whether it neither crosses nor overlaps another, and start and stop in A and in B of
    what differs.  ``work`` is what may be spent on telling where exactly.
    """
    starts_a, stops_a, starts_b, stops_b = columns
    if _in_turn(starts_a, stops_a) and _in_turn(starts_b, stops_b):
        ends_a, ends_b = (*starts_a, len(a)), (*starts_b, len(b))
        plain = list(zip((0, *stops_a), ends_a, (0, *stops_b), ends_b, strict=True))
        return [True] * len(starts_a), list(_within(a, b, unequal(a, b, plain), work))
    fixed = _fixed(starts_a, stops_a, starts_b, stops_b)
    plain = []
    crossed: list[_Rest] = []
    group: list[_Run] = []
    at_a = at_b = 0
    for is_fixed, *run in zip(fixed, starts_a, stops_a, starts_b, stops_b, strict=True):
        start_a, stop_a, start_b, stop_b = run
        if not is_fixed:
            group.append((start_a, stop_a, start_b, stop_b))
            continue
        if group:
            crossed.append(_without(group, (at_a, start_a), (at_b, start_b)))
            group = []
        elif start_a != at_a or start_b != at_b:
            plain.append((at_a, start_a, at_b, start_b))
        at_a, at_b = stop_a, stop_b
    crossed.append(_without(group, (at_a, len(a)), (at_b, len(b))))
    differing: list[_Rest] = [([gap[:2]], [gap[2:]]) for gap in unequal(a, b, plain)]
    differing += (rest for rest in crossed if not _are_equal(a, b, rest))
    return fixed, [gap for rest in sorted(differing) for gap in _changed(a, b, *rest, work)]


def _in_turn(starts: Sequence[int], stops: Sequence[int]) -> bool:
    """Whether runs are in their order, and none overlaps another."""
    return all(map(le, stops, starts[1:])) and all(map(le, starts, stops))


def _within(a: memoryview, b: memoryview, gaps: Iterable[Gap], work: Work | None) -> Iterator[Gap]:
    for a0, a1, b0, b1 in gaps:
        for x0, x1, y0, y1 in changed_bytes(a[a0:a1], b[b0:b1], work):
            yield a0 + x0, a0 + x1, b0 + y0, b0 + y1


def _without(runs: Sequence[_Run], one: _Range, two: _Range) -> _Rest:
    """Return what runs that cross or overlap each other leave of a range of A and one of B.

    The bytes there, put together, must be equal on both sides: nothing may slip past a run.
    """
    return (
        _free([(start, stop) for start, stop, _, _ in runs], *one),
        _free(sorted((start, stop) for _, _, start, stop in runs), *two),
    )


def _free(taken: Iterable[_Range], at: int, stop: int) -> list[_Range]:
    """Return what is left of a range without others, which are sorted; never nothing at all."""
    first = at
    free: list[_Range] = []
    for low, high in taken:
        if low > at:
            free.append((at, low))
        at = max(at, high)
    if at < stop:
        free.append((at, stop))
    return free or [(first, first)]


def _are_equal(a: memoryview, b: memoryview, rest: _Rest) -> bool:
    free_a, free_b = rest
    if len(free_a) == len(free_b) == 1:
        return same(a[slice(*free_a[0])], b[slice(*free_b[0])])
    return _put(a, free_a) == _put(b, free_b)


def _put(data: memoryview, free: Sequence[_Range]) -> bytes:
    return b"".join([data[start:stop] for start, stop in free])


def _fixed(
    starts_a: Sequence[int], stops_a: Sequence[int], starts_b: Sequence[int], stops_b: Sequence[int]
) -> list[bool]:
    """Return of each run whether it neither crosses nor overlaps any other on either side."""
    next_b = [*accumulate(reversed(starts_b), min)][::-1]
    return [
        max_a <= start_a and max_b <= start_b and stop_a <= min_a and stop_b <= min_b
        for max_a, start_a, stop_a, min_a, max_b, start_b, stop_b, min_b in zip(
            accumulate(stops_a, max, initial=0), starts_a, stops_a, (*starts_a[1:], sys.maxsize),
            accumulate(stops_b, max, initial=0), starts_b, stops_b, (*next_b[1:], sys.maxsize),
            strict=False,
        )
    ]  # fmt: skip


def _changed(
    a: memoryview,
    b: memoryview,
    free_a: Sequence[_Range],
    free_b: Sequence[_Range],
    work: Work | None,
) -> Iterator[Gap]:
    """Yield where the bytes of some ranges of A, put together, are not those of B."""
    back_a, back_b = _Back(free_a), _Back(free_b)
    for a0, a1, b0, b1 in changed_bytes(_put(a, free_a), _put(b, free_b), work):
        yield *back_a.range(a0, a1), *back_b.range(b0, b1)


class _Back:
    """Maps offsets in the joined free bytes back to offsets in the content."""

    def __init__(self, free: Sequence[_Range]) -> None:
        self._free = free
        self._starts = [*accumulate((stop - start for start, stop in free), initial=0)]

    def _offset(self, joined: int, *, last: bool) -> int:
        at = bisect_right(self._starts, joined - 1 if last and joined else joined) - 1
        at = min(max(at, 0), len(self._free) - 1)
        return self._free[at][0] + joined - self._starts[at]

    def range(self, start: int, stop: int) -> _Range:
        first = self._offset(start, last=False)
        return first, max(first, self._offset(stop, last=True) if stop > start else first)
