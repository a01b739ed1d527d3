"""What code of an ELF file calls and reads by name, through words that the loader fills for it.

Where one file asks for more than the other, its words of .got and its entries of .plt stand in
another order and number, and no map of places says which is which: the symbols do.  That goes for
symbols of the file itself as well, where another file may put its own in their place.

Sources: System V ABI, AMD64 supplement, chapter 5, "Procedure Linkage Table"; Linux Standard Base
Core 5.0, "Symbol Versioning".
"""

import re
import struct
from collections.abc import Iterator, Mapping
from typing import Final

from reprodiff.formats.elf.entries import relocations, symbols
from reprodiff.formats.elf.reader import (
    EM_AARCH64,
    EM_X86_64,
    SHT_DYNSYM,
    SHT_GNU_VERNEED,
    SHT_GNU_VERSYM,
    SHT_REL,
    SHT_RELA,
    Elf,
    Section,
)

Import = tuple[bytes, bytes]
"""A symbol, and the version of it that is wanted, if one is named.

Not the library that it is wanted of: the loader takes the first one that has it.
"""

_FILLED: Final = {EM_X86_64: frozenset({6, 7}), EM_AARCH64: frozenset({1025, 1026})}
"""GLOB_DAT and JUMP_SLOT: the address of a symbol, and nothing added to it."""
_STUB: Final = re.compile(rb"(?:\xf3\x0f\x1e\xfa)?\xf2?\xff\x25(?s:(....))")
"""An entry starts with a jump through its word, if need be behind endbr64 and with bnd."""
_SIZE: Final = 8
"""Entries start at multiples of it: they take 16 bytes, those of .plt.got may take 8."""
_BTI, _BR_X17 = 0xD503245F, 0xD61F0220
_ADRP_X16, _LDR_X17 = 0x90000010, 0xF9400211
"""adrp x16, PAGE and ldr x17, [x16, #AT], which start an entry of AArch64."""
_MOST: Final = 1_000_000


def imports(elf: Elf) -> Mapping[int, Import]:
    """Return what is asked for by the address of its word, and of each entry that jumps there.

    Of files for x86-64 and AArch64; of others nothing.
    """
    if elf.machine not in _FILLED or elf.big:
        return {}
    found = dict(_words(elf))
    entries = _entries if elf.machine == EM_X86_64 else _arm_entries
    for section in elf.sections:
        if section.code and section.name.startswith(".plt"):
            found.update(entries(elf, section, dict(found)))
    return found


def _words(elf: Elf) -> Iterator[tuple[int, Import]]:
    filled = _FILLED[elf.machine]
    for table in elf.sections:
        if table.type not in {SHT_REL, SHT_RELA} or not table.alloc:
            continue
        names = elf.sections[table.link] if table.link < len(elf.sections) else None
        if names is None or names.type != SHT_DYNSYM:
            continue
        known = list(symbols(elf, names))
        versions = _versions(elf, names.index)
        for item in relocations(elf, table):
            if item.type in filled and not item.addend and item.symbol < len(known):
                symbol = known[item.symbol]
                if symbol.name:
                    yield item.offset, (symbol.name, versions.get(item.symbol, b""))


def _entries(
    elf: Elf, section: Section, words: Mapping[int, Import]
) -> Iterator[tuple[int, Import]]:
    code = bytes(elf.content(section))
    for at in range(0, min(len(code), _MOST), _SIZE):
        jump = _STUB.match(code, at)
        if jump is not None:
            (move,) = struct.unpack("<i", jump[1])
            known = words.get(section.addr + jump.end() + move)
            if known is not None:
                yield section.addr + at, known


def _arm_entries(
    elf: Elf, section: Section, words: Mapping[int, Import]
) -> Iterator[tuple[int, Import]]:
    content = bytes(elf.content(section))[: 4 * _MOST]
    code = struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])
    for at in range(len(code) - 2):
        page, load = code[at], code[at + 1]
        if page & 0x9F00001F != _ADRP_X16 or load & 0xFFC003FF != _LDR_X17:
            continue
        if _BR_X17 not in code[at + 2 : at + 4]:
            continue
        pages = (page >> 3 & 0x1FFFFC) | page >> 29 & 3
        pages -= (pages & 0x100000) << 1
        place = section.addr + 4 * at
        known = words.get((place & ~0xFFF) + (pages << 12) + (load >> 10 & 0xFFF) * 8)
        if known is not None:
            yield place, known
            if at and code[at - 1] == _BTI:
                yield place - 4, known


def _versions(elf: Elf, table: int) -> Mapping[int, bytes]:
    """Return the versions that are wanted, by the number of the symbol."""
    numbers = next((s for s in elf.sections if s.type == SHT_GNU_VERSYM and s.link == table), None)
    needs = next((s for s in elf.sections if s.type == SHT_GNU_VERNEED), None)
    if numbers is None or needs is None or needs.link >= len(elf.sections):
        return {}
    body, strings = bytes(elf.content(needs)), bytes(elf.content(elf.sections[needs.link]))
    head, entry = struct.Struct(elf.order + "HHIII"), struct.Struct(elf.order + "IHHII")
    wanted: dict[int, bytes] = {}
    at = steps = 0
    while at + head.size <= len(body) and steps < _MOST:
        _, count, _file, first, step = head.unpack_from(body, at)
        inner = at + first
        for _ in range(count):
            steps += 1
            if inner + entry.size > len(body) or steps > _MOST:
                break
            _, _, number, name, more = entry.unpack_from(body, inner)
            wanted[number & 0x7FFF] = _string(strings, name)
            if not more:
                break
            inner += more
        if not step:
            break
        at += step
        steps += 1
    content = bytes(elf.content(numbers))
    known = struct.unpack(f"{elf.order}{len(content) // 2}H", content[: len(content) // 2 * 2])
    return {at: wanted[n & 0x7FFF] for at, n in enumerate(known) if n & 0x7FFF in wanted}


def _string(strings: bytes, at: int) -> bytes:
    stop = strings.find(b"\0", at)
    return strings[at : stop if stop >= 0 else len(strings)]
