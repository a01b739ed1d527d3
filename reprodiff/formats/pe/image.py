"""The structure of a Portable Executable: headers, sections, data directories.

Source: Microsoft, "PE Format".  Everything is read with bounds of our own; what does not fit is
said in ``Image.damage``, and never followed.
"""

import struct
from bisect import bisect_right
from typing import Final, NamedTuple

from reprodiff.errors import DamagedError
from reprodiff.formats.parsing.native import unpack
from reprodiff.model import Span
from reprodiff.records import dataclass

_COFF: Final = struct.Struct("<HHIIIHH")
_SECTION: Final = struct.Struct("<8sIIIIIIHHI")
_WORD: Final = struct.Struct("<I")
_TWO: Final = struct.Struct("<II")
_LONG: Final = struct.Struct("<Q")

DIRECTORY_NAMES: Final = (
    *("export", "import", "resource", "exception", "security", "base relocation", "debug"),
    *("architecture", "global pointer", "TLS", "load config", "bound import", "IAT"),
    *("delay import", "CLR", "reserved"),
)
EXPORT, IMPORT, RESOURCE, EXCEPTION, SECURITY, RELOCATION, DEBUG = range(7)
TLS, LOAD_CONFIG, IAT, DELAY = 9, 10, 12, 13

_CODE: Final = 0x2000_0020  # IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_CNT_CODE

# (name, offset, width) of the fields that stand at the same place in PE32 and PE32+.
_COFF_FIELDS: Final = (
    ("machine", 0, 2),
    ("number of sections", 2, 2),
    ("symbol table", 8, 8),
    ("size of the optional header", 16, 2),
    ("characteristics", 18, 2),
)
_OPTIONAL_FIELDS: Final = (
    ("magic", 0, 2),
    ("size of code", 4, 4),
    ("size of initialised data", 8, 4),
    ("size of uninitialised data", 12, 4),
    ("entry point", 16, 4),
    ("base of code", 20, 4),
    ("alignment", 32, 8),
    ("operating system version", 40, 4),
    ("image version", 44, 4),
    ("subsystem version", 48, 4),
    ("reserved", 52, 4),
    ("size of the image", 56, 4),
    ("size of the headers", 60, 4),
    ("subsystem", 68, 2),
    ("DLL characteristics", 70, 2),
)


class Section(NamedTuple):
    """A section: its place in memory (``rva``, ``vsize``) and in the file (``span``)."""

    name: bytes
    rva: int
    vsize: int
    span: Span
    flags: int
    header: int

    @property
    def executable(self) -> bool:
        """Whether it has code, or is mapped as code."""
        return bool(self.flags & _CODE)


@dataclass(frozen=True, slots=True)
class Image:
    """A PE file taken apart as far as its headers go; all places are offsets in the file."""

    data: memoryview
    start: int
    """Where the signature ``PE`` stands."""
    machine: int
    plus: bool
    optional: int
    image_base: Span
    directories: tuple[tuple[int, int], ...]
    directory_table: int
    sections: tuple[Section, ...]
    headers_end: int
    symbols: Span
    """The COFF symbol table with its strings; empty if there is none."""
    damage: tuple[str, ...]
    _by_rva: tuple[tuple[int, int], ...]

    @property
    def stamp(self) -> Span:
        """TimeDateStamp of the COFF header."""
        return Span(self.start + 8, self.start + 12)

    @property
    def linker(self) -> Span:
        """Major and minor version of the linker."""
        return Span(self.optional + 2, self.optional + 4)

    @property
    def checksum(self) -> Span:
        """CheckSum of the optional header."""
        return Span(self.optional + 64, self.optional + 68)

    def word(self, at: int) -> int:
        """Return four bytes at ``at`` as a number; 0 where there are none."""
        found = unpack(_WORD, self.data, at)
        return found[0] if found else 0

    def base(self) -> int:
        """Return ImageBase."""
        raw = bytes(self.data[self.image_base.start : self.image_base.stop])
        return int.from_bytes(raw, "little")

    def directory(self, index: int) -> tuple[int, int]:
        """Return address and size of a data directory; zeros if it is absent."""
        return self.directories[index] if index < len(self.directories) else (0, 0)

    def directory_field(self, index: int) -> Span | None:
        """Return where the header names a data directory."""
        at = self.directory_table + 8 * index
        return Span(at, at + 8) if index < len(self.directories) else None

    def offset(self, rva: int, size: int = 1) -> int | None:
        """Return where ``size`` bytes at an address stand in the file; ``None`` if nowhere."""
        if rva < self.headers_end:
            return rva if rva + size <= self.headers_end else None
        at = bisect_right(self._by_rva, (rva, len(self.sections))) - 1
        if at < 0:
            return None
        section = self.sections[self._by_rva[at][1]]
        inner = rva - section.rva
        return section.span.start + inner if inner + size <= section.span.size else None

    def address(self, at: int) -> int | None:
        """Return the address, relative to ImageBase, that a place in the file is loaded at."""
        for section in self.sections:
            if section.span.start <= at < section.span.stop:
                return section.rva + at - section.span.start
        return None

    def in_code(self, at: int) -> bool:
        """Whether a place in the file is mapped as code: no table may claim bytes there."""
        return any(s.executable and s.span.start <= at < s.span.stop for s in self.sections)

    def fields(self) -> list[tuple[str, Span]]:
        """Return the header fields that have no kind of fact of their own, with their places."""
        coff = self.start + 4
        named = [(name, Span(coff + at, coff + at + n)) for name, at, n in _COFF_FIELDS]
        named += [
            (name, Span(self.optional + at, self.optional + at + n))
            for name, at, n in _OPTIONAL_FIELDS
        ]
        first = self.optional + 72
        named.append(("stack and heap", Span(first, max(first, self.directory_table))))
        for index in range(len(self.directories)):
            at = self.directory_table + 8 * index
            named.append((f"{DIRECTORY_NAMES[index]} directory", Span(at, at + 8)))
        return named


def is_pe(data: memoryview) -> bool:
    """Whether ``data`` is a PE file: ``MZ``, and the signature where the header says."""
    if len(data) < 64 or bytes(data[:2]) != b"MZ":
        return False
    at = int.from_bytes(data[60:64], "little")
    return at >= 4 and bytes(data[at : at + 4]) == b"PE\0\0"


def read_image(data: memoryview) -> Image:
    """Read the headers; raises :class:`DamagedError` where there is no image at all."""
    if not is_pe(data):
        raise DamagedError("it is no PE file")
    start = int.from_bytes(data[60:64], "little")
    coff = unpack(_COFF, data, start + 4)
    if coff is None:
        raise DamagedError("the COFF header runs past the end of the file", offset=start)
    machine, count, _stamp, symbols, symbol_count, optional_size, _flags = coff
    optional = start + 24
    magic = int.from_bytes(data[optional : optional + 2], "little")
    if magic not in {0x10B, 0x20B} or optional + 96 > len(data):
        raise DamagedError("the optional header is not that of an image", offset=optional)
    plus = magic == 0x20B
    damage: list[str] = []
    table = optional + (112 if plus else 96)
    directories = _directories(data, table, optional + optional_size, damage)
    headers_end = min(int.from_bytes(data[optional + 60 : optional + 64], "little"), len(data))
    image_base = Span(optional + 24, optional + 32) if plus else Span(optional + 28, optional + 32)
    sections = _sections(data, optional + optional_size, count, damage)
    by_rva = tuple(sorted((section.rva, at) for at, section in enumerate(sections)))
    return Image(
        *(data, start, machine, plus, optional, image_base, directories, table, sections),
        headers_end,
        _symbols(data, symbols, symbol_count, damage),
        tuple(dict.fromkeys(damage)),
        by_rva,
    )


def _directories(
    data: memoryview, table: int, stop: int, damage: list[str]
) -> tuple[tuple[int, int], ...]:
    counted = unpack(_WORD, data, table - 4)
    count = min(counted[0] if counted else 0, len(DIRECTORY_NAMES))
    found: list[tuple[int, int]] = []
    for index in range(count):
        pair = unpack(_TWO, data, table + 8 * index)
        if pair is None or table + 8 * index + 8 > stop:
            damage.append("the data directories run past the optional header")
            break
        found.append((pair[0], pair[1]))
    return tuple(found)


def _sections(data: memoryview, table: int, count: int, damage: list[str]) -> tuple[Section, ...]:
    found: list[Section] = []
    for index in range(count):
        at = table + _SECTION.size * index
        if at + _SECTION.size > len(data):
            damage.append("the section table runs past the end of the file")
            break
        name, vsize, rva, size, offset, *_rest, flags = _SECTION.unpack_from(data, at)
        if not size or not offset:
            span = Span(0, 0)  # nothing of it is in the file
        else:
            span = Span(min(offset, len(data)), min(offset + size, len(data)))
            if offset + size > len(data):
                damage.append("a section runs past the end of the file")
        found.append(Section(name.rstrip(b"\0"), rva, vsize, span, flags, at))
    return tuple(found)


def _symbols(data: memoryview, at: int, count: int, damage: list[str]) -> Span:
    """Return the place of the COFF symbol table (18 bytes each) and the strings behind it.

    A stripped file may have no symbols and strings all the same: long names of sections.
    """
    if not at:
        return Span(0, 0)
    strings = at + 18 * count
    size = unpack(_WORD, data, strings)
    if not count and (size is None or not 4 <= size[0] <= len(data) - strings):
        return Span(0, 0)
    if size is None or strings + size[0] > len(data):
        damage.append("the symbol table runs past the end of the file")
        return Span(0, 0)
    return Span(at, strings + max(size[0], 4))
