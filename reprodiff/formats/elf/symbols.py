"""Functions of an ELF file: by its symbols, and by what its unwind table covers."""

from bisect import bisect_left
from collections.abc import Set as AbstractSet
from typing import Final

from reprodiff.formats.elf.entries import Symbol, symbols
from reprodiff.formats.elf.layout import SectionPair
from reprodiff.formats.elf.reader import (
    EM_ARM,
    PT_TLS,
    SHT_DYNSYM,
    SHT_NOBITS,
    SHT_SYMTAB,
    Elf,
    Section,
)
from reprodiff.formats.machine.frames import Bytes, frames
from reprodiff.formats.machine.functions import (
    MAX_FUNCTIONS,
    CodeMap,
    Function,
    Names,
    name_by_either,
    pair_functions,
    runs,
)
from reprodiff.records import dataclass

_FUNCTIONS: Final = frozenset({2, 10})
"""STT_FUNC and STT_GNU_IFUNC."""
_NAMED: Final = frozenset({1, 2, 10})
"""Those, and STT_OBJECT."""
_THREAD_LOCAL: Final = 6
"""STT_TLS."""


@dataclass(slots=True)
class Starts:
    """Where functions start in a file, whatever section they are in."""

    symbols: dict[int, list[Symbol]]
    """By the number of the section."""
    frames: list[tuple[int, int]]
    """Address and size, as far as the unwind table knows."""


def both_starts(a: Elf, b: Elf) -> tuple[Starts, Starts]:
    """Read the tables of two files, once for all of their sections.

    Where one of them was stripped, the symbols of the other cut nothing: what they name has no
    partner, and the unwind table has the functions of both.
    """
    stripped = _has_functions(a) != _has_functions(b)
    tables = {SHT_DYNSYM} if stripped else {SHT_SYMTAB, SHT_DYNSYM}
    return starts(a, tables), starts(b, tables)


def _has_functions(elf: Elf) -> bool:
    """Whether a file has names of functions for debuggers."""
    return any(
        item.type in _FUNCTIONS
        for table in elf.sections
        if table.type == SHT_SYMTAB
        for item in symbols(elf, table)
    )


def starts(elf: Elf, tables: AbstractSet[int] = frozenset({SHT_SYMTAB, SHT_DYNSYM})) -> Starts:
    """Read the symbol tables and the unwind table of a file, once for all of its sections."""
    found = Starts({}, [])
    for table in elf.sections:
        if table.type in tables:
            for item in symbols(elf, table):
                if item.type in _FUNCTIONS:
                    found.symbols.setdefault(item.section, []).append(item)
    table_of_frames = elf.named(".eh_frame")
    if elf.type == 1 or table_of_frames is None or table_of_frames.type == SHT_NOBITS:
        return found
    content = bytes(elf.content(table_of_frames))
    source = Bytes(content, table_of_frames.addr, elf.word, big=elf.big)
    found.frames += [
        (frame.code.value, frame.size) for frame in frames(source) if frame.code is not None
    ]
    return found


def functions(elf: Elf, section: Section, known: Starts | None = None) -> list[Function]:
    """Return what a code section is made of: by symbols and by the unwind table.

    What neither names (start-up code, procedure linkage) is a run of its own.
    """
    known = starts(elf) if known is None else known
    size = section.body.size
    start, stop = section.addr, section.addr + size
    found: dict[int, tuple[int, list[bytes]]] = {}
    relocatable = elf.type == 1
    thumb = int(elf.machine == EM_ARM)  # the lowest bit of a function's address says Thumb there
    named = known.symbols.get(section.index, ())
    covered = sorted(frame for frame in known.frames if frame[1]) if named else []
    for item in named:
        value = (item.value & ~thumb) + (start if relocatable else 0)
        behind = bisect_left(covered, (value, 0)) - 1
        if behind >= 0 and value < covered[behind][0] + covered[behind][1]:
            continue  # in the middle of a function, as its unwind table has it
        if start <= value < stop and len(found) < MAX_FUNCTIONS:
            size_here, names_here = found.setdefault(value - start, (0, []))
            if item.name not in names_here:
                names_here.append(item.name)
            found[value - start] = (max(size_here, item.size), names_here)
    for address, length in [frame for frame in known.frames if start <= frame[0] < stop]:
        size_here, names_here = found.get(address - start, (0, []))
        found[address - start] = (size_here or length, names_here)
    return runs(found, bytes(elf.content(section)))


def map_code(a: Elf, b: Elf, pair: SectionPair, known: tuple[Starts, Starts]) -> CodeMap:
    """Pair the functions of a code section and build its map."""
    found = pair_functions(pair, functions(a, pair.a, known[0]), functions(b, pair.b, known[1]))
    if _has_functions(a) != _has_functions(b):
        name_by_either(found, (names(a), names(b)))
    return found


def names(elf: Elf) -> Names:
    """Return the functions and objects of a file by address.

    The value of a thread-local one is an offset in what each thread starts with a copy of; what is
    zero there has no bytes, and no addresses of its own.
    """
    local = next((each for each in elf.segments if each.type == PT_TLS), None)
    base, stop = (local.vaddr, local.filesz) if local is not None else (0, 0)
    return Names(
        (item.value + (base if item.type == _THREAD_LOCAL else 0), item.size, item.name)
        for section in elf.sections
        if section.type in {SHT_SYMTAB, SHT_DYNSYM}
        for item in symbols(elf, section)
        if item.size
        and item.name
        and (
            (item.type in _NAMED and item.value)
            or (item.type == _THREAD_LOCAL and item.section and item.value < stop)
        )
    )
