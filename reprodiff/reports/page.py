"""A page of styled lines: what the text report is put together on.

Every text goes through :func:`~reprodiff.text.plain` here, and none is ever read as markup.
"""

import io
from collections.abc import Sequence

# Loaded only to write a text report.
from rich.cells import cell_len  # noqa: TID253
from rich.console import Console  # noqa: TID253
from rich.text import Text  # noqa: TID253

from reprodiff.records import dataclass, field
from reprodiff.text import plain

Part = tuple[object, str]
"""A value to show, and its style."""

PROSE = 100
"""Widest line of running text, in cells: longer ones are hard to read."""
NARROWEST = 40


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The signs of a page, for terminals that have them and for those that do not."""

    verdict: str = "●"
    alarm: str = "✖"
    review: str = "▲"
    benign: str = "○"
    echo: str = "↳"
    arrow: str = "→"
    bullet: str = "·"
    between: str = " · "
    gap: str = "…"
    bar_left: str = "▕"
    bar_right: str = "▏"
    shades: str = "█▓▒░▞▚▦"


ASCII = Glyphs(
    verdict="*",
    alarm="X",
    review="!",
    benign="o",
    echo="->",
    arrow="->",
    bullet="-",
    between=", ",
    gap="...",
    bar_left="[",
    bar_right="]",
    shades="#=+-:~.",
)
UNICODE = Glyphs()


@dataclass(slots=True)
class Page:
    """Lines as they are put down, and what is known of the place they are for."""

    width: int
    color: bool
    glyphs: Glyphs
    _lines: list[Text] = field(default_factory=list)

    def line(self, *parts: Part, indent: int = 0) -> None:
        """Put down one line; what does not fit into the width goes on below, indented alike."""
        self._wrap(compose(*parts), indent, indent, self.width)

    def prose(self, *parts: Part, indent: int = 0, hang: int = 0) -> None:
        """Put down running text, broken at words; all but its first line stand ``hang`` deeper."""
        text = compose(*parts)
        self._wrap(text, indent, indent + hang, min(self.width, PROSE))

    def items(self, first: Text, items: Sequence[Text], indent: int = 0) -> None:
        """Put down ``first`` and ``items`` side by side; no item is broken in two."""
        line = first
        for item in items:
            if line.plain and indent + line.cell_len + 2 + item.cell_len > self.width:
                self._put(line, indent)
                line = item.copy()
            else:
                line = Text("  ").join([line, item])
        self._put(line, indent)

    def spread(self, left: Text, right: Text, indent: int = 0) -> None:
        """Put ``left`` and ``right`` at the two edges of a line, or on two lines if need be."""
        room = min(self.width, PROSE) - indent - left.cell_len - right.cell_len
        if room >= 2:
            self._put(Text.assemble(left, " " * room, right), indent)
        else:
            self._wrap(left, indent, indent + 2, self.width)
            self._wrap(right, indent + 2, indent + 2, self.width)

    def text(self, text: Text, indent: int = 0) -> None:
        """Put down ``text`` as it is."""
        self._put(text, indent)

    def wrapped(self, text: Text, indent: int = 0) -> None:
        """Put down ``text``, broken where it is too long; nothing if there is nothing in it."""
        if text.plain:
            self._wrap(text, indent, indent, self.width)

    def gap(self) -> None:
        """Put down an empty line, but never two."""
        if self._lines and self._lines[-1].plain:
            self._lines.append(Text())

    def render(self) -> str:
        """Return the page as text; with escape codes only if it has colour."""
        if not self.color:
            return "\n".join(line.plain for line in self._lines).rstrip("\n") + "\n"
        buffer = io.StringIO()
        console = Console(
            file=buffer,
            # What is on a line was fitted when it was put down.
            width=max(self.width, *(line.cell_len for line in self._lines), 1),
            # Sixteen colours: the reader's own, on every terminal the same bytes.
            color_system="standard",
            force_terminal=True,
            no_color=False,
            legacy_windows=False,
            force_jupyter=False,
            markup=False,
            emoji=False,
            highlight=False,
        )
        for line in self._lines:
            console.print(line, no_wrap=True, crop=False, overflow="ignore", soft_wrap=True)
        return buffer.getvalue().rstrip("\n") + "\n"

    def _put(self, text: Text, indent: int) -> None:
        # Spaces at the end of a value are part of it: they stay.
        self._lines.append(Text.assemble(" " * indent, text) if text.plain else Text())

    def _wrap(self, text: Text, first: int, rest: int, width: int) -> None:
        """Put ``text`` down in lines of ``width`` cells."""
        indent = first
        for line in broken(text, max(width - max(first, rest), 1)):
            self._put(line, indent)
            indent = rest


def compose(*parts: Part) -> Text:
    """Return the parts as one safe text."""
    text = Text()
    for value, style in parts:
        text.append(plain(value), style)
    return text


def broken(text: Text, width: int) -> list[Text]:
    """Break ``text`` into lines of at most ``width`` cells: at spaces, else inside of words."""
    lines: list[Text] = []
    content = text.plain
    start = 0
    while start < len(content):
        stop, taken, space = start, 0, -1
        while stop < len(content):
            taken += cell_len(content[stop])
            if taken > width and stop > start:
                break
            if content[stop] == " ":
                space = stop
            stop += 1
        if stop < len(content) and content[stop] != " " and space > start:
            stop = space
        piece = text[start:stop]
        piece.rstrip()
        lines.append(piece)
        start = stop
        while start < len(content) and content[start] == " ":
            start += 1
    return lines or [Text()]
