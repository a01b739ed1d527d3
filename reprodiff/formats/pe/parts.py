"""A PE image as the address map sees it: its sections with their contents, at their RVAs.

All addresses here are relative to ImageBase, so that another preferred base moves nothing.
"""

from collections.abc import Sequence
from typing import Final

from reprodiff.formats.machine import layout
from reprodiff.formats.machine import work as work_module
from reprodiff.formats.machine.matching import match
from reprodiff.formats.machine.model import (
    AARCH64,
    PADDING,
    STRINGS,
    X86,
    X86_64,
    CoffPart,
    LittleEndian,
)
from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.machine.strings import tile
from reprodiff.formats.parsing.native import c_string
from reprodiff.formats.pe.image import Image, Section
from reprodiff.model import Span
from reprodiff.records import dataclass, replace

_ARCHES: Final = {0x14C: X86, 0x8664: X86_64, 0xAA64: AARCH64}
_TABLES: Final = frozenset(
    {".reloc", ".pdata", ".xdata", ".edata", ".idata", ".rsrc", ".eh_frame", ".didat"}
)
MAX_PARTS: Final = 4096
PARTS: Final = 3
"""What a section may have: bytes, zeros that fill its last block up, zeros in memory only."""


@dataclass(frozen=True, slots=True)
class Part(CoffPart):
    """Bytes of a section: those in the file, or the zeros that follow them in memory."""

    header: int
    """Where its section header stands in the file."""
    executable: bool
    writable: bool
    bare: bool

    @property
    def mapped(self) -> bool:
        """Whether its addresses are its own."""
        return self.alloc

    @property
    def code(self) -> bool:
        """Whether it holds machine instructions."""
        return self.executable and not self.bare

    @property
    def constant(self) -> bool:
        """Whether it is loaded, and neither code nor changed when the program runs."""
        return self.alloc and not self.executable and not self.writable

    @property
    def data(self) -> bool:
        """Whether it holds what the program itself defines."""
        plain = not (self.executable or self.debug or self.name in _TABLES)
        return plain and self.index % PARTS == 0


@dataclass(frozen=True, slots=True)
class File(LittleEndian):
    """An image with its parts."""

    image: Image
    parts: tuple[Part, ...]

    @property
    def arch(self) -> str:
        """The architecture of its code."""
        return _ARCHES.get(self.image.machine, f"machine {self.image.machine:#x}")

    @property
    def bits(self) -> int:
        """Size of an address, in bits."""
        return 64 if self.image.plus else 32


PartPair = layout.SectionPair[Part]
Work = work_module.Work[File]


def read_parts(image: Image) -> File:
    """Cut the sections of an image into parts; a section of another section's bytes is left out."""
    found: list[Part] = []
    stop = 0
    order = sorted(range(len(image.sections)), key=lambda i: image.sections[i].span)
    sound: set[int] = set()
    for index in order:
        span = image.sections[index].span
        if span.size and span.start >= stop:
            sound.add(index)
            stop = span.stop
    for index, section in enumerate(image.sections[:MAX_PARTS]):
        name = _long_name(image, section.name)
        if index in sound:
            found += _filled(section, index, name)
        elif not section.span.size:
            end = Span(0, 0)
            found.append(_part(section, PARTS * index + 2, name, 0, section.vsize, end))
    return File(image, tuple(found))


def _filled(section: Section, index: int, name: str) -> list[Part]:
    """Return the parts of a section with bytes in the file."""
    raw = section.span
    size = section.vsize or raw.size
    inside = min(raw.size, size)
    end = raw.start + inside
    first = PARTS * index
    made = [_part(section, first, name, 0, inside, Span(raw.start, end))]
    if raw.size >= size:
        # Loaded as well, up to the end of a page, and some code refers to it.
        rest = raw.size - inside
        pad = _part(section, first + 1, PADDING + name, inside, rest, Span(end, raw.stop))
        made.append(pad)
    else:
        made.append(_part(section, first + 2, name, inside, size - inside, Span(end, end)))
    return made


def _part(section: Section, index: int, name: str, at: int, size: int, body: Span) -> Part:
    kind = index % PARTS
    return Part(
        index, name, section.rva + at, size, body, section.header,
        executable=section.executable and kind == 0,
        writable=bool(section.flags >> 31), bare=kind == PARTS - 1,
    )  # fmt: skip


def _long_name(image: Image, name: bytes) -> str:
    """Return a name; ``/4`` is one that stands at 4 in the string table of the symbols."""
    if name[:1] == b"/" and name[1:].isdigit() and image.symbols.size:
        count = image.word(image.start + 16)
        at = image.symbols.start + 18 * count + int(name[1:])
        if (found := c_string(image.data, at, image.symbols.stop)) is not None:
            name = found
    return name.decode("utf-8", "surrogateescape")


def pair_parts(a: File, b: File) -> tuple[list[PartPair], list[Part], list[Part]]:
    """Pair the parts of one name, the first with the first; return those of one side, too."""
    pairs, only_a, only_b = match(_whole_names(a, b), _whole_names(b, a))
    return (
        [PartPair(x.name, x, y, _content(a, x), _content(b, y)) for x, y in pairs],
        only_a,
        only_b,
    )


def _whole_names(file: File, other: File) -> Sequence[Part]:
    """Return the parts of a file, those whose names were cut to eight letters with the whole ones.

    A linker that strips has no strings for longer names; the other file says how they go on.
    """
    if file.image.symbols.size:
        return file.parts
    own = {part.name for part in file.parts}
    longer: dict[str, set[str]] = {}
    for part in other.parts:
        if len(name := part.name.removeprefix(PADDING)) > _SHORT and part.name not in own:
            longer.setdefault(part.name[: len(part.name) - len(name) + _SHORT], set()).add(
                part.name
            )
    return [
        replace(part, name=next(iter(names)))
        if len(names := longer.get(part.name, ())) == 1
        else part
        for part in file.parts
    ]


_SHORT: Final = 8


def string_table(a: File, b: File, spans: tuple[Span, Span]) -> PartPair:
    """Return the two string tables as a part of no address; they start with their own size."""
    parts = [
        Part(
            PARTS * MAX_PARTS,
            STRINGS,
            0,
            span.size,
            span,
            0,
            executable=False,
            writable=False,
            bare=False,
        )
        for span in spans
    ]
    pair = PartPair(STRINGS, parts[0], parts[1], _content(a, parts[0]), _content(b, parts[1]))
    pair.settle(
        [
            Piece(0, 0, 4, 4, "words"),
            *(
                piece._replace(a=piece.a + 4, b=piece.b + 4)
                for piece in tile(pair.plain_a[4:], pair.plain_b[4:], only_strings=True)
            ),
        ]
    )
    return pair


def _content(file: File, part: Part) -> bytes:
    return bytes(file.image.data[part.body.start : part.body.stop])


def part_at(parts: Sequence[Part], rva: int) -> Part | None:
    """Return the part with bytes in the file that an address is in."""
    for part in parts:
        if not part.bare and part.addr <= rva < part.addr + part.size:
            return part
    return None
