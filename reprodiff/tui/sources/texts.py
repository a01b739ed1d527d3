"""Two texts, or two listings, side by side or one below the other."""

from collections.abc import Callable, Sequence
from typing import Final

from rich.cells import cell_len

from reprodiff.model import Side, Span
from reprodiff.tui.chunks import Chunk, Line, fitted, marked, shifted, width
from reprodiff.tui.sources.base import MAX_HITS, Hits, Layout, View, wrapped
from reprodiff.tui.sources.rows import RowSource
from reprodiff.views.listing import ListingPair
from reprodiff.views.pieces import MAX_LINE, Mark, first_change, plain_text
from reprodiff.views.rows import Change, LinePair, TextLine
from reprodiff.views.text import TextPair

Painter = Callable[[Side, int], "Sequence[tuple[int, int, str]]"]
"""Gives the roles of a line (counted from 0) as (start, stop, role), sorted, in characters."""
_SIGN: Final = 2
"""Cells of a sign and the space behind it."""


class PairSource(RowSource):
    """Lines of two sides; opened at line ``at`` of one side."""

    def __init__(
        self, pair: LinePair, at: tuple[Side, int] | None = None, view: View = View.TEXT
    ) -> None:
        super().__init__()
        self.view = view
        self._pair = pair
        self._where = at
        self._wide = max(
            3, *(len(pair.label(side, n)) for side in Side for n in _some(pair.line_count(side)))
        )
        self.painter: Painter | None = None
        """Colours what is the same on both sides; ``None`` without colours."""

    @property
    def pair(self) -> LinePair:
        """What is shown."""
        return self._pair

    def look_for(self, wanted: str, layout: Layout) -> Hits:
        """Return the lines that ``wanted`` stands in."""
        del layout
        found = self._pair.hits(wanted)
        return Hits(wanted, found[:MAX_HITS], complete=len(found) <= MAX_HITS)

    # -- rows

    def _count(self, layout: Layout) -> int:
        return self._pair.size(split=layout.split)

    def _changes(self) -> int:
        return self._pair.changes

    def _change(self, number: int, layout: Layout) -> Span:
        return self._pair.change_rows(number, split=layout.split)

    def _change_from(self, row: int, layout: Layout) -> int | None:
        return self._pair.change_from(row, split=layout.split)

    def _change_before(self, row: int, layout: Layout) -> int | None:
        return self._pair.change_before(row, split=layout.split)

    def _at(self, layout: Layout) -> int | None:
        if self._where is None:
            return None
        return self._pair.row_of_line(*self._where, split=layout.split)

    def _hit_row(self, number: int, layout: Layout) -> int:
        place = self.hits.places[number]
        if not isinstance(place, tuple):
            return 0
        return self._pair.row_of_line(*place, split=layout.split)

    def _row(self, row: int, layout: Layout) -> Line:
        found = self._pair.row(row, split=layout.split)
        equal = found.change is Change.EQUAL
        if layout.split:
            half = (layout.cells - 1) // 2
            left = self._half(found.a, Side.A, layout, equal=equal)
            right = self._half(found.b, Side.B, layout, equal=equal)
            return [
                *fitted(left, half, _fill(found.a, Side.A, equal=equal)),
                Chunk("│", "dim"),
                *fitted(right, layout.cells - half - 1, _fill(found.b, Side.B, equal=equal)),
            ]
        room = layout.cells - self._wide * 2 - 2 - _SIGN
        line = [*self._unified_head(row), *_scrolled(self._unified_text(row), room, layout.shift)]
        return _filled(line, layout.cells, self._unified_fill(row))

    def _parts(self, row: int, layout: Layout) -> list[Line]:
        if not layout.split:
            head = self._unified_head(row)
            room = self._room(layout)
            parts = wrapped(self._unified_text(row), room)
            blank = [Chunk(" " * sum(cell_len(chunk.text) for chunk in head))]
            fill = self._unified_fill(row)
            return [
                _filled([*(blank if n else head), *part], layout.cells, fill)
                for n, part in enumerate(parts)
            ]
        found = self._pair.row(row, split=True)
        equal = found.change is Change.EQUAL
        half = (layout.cells - 1) // 2
        sides = [
            self._folded(line, side, layout, equal=equal)
            for line, side in ((found.a, Side.A), (found.b, Side.B))
        ]
        tall = max(len(lines) for lines in sides)
        left, right = (lines + [[]] * (tall - len(lines)) for lines in sides)
        fills = [_fill(found.a, Side.A, equal=equal), _fill(found.b, Side.B, equal=equal)]
        return [
            [
                *fitted(one, half, fills[0]),
                Chunk("│", "dim"),
                *fitted(two, layout.cells - half - 1, fills[1]),
            ]
            for one, two in zip(left, right, strict=True)
        ]

    def _tall(self, row: int, layout: Layout) -> int:
        room = self._room(layout)
        change, line_a, line_b = self._pair.lines(row, split=layout.split)
        if change is not Change.EQUAL:
            return len(self._parts(row, layout))
        if line_a is None or line_b is None:
            return 1
        raw = self._pair.raw(Side.A, line_a)
        if len(raw) <= room and raw.isascii() and raw.isprintable():
            listing = isinstance(self._pair, ListingPair)
            if not listing or raw == self._pair.raw(Side.B, line_b):
                return 1
        return len(self._parts(row, layout))

    def _room(self, layout: Layout) -> int:
        head = self._wide + 1 + _SIGN
        if layout.split:
            return max((layout.cells - 1) // 2 - head, 8)
        return max(layout.cells - head - self._wide - 1, 8)

    def _column(self, row: int, layout: Layout) -> int:
        """Return where the first change in a row is, in cells."""
        found = self._pair.row(row, split=layout.split)
        columns = [
            first_change(line.pieces) or 0 for line in (found.a, found.b) if line and line.pieces
        ]
        room = self._room(layout)
        column = min(columns, default=0)
        return column - 8 if column > room - 8 else 0

    # -- lines

    def _half(self, line: TextLine | None, side: Side, layout: Layout, *, equal: bool) -> Line:
        if line is None:
            return []
        head = self._head(line, side, equal=equal)
        text = self._text(line, side, equal=equal)
        return [*head, *_scrolled(text, self._room(layout), layout.shift)]

    def _folded(
        self, line: TextLine | None, side: Side, layout: Layout, *, equal: bool
    ) -> list[Line]:
        if line is None:
            return [[]]
        head = self._head(line, side, equal=equal)
        blank = [Chunk(" " * (self._wide + 1 + _SIGN))]
        parts = wrapped(self._text(line, side, equal=equal), self._room(layout))
        return [[*(blank if n else head), *part] for n, part in enumerate(parts)]

    def _head(self, line: TextLine, side: Side, *, equal: bool) -> Line:
        label = f"{self._pair.label(side, line.number - 1):>{self._wide}} "
        signs = {Side.A: "- ", Side.B: "+ "}
        sign = Chunk("  ") if equal else Chunk(signs[side], f"{side}-sign")
        return [Chunk(label, "dim"), sign]

    def _text(self, line: TextLine, side: Side, *, equal: bool) -> Line:
        if self._heading(side, line.number - 1):
            return [Chunk(plain_text(line.pieces), "heading")]
        role = "text" if equal else f"{side}-line"
        chunks = marked(line.pieces, role, role if equal else f"{side}-changed")
        return self._painted(chunks, line, side, role)

    def _unified_head(self, row: int) -> Line:
        found = self._pair.row(row, split=False)
        labels = [
            self._pair.label(side, line.number - 1) if line else ""
            for line, side in ((found.a, Side.A), (found.b, Side.B))
        ]
        numbers = Chunk(" ".join(f"{label:>{self._wide}}" for label in labels) + " ", "dim")
        sign, role = {
            Change.DELETE: ("- ", "a-sign"),
            Change.INSERT: ("+ ", "b-sign"),
        }.get(found.change, ("  ", "text"))
        return [numbers, Chunk(sign, role)]

    def _unified_text(self, row: int) -> Line:
        found = self._pair.row(row, split=False)
        equal = found.change is Change.EQUAL
        side = Side.A if found.a else Side.B
        line = found.a or found.b
        if line is None:
            return []
        text = self._text(line, side, equal=equal)
        other = found.b if equal else None
        if other is not None and any(piece.mark is Mark.FOLLOWS for piece in other.pieces):
            text = [*text, Chunk(f"   B: {plain_text(other.pieces).strip()}", "note")]
        return text

    def _unified_fill(self, row: int) -> str:
        found = self._pair.row(row, split=False)
        side = Side.A if found.a else Side.B
        return _fill(found.a or found.b, side, equal=found.change is Change.EQUAL)

    def _heading(self, side: Side, line: int) -> bool:
        return isinstance(self._pair, ListingPair) and self._pair.heading(side, line)

    def _painted(self, chunks: Line, line: TextLine, side: Side, role: str) -> Line:
        """Return a line with colours of its language where nothing else is said of it."""
        if self.painter is None:
            return chunks
        raw = self._pair.raw(side, line.number - 1)
        if len(raw) > MAX_LINE or raw != "".join(chunk.text for chunk in chunks):
            return chunks  # something in it is escaped: the raw line must not be shown
        before = "" if role == "text" else f"{side}-"
        colours = [
            (start, stop, before + colour)
            for start, stop, colour in self.painter(side, line.number - 1)
        ]
        made: Line = []
        at = 0
        for chunk in chunks:
            made += _coloured(chunk, at, colours) if chunk.role == role else [chunk]
            at += len(chunk.text)
        return made


def _coloured(chunk: Chunk, begin: int, colours: Sequence[tuple[int, int, str]]) -> Line:
    """Return a piece of a line, which begins there at ``begin``, in the colours of the line."""
    made: Line = []
    at, end = begin, begin + len(chunk.text)
    for start, stop, colour in colours:
        first, last = max(start, at), min(stop, end)
        if first >= last:
            continue
        made.append(Chunk(chunk.text[at - begin : first - begin], chunk.role))
        made.append(Chunk(chunk.text[first - begin : last - begin], colour))
        at = last
    made.append(Chunk(chunk.text[at - begin :], chunk.role))
    return [part for part in made if part.text]


def _fill(line: TextLine | None, side: Side, *, equal: bool) -> str:
    """Return the role of the room behind a line."""
    if line is None:
        return "gap"
    return "text" if equal else f"{side}-line"


def _filled(line: Line, cells: int, fill: str) -> Line:
    """Return a line with the room behind it in its role, if there is room."""
    rest = cells - width(line)
    return [*line, Chunk(" " * rest, fill)] if rest > 0 and fill != "text" else line


def _scrolled(text: Line, room: int, shift: int) -> Line:
    """Return a line scrolled to the right, if there is more of it than room."""
    if not shift or width(text) <= room:
        return text
    return [Chunk("…", "note"), *shifted(text, shift + 1)]


def _some(count: int) -> Sequence[int]:
    """Return a few numbers of lines, by whose labels the width of all is told."""
    return sorted({0, count // 2, count - 1}) if count else ()


class TextSource(PairSource):
    """Two texts; opened at ``at``, an offset in the bytes of one side."""

    def __init__(self, pair: TextPair, at: tuple[Side, int] | None, view: View = View.TEXT) -> None:
        line = (at[0], pair.line_at(*at)) if at is not None else None
        super().__init__(pair, line, view)
