"""What an ELF file says of its code beside the code itself.

Source: System V ABI, Intel386 supplement, chapter 5, "Global Offset Table"; ELF for the Arm
Architecture, "Symbol Values".
"""

from typing import Final

from reprodiff.formats.elf.entries import dynamic, symbols
from reprodiff.formats.elf.imports import imports
from reprodiff.formats.elf.layout import SectionPair
from reprodiff.formats.elf.reader import (
    EM_386,
    EM_ARM,
    SHT_DYNAMIC,
    SHT_DYNSYM,
    SHT_SYMTAB,
    Elf,
)
from reprodiff.formats.elf.words import held_places
from reprodiff.formats.machine.work import Hints

_PLTGOT: Final = 3
_NAME: Final = b"_GLOBAL_OFFSET_TABLE_"


def hints(a: Elf, b: Elf, pairs: list[SectionPair]) -> Hints:
    """Return what is known of the code of two files."""
    made = Hints()
    if a.machine == EM_386:
        made.got = _table(a), _table(b)
    if a.machine == EM_ARM:
        made.thumb = frozenset(
            item.value & ~1
            for section in a.sections
            if section.type in {SHT_SYMTAB, SHT_DYNSYM}
            for item in symbols(a, section)
            if item.type == 2 and item.value & 1
        )
    if any(_asks_otherwise(pair) for pair in pairs):
        made.imports = imports(a), imports(b)
    if a.type == 1:
        for pair in pairs:
            if pair.a.code:
                places = tuple(held_places(a, pair.a)), tuple(held_places(b, pair.b))
                if any(places):
                    made.addends[pair.a.index] = places
    return made


def _asks_otherwise(pair: SectionPair) -> bool:
    """Whether code may call other names, so that what it calls through stands elsewhere."""
    if pair.name == ".dynstr":
        return pair.plain_a != pair.plain_b
    return pair.name.startswith((".plt", ".got")) and pair.size_a != pair.size_b


def _table(elf: Elf) -> int:
    """Return the address of the global offset table, 0 if there is none."""
    for section in elf.sections:
        if section.type == SHT_SYMTAB:
            for item in symbols(elf, section):
                if item.name == _NAME and item.section:
                    return item.value
    for section in elf.sections:
        if section.type == SHT_DYNAMIC:
            for entry in dynamic(elf, section):
                if entry.tag == _PLTGOT:
                    return entry.value
    found = elf.named(".got.plt") or elf.named(".got")
    return found.addr if found is not None else 0
