"""The entries of an ELF file's tables: symbols, relocations, the dynamic table, notes.

Source: System V ABI (gABI), chapters 4 and 5.
"""

import struct
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

from reprodiff.formats.elf.reader import SHT_RELA, Elf, Section
from reprodiff.model import Span


class Symbol(NamedTuple):
    """An entry of a symbol table; ``at`` is its place in the file."""

    name: bytes
    name_at: int
    value: int
    size: int
    info: int
    other: int
    section: int
    at: int

    @property
    def type(self) -> int:
        """0 none, 1 object, 2 function, 3 section, 4 file, 6 thread-local, 10 indirect function."""
        return self.info & 15

    @property
    def bind(self) -> int:
        """0 local, 1 global, 2 weak."""
        return self.info >> 4


MAX_SYMBOLS: Final = 4_000_000
_new: Final = tuple.__new__
"""Entries come by the hundred thousand: at two thirds of the cost of their classes' own."""


_KEPT: Final = 2 << 20
"""Bytes of a table whose entries are kept: several checks of one pair of files ask for them."""


def symbols(elf: Elf, section: Section) -> Iterable[Symbol]:
    """Return the symbols of a table; a name outside of its strings is empty."""
    strings = b""
    if section.link < len(elf.sections):
        strings = bytes(elf.content(elf.sections[section.link]))
    body = elf.content(section)
    found = _symbols if len(body) <= _KEPT else _read_symbols
    return found(bytes(body), strings, section.body.start, elf.bits, elf.order)


@lru_cache(maxsize=4)  # those for the loader and for debuggers, of two files
def _symbols(*source: Any) -> tuple[Symbol, ...]:  # noqa: ANN401
    return tuple(_read_symbols(*source))


def _read_symbols(body: bytes, strings: bytes, at: int, bits: int, order: str) -> Iterator[Symbol]:
    form = struct.Struct(order + ("IBBHQQ" if bits == 64 else "IIIBBH"))
    whole = min(len(body) // form.size, MAX_SYMBOLS) * form.size
    for item in form.iter_unpack(body[:whole]):
        if bits == 64:
            name, info, other, shndx, value, size = item
        else:
            name, value, size, info, other, shndx = item
        stop = strings.find(b"\0", name) if name else name
        text = strings[name : stop if stop >= 0 else len(strings)]
        yield _new(Symbol, (text, name, value, size, info, other, shndx, at))
        at += form.size


class Relocation(NamedTuple):
    """An entry of a relocation table; without an addend of its own it has none here."""

    offset: int
    type: int
    symbol: int
    addend: int | None
    at: int


def relocations(elf: Elf, section: Section) -> Iterator[Relocation]:
    """Yield the entries of a REL or RELA table."""
    rela = section.type == SHT_RELA
    word = "Qq" if elf.bits == 64 else "Ii"
    form = struct.Struct(elf.order + word[0] * 2 + (word[1] if rela else ""))
    body = elf.content(section)
    whole = len(body) // form.size * form.size
    at = section.body.start
    shift, mask = (32, 0xFFFFFFFF) if elf.bits == 64 else (8, 0xFF)
    for item in form.iter_unpack(body[:whole]):
        addend = item[2] if rela else None
        yield _new(Relocation, (item[0], item[1] & mask, item[1] >> shift, addend, at))
        at += form.size


class DynamicEntry(NamedTuple):
    """An entry of the dynamic table."""

    tag: int
    value: int
    at: int


def dynamic(elf: Elf, section: Section) -> list[DynamicEntry]:
    """Return the entries of the dynamic table up to its first DT_NULL, which is included."""
    size = elf.word
    found: list[DynamicEntry] = []
    body = section.body
    for at in range(body.start, body.stop - 2 * size + 1, 2 * size):
        entry = DynamicEntry(elf.number(at, size), elf.number(at + size, size), at)
        found.append(entry)
        if not entry.tag:
            break
    return found


class Note(NamedTuple):
    """A note; ``desc`` is the place of its content in the file."""

    name: bytes
    type: int
    desc: Span


def notes(elf: Elf, section: Section) -> Iterator[Note]:
    """Yield the notes of a section; stops at the first that does not fit."""
    at, stop = section.body
    step = 8 if section.align == 8 else 4
    while at + 12 <= stop:
        name_size, desc_size = elf.number(at, 4), elf.number(at + 4, 4)
        name = at + 12
        desc = name + -(-name_size // step) * step if step == 4 else -(-(name + name_size) // 8) * 8
        if desc + desc_size > stop:
            return
        yield Note(
            bytes(elf.data[name : name + name_size]).rstrip(b"\0"),
            elf.number(at + 8, 4),
            Span(desc, desc + desc_size),
        )
        at = desc + -(-desc_size // step) * step


_PROPERTIES: Final = {
    0xC0000002: "features", 0xC0008002: "needs", 0xC0010002: "uses", 0xC0008000: "needs (old)",
    0xC0010000: "uses (old)",
}  # fmt: skip
_LEVELS: Final = ("x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4")


def properties(elf: Elf, section: Section) -> str:
    """Return what a property note says, in words (Linux Extensions to gABI, section 2.1.5)."""
    found: list[str] = []
    for note in notes(elf, section):
        at = note.desc.start
        while note.type == 5 and at + 8 <= note.desc.stop:
            kind, size = elf.number(at, 4), elf.number(at + 4, 4)
            value = elf.number(at + 8, min(size, 8))
            name = _PROPERTIES.get(kind, f"{kind:#x}")
            if kind in {0xC0008002, 0xC0010002}:
                levels = [level for bit, level in enumerate(_LEVELS) if value >> bit & 1]
                found.append(f"{name} {', '.join(levels) or f'{value:#x}'}")
            else:
                found.append(f"{name} {value:#x}")
            at += 8 + -(-size // elf.word) * elf.word
    return "; ".join(found)
