"""The places of a finding as a table: where, what A has there, what B has there."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from reprodiff.model import Location
from reprodiff.text import plain
from reprodiff.views.pieces import Mark, Piece, Pieces, compare, whole

_CACHED: Final = 1024
INTO: Final = " \u203a "
"""Between a member and the place inside it."""
NOTHING: Final = (Piece("—", Mark.NOTE),)
"""Shown for a side that has no value."""


class FieldRow(NamedTuple):
    """One place: ``path`` is empty for the container itself."""

    path: str
    inside: str
    a: Pieces
    b: Pieces


class FieldTable:
    """Rows for any number of places, each made when it is asked for."""

    def __init__(self, locations: Sequence[Location]) -> None:
        self._locations = locations
        self._row = lru_cache(_CACHED)(field_row)

    def __len__(self) -> int:
        return len(self._locations)

    def row(self, at: int) -> FieldRow:
        """Return row ``at``, ``0 <= at < len(self)``."""
        return self._row(self._locations[at])


def field_row(location: Location) -> FieldRow:
    """Return a place with what differs between its two values marked."""
    if location.a and location.b:
        a, b = compare(location.a, location.b)
    else:  # there is nothing that a mark could tell apart
        a, b = whole(location.a), whole(location.b)
    return FieldRow(plain(location.path), plain(location.inside), a or NOTHING, b or NOTHING)


def where(location: Location) -> str:
    """Return a place in one line: the member, then the field, section or line in it."""
    path = location.path or "(the artifact itself)"
    return plain(f"{path}{INTO}{location.inside}" if location.inside else path)
