"""What an address of an ELF file is called, and what a place in one of its tables is.

For people who read a report: nothing is judged by these names.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from reprodiff.formats.elf.entries import Relocation, Symbol, relocations, symbols
from reprodiff.formats.elf.reader import (
    EM_X86_64,
    PHDR,
    SHDR,
    SHT_DYNSYM,
    SHT_NOBITS,
    SHT_REL,
    SHT_RELA,
    SHT_SYMTAB,
    Elf,
    Section,
)
from reprodiff.formats.elf.symbols import names
from reprodiff.formats.machine.functions import Names

_MOST: Final = 40
"""Characters shown of a string."""
_STUB: Final = 16
"""Bytes of an entry of the procedure linkage table for x86-64."""
# Name, place and size of the fields of a symbol, then of a relocation, by the bits of an address.
_Fields = Sequence[tuple[str, int, int]]
_SYMBOL: Final[dict[int, _Fields]] = {
    64: (("name", 0, 4), ("kind", 4, 1), ("visibility", 5, 1), ("section", 6, 2), ("value", 8, 8),
         ("size", 16, 8)),
    32: (("name", 0, 4), ("value", 4, 4), ("size", 8, 4), ("kind", 12, 1), ("visibility", 13, 1),
         ("section", 14, 2)),
}  # fmt: skip
_RELOCATION: Final[dict[int, _Fields]] = {
    64: (("place", 0, 8), ("symbol and type", 8, 8), ("addend", 16, 8)),
    32: (("place", 0, 4), ("symbol and type", 4, 4), ("addend", 8, 4)),
}
# p_type of the System V ABI, chapter 5, and of elf.h of glibc.
_SEGMENTS: Final = {
    1: "LOAD", 2: "DYNAMIC", 3: "INTERP", 4: "NOTE", 6: "PHDR", 7: "TLS",
    0x6474E550: "GNU_EH_FRAME", 0x6474E551: "GNU_STACK", 0x6474E552: "GNU_RELRO",
    0x6474E553: "GNU_PROPERTY",
}  # fmt: skip
_BINDS: Final = ("local", "global", "weak")
_TYPES: Final = ("untyped", "object", "function", "section", "file", "common", "thread-local")


class Naming:
    """Names for the addresses of one file, read when the first is asked for."""

    def __init__(self, elf: Elf) -> None:
        self._elf = elf
        self._tables: dict[int, list[Symbol]] = {}
        self._moves: dict[int, list[Relocation]] = {}

    @cached_property
    def _names(self) -> Names:
        return names(self._elf)

    @cached_property
    def _slots(self) -> dict[int, str]:
        """Words that the loader fills with the address of a symbol, as .got has them."""
        found: dict[int, str] = {}
        for table in self._elf.sections:
            if table.type in {SHT_REL, SHT_RELA} and table.alloc:
                known = self._symbols(table.link)
                for item in relocations(self._elf, table):
                    if item.symbol < len(known) and known[item.symbol].name:
                        found[item.offset] = _text(known[item.symbol].name)
        return found

    def _symbols(self, index: int) -> list[Symbol]:
        if index not in self._tables:
            table = self._elf.sections[index] if index < len(self._elf.sections) else None
            known = table is not None and table.type in {SHT_SYMTAB, SHT_DYNSYM}
            self._tables[index] = list(symbols(self._elf, table)) if table and known else []
        return self._tables[index]

    def at(self, address: int) -> str:
        """Return the name of what stands at an address, or where that is."""
        section = next((s for s in self._elf.sections
                        if s.mapped and s.addr <= address < s.addr + s.size), None)  # fmt: skip
        if section is None:
            return f"{address:#x}"
        slot = self._slots.get(address)
        if slot is not None:
            return f"the address of {slot} in {section.name}"
        if section.name.startswith(".plt") and (stub := self._stub(section, address)):
            return f"{stub} through {section.name}"
        name = self._names.at(address)
        if name is not None:
            return f"{_text(name)} in {section.name}"
        offset = address - section.addr
        shown = "" if section.code else self._string(section, offset)
        return f"{section.name}+{offset:#x}{shown}"

    def _stub(self, section: Section, address: int) -> str | None:
        """Return what an entry of the procedure linkage table jumps to: jmp [rip + slot]."""
        if self._elf.machine != EM_X86_64:
            return None
        start = (address - section.addr) // _STUB * _STUB
        code = bytes(self._elf.content(section)[start : start + _STUB])
        at = code.find(b"\xff\x25")
        if at < 0 or at + 6 > len(code):
            return None
        move = int.from_bytes(code[at + 2 : at + 6], "little", signed=True)
        return self._slots.get(section.addr + start + at + 6 + move)

    def _string(self, section: Section, offset: int) -> str:
        """Return the string that starts at an offset, quoted, if there is one."""
        if section.type == SHT_NOBITS:
            return ""
        raw = bytes(self._elf.content(section)[offset : offset + _MOST + 1])
        text, end, _ = raw.partition(b"\0")
        if len(text) < 2 or not (end or len(text) > _MOST):
            return ""
        if not all(0x20 <= byte < 0x7F for byte in text):
            return ""
        return f' "{text[:_MOST].decode("ascii")}{"" if end else "…"}"'

    def header(self, at: int) -> tuple[str, int, int] | None:
        """Return what a place of the file in a table of headers is called; as :meth:`entry`."""
        elf = self._elf
        known = [(f"section header {each.name}" if each.name else f"section header {each.index}",
                  each.header, SHDR[elf.bits]) for each in elf.sections]  # fmt: skip
        known += [(f"program header {_SEGMENTS.get(each.type, each.index)}", each.header,
                   PHDR[elf.bits]) for each in elf.segments]  # fmt: skip
        for label, span, layout in known:
            if span.start <= at < span.stop:
                for name, field in layout.items():
                    start = span.start + field.at
                    if start <= at < start + field.size:
                        return f"{label}: {name}", start, field.size
        return None

    def entry(self, section: Section, offset: int) -> tuple[str, int, int] | None:
        """Return what a place in a table is called, with start and size of the field there.

        ``None`` if the section is no table of symbols, relocations or addresses of symbols.
        """
        bits = self._elf.bits
        fields: _Fields
        if section.type in {SHT_SYMTAB, SHT_DYNSYM}:
            fields, size = _SYMBOL[bits], 24 if bits == 64 else 16
            known = self._symbols(section.index)
            number = offset // size
            name = _text(known[number].name) if number < len(known) else ""
            label = f"{section.name} {name or f'symbol {number}'}"
        elif section.type in {SHT_REL, SHT_RELA}:
            fields = _RELOCATION[bits]
            size = (3 if section.type == SHT_RELA else 2) * bits // 8
            number = offset // size
            if section.index not in self._moves:
                self._moves[section.index] = list(relocations(self._elf, section))
            if number >= len(self._moves[section.index]):
                return None
            item = self._moves[section.index][number]
            known = self._symbols(section.link)
            named = _text(known[item.symbol].name) if item.symbol < len(known) else ""
            label = f"{section.name} entry {number} for {named or hex(item.offset)}"
        elif section.name.startswith(".got") and section.mapped:
            size = bits // 8
            number = offset // size
            slot = self._slots.get(section.addr + number * size)
            if slot is None:
                return None
            fields, label = (("slot", 0, size),), f"{section.name} {slot}"
        else:
            return None
        inside = offset % size
        for name, at, width in fields:
            if at <= inside < at + width:
                return f"{label}: {name}", number * size + at, width
        return None


def kind(symbol: Symbol) -> str:
    """Return what a symbol says it is, in words."""
    bind = _BINDS[symbol.bind] if symbol.bind < len(_BINDS) else f"bind {symbol.bind}"
    what = _TYPES[symbol.type] if symbol.type < len(_TYPES) else f"type {symbol.type}"
    return f"{bind} {what}"


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
