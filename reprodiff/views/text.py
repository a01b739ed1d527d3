"""Two texts line by line: side by side, or one below the other.

Lines are aligned once; a row is made when it is asked for, so that a text of a million lines
costs what is on the screen.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from reprodiff.formats.parsing.align import align
from reprodiff.formats.parsing.lines import PROBE, Line, decode, is_text, split_lines
from reprodiff.model import Side
from reprodiff.records import dataclass
from reprodiff.views.pieces import Mark, Piece, Pieces, compare, whole
from reprodiff.views.rows import LinePair

MAX_BYTES: Final = 32 << 20
"""Largest side that is shown as text; some 0.5 s and 400 MB for both."""
_CACHED: Final = 1024


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

    def found(self, wanted: str) -> Iterator[int]:
        """Yield the numbers of the lines that ``wanted`` stands in, in any case."""
        raw = wanted.encode(self.encoding, "surrogateescape").removeprefix(b"\xef\xbb\xbf")
        before = -1
        for match in re.finditer(re.escape(raw), self.data, re.IGNORECASE):
            number = self.line_at(match.start())
            if number != before:
                before = number
                yield number


def readable(data: memoryview) -> bool:
    """Whether ``data`` is text and small enough to be shown as such."""
    return len(data) <= MAX_BYTES and is_text(bytes(data[:PROBE]))


class TextPair(LinePair):
    """Two texts, aligned; ``python`` lets a coding cookie name the encoding."""

    def __init__(self, a: memoryview, b: memoryview, *, python: bool = False) -> None:
        self._a, self._b = _text(a, python=python), _text(b, python=python)
        super().__init__(align(self._a.elements(), self._b.elements()))
        self._compare = lru_cache(_CACHED)(self._compare_lines)

    def line_count(self, side: Side) -> int:
        """Return the number of lines of one side."""
        return len(self._text(side).lines)

    def label(self, side: Side, line: int) -> str:
        """Return the number of a line, from 1."""
        del side
        return str(line + 1)

    def raw(self, side: Side, line: int) -> str:
        """Return a line without its ending, as it is in the file."""
        return self._text(side).body(line)

    def found(self, side: Side, wanted: str) -> Iterator[int]:
        """Yield the lines of one side that ``wanted`` stands in, in any case, in order."""
        try:
            yield from self._text(side).found(wanted)
        except (UnicodeEncodeError, LookupError):
            return  # what the encoding has no characters for is not there

    def line_at(self, side: Side, offset: int) -> int:
        """Return the line (from 0) that the byte at ``offset`` of one side is in."""
        return self._text(side).line_at(offset)

    def _text(self, side: Side) -> _Text:
        return self._a if side is Side.A else self._b

    def _equal(self, line_a: int, line_b: int) -> tuple[Pieces, Pieces]:
        del line_b
        pieces = whole(self._a.body(line_a))
        return pieces, pieces

    def _compared(self, line_a: int | None, line_b: int | None) -> tuple[Pieces, Pieces]:
        return self._compare(line_a, line_b)

    def _compare_lines(self, line_a: int | None, line_b: int | None) -> tuple[Pieces, Pieces]:
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
