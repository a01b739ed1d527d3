"""Two texts, side by side or one below the other."""

from typing import Final

from reprodiff.model import Side
from reprodiff.tui.chunks import Chunk, Line, counted, fitted, marked, shifted
from reprodiff.tui.sources.base import Layout, Source, Target, View
from reprodiff.views.pieces import first_change
from reprodiff.views.rows import Change, TextLine
from reprodiff.views.text import TextPair

_OPENED: Final = -1
"""Stands for the line the source was opened at; other anchors are numbers of changes."""

_WHOLE: Final = 30
"""A change of at most so many lines is shown from its beginning."""


class TextSource(Source):
    """Two texts; opened at ``at``, an offset in the bytes of one side."""

    view = View.TEXT
    split = True

    def __init__(self, pair: TextPair, at: tuple[Side, int] | None) -> None:
        self._pair = pair
        self._at = at
        most = max(pair.line_count(side) for side in Side)
        self._digits = max(len(str(most)), 3)

    def height(self, layout: Layout) -> int:
        """Return the number of lines."""
        return self._pair.size(split=layout.split)

    def line(self, at: int, layout: Layout) -> Line:
        """Return line ``at``."""
        row = self._pair.row(at, split=layout.split)
        equal = row.change is Change.EQUAL
        if layout.split:
            half = (layout.cells - 1) // 2
            left = fitted(self._half(row.a, "a", equal, layout), half, "text" if row.a else "gap")
            right = self._half(row.b, "b", equal, layout)
            return [*left, Chunk("│", "dim"), *right]
        sign, role = {
            Change.DELETE: ("-", "a"),
            Change.INSERT: ("+", "b"),
        }.get(row.change, (" ", "text"))
        numbers = f"{self._number(row.a)} {self._number(row.b)} "
        shown = row.a or row.b
        pieces = shown.pieces if shown else ()
        text = marked(pieces, role, f"{role}-changed" if not equal else role)
        return [
            Chunk(numbers, "dim"),
            Chunk(f"{sign} ", role if sign == " " else f"{role}-sign"),
            *shifted(text, layout.shift),
        ]

    def start(self, layout: Layout) -> Target | None:
        """Return what to show first."""
        if self._at is not None:
            row = self._pair.row_of(*self._at, split=layout.split)
            found = self._pair.change_before(row + 1, split=layout.split)
            if found is not None:
                rows = self._pair.change_rows(found, split=layout.split)
                if rows.start <= row < rows.stop:
                    if rows.size <= _WHOLE:
                        return self._target(found, layout)
                    return Target(row, row + 1, self._column(row, layout), _OPENED)
            return Target(row, row + 1, anchor=_OPENED)
        return self._target(self._pair.change_from(0, split=layout.split), layout)

    def step(self, at: int, direction: int, layout: Layout) -> Target | None:
        """Return the next difference in ``direction``."""
        if direction > 0:
            return self._target(self._pair.change_from(at + 1, split=layout.split), layout)
        return self._target(self._pair.change_before(at, split=layout.split), layout)

    def again(self, target: Target, layout: Layout) -> Target | None:
        """Return ``target`` in another layout."""
        if target.anchor == _OPENED:
            return self.start(layout)
        return self._target(target.anchor, layout)

    def status(self, target: Target | None, layout: Layout) -> str:
        """Return which of all differences ``target`` is."""
        total = counted(self._pair.changes, "change")
        if target is None:
            return total
        number = self._pair.change_before(target.first + 1, split=layout.split)
        return f"{(number or 0) + 1:,} of {total}"

    def _target(self, number: int | None, layout: Layout) -> Target | None:
        if number is None:
            return None
        rows = self._pair.change_rows(number, split=layout.split)
        return Target(rows.start, rows.stop, self._column(rows.start, layout), number)

    def _column(self, at: int, layout: Layout) -> int:
        """Return where the first change in a line is, in cells."""
        row = self._pair.row(at, split=layout.split)
        columns = [
            first_change(line.pieces) or 0 for line in (row.a, row.b) if line and line.pieces
        ]
        room = layout.cells // 2 - self._digits - 4 if layout.split else layout.cells - 16
        column = min(columns, default=0)
        return column - 8 if column > room - 8 else 0

    def _half(self, line: TextLine | None, side: str, equal: bool, layout: Layout) -> Line:  # noqa: FBT001
        if line is None:
            return []
        role = "text" if equal else side
        sign = (
            Chunk("  ", "text") if equal else Chunk("- " if side == "a" else "+ ", f"{side}-sign")
        )
        text = marked(line.pieces, role, role if equal else f"{side}-changed")
        return [Chunk(f"{self._number(line)} ", "dim"), sign, *shifted(text, layout.shift)]

    def _number(self, line: TextLine | None) -> str:
        return f"{line.number if line else '':>{self._digits}}"
