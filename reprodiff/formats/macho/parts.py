"""A Mach-O file as the address map sees it: sections at their addresses, and what is linked in.

In an object file the sections stand one behind the other in one segment without a name, and each
has a table of relocations.  Source: Apple, mach-o/loader.h and mach-o/reloc.h.
"""

import struct
from typing import Final

from reprodiff.formats.machine import layout
from reprodiff.formats.machine import work as work_module
from reprodiff.formats.machine.matching import match
from reprodiff.formats.machine.model import AARCH64, ARM, X86, X86_64, LittleEndian
from reprodiff.formats.macho.image import (
    SEGMENT,
    SEGMENT_64,
    SIGNATURE,
    SYMTAB,
    Command,
    Image,
)
from reprodiff.model import Span
from reprodiff.records import dataclass

_ARCHES: Final = {7: X86, 0x1000007: X86_64, 12: ARM, 0x100000C: AARCH64}
OBJECT: Final = 1
_ZEROFILL: Final = frozenset({1, 12, 18})
_INSTRUCTIONS: Final = 0x8000_0400
_TABLES: Final = frozenset(
    {"__unwind_info", "__compact_unwind", "__eh_frame", "__gcc_except_tab", "__got"}
)
CSTRINGS: Final = 2
MAX_PARTS: Final = 4096
MAX_SEGMENTS: Final = 256
LINKS: Final = "relocations of "
"""What the table of a section's relocations is called, before the section's name."""
DYSYMTAB: Final = 0xB
DYLD_INFO: Final = frozenset({0x22, 0x80000022})
# What a load command leads to in __LINKEDIT, by the offset of its fields.
LINKED: Final = {
    0x1E: "split information",
    0x26: "function starts",
    0x29: "data in code",
    0x2E: "linker optimisation hints",
    0x80000033: "exports trie",
    0x80000034: "chained fixups",
    SIGNATURE: "code signature",
}
INFO: Final = ("rebase", "bind", "weak bind", "lazy bind", "exports")
SYMBOLS, STRINGS, INDIRECT = "symbol table", "string table", "indirect symbols"


@dataclass(frozen=True, slots=True)
class Part:
    """A section, or bytes of __LINKEDIT, which have no address in the map."""

    index: int
    name: str
    addr: int
    size: int
    body: Span
    header: int
    """Where its section header, or the field with its offset, stands."""
    flags: int
    linked: bool = False
    writable: bool = False
    section: int = 0
    """The number of the section, from one on, that this is or has the relocations of."""

    @property
    def kind(self) -> int:
        """The type of a section: S_CSTRING_LITERALS and so on."""
        return self.flags & 0xFF

    @property
    def debug(self) -> bool:
        """Whether it is there for debuggers only."""
        return self.name in {SYMBOLS, STRINGS} or self.name.removeprefix(LINKS).startswith(
            "__DWARF"
        )

    @property
    def alloc(self) -> bool:
        """Whether the program itself may read it."""
        return not (self.linked or self.name.startswith("__DWARF"))

    @property
    def mapped(self) -> bool:
        """Whether its addresses are its own."""
        return not self.linked

    @property
    def code(self) -> bool:
        """Whether it holds machine instructions."""
        return bool(self.flags & _INSTRUCTIONS) and not self.bare and not self.linked

    @property
    def constant(self) -> bool:
        """Whether it is loaded, and neither code nor changed when the program runs."""
        return not (self.linked or self.code or self.writable or self.debug)

    @property
    def bare(self) -> bool:
        """Whether it has no bytes in the file, but zeros in memory."""
        return not self.linked and self.kind in _ZEROFILL

    @property
    def data(self) -> bool:
        """Whether it holds what the program itself defines."""
        plain = not (self.linked or self.code or self.debug)
        return plain and self.name.partition(",")[2] not in _TABLES


@dataclass(frozen=True, slots=True)
class SegmentPlace:
    """A segment: where it is in memory and in the file, and its load command."""

    name: bytes
    addr: int
    size: int
    offset: int
    filesize: int
    command: Command


@dataclass(frozen=True, slots=True)
class File(LittleEndian):
    """An image with its parts."""

    image: Image
    parts: tuple[Part, ...]
    segments: tuple[SegmentPlace, ...]

    @property
    def arch(self) -> str:
        """The architecture of its code."""
        return _ARCHES.get(self.image.cpu, f"cpu {self.image.cpu:#x}")

    @property
    def bits(self) -> int:
        """Size of an address, in bits."""
        return 64 if self.image.wide else 32

    @property
    def object(self) -> bool:
        """Whether it is an object file, not linked yet."""
        return self.image.word(12) == OBJECT

    @property
    def base(self) -> int:
        """Address of the header: what offsets of functions count from."""
        return next((s.addr for s in self.segments if not s.offset and s.filesize), 0)

    def linked(self, name: str) -> bytes:
        """Return some bytes of __LINKEDIT by their name; nothing if there are none."""
        part = next((each for each in self.parts if each.linked and each.name == name), None)
        return b"" if part is None else content(self, part)

    def at(self, offset: int) -> int | None:
        """Return the address that a place in the file is loaded at."""
        for segment in self.segments:
            if segment.offset <= offset < segment.offset + segment.filesize:
                return segment.addr + offset - segment.offset
        return None

    def read(self, address: int, size: int) -> int | None:
        """Return the number at an address, ``None`` if nothing of the file is there."""
        for segment in self.segments:
            inside = address - segment.addr
            if inside >= 0 and inside + size <= segment.filesize:
                at = segment.offset + inside
                raw = self.image.data[at : at + size]
                return int.from_bytes(raw, "little") if len(raw) == size else None
        return None

    def cut(self) -> list[str]:
        """Return what of it runs past the end of the file."""
        return [p.name for p in self.parts if not p.bare and p.body.size != p.size]


PartPair = layout.SectionPair[Part]
Work = work_module.Work[File]


def content(file: File, part: Part) -> bytes:
    """Return the bytes of a part as the file has them."""
    return bytes(file.image.data[part.body.start : part.body.stop])


def read_parts(image: Image) -> File:
    """Cut an image into parts."""
    segments: list[SegmentPlace] = []
    parts: list[Part] = []
    links: list[Part] = []
    kind, head, row = (SEGMENT_64, 72, 80) if image.wide else (SEGMENT, 56, 68)
    for command in image.commands:
        if command.cmd != kind or command.size < head or len(segments) >= MAX_SEGMENTS:
            continue
        name = bytes(image.data[command.at + 8 : command.at + 24]).rstrip(b"\0")
        addr, size, offset, filesize, _most, first, count, _flags = struct.unpack_from(
            "<4Q2i2I" if image.wide else "<4I2i2I", image.data, command.at + 24
        )
        segments.append(SegmentPlace(name, addr, size, offset, filesize, command))
        for number in range(min(count, (command.size - head) // row)):
            if len(parts) < MAX_PARTS:
                at = command.at + head + row * number
                parts.append(_section(image, len(parts), at, writable=bool(first & 2)))
                if image.word(12) == OBJECT:
                    links += _links(image, parts[-1])
    parts += [*_linked(image), *links]
    return File(image, tuple(parts), tuple(segments))


def _section(image: Image, index: int, at: int, *, writable: bool) -> Part:
    own, segment = (bytes(image.data[x : x + 16]).rstrip(b"\0") for x in (at, at + 16))
    form = "<2Q5I" if image.wide else "<7I"
    addr, size, offset, _align, _rel, _count, flags = struct.unpack_from(form, image.data, at + 32)
    name = f"{segment.decode('utf-8', 'replace')},{own.decode('utf-8', 'replace')}"
    start = min(offset, len(image.data))
    body = Span(start, min(offset + size, len(image.data)))
    if flags & 0xFF in _ZEROFILL:
        body = Span(start, start)
    if image.word(12) == OBJECT:
        writable = segment.startswith(b"__DATA")
    return Part(index, name, addr, size, body, at, flags, writable=writable, section=index + 1)


def _links(image: Image, part: Part) -> list[Part]:
    """Return the relocations of a section of an object, if it has any."""
    field = part.header + (56 if image.wide else 48)
    offset, count = image.word(field), image.word(field + 4)
    size = len(image.data)
    body = Span(min(offset, size), min(offset + 8 * count, size))
    name = LINKS + part.name
    index = 2 * MAX_PARTS + part.index
    made = Part(index, name, 0, 8 * count, body, field, 0, linked=True, section=part.section)
    return [made] if count else []


def _linked(image: Image) -> list[Part]:
    wanted: list[tuple[str, int, int, int]] = []
    for command in image.commands:
        at = command.at
        if command.cmd in LINKED and command.size >= 16:
            wanted.append((LINKED[command.cmd], at + 8, image.word(at + 8), image.word(at + 12)))
        elif command.cmd in DYLD_INFO and command.size >= 48:
            wanted += [
                (name, at + 8 + 8 * n, image.word(at + 8 + 8 * n), image.word(at + 12 + 8 * n))
                for n, name in enumerate(INFO)
            ]
        elif command.cmd == SYMTAB and command.size >= 24:
            wanted.append(
                (
                    SYMBOLS,
                    at + 8,
                    image.word(at + 8),
                    (16 if image.wide else 12) * image.word(at + 12),
                )
            )
            wanted.append((STRINGS, at + 16, image.word(at + 16), image.word(at + 20)))
        elif command.cmd == DYSYMTAB and command.size >= 80:
            wanted.append((INDIRECT, at + 56, image.word(at + 56), 4 * image.word(at + 60)))
    size = len(image.data)
    return [
        Part(
            MAX_PARTS + number, name, 0, length,
            Span(min(offset, size), min(offset + length, size)), field, 0, linked=True,
        )
        for number, (name, field, offset, length) in enumerate(wanted)
        if length
    ]  # fmt: skip


def pair_parts(a: File, b: File) -> tuple[list[PartPair], list[Part], list[Part]]:
    """Pair the parts of one name, the first with the first; return those of one side, too."""
    pairs, only_a, only_b = match(a.parts, b.parts)
    return (
        [PartPair(_common(x.name), x, y, content(a, x), content(b, y)) for x, y in pairs],
        only_a,
        only_b,
    )


_CUT: Final = {
    "str_offs": "str_offsets", "gnu_pubn": "gnu_pubnames", "gnu_pubt": "gnu_pubtypes"
}  # fmt: skip
"""What is left of names of debug sections in 16 bytes."""


def _common(name: str) -> str:
    """Return the name that a section of debug information has in other formats."""
    segment, _, own = name.partition(",")
    for start, common in (("__debug_", ".debug_"), ("__apple_", ".apple_")):
        if segment == "__DWARF" and own.startswith(start):
            rest = own.removeprefix(start)
            return common + _CUT.get(rest, rest)
    return name
