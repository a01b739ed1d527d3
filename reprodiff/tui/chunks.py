"""Pieces of a drawn line: text and the role it plays, with no colours and no terminal in it.

A role is the name of a component class of the widget that draws the line.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from rich.cells import cell_len, set_cell_size

from reprodiff.model import Confidence, Location, Problem, Severity
from reprodiff.text import plain
from reprodiff.views.fields import INTO, where
from reprodiff.views.pieces import Mark, Pieces


class Chunk(NamedTuple):
    """Text that is safe to show, in one role."""

    text: str
    role: str = "text"


Line = list[Chunk]

CLAIM_COLOURS: Final = 6
"""Claims have one of so many colours, in turn."""
UNCLAIMED: Final = "unclaimed"
"""The role of a byte that differs and that nothing accounts for."""

SIGNS = {Severity.BENIGN: "·", Severity.REVIEW: "◆", Severity.ALARM: "▲"}
"""In front of a severity's word, so that colour is never the only sign."""
CONFIDENCE = {
    Confidence.PROVEN: "checked on the bytes",
    Confidence.LIKELY: "the evidence fits, another cause could leave the same",
    Confidence.POSSIBLE: "one of several explanations",
}


def width(chunks: Iterable[Chunk]) -> int:
    """Return the number of cells that ``chunks`` take."""
    return sum(cell_len(chunk.text) for chunk in chunks)


def fitted(chunks: Iterable[Chunk], cells: int, fill: str = "text") -> Line:
    """Return ``chunks`` cut or filled up to ``cells``; a cut is shown by an ellipsis."""
    line: Line = []
    left = cells
    for chunk in chunks:
        size = cell_len(chunk.text)
        if size > left:
            if left > 0:
                line.append(Chunk(set_cell_size(chunk.text, left - 1) + "…", chunk.role))
            else:
                while line and not cell_len(line[-1].text):
                    line.pop()
                if line:
                    line[-1] = _ended(line[-1])
            return line
        line.append(chunk)
        left -= size
    if left > 0:
        line.append(Chunk(" " * left, fill))
    return line


def _ended(chunk: Chunk) -> Chunk:
    return Chunk(set_cell_size(chunk.text, cell_len(chunk.text) - 1) + "…", chunk.role)


def justified(left: Iterable[Chunk], right: Sequence[Chunk], cells: int) -> Line:
    """Return ``left`` and ``right`` at the two ends of a line; ``left`` gives way."""
    size = width(right)
    if size >= cells:
        return fitted(right, cells)
    return [*fitted(left, cells - size), *right]


def shifted(chunks: Iterable[Chunk], by: int) -> Line:
    """Return ``chunks`` without the first ``by`` cells."""
    line: Line = []
    for chunk in chunks:
        if by <= 0:
            line.append(chunk)
            continue
        size = cell_len(chunk.text)
        if size > by:
            line.append(Chunk(_without(chunk.text, by), chunk.role))
        by -= size
    return line


def _without(text: str, by: int) -> str:
    """Return ``text`` without the first ``by`` cells; half a wide character becomes a space."""
    at = cells = 0
    while cells < by and at < len(text):
        cells += cell_len(text[at])
        at += 1
    return " " * (cells - by) + text[at:]


def marked(pieces: Pieces, role: str, changed: str) -> Line:
    """Return ``pieces`` as chunks, the changed ones in the role ``changed``."""
    roles = {
        Mark.SAME: role,
        Mark.CHANGED: changed,
        Mark.NOTE: "note",
        Mark.FOLLOWS: "follows",
    }
    return [Chunk(piece.text, roles[piece.mark]) for piece in pieces]


def shortened(text: str, cells: int) -> str:
    """Return ``text`` in at most ``cells``, its middle left out: both ends of a path tell most."""
    if cell_len(text) <= cells:
        return text
    if cells < 8:
        return set_cell_size(text, max(cells - 1, 0)) + "…" * (cells > 0)
    tail = text[-(cells * 2 // 3) :]
    while cell_len(tail) > cells * 2 // 3:
        tail = tail[1:]
    return set_cell_size(text, cells - 1 - cell_len(tail)) + "…" + tail


_TAGS: Final = re.compile(
    r"(?<=\.)(?:cpython-|cp|pypy)\d[\w-]*(?=\.(?:so|pyd)$)|(?<=-)[0-9a-f]{8}(?:[0-9a-f]{24})?(?=\.)"
)
"""What stands in the names of modules and vendored libraries and tells nobody which one it is."""


def shortened_path(path: str, cells: int) -> str:
    """Return a path in at most ``cells``: its directories give way first, then the end of its name.

    What libraries are called begins alike only in their directories, and ends alike in their tags:
    those of an interpreter, and the hash that a repair tool puts into a name, go before the rest.
    """
    if cell_len(path) <= cells:
        return path
    folder, _, name = path.rpartition("/")
    rest = cells - cell_len(name)
    if folder and rest >= 2:
        return set_cell_size(folder, rest - 2) + "…/" + name
    if folder and cells >= 16:
        return "…/" + shortened_path(name, cells - 2)
    bare = _TAGS.sub("…", name)
    if bare != name and cell_len(bare) <= cells:
        return bare
    return (
        shortened(name, cells) if cells < 12 else set_cell_size(name, cells - 7) + "…" + name[-6:]
    )


def titled(location: Location, cells: int) -> str:
    """Return a place in at most ``cells``: its path gives way, what is inside it does not."""
    whole = where(location)
    inside = plain(INTO + location.inside) if location.inside else ""
    if cell_len(whole) <= cells or (cell_len(inside) + 12 > cells and "/" not in inside):
        return shortened(whole, cells)
    if cell_len(inside) + 12 > cells:  # a row on another file: what that is called tells most
        head = shortened_path(whole.removesuffix(inside), max(cells // 4, 8))
        return head + INTO + shortened_path(inside.removeprefix(INTO), cells - cell_len(head) - 3)
    return shortened_path(whole.removesuffix(inside), cells - cell_len(inside)) + inside


def size_text(size: int) -> str:
    """Return a number of bytes for people: three digits and a unit."""
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5:
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
    return f"{value:.0f} PB"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number and its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def severity_chunk(severity: Severity) -> Chunk:
    """Return the sign and the word of a severity."""
    return Chunk(f"{SIGNS[severity]} {severity.value}", f"severity-{severity.value}")


def problem_text(problem: Problem) -> str:
    """Return a problem in one line."""
    side = f"{problem.side.upper()} " if problem.side else ""
    place = f"{side}{problem.path}".strip()
    return plain(f"{place}: {problem.message}" if place else problem.message)
