"""Where a place in zeros between two constants stands on the other side.

There are three reasons for a reference into such zeros.  An object that is all zeros stands at the
first place behind the one before it that its alignment divides; a place further on in what ends in
zeros is as far behind it as on the other side; and an index that starts at one leads as far before
what comes behind the zeros.  Where zeros are more on one side these are different places, and one
of them is the answer: a reference to any other is another.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.machine.ranges import Range

_BETWEEN: Final = re.compile(rb"[\t\n\r\x20-\x7e]\0++\Z")
_BEHIND: Final = re.compile(rb"\0{1,8}+[\t\n\r\x20-\x7e]{2}")
_LAST: Final = re.compile(rb"[\t\n\r\x20-\x7e]{2}\0\Z")
_POWERS: Final = (2, 4, 8, 16, 32, 64)
_LEAST: Final = 4
_MOST: Final = 16
"""What an address must be divisible by to tell where an object is, and what of it counts."""


class Side(NamedTuple):
    """The bytes of a section, and where they are loaded."""

    data: bytes
    address: int

    def zeros(self, start: int, stop: int) -> bool:
        """Whether there is nothing but zeros between two places in it."""
        return 0 <= start <= stop <= len(self.data) and not any(self.data[start:stop])

    def empty(self, at: int) -> bool:
        """Whether an empty string stands there, between two strings or in front of the first."""
        before = at == 0 or _BETWEEN.search(self.data, max(at - _MOST, 0), at) is not None
        return before and _BEHIND.match(self.data, at) is not None

    def ends_strings(self, at: int) -> bool:
        """Whether an empty string may stand there: directly behind another, the last of them."""
        before = at > 0 and _LAST.search(self.data, max(at - _LEAST, 0), at) is not None
        return before and self.data[at : at + 1] == b"\0"


def places(
    a: Side, b: Side, pieces: Sequence[Piece], at: int, offset: int, mapped: int | None
) -> tuple[int, ...]:
    """Return the place in B of the byte at ``offset`` of A, which is in the piece number ``at``.

    ``mapped`` is where the map has it.  The answer is empty if there is none, or no reason for one
    before another.
    """
    first, last = _ends(pieces, at)
    behind = _after(a, b, first, offset) if first is not None else None
    before = _ahead(a, b, last, offset) if last is not None else None
    aligned = _aligned(a, b, first, offset) if first is not None else None
    found = {each for each in (mapped, behind, before, aligned) if each is not None}
    if len(found) <= 1:
        return tuple(found)
    if first is not None and offset == first[0]:
        return (first[1],) if behind is not None else ()
    if aligned is not None:
        return (aligned,)
    if before is not None and first is not None and a.zeros(first[0] - 1, first[0]):
        return (before,)  # a string has no more zeros than one
    step = min((a.address + offset) & -(a.address + offset), _MOST)
    kept = [each for each in found if not (b.address + each) % step]
    return tuple(kept) if step >= _LEAST and len(kept) == 1 else ()


def _ends(pieces: Sequence[Piece], at: int) -> tuple[Range | None, Range | None]:
    """Return where zeros start and stop in A and in B, if something is there that they are next to.

    A piece of zeros may be one of several in a row.
    """
    first = last = at
    while first and pieces[first - 1].kind == "pad":
        first -= 1
    while last < len(pieces) and pieces[last].kind == "pad":
        last += 1
    start = stop = None
    if pieces[first].size_a and pieces[first].size_b:
        start = pieces[first].a, pieces[first].b
    elif first:
        before = pieces[first - 1]
        start = before.a + before.size_a, before.b + before.size_b
    if last < len(pieces):
        stop = pieces[last].a, pieces[last].b
    return start, stop


def _after(a: Side, b: Side, start: Range, offset: int) -> int | None:
    place = start[1] + offset - start[0]
    return place if a.zeros(start[0], offset) and b.zeros(start[1], place + 1) else None


def _ahead(a: Side, b: Side, stop: Range, offset: int) -> int | None:
    place = stop[1] + offset - stop[0]
    return place if a.zeros(offset, stop[0]) and b.zeros(place, stop[1]) else None


def _aligned(a: Side, b: Side, start: Range, offset: int) -> int | None:
    """Return the first place that the same power of two divides as on the other side.

    Of two powers neither is known to be the one, if it makes a difference.
    """
    found = {
        start[1] + -(b.address + start[1]) % power
        for power in _POWERS
        if start[0] + -(a.address + start[0]) % power == offset
    }
    if len(found) != 1 or not a.zeros(start[0], offset):
        return None
    place = found.pop()
    return place if b.zeros(start[1], place + 1) else None
