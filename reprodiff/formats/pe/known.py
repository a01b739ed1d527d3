"""What the headers of a PE image lead to: tables at their addresses, and the addresses in them.

Source: Microsoft, "PE Format", and "x64 exception handling" and "ARM64 exception handling" for
unwind information.  Only what lies inside of the file is taken; all loops are bounded.
"""

import struct
from bisect import bisect_left
from typing import Final

from reprodiff.formats.machine.references import Word
from reprodiff.formats.parsing.native import c_string
from reprodiff.formats.pe.image import (
    DEBUG,
    DELAY,
    EXCEPTION,
    EXPORT,
    IMPORT,
    LOAD_CONFIG,
    RESOURCE,
    TLS,
    Image,
)
from reprodiff.formats.pe.pseudo import pseudo_relocations
from reprodiff.formats.pe.tables import CODEVIEW, code_view, debug_entries, relocated
from reprodiff.formats.pe.unwind import arm64_unwind, x64_unwind
from reprodiff.records import dataclass, field

_EXPORT: Final = struct.Struct("<IIHHIIIIIII")
_DESCRIPTOR: Final = struct.Struct("<IIIII")
_DELAY: Final = struct.Struct("<IIIIIIII")
_MAX_IMPORTS: Final = 4096
_MAX_THUNKS: Final = 200_000
_MAX_EXPORTS: Final = 200_000
_MAX_FUNCTIONS: Final = 1_000_000
_MAX_RESOURCES: Final = 100_000
Key = tuple[object, ...]


@dataclass(slots=True)
class Known:
    """Tables and words of one image; all addresses are relative to ImageBase."""

    image: Image
    damage: list[str]
    tables: dict[int, tuple[int, Key]] = field(default_factory=dict)
    """Address -> size and what it is, told without its address."""
    words: dict[int, Word] = field(default_factory=dict)
    strings: set[int] = field(default_factory=set)
    """Addresses of tables that are one string with its NUL."""
    exports: dict[bytes, int] = field(default_factory=dict)
    functions: dict[int, int] = field(default_factory=dict)
    """Start of each function that unwind information knows -> its size."""
    _ordered: list[int] = field(default_factory=list)
    left: int = 3_000_000
    """Steps that may still be taken: tables can overlap, and be linked many times."""

    def spend(self, steps: int = 1) -> bool:
        """Take some steps; return whether there are any left."""
        self.left -= steps
        return self.left > 0

    def between(self, start: int, stop: int) -> list[tuple[int, int, Key]]:
        """Return address, size and key of the tables that start in a range, in order."""
        if len(self._ordered) != len(self.tables):
            self._ordered = sorted(self.tables)
        first = bisect_left(self._ordered, start)
        last = bisect_left(self._ordered, stop)
        return [(rva, *self.tables[rva]) for rva in self._ordered[first:last]]

    def table(self, rva: int, size: int, *key: object) -> int | None:
        """Note a table; return its place in the file, ``None`` if it is not all there."""
        at = self.image.offset(rva, size) if rva and size > 0 else None
        if at is not None:
            self.tables.setdefault(rva, (size, key))
        return at

    def rva(self, at: int, value: int) -> None:
        """Note a word at an address that holds another one."""
        if value:
            self.words[at] = Word(4, value)

    def string(self, rva: int, *key: object) -> bytes | None:
        """Note a string; return it without its NUL."""
        at = self.image.offset(rva) if rva else None
        text = None if at is None else c_string(self.image.data, at, len(self.image.data))
        if text is not None and self.table(rva, len(text) + 1, *key) is not None:
            self.strings.add(rva)
            return text
        return None

    def number(self, rva: int, size: int = 4) -> int | None:
        """Return the number at an address, ``None`` if nothing is there."""
        at = self.image.offset(rva, size)
        if at is None:
            return None
        return int.from_bytes(self.image.data[at : at + size], "little")


def known(image: Image, damage: list[str]) -> Known:
    """Return what the headers of an image lead to; what relocations get wrong is ``damage``."""
    found = Known(image, damage)
    for read in (
        _exports, _imports, _delayed, _debug, _unwind, _resources, _pointers, _guards, _pseudo,
    ):  # fmt: skip
        read(found)
    return found


def _exports(found: Known) -> None:
    rva, size = found.image.directory(EXPORT)
    at = found.table(rva, _EXPORT.size, "export directory") if size else None
    if at is None:
        return
    *_, name, _base, count, names, functions, pointers, ordinals = _EXPORT.unpack_from(
        found.image.data, at
    )
    count, names = min(count, _MAX_EXPORTS), min(names, _MAX_EXPORTS)
    for place, value in ((12, name), (28, functions), (32, pointers), (36, ordinals)):
        found.rva(rva + place, value)
    found.string(name, "export name of the library")
    if found.table(functions, 4 * count, "export addresses") is None:
        return
    addresses = [found.number(functions + 4 * index) or 0 for index in range(count)]
    for index, value in enumerate(addresses):
        found.rva(functions + 4 * index, value)
        if rva <= value < rva + size:
            found.string(value, "forwarder", index)
    if found.table(pointers, 4 * names, "export names") is None:
        return
    found.table(ordinals, 2 * names, "export ordinals")
    for index in range(names):
        place = found.number(pointers + 4 * index) or 0
        found.rva(pointers + 4 * index, place)
        ordinal = found.number(ordinals + 2 * index, 2)
        text = found.string(place, "export", index)
        if text and ordinal is not None and ordinal < count:
            found.exports.setdefault(text, addresses[ordinal])


def _imports(found: Known) -> None:
    rva, size = found.image.directory(IMPORT)
    if not rva or not size:
        return
    number = 0
    for number in range(_MAX_IMPORTS):
        at = found.image.offset(rva + 20 * number, _DESCRIPTOR.size)
        if at is None:
            return
        lookup, _time, _chain, name, thunks = _DESCRIPTOR.unpack_from(found.image.data, at)
        if not name:
            break
        base = rva + 20 * number
        for place, value in ((0, lookup), (12, name), (16, thunks)):
            found.rva(base + place, value)
        found.string(name, "import", number)
        for kind, table in (("lookup", lookup), ("address", thunks)):
            _thunks(found, table, (f"import {kind} table", number))
    found.table(rva, 20 * (number + 1), "import directory")


def _thunks(found: Known, table: int, key: Key) -> None:
    """Note a table of thunks up to its zero, and the names with hints that it leads to."""
    width = 8 if found.image.plus else 4
    high = 1 << 8 * width - 1
    count = 0
    while table and count < _MAX_THUNKS:
        value = found.number(table + width * count, width)
        if value is None or not found.spend():
            return
        count += 1
        if not value:
            break
        if not value & high:
            found.words[table + width * (count - 1)] = Word(width, value)
            place = found.image.offset(value + 2)
            text = place and c_string(found.image.data, place, len(found.image.data))
            if text:
                found.table(value, (len(text) + 4) // 2 * 2, "name", text)
    found.table(table, width * count, *key)


def _delayed(found: Known) -> None:
    rva, size = found.image.directory(DELAY)
    if not rva or not size:
        return
    for number in range(min(size // _DELAY.size, _MAX_IMPORTS)):
        base = rva + _DELAY.size * number
        at = found.table(base, _DELAY.size, "delay import", number)
        if at is None:
            return
        values = _DELAY.unpack_from(found.image.data, at)
        if not values[0] & 1:
            return  # the form before 2002, with absolute addresses
        for index in range(1, 7):
            found.rva(base + 4 * index, values[index])
        found.string(values[1], "delay import name", number)
        _thunks(found, values[4], ("delay import names", number))


def _debug(found: Known) -> None:
    image = found.image
    rva = image.directory(DEBUG)[0]
    entries = debug_entries(image, [])
    if not entries or found.table(rva, 28 * len(entries), "debug directory") is None:
        return
    for number, entry in enumerate(entries):
        base = rva + 28 * number
        address = image.word(entry.at + 20)
        found.rva(base + 20, address)
        if not address or image.offset(address) != entry.data.start or not entry.data.size:
            continue
        view = code_view(image, entry) if entry.type == CODEVIEW else None
        if view is None:
            found.table(address, entry.data.size, "debug data", number)
            continue
        head = view.path_span.start - entry.data.start
        found.table(address, head, "CodeView", number)
        found.string(address + head, "CodeView path", number)


def _unwind(found: Known) -> None:
    rva, size = found.image.directory(EXCEPTION)
    if not rva or not size:
        return
    readers = {0x8664: (12, x64_unwind), 0xAA64: (8, arm64_unwind)}
    width, read = readers.get(found.image.machine, (0, x64_unwind))
    if not width or found.table(rva, size // width * width, "unwind table") is None:
        return
    for number in range(min(size // width, _MAX_FUNCTIONS)):
        read(found, rva + width * number, number)


def _resources(found: Known) -> None:
    """Note the entries of resources that hold the address of their data."""
    rva, size = found.image.directory(RESOURCE)
    if not rva or not size:
        return
    waiting, seen = [0], {0}
    while waiting and len(seen) < _MAX_RESOURCES:
        inner = waiting.pop()
        named, numbered = found.number(rva + inner + 12, 2), found.number(rva + inner + 14, 2)
        if named is None or numbered is None:
            return
        for index in range(named + numbered):
            target = found.number(rva + inner + 16 + 8 * index + 4)
            if target is None or not found.spend():
                return
            place = target & 0x7FFF_FFFF
            if place in seen:
                continue
            seen.add(place)
            if target >> 31:
                waiting.append(place)
            else:
                found.rva(rva + place, found.number(rva + place) or 0)


def _pointers(found: Known) -> None:
    """Note the words that the loader adjusts, and the tables that hold nothing else."""
    base = found.image.base()
    image = found.image
    mask = (1 << (64 if image.plus else 32)) - 1
    for rva, width in relocated(image, found.damage).items():
        value = found.number(rva, width)
        if value is not None:
            found.words[rva] = Word(width, (value - base) & mask, pinned=True)
    rva, size = image.directory(TLS)
    if rva and size:
        found.table(rva, 40 if image.plus else 24, "TLS directory")
    rva, size = image.directory(LOAD_CONFIG)
    if rva and size:
        found.table(rva, found.number(rva) or size, "load configuration")


def _guards(found: Known) -> None:
    """Note the tables of control flow guard: addresses of functions, with a few bytes behind.

    Source: Microsoft, IMAGE_LOAD_CONFIG_DIRECTORY and "PE metadata" of Control Flow Guard.
    """
    rva, size = found.image.directory(LOAD_CONFIG)
    if not rva or not size:
        return
    wide = found.image.plus
    width = 8 if wide else 4
    length = found.number(rva) or 0
    flags = found.number(rva + (0x90 if wide else 0x58)) or 0
    places = {"functions": 0x80, "address takers": 0xA0, "long jumps": 0xB0} if wide else {
        "functions": 0x50, "address takers": 0x68, "long jumps": 0x70,
    }  # fmt: skip
    for name, place in places.items():
        if place + 2 * width > length:
            continue
        table = (found.number(rva + place, width) or 0) - found.image.base()
        count = found.number(rva + place + width, width) or 0
        step = 4 + (flags >> 28)
        if table <= 0 or count > _MAX_FUNCTIONS:
            continue
        if found.table(table, step * count, "guard", name) is not None:
            for index in range(count):
                found.rva(table + step * index, found.number(table + step * index) or 0)


def _pseudo(found: Known) -> None:
    rva, entries = pseudo_relocations(found.image)
    if not entries or found.table(rva, 12 + 12 * len(entries), "pseudo relocations") is None:
        return
    for number, (slot, place) in enumerate(entries):
        found.rva(rva + 12 + 12 * number, slot)
        found.rva(rva + 16 + 12 * number, place)
