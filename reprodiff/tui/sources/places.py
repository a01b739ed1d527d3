"""The values of a finding: one place in full, or all of them as a table."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from rich.cells import cell_len

from reprodiff.model import Location, Span
from reprodiff.tui.chunks import Chunk, Line, counted, fitted, marked, shifted, titled
from reprodiff.tui.sources.base import MAX_HITS, Hits, Layout, Source, Target, View, wrapped
from reprodiff.views.fields import FieldTable, field_row
from reprodiff.views.pieces import Pieces, first_change, plain_text

_FIRST: Final = 32
"""Places by whose values it is told how wide values are."""
_PLACE: Final = 24
"""Cells of a place that tell it from others."""
_PATH: Final = 18
"""Those of its path alone, where what is inside it needs room of its own."""


class PlaceSource(Source):
    """One place, its values in full."""

    view = View.FIELDS

    def __init__(self, location: Location) -> None:
        self._location = location
        self._lines = lru_cache(maxsize=1)(self._wrapped)

    def height(self, layout: Layout) -> int:
        """Return the number of lines."""
        return len(self._lines(layout.cells))

    def line(self, at: int, layout: Layout) -> Line:
        """Return line ``at``."""
        return self._lines(layout.cells)[at]

    def _wrapped(self, cells: int) -> list[Line]:
        row = field_row(self._location)
        member = row.path or "(the artifact itself)"
        rows: list[tuple[Chunk, Line]] = [(Chunk("member", "dim"), [Chunk(member)])]
        if row.inside:
            rows.append((Chunk("inside", "dim"), [Chunk(row.inside)]))
        rows.append((Chunk("A", "side-a"), marked(row.a, "a", "a-changed")))
        rows.append((Chunk("B", "side-b"), marked(row.b, "b", "b-changed")))
        for side, span in (("A", self._location.span_a), ("B", self._location.span_b)):
            if span is not None:
                rows.append((Chunk("bytes", "dim"), [Chunk(f"{side} {span_text(span)}", "dim")]))
        lines: list[Line] = []
        for label, value in rows:
            for number, part in enumerate(wrapped(value, max(cells - 9, 8))):
                head = label if not number else Chunk("")
                lines.append([Chunk(" "), *fitted([head], 8), *part])
        return lines


def span_text(span: Span) -> str:
    """Return a span of bytes for people."""
    return f"{span.start:#x} to {span.stop:#x}, {counted(span.size, 'byte')}"


class TableSource(Source):
    """All places of a finding: where, what A has, what B has."""

    view = View.FIELDS
    split = True

    def __init__(self, locations: Sequence[Location]) -> None:
        self._locations = locations
        self._table = FieldTable(locations)
        self._looked_at = 0
        self._wide = self._inside = 0

    def height(self, layout: Layout) -> int:
        """Return the number of lines."""
        return len(self._table) * self._lines_each(layout)

    def line(self, at: int, layout: Layout) -> Line:
        """Return line ``at``."""
        number, part = divmod(at, self._lines_each(layout))
        row = self._table.row(number)
        if layout.split:
            wide = max(min((layout.cells - 4) // 3, self._value_cells), 4)
            room = max(layout.cells - 4 - 2 * wide, 4)
            return [
                *fitted([Chunk(titled(self._locations[number], room))], room),
                Chunk("  "),
                *fitted(self._value(row.a, "a", wide, layout), wide),
                Chunk("  "),
                *fitted(self._value(row.b, "b", wide, layout), wide),
            ]
        if part == 0:
            return [Chunk(titled(self._locations[number], layout.cells))]
        side, pieces = ("a", row.a) if part == 1 else ("b", row.b)
        room = max(layout.cells - 4, 1)
        value = fitted(self._value(pieces, side, room, layout), room)
        return [Chunk(" "), Chunk(f"{side.upper()}", f"side-{side}"), Chunk("  "), *value]

    @property
    def split_from(self) -> int:
        """Short values have room beside their places earlier than lines of a text."""
        values = 2 * self._value_cells
        return min(super().split_from, max(_PLACE, _PATH + self._inside) + 4 + values)

    @property
    def _value_cells(self) -> int:
        """The cells that values take, as far as the first places tell."""
        count = min(len(self._locations), _FIRST)
        if count != self._looked_at:
            self._looked_at = count
            first = self._locations[:count]
            self._inside = max(cell_len(place.inside) for place in first)
            self._wide = max(cell_len(value) for place in first for value in (place.a, place.b))
        return max(self._wide, 4)

    def step(self, at: int, direction: int, layout: Layout) -> Target | None:
        """Return the next difference in ``direction``."""
        return self._target(at // self._lines_each(layout) + direction, layout)

    def again(self, target: Target, layout: Layout) -> Target | None:
        """Return ``target`` in another layout."""
        return self._target(target.anchor, layout)

    def status(self, target: Target | None, layout: Layout) -> str:
        """Return which of all differences ``target`` is."""
        total = counted(len(self._table), "place")
        if target is None:
            return total
        return f"{target.first // self._lines_each(layout) + 1:,} of {total}"

    hits_by_line = False

    def look_for(self, wanted: str, layout: Layout) -> Hits:
        """Return the places that ``wanted`` stands in."""
        del layout
        low = wanted.casefold()
        found = [
            number
            for number, (path, inside, a, b, *_) in enumerate(list(self._locations))
            if low in path.casefold() or any(low in part.casefold() for part in (inside, a, b))
        ]
        return Hits(wanted, found[:MAX_HITS], complete=len(found) <= MAX_HITS)

    def hit(self, number: int, layout: Layout) -> Target:
        """Return the lines of a match."""
        place = self.hits.places[number]
        found = self._target(place if isinstance(place, int) else 0, layout)
        return found or Target(0, 1)

    def _target(self, number: int, layout: Layout) -> Target | None:
        if not 0 <= number < len(self._table):
            return None
        each = self._lines_each(layout)
        return Target(number * each, (number + 1) * each, anchor=number)

    @staticmethod
    def _lines_each(layout: Layout) -> int:
        return 1 if layout.split else 3

    @staticmethod
    def _value(pieces: Pieces, side: str, cells: int, layout: Layout) -> Line:
        """Return a value from a little before its first change on, if that would not be seen."""
        change = first_change(pieces)
        by = layout.shift
        if change is not None and cell_len(plain_text(pieces)) > cells:
            by += max(min(change - 8, cell_len(plain_text(pieces)) - cells), 0)
        value = marked(pieces, side, f"{side}-changed")
        return value if not by else [Chunk("…", "note"), *shifted(value, by + 1)]
