"""Text cut into pieces that say which part of it is changed, all of it safe to show.

A piece has a mark instead of a colour: the app, a page of HTML and a plain report each decide
what a mark looks like.
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from reprodiff.text import plain

TAB: Final = 4
"""Columns from one tab stop to the next."""
MAX_LINE: Final = 2_000
"""Characters of a line that are shown; of a longer one, those around its change."""
_AROUND: Final = 120
"""Characters kept on both sides of the change in a line that is too long."""
_TOKEN: Final = re.compile(r"\w+|\s+|.", re.DOTALL)


class Mark(StrEnum):
    """What a piece of text is."""

    SAME = "same"
    CHANGED = "changed"
    NOTE = "note"
    """Not from the artifact: what the program says in its place."""
    FOLLOWS = "follows"
    """Differs only because what it refers to stands elsewhere."""


class Piece(NamedTuple):
    """Text that is safe to show, and what it is."""

    text: str
    mark: Mark = Mark.SAME


Pieces = tuple[Piece, ...]


def compare(a: str, b: str) -> tuple[Pieces, Pieces]:
    """Return two texts (raw, one line each) as pieces with what differs between them marked.

    Words are the smallest thing marked: half a word in colour is hard to read.  Texts with little
    in common are marked as a whole between their common ends.
    """
    if a == b:
        return whole(a), whole(b)
    head, tail = _common_ends(a, b)
    if max(len(a), len(b)) > MAX_LINE:
        return _around(a, head, tail), _around(b, head, tail)
    tokens_a, tokens_b = _TOKEN.findall(a), _TOKEN.findall(b)
    from reprodiff.formats.parsing.align import align  # noqa: PLC0415

    ops = align(tokens_a, tokens_b)
    # Lone spaces and dots that happen to be equal are no sign that two texts are related.
    kept = sum(
        len(token)
        for op in ops
        if op.tag == "equal"
        for token in tokens_a[op.a0 : op.a1]
        if token[0].isalnum()
    )
    if kept * 4 < min(len(a), len(b)):
        head -= _word(a[:head][::-1])
        tail -= _word(a[len(a) - tail :])
        return _between(a, head, tail), _between(b, head, tail)
    left: list[tuple[str, Mark]] = []
    right: list[tuple[str, Mark]] = []
    for op in ops:
        mark = Mark.SAME if op.tag == "equal" else Mark.CHANGED
        left.append(("".join(tokens_a[op.a0 : op.a1]), mark))
        right.append(("".join(tokens_b[op.b0 : op.b1]), mark))
    return shown(left), shown(right)


def whole(text: str, mark: Mark = Mark.SAME) -> Pieces:
    """Return raw ``text`` as one piece, cut where it is too long."""
    if len(text) <= MAX_LINE:
        return shown([(text, mark)])
    kept = text[:MAX_LINE]
    return (*shown([(kept, mark)]), _left_out(len(text) - len(kept)))


def shown(parts: Iterable[tuple[str, Mark]]) -> Pieces:
    """Return raw texts as pieces: escaped, tabs made visible, empty ones left out."""
    pieces: list[Piece] = []
    column = 0
    for text, mark in parts:
        if not text:
            continue
        safe = _safe(text, column)
        column += len(safe)
        pieces.append(Piece(safe, mark))
    return tuple(pieces)


def _safe(text: str, column: int) -> str:
    if "\t" not in text:
        return plain(text)
    safe = ""
    for number, part in enumerate(text.split("\t")):
        if number:
            safe += "→" + " " * (TAB - 1 - (column + len(safe)) % TAB)
        safe += plain(part)
    return safe


def _common_ends(a: str, b: str) -> tuple[int, int]:
    size = min(len(a), len(b))
    head = next((at for at in range(size) if a[at] != b[at]), size)
    size -= head
    tail = next((at for at in range(size) if a[-1 - at] != b[-1 - at]), size)
    return head, tail


def _word(text: str) -> int:
    """Return how many characters of a word ``text`` begins with: a part of one is no match."""
    return next((at for at, char in enumerate(text) if not char.isalnum()), len(text))


def _between(text: str, head: int, tail: int) -> Pieces:
    stop = len(text) - tail
    return shown(
        [(text[:head], Mark.SAME), (text[head:stop], Mark.CHANGED), (text[stop:], Mark.SAME)]
    )


def _around(text: str, head: int, tail: int) -> Pieces:
    """Return the change in a long text with a little of what stands around it."""
    stop = len(text) - tail
    start = max(head - _AROUND, 0)
    end = min(stop + _AROUND, len(text))
    middle = text[head : min(stop, head + MAX_LINE)]
    pieces: list[Piece] = []
    if start:
        pieces.append(_left_out(start))
    pieces += shown([(text[start:head], Mark.SAME), (middle, Mark.CHANGED)])
    cut = stop - head - len(middle)
    if cut:
        pieces.append(_left_out(cut))
    pieces += shown([(text[stop:end], Mark.SAME)])
    if end < len(text):
        pieces.append(_left_out(len(text) - end))
    return tuple(pieces)


def _left_out(count: int) -> Piece:
    return Piece(f" … {count:,} more characters … ", Mark.NOTE)


def plain_text(pieces: Sequence[Piece]) -> str:
    """Return the text of ``pieces`` without their marks."""
    return "".join(piece.text for piece in pieces)


def first_change(pieces: Sequence[Piece]) -> int | None:
    """Return the place (in characters) of the first changed piece, ``None`` without one."""
    at = 0
    for piece in pieces:
        if piece.mark is Mark.CHANGED:
            return at
        at += len(piece.text)
    return None
