"""Two texts line by line: side by side, or one below the other.

Lines are aligned once; a row is made when it is asked for, so that a text of a million lines
costs what is on the screen.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

from reprodiff.formats.parsing.align import Op, align
from reprodiff.formats.parsing.lines import PROBE, Line, decode, is_text, split_lines
from reprodiff.model import Side, Span
from reprodiff.records import dataclass
from reprodiff.views.pieces import Mark, Piece, Pieces, compare, whole

MAX_BYTES: Final = 32 << 20
"""Largest side that is shown as text; some 0.5 s and 400 MB for both."""
_CACHED: Final = 1024


class Change(StrEnum):
    """What a row says of its lines."""

    EQUAL = "equal"
    REPLACE = "replace"
    DELETE = "delete"
    INSERT = "insert"


class TextLine(NamedTuple):
    """A line of one side; ``number`` counts from 1."""

    number: int
    pieces: Pieces


class TextRow(NamedTuple):
    """A row of the view: a line of A, of B, or of both.

    Side by side, a replaced line stands beside the one that replaces it.  In the unified form a
    row has one side only, except where both are equal.
    """

    change: Change
    a: TextLine | None
    b: TextLine | None


@dataclass(frozen=True, slots=True)
class _Text:
    data: bytes
    encoding: str
    lines: list[Line]

    def body(self, number: int) -> str:
        line = self.lines[number]
        raw = self.data[line.start : line.body_stop]
        return raw.decode(
            self.encoding, "surrogateescape" if self.encoding == "utf-8" else "replace"
        )

    def ending(self, number: int) -> bytes:
        line = self.lines[number]
        return self.data[line.body_stop : line.stop]

    def elements(self) -> list[bytes]:
        return [self.data[line.start : line.stop] for line in self.lines]

    def line_at(self, offset: int) -> int:
        """Return the number (from 0) of the line that ``offset`` is in."""
        at = bisect_right(self.lines, offset, key=lambda line: line.start) - 1
        return min(max(at, 0), max(len(self.lines) - 1, 0))


def readable(data: memoryview) -> bool:
    """Whether ``data`` is text and small enough to be shown as such."""
    return len(data) <= MAX_BYTES and is_text(bytes(data[:PROBE]))


class TextPair:
    """Two texts, aligned; ``python`` lets a coding cookie name the encoding."""

    def __init__(self, a: memoryview, b: memoryview, *, python: bool = False) -> None:
        self._a, self._b = _text(a, python=python), _text(b, python=python)
        self._ops = align(self._a.elements(), self._b.elements())
        self._split = _starts(max(op.a1 - op.a0, op.b1 - op.b0) for op in self._ops)
        self._unified = _starts(
            op.a1 - op.a0 + (0 if op.tag == "equal" else op.b1 - op.b0) for op in self._ops
        )
        self._changed = [number for number, op in enumerate(self._ops) if op.tag != "equal"]
        self._compare = lru_cache(_CACHED)(self._compared)

    @property
    def changes(self) -> int:
        """How many regions differ."""
        return len(self._changed)

    def size(self, *, split: bool) -> int:
        """Return the number of rows."""
        return self._rows(split=split)[-1]

    def line_count(self, side: Side) -> int:
        """Return the number of lines of one side."""
        return len((self._a if side is Side.A else self._b).lines)

    def row(self, at: int, *, split: bool) -> TextRow:
        """Return row ``at``, ``0 <= at < size``."""
        rows = self._rows(split=split)
        number = bisect_right(rows, at) - 1
        return self._in_op(self._ops[number], at - rows[number], split=split)

    def change_rows(self, number: int, *, split: bool) -> Span:
        """Return the rows of the region ``number``, counted from 0."""
        rows = self._rows(split=split)
        op = self._changed[number]
        return Span(rows[op], rows[op + 1])

    def change_from(self, at: int, *, split: bool) -> int | None:
        """Return the first region that starts at row ``at`` or behind it."""
        rows = self._rows(split=split)
        number = bisect_left(self._changed, at, key=lambda op: rows[op])
        return number if number < len(self._changed) else None

    def change_before(self, at: int, *, split: bool) -> int | None:
        """Return the last region that starts before row ``at``."""
        rows = self._rows(split=split)
        number = bisect_left(self._changed, at, key=lambda op: rows[op]) - 1
        return number if number >= 0 else None

    def row_of(self, side: Side, offset: int, *, split: bool) -> int:
        """Return the row that shows the byte at ``offset`` of one side."""
        text = self._a if side is Side.A else self._b
        line = text.line_at(offset)
        rows = self._rows(split=split)
        for number, op in enumerate(self._ops):
            start, stop = (op.a0, op.a1) if side is Side.A else (op.b0, op.b1)
            if start <= line < stop:
                below = 0 if split or side is Side.A or op.tag == "equal" else op.a1 - op.a0
                return rows[number] + below + line - start
        return 0

    def _rows(self, *, split: bool) -> list[int]:
        return self._split if split else self._unified

    def _in_op(self, op: Op, at: int, *, split: bool) -> TextRow:
        change = Change(op.tag)
        if op.tag == "equal":
            pieces = whole(self._a.body(op.a0 + at))
            return TextRow(
                change, TextLine(op.a0 + at + 1, pieces), TextLine(op.b0 + at + 1, pieces)
            )
        in_a, in_b = op.a1 - op.a0, op.b1 - op.b0
        if split:
            line_a = op.a0 + at if at < in_a else None
            line_b = op.b0 + at if at < in_b else None
            a, b = self._compare(line_a, line_b)
            return TextRow(
                change,
                TextLine(line_a + 1, a) if line_a is not None else None,
                TextLine(line_b + 1, b) if line_b is not None else None,
            )
        if at < in_a:
            a, _ = self._compare(op.a0 + at, op.b0 + at if at < in_b else None)
            return TextRow(Change.DELETE, TextLine(op.a0 + at + 1, a), None)
        at -= in_a
        _, b = self._compare(op.a0 + at if at < in_a else None, op.b0 + at)
        return TextRow(Change.INSERT, None, TextLine(op.b0 + at + 1, b))

    def _compared(self, line_a: int | None, line_b: int | None) -> tuple[Pieces, Pieces]:
        """Return a line of each side as pieces, either of which may not be there."""
        if line_a is None:
            return (), _alone(self._b, line_b)
        if line_b is None:
            return _alone(self._a, line_a), ()
        body_a, body_b = self._a.body(line_a), self._b.body(line_b)
        a, b = compare(body_a, body_b)
        end_a, end_b = self._a.ending(line_a), self._b.ending(line_b)
        if end_a != end_b:
            a, b = (*a, _ending(end_a)), (*b, _ending(end_b))
        elif body_a == body_b:
            note = Piece("  (same characters in another encoding)", Mark.NOTE)
            a, b = (*a, note), (*b, note)
        return a, b


def _alone(text: _Text, line: int | None) -> Pieces:
    if line is None:
        return ()
    return whole(text.body(line), Mark.CHANGED)


def _ending(ending: bytes) -> Piece:
    """Name a line ending that the other side does not have."""
    if not ending.strip(b"\0"):
        return Piece(" no line ending", Mark.NOTE)
    return Piece(
        ending.replace(b"\0", b"").decode("ascii").replace("\r", "\\r").replace("\n", "\\n"),
        Mark.CHANGED,
    )


def _text(data: memoryview, *, python: bool) -> _Text:
    raw = bytes(data)
    encoding = decode(raw, python=python).encoding
    return _Text(raw, encoding, split_lines(raw, encoding))


def _starts(sizes: Iterable[int]) -> list[int]:
    return [0, *accumulate(sizes)]
