"""RECORD: rows that say something else, stand elsewhere, or are spelled in another way.

Rows are paired by the path they name.  The directory of the project itself (``*.dist-info``,
``*.data``) carries a version, and rows in it are the same rows under another one.
"""

from collections.abc import Hashable, Iterator
from typing import Final, NamedTuple

from reprodiff.formats.base import Content, Format
from reprodiff.formats.parsing.record import Record, RecordRow, parse_record
from reprodiff.formats.parsing.recorded import as_row
from reprodiff.formats.text import MAX_TEXT
from reprodiff.formats.tiles import (
    Endings,
    Match,
    Places,
    Tile,
    beside,
    fact,
    in_turn,
    match,
    respelled,
)
from reprodiff.model import Difference, Span

_SHOWN: Final = 400


class _Side(NamedTuple):
    data: bytes
    record: Record
    tiles: list[Tile]
    info: str
    """Name of the dist-info directory."""

    def cut(self, span: Span) -> bytes:
        return self.data[span.start : span.stop]


def record_facts(path: str, path_b: str, a: bytes, b: bytes) -> list[Difference]:
    """Return what differs between two RECORD files.

    Kinds: ``record.row`` (a row's path, hash or size), ``record.only`` (a row on one side),
    ``record.order``, ``record.quoting`` (the same value spelled in another way),
    ``record.blank`` (an empty line on one side), ``record.bad`` (a line that is no row), and
    ``text.eol`` and ``text.final-newline``.  Values of rows are (hash, size, path).
    """
    one, two = _side(path, a), _side(path_b, b)
    return list(_Comparison(path, one, two).facts())


def _side(path: str, data: bytes) -> _Side:
    record = parse_record(data)
    tiles = [Tile(row.start, row.body_stop, row.stop) for row in record.rows]
    return _Side(data, record, tiles, path.rpartition("/")[0].rpartition("/")[2])


def _key(side: _Side, row: RecordRow, other: _Side) -> Hashable:
    """Return what makes a row the same row on the other side."""
    if _is_blank(row):
        return None
    if row.error:
        return side.data[row.start : row.body_stop]
    if side.info != other.info and side.info.endswith(".dist-info"):
        stem = side.info.removesuffix("dist-info")
        head, slash, rest = row.path.partition("/")
        if slash and head in {f"{stem}dist-info", f"{stem}data"}:
            return ("*." + head[len(stem) :], rest)
    return ("", row.path)


class _Comparison:
    def __init__(self, path: str, a: _Side, b: _Side) -> None:
        self._path = path
        self._a, self._b = a, b
        self._match: Match = match(
            [_key(a, row, b) for row in a.record.rows], [_key(b, row, a) for row in b.record.rows]
        )
        self._order: Places = []
        self._quoting: Places = []

    def facts(self) -> Iterator[Difference]:
        a, b, found = self._a, self._b, self._match
        moved = found.moved()
        elsewhere = set(moved)
        endings = Endings()
        for pair in found.both:
            one, two = a.tiles[pair[0]], b.tiles[pair[1]]
            same = endings.add(a.data, b.data, one, two)
            if pair in elsewhere and same and one.ending.size:
                self._order.append((one.ending, two.ending))
            if a.cut(Span(*one[:2])) != b.cut(Span(*two[:2])):
                yield from self._row(
                    a.record.rows[pair[0]], b.record.rows[pair[1]], pair in elsewhere
                )
            elif pair in elsewhere:
                self._order.append((Span(*one[:2]), Span(*two[:2])))
        # A row that is the last on one side only has no line ending there; that is no difference
        # in how the file ends, but follows from the order or from the rows of one side.
        loose = endings.loose(a.tiles, b.tiles)
        yield from self._one_sided(loose)
        if moved:
            yield self._moved(moved, loose)
        if self._quoting:
            place = ("record.quoting", self._path, f"spelling of {len(self._quoting)} fields")
            yield respelled(place, a.data, b.data, self._quoting)
        yield from endings.facts(self._path, "row")
        yield from self._rest()

    def _moved(self, moved: tuple[tuple[int, int], ...], loose: Places) -> Difference:
        rows_a, rows_b = self._a.record.rows, self._b.record.rows
        # Where a line that is no row moves, readers need not agree on what the rows are.
        sound = all(not rows_a[one].error or _is_blank(rows_a[one]) for one, _ in moved)
        return fact(
            ("record.order" if sound else "record.bad", self._path, f"order of {len(moved)} rows"),
            (rows_a[moved[0][0]].path, rows_b[min(two for _, two in moved)].path),
            in_turn([*self._order, *loose]),
            f"{len(moved)} rows stand in another order",
        )

    def _row(self, one: RecordRow, two: RecordRow, elsewhere: bool) -> Iterator[Difference]:  # noqa: FBT001
        """Compare two rows of one path, field by field; what is equal may still have moved."""
        changed: Places = []
        at_a, at_b = one.start, two.start
        for span_a, span_b, same in (
            (one.path_span, two.path_span, one.path == two.path),
            (one.hash_span, two.hash_span, one.hash == two.hash),
            (one.size_span, two.size_span, one.size == two.size),
        ):
            if self._a.cut(span_a) == self._b.cut(span_b):
                continue
            (self._quoting if same else changed).append((span_a, span_b))
            if elsewhere:
                self._order.append((Span(at_a, span_a.start), Span(at_b, span_b.start)))
            at_a, at_b = span_a.stop, span_b.stop
        if elsewhere:
            self._order.append((Span(at_a, one.body_stop), Span(at_b, two.body_stop)))
        if changed:
            place = ("record.row", self._path, f"row {one.path}")
            yield fact(place, (as_row(one), as_row(two)), changed)

    def _one_sided(self, loose: Places) -> Iterator[Difference]:
        a, b, found = self._a, self._b, self._match
        beside_b = beside(a.tiles, b.tiles, dict(found.both))
        beside_a = beside(b.tiles, a.tiles, {two: one for one, two in found.both})
        for number in found.only_a:
            places = [(a.tiles[number].whole, beside_b[number])]
            if number == len(a.tiles) - 1:
                places += loose
                loose.clear()
            yield self._only(a, number, places, is_a=True)
        for number in found.only_b:
            places = [(beside_a[number], b.tiles[number].whole)]
            if number == len(b.tiles) - 1:
                places += loose
                loose.clear()
            yield self._only(b, number, places, is_a=False)

    def _only(self, side: _Side, number: int, places: Places, *, is_a: bool) -> Difference:
        row = side.record.rows[number]
        if _is_blank(row):
            what, inside, value = "record.blank", f"line {number + 1}", "an empty line"
        elif row.error:
            raw = side.data[row.start : row.body_stop][:_SHOWN]
            what, inside = "record.bad", f"row {number + 1}"
            value = raw.decode("utf-8", "surrogateescape")
        else:
            values = (as_row(row), None) if is_a else (None, as_row(row))
            return fact(("record.only", self._path, f"row {row.path}"), values, places)
        values_text = (value, None) if is_a else (None, value)
        return fact((what, self._path, inside), values_text, places, row.error)

    def _rest(self) -> Iterator[Difference]:
        """Yield what lies behind the last row that was read, if it differs."""
        rest_a, rest_b = self._a.record.rest, self._b.record.rest
        if self._a.cut(rest_a) != self._b.cut(rest_b):
            values = (f"{rest_a.size} bytes", f"{rest_b.size} bytes")
            place = ("record.bad", self._path, "behind the last row read")
            yield fact(place, values, [(rest_a, rest_b)], "too many rows")


def _is_blank(row: RecordRow) -> bool:
    """Whether a row is an empty line: some readers pass over it, and others fail."""
    return row.start == row.body_stop


def _applies(content: Content) -> bool:
    in_info = content.path.endswith(".dist-info/RECORD")
    return in_info and max(len(content.a), len(content.b)) <= MAX_TEXT


def _compare(content: Content) -> list[Difference]:
    return record_facts(content.path, content.path_b, bytes(content.a), bytes(content.b))


FORMAT: Final = Format("record", _applies, _compare)
