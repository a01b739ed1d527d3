"""What a source of lines is, and the two simplest."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from rich.cells import cell_len

from reprodiff.tui.chunks import Chunk, Line


class View(StrEnum):
    """A way to look at evidence."""

    FIELDS = "fields"
    TEXT = "text"
    BYTES = "bytes"


class Layout(NamedTuple):
    """The room for a line: its width, whether A and B share it, how far it is scrolled."""

    cells: int
    split: bool
    shift: int = 0


class Target(NamedTuple):
    """Lines ``first`` to ``last`` (not included) to bring into view, from ``column`` on."""

    first: int
    last: int
    column: int = 0
    anchor: int = 0
    """By which the source finds it again in another layout."""


class Source(ABC):
    """Lines of evidence."""

    view: View
    split: bool = False
    """Whether it can be shown side by side."""

    @abstractmethod
    def height(self, layout: Layout) -> int:
        """Return the number of lines."""

    @abstractmethod
    def line(self, at: int, layout: Layout) -> Line:
        """Return line ``at``; it may be wider or narrower than the room."""

    def start(self, layout: Layout) -> Target | None:  # noqa: ARG002
        """Return what to show first; by default the first line."""
        return None

    def step(self, at: int, direction: int, layout: Layout) -> Target | None:  # noqa: ARG002
        """Return the next (1) or previous (-1) difference, seen from line ``at``."""
        return None

    def again(self, target: Target, layout: Layout) -> Target | None:  # noqa: ARG002
        """Return ``target``, which is of another layout, in this one."""
        return None

    def status(self, target: Target | None, layout: Layout) -> str:  # noqa: ARG002
        """Return where ``target`` is among all differences."""
        return ""


class Messages(Source):
    """A few fixed lines, in place of evidence."""

    def __init__(self, lines: Sequence[str], view: View = View.FIELDS) -> None:
        self._lines = lines
        self.view = view

    def height(self, layout: Layout) -> int:
        """Return the number of lines."""
        return len(self._wrapped(layout))

    def line(self, at: int, layout: Layout) -> Line:
        """Return line ``at``."""
        return self._wrapped(layout)[at]

    def _wrapped(self, layout: Layout) -> list[Line]:
        wide = max(layout.cells - 1, 1)
        return [
            [Chunk(" "), *part]
            for line in self._lines
            for part in wrapped([Chunk(line, "dim")], wide)
        ]


def wrapped(chunks: Line, cells: int) -> list[Line]:
    """Break chunks into lines of at most ``cells``, anywhere: values have no words."""
    lines: list[Line] = [[]]
    left = cells
    for chunk in chunks:
        text = ""
        for char in chunk.text:
            size = cell_len(char)
            if size > left:
                lines[-1].append(Chunk(text, chunk.role))
                lines.append([])
                text, left = "", cells
            text += char
            left -= size
        if text:
            lines[-1].append(Chunk(text, chunk.role))
    return lines
