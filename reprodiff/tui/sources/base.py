"""What a source of lines is, and the two simplest."""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple

from rich.cells import cell_len

from reprodiff.tui.chunks import Chunk, Line

MAX_HITS: Final = 100_000
"""Matches of a search that are kept."""


class View(StrEnum):
    """A way to look at evidence."""

    FIELDS = "fields"
    CODE = "code"
    TEXT = "text"
    NORMAL = "normalised"
    HEADER = "header"
    PARTS = "sections"
    BYTES = "bytes"


class Layout(NamedTuple):
    """The room for a line: its width, whether A and B share it, how far it is scrolled.

    ``wrap`` says whether what is too long goes on in the next line, ``context`` how many lines
    are shown around a change; all of them where it is ``None``.
    """

    cells: int
    split: bool
    shift: int = 0
    wrap: bool = False
    context: int | None = None


class Target(NamedTuple):
    """Lines ``first`` to ``last`` (not included) to bring into view, from ``column`` on."""

    first: int
    last: int
    column: int = 0
    anchor: int = 0
    """By which the source finds it again in another layout."""


class Hits(NamedTuple):
    """Where something was found, for the source that found it: sorted, in order of lines."""

    wanted: str
    places: Sequence[object]
    complete: bool = True
    """Whether these are all; there may be more than are kept."""


NO_HITS: Final = Hits("", ())


SPLIT_FROM: Final = 88
"""Cells that two lines of a text need beside each other."""


class Source(ABC):
    """Lines of evidence."""

    view: View
    split: bool = False
    """Whether it can be shown side by side."""
    can_wrap: bool = False
    """Whether lines that are too long can go on in the next."""
    can_fold: bool = False
    """Whether lines far from any change can be left out."""
    hits: Hits = NO_HITS
    hits_by_line: bool = True
    """Whether what was found must be looked for again in another layout."""
    legend: Line = []
    """Said below the lines, if anything is."""

    @property
    def split_from(self) -> int:
        """Cells from which on A and B stand side by side unless the user says otherwise."""
        return SPLIT_FROM

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

    # -- searching

    def look_for(self, wanted: str, layout: Layout) -> Hits:
        """Return where ``wanted`` stands, in any case; may take a while."""
        low = wanted.casefold()
        found: list[int] = []
        for at in range(self.height(layout)):
            if low in "".join(chunk.text for chunk in self.line(at, layout)).casefold():
                found.append(at)
                if len(found) >= MAX_HITS:
                    return Hits(wanted, found, complete=False)
        return Hits(wanted, found)

    def hit(self, number: int, layout: Layout) -> Target:  # noqa: ARG002
        """Return the lines of a match."""
        at = self.hits.places[number]
        first = at if isinstance(at, int) else 0
        return Target(first, first + 1)

    def hit_from(self, at: int, direction: int, layout: Layout) -> int:
        """Return the number of the next match seen from line ``at``; goes round at the ends.

        ``direction`` is 0 for the first match at ``at`` or behind it.
        """
        count = len(self.hits.places)
        numbers = range(count)
        if direction < 0:
            found = bisect_left(numbers, at, key=lambda n: self.hit(n, layout).first) - 1
        elif direction == 0:
            found = bisect_left(numbers, at, key=lambda n: self.hit(n, layout).first)
        else:
            found = bisect_right(numbers, at, key=lambda n: self.hit(n, layout).first)
        return found % count if count else 0

    def highlighted(self, line: Line) -> Line:
        """Return a line with what is looked for in its own role."""
        return found_in(line, self.hits.wanted)


def found_in(line: Line, wanted: str) -> Line:
    """Return ``line`` with every place of ``wanted`` in the role ``found``."""
    if not wanted:
        return line
    text = "".join(chunk.text for chunk in line)
    low, wanted = text.casefold(), wanted.casefold()
    if wanted not in low or len(low) != len(text):
        return line
    edges: list[int] = []
    at = low.find(wanted)
    while at >= 0:
        edges += [at, at + len(wanted)]
        at = low.find(wanted, at + len(wanted))
    made: Line = []
    at = 0
    for chunk in line:
        stop = at + len(chunk.text)
        cuts = [at, *(edge for edge in edges if at < edge < stop), stop]
        for start, end in pairwise(cuts):
            inside = bisect_right(edges, start) % 2 == 1
            part = chunk.text[start - at : end - at]
            made.append(Chunk(part, "found" if inside else chunk.role))
        at = stop
    return made


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


def wrapped(chunks: Line, cells: int, *, words: bool = False) -> list[Line]:
    """Break chunks into lines of at most ``cells``: anywhere, or behind a space if there is one."""
    text = "".join(chunk.text for chunk in chunks)
    ends: list[int] = []
    start = used = behind = 0
    for at, char in enumerate(text):
        size = cell_len(char)
        if used + size > cells and at > start:
            start = behind if words and behind > start else at
            ends.append(start)
            used = cell_len(text[start:at])
        used += size
        if char == " ":
            behind = at + 1
    lines: list[Line] = []
    first = 0
    for end in [*ends, len(text)]:
        lines.append(_between(chunks, first, end))
        first = end
    return lines


def _between(chunks: Line, first: int, last: int) -> Line:
    """Return the characters from ``first`` to ``last``."""
    line: Line = []
    at = 0
    for text, role in chunks:
        part = text[max(first - at, 0) : max(last - at, 0)]
        if part:
            line.append(Chunk(part, role))
        at += len(text)
    return line
