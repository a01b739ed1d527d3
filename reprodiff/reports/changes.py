"""Which part of two values differs, and how to show it where there is little room."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from re import compile as compile_pattern
from typing import Final, NamedTuple

from reprodiff.model import Location

# Half an escape or half a number says nothing.
_WHOLE: Final = compile_pattern(r"\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}|\\[nrt\\]|[0-9]+")


class Change(NamedTuple):
    """``a[start:stop_a]`` stands where B has ``b[start:stop_b]``; all around it is equal."""

    start: int
    stop_a: int
    stop_b: int


class Excerpt(NamedTuple):
    """A part of a value, with the place of what changed in it."""

    text: str
    start: int
    stop: int


def changed(a: str, b: str) -> Change:
    """Return the span that covers everything that differs between ``a`` and ``b``.

    It is the smallest one that cuts through no number and no escape.
    """
    shorter = min(len(a), len(b))
    start = 0
    while start < shorter and a[start] == b[start]:
        start += 1
    tail = 0
    while tail < shorter - start and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    if start < max(len(a), len(b)):
        start = min(_around(a, start)[0], _around(b, start)[0])
        ends = (_around(text, len(text) - tail)[1] - len(text) for text in (a, b))
        tail = -max(ends)
    return Change(start, len(a) - tail, len(b) - tail)


def _around(text: str, place: int) -> tuple[int, int]:
    """Return the span of the number or escape that ``place`` lies inside of, else ``place``."""
    for found in _WHOLE.finditer(text):
        if found.start() < place < found.end():
            return found.span()
    return place, place


def is_partial(change: Change, a: str, b: str) -> bool:
    """Whether something is left of the values beside the change, so that a mark says something."""
    return bool(a and b) and (change.start, change.stop_a, change.stop_b) != (0, len(a), len(b))


def excerpts(
    a: str,
    b: str,
    *,
    room: int,
    measure: Callable[[str], int],
    gap: str,
) -> tuple[Excerpt, Excerpt]:
    """Cut ``a`` and ``b`` to ``room`` cells each, around what changed.

    Both start at the same place, so that the change stands in the same column.  ``measure``
    gives the width of a text in cells; ``gap`` stands where something was cut off.
    """
    change = changed(a, b)
    skip = 0
    if max(measure(a[: change.stop_a]), measure(b[: change.stop_b])) > room:
        before = change.start
        width = 0
        while before > 0 and width + measure(a[before - 1]) <= room // 4:
            before -= 1
            width += measure(a[before])
        skip = before
    return (
        _cut(a, skip, change.start, change.stop_a, room, measure, gap),
        _cut(b, skip, change.start, change.stop_b, room, measure, gap),
    )


def _cut(
    text: str,
    skip: int,
    start: int,
    stop: int,
    room: int,
    measure: Callable[[str], int],
    gap: str,
) -> Excerpt:
    head = gap if skip else ""
    end = len(text)
    if measure(head) + measure(text[skip:]) > room:
        width = measure(head) + measure(gap)
        end = skip
        while end < len(text) and width + measure(text[end]) <= room:
            width += measure(text[end])
            end += 1
    shown = head + text[skip:end] + (gap if end < len(text) else "")
    shift = len(head) - skip
    return Excerpt(shown, min(start, end) + shift, min(stop, end) + shift)


def alike(places: Iterable[Location]) -> Iterator[list[Location]]:
    """Yield runs of places that have the same two values: those need to be told once only."""
    for (a, b), run in groupby(places, key=lambda place: (place.a, place.b)):
        some = list(run)
        if a or b:
            yield some
        else:
            yield from ([each] for each in some)
