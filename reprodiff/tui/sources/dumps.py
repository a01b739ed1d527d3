"""Two runs of bytes in hexadecimal, aligned, in the colours of what accounts for them."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from rich.cells import cell_len

from reprodiff.model import Side, Span
from reprodiff.tui.chunks import CLAIM_COLOURS, UNCLAIMED, Chunk, Line, shortened
from reprodiff.tui.sources.base import MAX_HITS, Hits, Layout, Source, Target, View
from reprodiff.views.claims import Claims
from reprodiff.views.hexdump import GAP, HexPair, HexRow

_PER_ROW: Final = (32, 24, 16, 12, 8, 4)
_PRINTABLE: Final = {value: chr(value) for value in range(0x20, 0x7F)}
_HEX: Final = re.compile(r"[0-9a-fA-F]{2}(?: [0-9a-fA-F]{2})+")
_OFFSET: Final = re.compile(r"0x[0-9a-fA-F]{1,12}")
_NEAR: Final = 64
"""Bytes between the start of a place and a change that is taken for its own."""
_LEGEND: Final = 40
"""Cells of a title in the legend at most."""


class Known(NamedTuple):
    """What accounts for the bytes: claims, the titles of their numbers, and whether all is known.

    ``loose`` are the numbers that stand for bytes nobody accounts for.
    """

    claims: Claims
    titles: dict[int, str]
    loose: frozenset[int] = frozenset()
    complete: bool = False


NOTHING_KNOWN: Final = Known(Claims(), {})


class BytesSource(Source):
    """Two runs of bytes, aligned; opened at ``at``, an offset in the bytes of one side."""

    view = View.BYTES
    split = True
    hits_by_line = False

    def __init__(
        self, pair: HexPair, at: tuple[Side, int] | None, known: Known = NOTHING_KNOWN
    ) -> None:
        self._pair = pair
        self._at = at
        self._known = known
        self._digits = max(8, len(f"{max(len(pair.a), len(pair.b)):x}"))
        self.legend = _legend(known)

    def height(self, layout: Layout) -> int:
        """Return the number of lines."""
        rows = -(-self._pair.size // self._per_row(layout))
        return rows if layout.split else rows * 2

    def line(self, at: int, layout: Layout) -> Line:
        """Return line ``at``."""
        count = self._per_row(layout)
        if layout.split:
            row = self._pair.row(at * count, count)
            return [
                *self._side(row, Side.A, count, at * count),
                Chunk(" │ ", "dim"),
                *self._side(row, Side.B, count, at * count),
            ]
        number, side = at // 2, (Side.A, Side.B)[at % 2]
        row = self._pair.row(number * count, count)
        return [
            Chunk(f"{side.upper()} ", f"side-{side}"),
            *self._side(row, side, count, number * count),
        ]

    def start(self, layout: Layout) -> Target | None:
        """Return what to show first."""
        if self._at is not None:
            column = self._pair.column_of(*self._at)
            found = self._pair.change_before(column + 1)
            if found is None or found.stop <= column:
                # A place may begin a little before its first differing byte.
                found = self._pair.change_from(column)
            if found is None or found.start - column > _NEAR:
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
        """Return where ``target`` is, and what accounts for it."""
        del layout
        sizes = {len(self._pair.a), len(self._pair.b)}
        total = " and ".join(f"{size:,}" for size in sorted(sizes)) + " bytes"
        if target is None:
            return total
        told = self._told(target.anchor)
        place = f"{self._pair.offset_of(Side.A, target.anchor):#x} of {total}"
        return f"{place} · {told}" if told else place

    def renewed(self, pair: HexPair, known: Known) -> "BytesSource":
        """Return the same bytes, laid out and coloured by what is known by now."""
        made = BytesSource(pair, self._at, known)
        made.hits = self.hits
        return made

    def place(self, target: Target) -> tuple[Side, int]:
        """Return where ``target`` is, in the bytes of A, or of B where A has none."""
        for side in Side:
            offset = self._pair.offset_of(side, target.anchor)
            if self._pair.column_of(side, offset) == target.anchor:
                return (side, offset)
        return (Side.A, self._pair.offset_of(Side.A, target.anchor))

    def found_again(self, place: tuple[Side, int], layout: Layout) -> Target | None:
        """Return the change at an offset of one side."""
        column = self._pair.column_of(*place)
        return self.again(Target(0, 0, anchor=column), layout)

    # -- searching

    def look_for(self, wanted: str, layout: Layout) -> Hits:
        """Return where text, bytes (``7f 45``) or an offset (``0x1f40``) stand, as columns."""
        del layout
        if _OFFSET.fullmatch(wanted):
            offset = int(wanted, 16)
            inside = offset < max(len(self._pair.a), len(self._pair.b))
            side = Side.A if offset < len(self._pair.a) else Side.B
            return Hits(wanted, [Span(*_at(self._pair, side, offset, 1))] if inside else [])
        found: set[tuple[int, int]] = set()
        complete = True
        for side, data in ((Side.A, self._pair.a), (Side.B, self._pair.b)):
            for start, stop in _matches(wanted, data):
                found.add(_at(self._pair, side, start, stop - start))
                if len(found) >= MAX_HITS:
                    complete = False
                    break
        return Hits(wanted, [Span(*each) for each in sorted(found)], complete)

    def hit(self, number: int, layout: Layout) -> Target:
        """Return the lines of a match."""
        columns = self.hits.places[number]
        found = self._target(columns if isinstance(columns, Span) else Span(0, 1), layout)
        return found or Target(0, 1)

    def highlighted(self, line: Line) -> Line:
        """Return the line: matches are coloured where its bytes are."""
        return line

    # -- one row

    def _told(self, column: int) -> str:
        for side in Side:
            offset = self._pair.offset_of(side, column)
            number = self._known.claims.at(side, offset)
            if number is not None:
                return self._known.titles[number]
        return "unclaimed" if self._known.complete else ""

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

    def _side(self, row: HexRow, side: Side, count: int, column: int) -> Line:
        cells, offset = (row.a, row.offset_a) if side is Side.A else (row.b, row.offset_b)
        line = [Chunk(f"{offset:0{self._digits}x}  ", "dim")]
        text: Line = []
        roles = self._roles(row, side, column)
        start = 0
        for at in range(1, len(cells) + 1):
            if at < len(cells) and roles[at] == roles[start]:
                continue
            part, role = cells[start:at], roles[start]
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

    def _roles(self, row: HexRow, side: Side, column: int) -> list[str]:
        """Return the role of each byte: what accounts for it, and whether it differs."""
        roles: list[str] = []
        cells, offset = (row.a, row.offset_a) if side is Side.A else (row.b, row.offset_b)
        claims, loose = self._known.claims, self._known.loose
        found = self._hits_in(column, len(cells))
        for at, (value, differs) in enumerate(zip(cells, row.changed, strict=True)):
            if value == GAP:
                roles.append("gap")
                continue
            number = claims.at(side, offset)
            offset += 1
            if at in found:
                roles.append("found")
            elif number is not None and number not in loose:
                roles.append(f"claim-{number % CLAIM_COLOURS}" + ("" if differs else "-same"))
            elif differs and (number is not None or self._known.complete):
                roles.append(UNCLAIMED)
            else:
                roles.append(f"{side}-changed" if differs else "text")
        return roles

    def _hits_in(self, start: int, count: int) -> frozenset[int]:
        """Return which of some columns, counted from ``start``, are part of a match."""
        places = self.hits.places
        if not places:
            return frozenset()
        last = bisect_right(places, (start + count, 0), key=_span)
        inside: set[int] = set()
        for number in range(max(last - count - 1, 0), last):
            first, stop = _span(places[number])
            inside.update(range(max(first - start, 0), min(stop - start, count)))
        return frozenset(inside)


def _span(place: object) -> tuple[int, int]:
    return (place.start, place.stop) if isinstance(place, Span) else (0, 0)


def _at(pair: HexPair, side: Side, offset: int, size: int) -> tuple[int, int]:
    start = pair.column_of(side, offset)
    return start, max(pair.column_of(side, offset + size - 1) + 1, start + 1)


def _matches(wanted: str, data: memoryview) -> Iterator[tuple[int, int]]:
    """Yield where a text stands, in any case, or where bytes do."""
    raw = wanted.encode("utf-8", "surrogateescape")
    patterns: list[Callable[[memoryview], Iterator[re.Match[bytes]]]] = [
        re.compile(re.escape(raw), re.IGNORECASE).finditer
    ]
    if _HEX.fullmatch(wanted):
        patterns.append(re.compile(re.escape(bytes.fromhex(wanted))).finditer)
    for find in patterns:
        for match in find(data):
            yield match.span()


def _legend(known: Known) -> Line:
    """Return which colour stands for which finding."""
    line: Line = []
    for number in known.claims.numbers:
        role = UNCLAIMED if number in known.loose else f"claim-{number % CLAIM_COLOURS}"
        title = shortened(known.titles.get(number, ""), _LEGEND)
        line += [Chunk("   ", role), Chunk(f" {title}  ", "dim")]
    if known.complete and not known.loose:
        line += [Chunk("   ", UNCLAIMED), Chunk(" accounted for by nothing", "dim")]
    return line if any(cell_len(chunk.text) for chunk in line) else []
