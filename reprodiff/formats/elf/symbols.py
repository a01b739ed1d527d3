"""Functions of an ELF file: by its symbols, and by what its unwind table covers."""

from reprodiff.formats.elf.entries import symbols
from reprodiff.formats.elf.layout import SectionPair
from reprodiff.formats.elf.reader import EM_ARM, SHT_DYNSYM, SHT_NOBITS, SHT_SYMTAB, Elf, Section
from reprodiff.formats.machine.frames import Bytes, frames
from reprodiff.formats.machine.functions import (
    MAX_FUNCTIONS,
    CodeMap,
    Function,
    Names,
    pair_functions,
    runs,
)


def functions(elf: Elf, section: Section) -> list[Function]:
    """Return what a code section is made of: by symbols and by the unwind table.

    What neither names (start-up code, procedure linkage) is a run of its own.
    """
    size = section.body.size
    start, stop = section.addr, section.addr + size
    found: dict[int, tuple[int, list[bytes]]] = {}
    relocatable = elf.type == 1
    thumb = int(elf.machine == EM_ARM)  # the lowest bit of a function's address says Thumb there
    for table in elf.sections:
        if table.type not in {SHT_SYMTAB, SHT_DYNSYM}:
            continue
        for item in symbols(elf, table):
            if item.type not in {2, 10} or item.section != section.index:
                continue
            value = (item.value & ~thumb) + (start if relocatable else 0)
            if start <= value < stop and len(found) < MAX_FUNCTIONS:
                known = found.setdefault(value - start, (0, []))
                if item.name not in known[1]:
                    known[1].append(item.name)
                found[value - start] = (max(known[0], item.size), known[1])
    if not relocatable:
        _unwound(elf, section, found)
    return runs(found, bytes(elf.content(section)))


def _unwound(elf: Elf, section: Section, found: dict[int, tuple[int, list[bytes]]]) -> None:
    """Add the functions that the unwind table knows."""
    table = elf.named(".eh_frame")
    if table is None or table.type == SHT_NOBITS:
        return
    source = Bytes(bytes(elf.content(table)), table.addr, elf.word, big=elf.big)
    for frame in frames(source):
        if frame.code is None:
            continue
        at = frame.code.value - section.addr
        if 0 <= at < section.body.size:
            known = found.get(at, (0, []))
            found[at] = (known[0] or frame.size, known[1])


def map_code(a: Elf, b: Elf, pair: SectionPair) -> CodeMap:
    """Pair the functions of a code section and build its map."""
    return pair_functions(pair, functions(a, pair.a), functions(b, pair.b))


def names(elf: Elf) -> Names:
    """Return the functions and objects of a file by address."""
    return Names(
        (item.value, item.size, item.name)
        for section in elf.sections
        if section.type in {SHT_SYMTAB, SHT_DYNSYM}
        for item in symbols(elf, section)
        if item.type in {1, 2, 10} and item.value and item.size and item.name
    )
