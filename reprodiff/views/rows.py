"""Lines of two sides as rows: side by side, or one below the other.

What the lines are (of a text, of a listing) is another's business; here is only the arithmetic of
rows, so that a million lines cost what is on the screen.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

from reprodiff.formats.parsing.align import Op
from reprodiff.model import Side, Span
from reprodiff.views.pieces import Pieces


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


class LinePair(ABC):
    """The lines of both sides, aligned by ``ops``."""

    def __init__(self, ops: Sequence[Op]) -> None:
        self._ops = ops
        self._split = _starts(max(op.a1 - op.a0, op.b1 - op.b0) for op in ops)
        self._unified = _starts(
            op.a1 - op.a0 + (0 if op.tag == "equal" else op.b1 - op.b0) for op in ops
        )
        self._changed = [number for number, op in enumerate(ops) if op.tag != "equal"]
        self._starts = {
            Side.A: [op.a0 for op in ops],
            Side.B: [op.b0 for op in ops],
        }

    @abstractmethod
    def line_count(self, side: Side) -> int:
        """Return the number of lines of one side."""

    @abstractmethod
    def label(self, side: Side, line: int) -> str:
        """Return what stands before line ``line``, counted from 0."""

    @abstractmethod
    def raw(self, side: Side, line: int) -> str:
        """Return line ``line`` as it is in the file: not safe to show."""

    @abstractmethod
    def found(self, side: Side, wanted: str) -> Iterable[int]:
        """Yield the lines of one side that ``wanted`` stands in, in any case, in order."""

    @abstractmethod
    def _equal(self, line_a: int, line_b: int) -> tuple[Pieces, Pieces]:
        """Return two lines that are the same thing as pieces."""

    @abstractmethod
    def _compared(self, line_a: int | None, line_b: int | None) -> tuple[Pieces, Pieces]:
        """Return a line of each side as pieces, either of which may not be there."""

    @property
    def changes(self) -> int:
        """How many regions differ."""
        return len(self._changed)

    def size(self, *, split: bool) -> int:
        """Return the number of rows."""
        return self._rows(split=split)[-1]

    def row(self, at: int, *, split: bool) -> TextRow:
        """Return row ``at``, ``0 <= at < size``."""
        change, line_a, line_b = self.lines(at, split=split)
        if change is Change.EQUAL and line_a is not None and line_b is not None:
            a, b = self._equal(line_a, line_b)
        else:
            a, b = self._compared(*self._beside(at, split=split))
        return TextRow(
            change,
            TextLine(line_a + 1, a) if line_a is not None else None,
            TextLine(line_b + 1, b) if line_b is not None else None,
        )

    def lines(self, at: int, *, split: bool) -> tuple[Change, int | None, int | None]:
        """Return what row ``at`` is, and its lines of A and of B, counted from 0."""
        rows = self._rows(split=split)
        number = bisect_right(rows, at) - 1
        op, at = self._ops[number], at - rows[number]
        change = Change(op.tag)
        in_a, in_b = op.a1 - op.a0, op.b1 - op.b0
        if op.tag == "equal":
            return change, op.a0 + at, op.b0 + at
        if split:
            return (
                change,
                op.a0 + at if at < in_a else None,
                op.b0 + at if at < in_b else None,
            )
        if at < in_a:
            return Change.DELETE, op.a0 + at, None
        return Change.INSERT, None, op.b0 + at - in_a

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

    def row_of_line(self, side: Side, line: int, *, split: bool) -> int:
        """Return the row that shows line ``line`` (from 0) of one side."""
        rows = self._rows(split=split)
        starts = self._starts[side]
        number = max(bisect_right(starts, line) - 1, 0)
        # Ops without lines of this side share their start with the one that has it.
        while number > 0 and self._size(side, self._ops[number]) == 0:
            number -= 1
        if number >= len(self._ops):
            return 0
        op = self._ops[number]
        start = op.a0 if side is Side.A else op.b0
        below = 0 if split or side is Side.A or op.tag == "equal" else op.a1 - op.a0
        inside = min(max(line - start, 0), max(self._size(side, op) - 1, 0))
        return rows[number] + below + inside

    def hits(self, wanted: str) -> list[tuple[Side, int]]:
        """Return the lines that ``wanted`` stands in, in order; equal lines are there once."""
        if not wanted:
            return []
        found = [(Side.A, line) for line in self.found(Side.A, wanted)]
        found += [(Side.B, line) for line in self.found(Side.B, wanted) if self._is_changed(line)]
        return sorted(found, key=lambda hit: self.row_of_line(*hit, split=False))

    def _is_changed(self, line_b: int) -> bool:
        row = self.row_of_line(Side.B, line_b, split=False)
        return self.lines(row, split=False)[0] is not Change.EQUAL

    @staticmethod
    def _size(side: Side, op: Op) -> int:
        return op.a1 - op.a0 if side is Side.A else op.b1 - op.b0

    def _beside(self, at: int, *, split: bool) -> tuple[int | None, int | None]:
        """Return the lines of a changed row, and those they are compared with."""
        rows = self._rows(split=split)
        number = bisect_right(rows, at) - 1
        op, at = self._ops[number], at - rows[number]
        in_a, in_b = op.a1 - op.a0, op.b1 - op.b0
        if not split and at >= in_a:
            at -= in_a
        return (op.a0 + at if at < in_a else None, op.b0 + at if at < in_b else None)

    def _rows(self, *, split: bool) -> list[int]:
        return self._split if split else self._unified


def _starts(sizes: Iterable[int]) -> list[int]:
    return [0, *accumulate(sizes)]
