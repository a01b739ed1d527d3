"""Tables of two sides: header fields, sections, functions, symbols."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from reprodiff.model import Side, Span
from reprodiff.tui.chunks import Chunk, Line, fitted, marked, shifted, width
from reprodiff.tui.sources.base import MAX_HITS, Hits, Layout, View, wrapped
from reprodiff.tui.sources.pages import flowed
from reprodiff.tui.sources.rows import RowSource
from reprodiff.views.pieces import plain_text
from reprodiff.views.tables import State, TableRow

_ROLES: Final = {
    State.SAME: "dim",
    State.CHANGED: "state-changed",
    State.MOVED: "follows",
    State.FOLLOWS: "follows",
    State.ONLY_A: "a-sign",
    State.ONLY_B: "b-sign",
}
_NAME: Final = 34
"""Cells of a name at most; a longer one is cut."""
_SHORT: Final = 22
"""Cells of a name where there is no room for the values."""
_REMARK: Final = "      "
"""In front of a sentence on the row above."""


def _counts(row: TableRow) -> bool:
    """Whether a row is one of the table, not a word about it."""
    return not row.heading and not row.remark


class GridSource(RowSource):
    """A row for each thing, A beside B or below it; opened at ``at``, an offset of one side."""

    can_wrap = False

    def __init__(
        self, rows: Sequence[TableRow], view: View, at: tuple[Side, int] | None = None
    ) -> None:
        super().__init__()
        self.view = view
        self._table = rows
        self._differs = [n for n, row in enumerate(rows) if _counts(row) and row.state.differs]
        self._where = self._find(at) if at is not None else None
        names = [len(row.name) for row in rows if _counts(row)]
        self._name = min(max(names, default=8), _NAME)
        values = [
            max(len(plain_text(row.a)), len(plain_text(row.b))) for row in rows if _counts(row)
        ]
        self._value = max(values, default=8)

    def look_for(self, wanted: str, layout: Layout) -> Hits:
        """Return the rows that ``wanted`` stands in."""
        del layout
        low = wanted.casefold()
        found = [
            number
            for number, row in enumerate(self._table)
            if any(
                low in part.casefold() for part in (row.name, plain_text(row.a), plain_text(row.b))
            )
        ]
        return Hits(wanted, found[:MAX_HITS], complete=len(found) <= MAX_HITS)

    def _find(self, at: tuple[Side, int]) -> int | None:
        """Return the smallest row whose bytes hold an offset."""
        side, offset = at
        best: tuple[int, int] | None = None
        for number, row in enumerate(self._table):
            span = row.span_a if side is Side.A else row.span_b
            if span is not None and span.start <= offset < span.stop:
                best = min(best or (span.size, number), (span.size, number))
        return best[1] if best is not None else None

    # -- rows

    def _count(self, layout: Layout) -> int:
        del layout
        return len(self._table)

    def _changes(self) -> int:
        return len(self._differs)

    def _change(self, number: int, layout: Layout) -> Span:
        del layout
        return Span(self._differs[number], self._differs[number] + 1)

    def _change_from(self, row: int, layout: Layout) -> int | None:
        del layout
        number = bisect_left(self._differs, row)
        return number if number < len(self._differs) else None

    def _change_before(self, row: int, layout: Layout) -> int | None:
        del layout
        number = bisect_left(self._differs, row) - 1
        return number if number >= 0 else None

    def _at(self, layout: Layout) -> int | None:
        del layout
        return self._where

    def _hit_row(self, number: int, layout: Layout) -> int:
        del layout
        place = self.hits.places[number]
        return place if isinstance(place, int) else 0

    def _row(self, row: int, layout: Layout) -> Line:
        found = self._table[row]
        if found.heading:
            return [Chunk(found.name, "heading")]
        if found.remark:
            return [Chunk(_REMARK), *shifted([Chunk(found.name, "dim")], layout.shift)]
        head = self._head(found, layout)
        if layout.split:
            wide = self._wide(layout, width(head))
            return [
                *head,
                *fitted(shifted(self._cell(found, Side.A), layout.shift), wide),
                Chunk("  "),
                *shifted(self._cell(found, Side.B), layout.shift),
            ]
        return [*head, *shifted(self._one(found), layout.shift)]

    def _parts(self, row: int, layout: Layout) -> list[Line]:
        found = self._table[row]
        if found.heading:
            return [[Chunk(found.name, "heading")]]
        if found.remark:
            room = max(layout.cells - len(_REMARK) - 1, 8)
            parts = flowed([Chunk(found.name, "dim")], room)
            return [[Chunk(_REMARK), *part] for part in parts]
        heads = self._heads(found, layout)
        head = heads[0]
        if layout.split:
            wide = self._wide(layout, width(head))
            sides = [wrapped(self._cell(found, side), wide, words=True) for side in Side]
            tall = max(len(heads), *(len(lines) for lines in sides))
            left, right = (lines + [[]] * (tall - len(lines)) for lines in sides)
            return [
                [*each, *fitted(one, wide), Chunk("  "), *two]
                for each, one, two in zip(_filled(heads, tall), left, right, strict=True)
            ]
        room = max(layout.cells - width(head), 8)
        whole = self._one(found)
        if found.state is State.SAME or width(whole) <= room:
            parts = wrapped(whole, room, words=True)
        else:
            parts = [
                [Chunk(f"{side.upper()} ", f"side-{side}") if not n else Chunk("  "), *part]
                for side in Side
                for n, part in enumerate(wrapped(self._cell(found, side), room - 2, words=True))
            ]
        tall = max(len(heads), len(parts))
        parts += [[]] * (tall - len(parts))
        return [[*each, *part] for each, part in zip(_filled(heads, tall), parts, strict=True)]

    def _tall(self, row: int, layout: Layout) -> int:
        found = self._table[row]
        if found.heading:
            return 1
        if found.remark:
            return len(self._parts(row, layout))
        names = self._names(layout)
        if len(found.name) > names and " " in found.name:
            return len(self._parts(row, layout))
        room = self._wide(layout, 2 + names + 2) if layout.split else layout.cells // 2
        if max(len(plain_text(found.a)), len(plain_text(found.b))) * 2 < room:
            return 1
        return len(self._parts(row, layout))

    def _wraps(self, layout: Layout) -> bool:
        """Always break lines: a value that is cut off tells nothing."""
        return super()._wraps(layout._replace(wrap=True))

    def _wide(self, layout: Layout, head: int) -> int:
        return max(min((layout.cells - head - 2) // 2, self._value + 2), 8)

    def _names(self, layout: Layout) -> int:
        """Return the cells of a name: values come first, as long as names can be told apart."""
        values = (self._value + 2) * (2 if layout.split else 1)
        least = min(self._name, max(_SHORT, layout.cells // 4))
        return max(min(self._name, layout.cells - values - 4), least)

    def _heads(self, row: TableRow, layout: Layout) -> list[Line]:
        """Return the sign and the name, which goes on in a second line if it has several words."""
        cells = self._names(layout)
        first, *rest = wrapped([Chunk(row.name)], cells, words=True)
        if not rest or " " not in row.name:
            return [self._head(row, layout)]
        role = "text" if row.state.differs else "dim"
        text = "".join(chunk.text for part in rest for chunk in part)
        sign = Chunk(f"{row.state.sign} ", _ROLES[row.state])
        return [
            [sign, *fitted([Chunk(first[0].text, role)], cells), Chunk("  ")],
            [Chunk("  "), *fitted([Chunk(text, role)], cells), Chunk("  ")],
        ]

    def _head(self, row: TableRow, layout: Layout) -> Line:
        role = _ROLES[row.state]
        name = fitted(
            [Chunk(row.name, "text" if row.state.differs else "dim")], self._names(layout)
        )
        return [Chunk(f"{row.state.sign} ", role), *name, Chunk("  ")]

    @staticmethod
    def _cell(row: TableRow, side: Side) -> Line:
        pieces = row.a if side is Side.A else row.b
        if not pieces:
            return [Chunk("—", "dim")]
        if row.state.differs:
            return marked(pieces, "text", f"{side}-changed")
        return marked(pieces, "dim", "follows")

    def _one(self, row: TableRow) -> Line:
        """Return both values one behind the other: once where they are the same."""
        if row.state is State.SAME:
            return self._cell(row, Side.A)
        return [*self._cell(row, Side.A), Chunk("  →  ", "dim"), *self._cell(row, Side.B)]


def _filled(heads: list[Line], tall: int) -> list[Line]:
    """Return the heads with empty ones below them, for a row of so many lines."""
    return heads + [[Chunk(" " * width(heads[0]))]] * (tall - len(heads))
