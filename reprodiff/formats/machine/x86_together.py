"""Functions of x86-64 code that keep step, those near each other decoded at once; in a child only.

Most functions are short: what a call of the decoder costs beside the decoding, and the columns
that are picked out of what it leaves, then serve a whole stretch of code.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Protocol

import capstone  # noqa: TID253  (this module is loaded in the child only)

from reprodiff.formats.machine.decoding import Decoded, decoded, differing

_STRETCH = 1 << 11
"""Bytes decoded at once; the records of so many instructions stay in the processor's cache."""
_GAP = 64
"""Bytes between two functions that one stretch may have."""
_NOP = b"\x90"


class Work(Protocol):
    """Two functions to compare."""

    a: bytes
    b: bytes
    at_a: int
    base_a: int
    done: bool

    def quick(self, code: Decoded, numbers: list[int], other: set[int], low: int) -> bool:
        """Compare them by some of their instructions; say whether that is enough."""

    def finish(self, end_a: int, end_b: int) -> None:
        """Judge what is behind the instructions."""

    def reset(self) -> None:
        """Forget what was found."""


def together(machine: capstone.Cs, works: Sequence[Work]) -> None:
    """Compare functions of one size; those that need another way are not ``done`` then."""
    for stretch in _stretches(works):
        _compare(machine, stretch)
        if len(stretch) > 1:
            for work in stretch:
                if not work.done:
                    _compare(machine, [work])


def _stretches(works: Sequence[Work]) -> Iterator[list[Work]]:
    stretch: list[Work] = []
    start = stop = 0
    for work in works:
        if len(work.a) != len(work.b):
            continue
        at, end = work.at_a, work.at_a + len(work.a)
        if stretch and not (stop <= at <= stop + _GAP and end <= start + _STRETCH):
            yield stretch
            stretch = []
        if not stretch:
            start = at
        stretch.append(work)
        stop = end
    if stretch:
        yield stretch


def _compare(machine: capstone.Cs, stretch: Sequence[Work]) -> None:
    first = stretch[0]
    a, b = first.a, first.b
    if len(stretch) > 1:
        parts_a: list[bytes] = []
        parts_b: list[bytes] = []
        stop = first.at_a
        for work in stretch:
            gap = _NOP * (work.at_a - stop)
            parts_a += gap, work.a
            parts_b += gap, work.b
            stop = work.at_a + len(work.a)
        a, b = b"".join(parts_a), b"".join(parts_b)
    with decoded(machine, a, first.base_a) as code:
        if code is None:
            return
        starts = code.starts
        other = differing(a, b, starts)
        ordered = sorted(other)
        referring, short = code.referring()
        for work in stretch:
            low = work.at_a - first.at_a
            end, high = len(work.a), low + len(work.a)
            start, stop = bisect_left(starts, low), bisect_left(starts, high)
            if len(stretch) == 1:
                stop = min(stop, len(starts) - 1)
                end = starts[stop] - low
            elif stop == len(starts) or starts[start] != low or starts[stop] != high:
                continue  # by itself, it may be decoded in another way
            # Short jumps that are this far inside lead to a place inside.
            inside = bisect_left(starts, low + 128), bisect_right(starts, high - 130)
            numbers = _between(referring, start, stop) + _between(ordered, start, stop)
            if inside[0] < inside[1]:
                numbers += _between(short, start, inside[0]) + _between(short, inside[1], stop)
            else:
                numbers += _between(short, start, stop)
            work.done = work.quick(code, sorted(set(numbers)), other, low)
            if work.done:
                work.finish(end, end)
            else:
                work.reset()


def _between(numbers: list[int], low: int, high: int) -> list[int]:
    return numbers[bisect_left(numbers, low) : bisect_left(numbers, high)]
