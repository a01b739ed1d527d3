"""The structure of a COFF object: header, sections, relocations, symbols and their strings.

Source: Microsoft, "PE Format".  An object starts with the COFF header, without a signature; a large
one (/bigobj) and one of an import library start with ``00 00 FF FF``.  Everything is read with
bounds of our own: an object that does not fit is damaged, and no part of it is taken for granted.
"""

import struct
from typing import Final, NamedTuple

from reprodiff.errors import DamagedError
from reprodiff.formats.parsing.coffsymbols import MAX_SYMBOLS, Symbol, read_symbols, row_size
from reprodiff.formats.parsing.native import c_string, unpack
from reprodiff.model import Span
from reprodiff.records import dataclass

MACHINES: Final = {0x14C, 0x8664, 0x1C0, 0x1C4, 0xAA64, 0xA641, 0xA64E}
CODE: Final = 0x2000_0020  # IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_CNT_CODE
BARE: Final = 0x80  # IMAGE_SCN_CNT_UNINITIALIZED_DATA
COMDAT: Final = 0x1000
WRITE: Final = 0x8000_0000
_MORE_RELOCATIONS: Final = 0x0100_0000  # IMAGE_SCN_LNK_NRELOC_OVFL
ASSOCIATIVE: Final = 5
"""Selection of a section that is kept if another one is."""

_HEAD: Final = struct.Struct("<HHIIIHH")
_LARGE: Final = struct.Struct("<HHHHI16sIIIIIII")
_LARGE_ID: Final = bytes.fromhex("c7a1bad1eebaa94baf20faf66aa4dcb8")
_SHORT: Final = struct.Struct("<HHHHIIHH")
_SECTION: Final = struct.Struct("<8sIIIIIIHHI")
RELOCATION: Final = struct.Struct("<IIH")
_MAX_SECTIONS: Final = 100_000


class Section(NamedTuple):
    """A section; ``number`` counts from one, ``header`` is where its header stands."""

    number: int
    name: bytes
    size: int
    body: Span
    relocations: Span
    lines: Span
    flags: int
    header: int
    counted: bool
    """Whether the first relocation only says how many there are."""

    @property
    def bare(self) -> bool:
        """Whether it has no bytes in the file."""
        return not self.body.size


class Definition(NamedTuple):
    """What the auxiliary record of a section's symbol says of it."""

    length: int
    relocations: int
    checksum: int
    number: int
    selection: int


class Relocation(NamedTuple):
    """A relocation: where in its section, by which symbol, of what type; ``at`` in the file."""

    offset: int
    symbol: int
    type: int
    at: int


@dataclass(frozen=True, slots=True)
class Object:
    """A COFF object, taken apart."""

    data: memoryview
    large: bool
    machine: int
    stamp: Span
    head: int
    """Bytes of the header in front of the section headers."""
    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...]
    table: Span
    strings: Span

    @property
    def row(self) -> int:
        """Bytes of a record of the symbol table."""
        return row_size(large=self.large)

    @property
    def headers_end(self) -> int:
        """Where the section headers end."""
        return self.head + _SECTION.size * len(self.sections)

    def body(self, section: Section) -> bytes:
        """Return the bytes of a section."""
        return bytes(self.data[section.body.start : section.body.stop])

    def relocations(self, section: Section) -> list[Relocation]:
        """Return the relocations of a section, without the one that counts them."""
        start, stop = section.relocations
        raw = self.data[start:stop]
        found = [
            Relocation(place, symbol, type_, start + RELOCATION.size * number)
            for number, (place, symbol, type_) in enumerate(RELOCATION.iter_unpack(raw))
        ]
        return found[1:] if section.counted else found

    def section(self, number: int) -> Section | None:
        """Return a section by its number; ``None`` if there is none."""
        return self.sections[number - 1] if 0 < number <= len(self.sections) else None

    def definition(self, symbol: Symbol) -> Definition:
        """Return what the symbol of a section says of it."""
        length, count, _lines, checksum, number, selection, high = struct.unpack_from(
            "<IHHIHBxH", symbol.more
        )
        number |= high << 16 if self.large else 0
        return Definition(length, count, checksum, number, selection)


def kind(data: memoryview) -> str:
    """Return ``object``, ``large``, ``short`` (of an import library), or nothing.

    There is no magic number: what the header says must fit the size of the file.
    """
    head = unpack(_HEAD, data, 0)
    if head is None:
        return ""
    if head[:2] == (0, 0xFFFF):
        short = unpack(_SHORT, data, 0)
        if short and not short[2] and 20 + short[5] == len(data):
            return "short"
        large = len(data) >= _LARGE.size and bytes(data[12:28]) == _LARGE_ID and head[2] & 0xFFFF
        return "large" if large and large >= 2 else ""
    machine, sections, _time, symbols, count, optional, _flags = head
    fits = 20 + _SECTION.size * sections <= len(data) and symbols + 18 * count <= len(data)
    return "object" if machine in MACHINES and not optional and sections and fits else ""


def is_whole(data: memoryview) -> bool:
    """Whether what the header tells ends with the file: with the strings of the symbols."""
    found = kind(data)
    if found not in {"object", "large"}:
        return found == "short"
    at, row = (48, 20) if found == "large" else (8, 18)
    place, rows = struct.unpack_from("<II", data, at)
    stop = place + row * rows
    size = int.from_bytes(data[stop : stop + 4], "little")
    return bool(place) and size >= 4 and stop + size == len(data)


def read_object(data: memoryview) -> Object:
    """Read an object; raises :class:`DamagedError` if it does not fit into its file."""
    large = kind(data) == "large"
    if large:
        head = _LARGE.size
        _, _, _, machine, _, _, _, _, _, _, count, place, rows = _LARGE.unpack_from(data)
        stamp = Span(8, 12)
    else:
        head = _HEAD.size
        machine, count, _, place, rows, _, _ = _HEAD.unpack_from(data)
        stamp = Span(4, 8)
    if count > _MAX_SECTIONS or rows > MAX_SYMBOLS:
        raise DamagedError("there are more sections or symbols than objects have")
    size = row_size(large=large)
    table = Span(place, place + size * rows) if place else Span(len(data), len(data))
    if head + _SECTION.size * count > len(data) or table.stop > len(data):
        raise DamagedError("the tables of the object run past its end")
    strings = _strings(data, table)
    sections = tuple(_section(data, head, number, strings) for number in range(count))
    symbols = tuple(_symbols(data, table, strings, large=large))
    return Object(data, large, machine, stamp, head, sections, symbols, table, strings)


def _strings(data: memoryview, table: Span) -> Span:
    """Return the place of the strings, which start with their size and end the file."""
    size = int.from_bytes(data[table.stop : table.stop + 4], "little")
    if table.stop == len(data):
        return Span(table.stop, table.stop)
    if size < 4 or table.stop + size > len(data):
        raise DamagedError("the string table runs past the end of the object")
    return Span(table.stop, table.stop + size)


def _section(data: memoryview, head: int, number: int, strings: Span) -> Section:
    at = head + _SECTION.size * number
    name, _vsize, _rva, size, offset, place, lines, count, rows, flags = _SECTION.unpack_from(
        data, at
    )
    body = Span(0, 0) if flags & BARE or not offset else Span(offset, offset + size)
    counted = bool(flags & _MORE_RELOCATIONS) and count == 0xFFFF
    if counted:
        count = int.from_bytes(data[place : place + 4], "little")
    links = Span(place, place + RELOCATION.size * count) if count else Span(0, 0)
    numbers = Span(lines, lines + 6 * rows) if rows else Span(0, 0)
    if max(body.stop, links.stop, numbers.stop) > len(data):
        raise DamagedError("a section of the object runs past its end", offset=at)
    full = _long_name(data, name, strings)
    return Section(number + 1, full, size, body, links, numbers, flags, at, counted)


def _long_name(data: memoryview, name: bytes, strings: Span) -> bytes:
    """Return a name; ``/4`` is one that stands at 4 in the string table."""
    name = name.rstrip(b"\0")
    if name[:1] == b"/" and name[1:].isdigit():
        found = c_string(data, strings.start + int(name[1:]), strings.stop)
        if found is not None:
            return found
    return name


def _symbols(data: memoryview, table: Span, strings: Span, *, large: bool) -> list[Symbol]:
    found = list(read_symbols(data, table, strings, large=large))
    row = row_size(large=large)
    for last in found[-1:]:
        if last.size < row * (1 + data[last.at + row - 1]):
            message = "an auxiliary record runs past the end of the symbols"
            raise DamagedError(message, offset=last.at)
    return found


class Short(NamedTuple):
    """An object of an import library: which symbol of which library, and by what it is found."""

    stamp: int
    machine: int
    ordinal: int
    flags: int
    symbol: bytes
    library: bytes


def read_short(data: memoryview) -> Short:
    """Read a short object; raises :class:`DamagedError` if its names are not two."""
    _, _, _, machine, stamp, _size, ordinal, flags = _SHORT.unpack_from(data)
    names = bytes(data[_SHORT.size :]).split(b"\0")
    if len(names) < 3 or any(names[3:]) or names[-1]:
        raise DamagedError("the names of an import cannot be read", offset=_SHORT.size)
    return Short(stamp, machine, ordinal, flags, names[0], names[1])


NAMES_AT: Final = _SHORT.size
"""Where the names of a short object start."""
