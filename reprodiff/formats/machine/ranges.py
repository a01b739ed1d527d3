"""Ranges of bytes: rows of strings, and what is left of a range without others in it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

Range = tuple[int, int]


def split(data: bytes) -> Iterator[Range]:
    """Yield where strings stand, each with its zero; the last may have none."""
    at = 0
    while at < len(data):
        stop = data.find(0, at)
        stop = len(data) if stop < 0 else stop + 1
        yield at, stop
        at = stop


def filled(data: bytes, places: Sequence[Range]) -> list[Range]:
    """Return where the strings are that are not empty, each with its zero."""
    return [
        (start + low, start + high)
        for start, stop in places
        for low, high in split(data[start:stop])
        if high - low > 1
    ]


def cut(ranges: Sequence[Range], place: Range) -> list[Range]:
    """Return those of some ranges that start inside of another one."""
    return [each for each in ranges if place[0] <= each[0] < place[1]]


def divided(texts: Iterable[Range], cuts: Sequence[int]) -> Iterator[Range]:
    """Yield strings in parts where they are cut; a zero by itself behind one is left out."""
    for start, stop in texts:
        at = start
        for place in cuts[bisect_right(cuts, start) : bisect_left(cuts, stop)]:
            yield at, place
            at = place
        if at == start or at < stop - 1:
            yield at, stop


def without(start: int, stop: int, cut: list[Range]) -> list[Range]:
    """Return what is left of a range without others in it."""
    left: list[Range] = []
    for low, high in sorted(cut):
        if low > start:
            left.append((start, low))
        start = max(start, high)
    if start < stop:
        left.append((start, stop))
    return left
