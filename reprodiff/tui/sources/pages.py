"""Running text: headings, paragraphs, lists and code, broken into lines as wide as the room."""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from rich.cells import cell_len

from reprodiff.text import plain
from reprodiff.tui.chunks import Chunk, Line
from reprodiff.tui.sources.base import Layout, Source, View, wrapped


class Shape(Enum):
    """How a block is laid out."""

    HEADING = 0
    TEXT = 1
    CODE = 2
    """As it stands: lines are broken only where there is no more room."""
    BLANK = 3


class Block(NamedTuple):
    """A part of a page; ``lead`` stands before its first line and takes that room in all."""

    shape: Shape
    chunks: Line
    lead: Line


def heading(text: str) -> Block:
    """Return a heading."""
    return Block(Shape.HEADING, [Chunk(text, "heading")], [])


def text(*chunks: Chunk | str, lead: Sequence[Chunk] = ()) -> Block:
    """Return a paragraph."""
    parts = [Chunk(plain(part)) if isinstance(part, str) else part for part in chunks]
    return Block(Shape.TEXT, parts, list(lead))


def bullet(*chunks: Chunk | str) -> Block:
    """Return an item of a list."""
    return text(*chunks, lead=[Chunk("  - ", "dim")])


def paragraphs(prose: str) -> list[Block]:
    """Return prose, its paragraphs parted by empty lines."""
    blocks: list[Block] = []
    for part in prose.split("\n\n"):
        if words := " ".join(part.split()):
            blocks += [BLANK] * bool(blocks) + [text(*quoted(words))]
    return blocks


def quoted(words: str) -> list[Chunk]:
    """Return words of our own documentation, what stands between backticks as code."""
    parts = plain(words).split("`")
    if len(parts) % 2 == 0:
        return [Chunk(plain(words))]
    roles = ("text", "code")
    return [Chunk(part, roles[number % 2]) for number, part in enumerate(parts) if part]


def code(snippet: str) -> list[Block]:
    """Return lines to paste."""
    lines = snippet.expandtabs(4).splitlines() or [""]
    return [
        Block(Shape.CODE, [Chunk(plain(line), "code")], [Chunk("  │ ", "dim")]) for line in lines
    ]


BLANK = Block(Shape.BLANK, [], [])


class Page(Source):
    """Blocks, one below the other."""

    view = View.FIELDS

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._cells = -1
        self._lines: list[Line] = []

    def height(self, layout: Layout) -> int:
        """Return the number of lines."""
        return len(self._flowed(layout))

    def line(self, at: int, layout: Layout) -> Line:
        """Return line ``at``."""
        return self._flowed(layout)[at]

    def _flowed(self, layout: Layout) -> list[Line]:
        if self._cells != layout.cells:
            self._cells = layout.cells
            cells = max(layout.cells - 1, 1)
            self._lines = [line for block in self._blocks for line in _lines(block, cells)]
        return self._lines


def _lines(block: Block, cells: int) -> list[Line]:
    if block.shape is Shape.BLANK:
        return [[]]
    indent = sum(cell_len(chunk.text) for chunk in block.lead)
    room = max(cells - indent, 8)
    parts = wrapped(block.chunks, room) if block.shape is Shape.CODE else flowed(block.chunks, room)
    lines: list[Line] = []
    for number, part in enumerate(parts):
        keep_lead = not number or block.shape is Shape.CODE
        lines.append([*(block.lead if keep_lead else [Chunk(" " * indent)]), *part])
    return lines


def flowed(chunks: Line, cells: int) -> list[Line]:
    """Break chunks into lines of at most ``cells`` at spaces, and anywhere in longer words."""
    lines: list[Line] = [[]]
    left = cells
    for word, role in _words(chunks):
        size = cell_len(word.rstrip(" "))
        if size > left and size <= cells:
            lines.append([])
            left = cells
        if size > cells:
            first, *rest = wrapped([Chunk(word.rstrip(" "), role)], cells)
            if left < cells:
                lines.append([])
            lines[-1] += first
            lines += rest
            left = cells - sum(cell_len(chunk.text) for chunk in lines[-1])
            if word.endswith(" ") and left > 0:
                lines[-1].append(Chunk(" ", role))
                left -= 1
            continue
        if word == " " and left == cells:
            continue
        lines[-1].append(Chunk(word, role))
        left -= cell_len(word)
    return lines


def _words(chunks: Line) -> list[tuple[str, str]]:
    """Return words, each with the space behind it."""
    words: list[tuple[str, str]] = []
    for chunk in chunks:
        parts = chunk.text.split(" ")
        words += [(part + " ", chunk.role) for part in parts[:-1]]
        if parts[-1]:
            words.append((parts[-1], chunk.role))
    return words
