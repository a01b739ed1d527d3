"""Two runs of bytes in hexadecimal, aligned."""

from collections.abc import Sequence
from typing import Final

from reprodiff.model import Side, Span
from reprodiff.tui.chunks import Chunk, Line
from reprodiff.tui.sources.base import Layout, Source, Target, View
from reprodiff.views.hexdump import GAP, HexPair, HexRow

_PER_ROW: Final = (32, 24, 16, 12, 8, 4)
_PRINTABLE: Final = {value: chr(value) for value in range(0x20, 0x7F)}


class BytesSource(Source):
    """Two runs of bytes, aligned; opened at ``at``, an offset in the bytes of one side."""

    view = View.BYTES
    split = True

    def __init__(self, pair: HexPair, at: tuple[Side, int] | None) -> None:
        self._pair = pair
        self._at = at
        self._digits = max(8, len(f"{max(len(pair.a), len(pair.b)):x}"))

    def height(self, layout: Layout) -> int:
        """Return the number of lines."""
        rows = -(-self._pair.size // self._per_row(layout))
        return rows if layout.split else rows * 2

    def line(self, at: int, layout: Layout) -> Line:
        """Return line ``at``."""
        count = self._per_row(layout)
        if layout.split:
            row = self._pair.row(at * count, count)
            return [*self._side(row, "a", count), Chunk(" │ ", "dim"), *self._side(row, "b", count)]
        number, side = at // 2, "ab"[at % 2]
        row = self._pair.row(number * count, count)
        return [Chunk(f"{side.upper()} ", f"side-{side}"), *self._side(row, side, count)]

    def start(self, layout: Layout) -> Target | None:
        """Return what to show first."""
        if self._at is not None:
            column = self._pair.column_of(*self._at)
            found = self._pair.change_before(column + 1)
            if found is None or found.stop <= column:
                found = Span(column, column + 1)
            return self._target(found, layout)
        return self._target(self._pair.change_from(0), layout)

    def step(self, at: int, direction: int, layout: Layout) -> Target | None:
        """Return the next difference in ``direction``."""
        count = self._per_row(layout)
        row = at if layout.split else at // 2
        if direction < 0:
            return self._target(self._pair.change_before(row * count), layout)
        found = self._pair.change_from((row + 1) * count)
        here = self._pair.change_from(row * count) if row >= 0 else None
        if here is not None and found is not None and here.stop > found.start:
            found = self._pair.change_from(here.stop)
        return self._target(found, layout)

    def again(self, target: Target, layout: Layout) -> Target | None:
        """Return ``target`` in another layout."""
        found = self._pair.change_from(target.anchor)
        if found is None or found.start != target.anchor:
            found = Span(target.anchor, target.anchor + 1)
        return self._target(found, layout)

    def status(self, target: Target | None, layout: Layout) -> str:
        """Return which of all differences ``target`` is."""
        sizes = {len(self._pair.a), len(self._pair.b)}
        total = " and ".join(f"{size:,}" for size in sorted(sizes)) + " bytes"
        if target is None:
            return total
        row = target.first if layout.split else target.first // 2
        return f"{row * self._per_row(layout):#x} of {total}"

    def _target(self, columns: Span | None, layout: Layout) -> Target | None:
        if columns is None:
            return None
        count = self._per_row(layout)
        first, last = columns.start // count, max(columns.stop - 1, columns.start) // count + 1
        each = 1 if layout.split else 2
        return Target(first * each, last * each, anchor=columns.start)

    def _per_row(self, layout: Layout) -> int:
        room = (layout.cells - 3) // 2 if layout.split else layout.cells - 2
        return next((n for n in _PER_ROW if self._digits + 2 + 4 * n <= room), _PER_ROW[-1])

    def _side(self, row: HexRow, side: str, count: int) -> Line:
        cells, offset = (row.a, row.offset_a) if side == "a" else (row.b, row.offset_b)
        line = [Chunk(f"{offset:0{self._digits}x}  ", "dim")]
        text: Line = []
        start = 0
        changed = row.changed
        for at in range(1, len(cells) + 1):
            if at < len(cells) and _sort(cells, changed, at) == _sort(cells, changed, start):
                continue
            part = cells[start:at]
            role = ("text", f"{side}-changed", "gap")[_sort(cells, changed, start)]
            line.append(
                Chunk(" ".join("··" if value == GAP else f"{value:02x}" for value in part), role)
            )
            line.append(Chunk(" "))
            text.append(
                Chunk(
                    "".join(_PRINTABLE.get(value, " " if value == GAP else ".") for value in part),
                    role,
                )
            )
            start = at
        missing = count - len(cells)
        return [*line, Chunk("   " * missing), *text, Chunk(" " * missing)]


def _sort(cells: Sequence[int], changed: Sequence[bool], at: int) -> int:
    """Return 0 for a byte that is the same on both sides, 1 for one that is not, 2 for a gap."""
    return 2 if cells[at] == GAP else int(changed[at])
