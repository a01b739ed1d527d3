"""Constants whose symbols tell where they begin and end: zeros at their edges are their own."""

from collections.abc import Iterator
from typing import Final

from reprodiff.formats.elf.entries import symbols
from reprodiff.formats.elf.layout import SectionPair
from reprodiff.formats.elf.reader import SHT_DYNSYM, SHT_SYMTAB, Elf, Section
from reprodiff.formats.machine.realigned import Known

_OBJECT: Final = 1


def named(a: Elf, b: Elf, pair: SectionPair) -> list[Known]:
    """Return the objects of one name and size in a section of both files, in turn.

    That they stand where their symbols say is for others to prove: a place that no alignment
    makes, behind what is in front of it, counts for nothing.
    """
    ones, twos = dict(_named(a, pair.a)), dict(_named(b, pair.b))
    found = sorted((ones[key], twos[key], key[1]) for key in ones.keys() & twos.keys())
    made: list[Known] = []
    at_a = at_b = 0
    for x, y, size in found:
        if x >= at_a and y >= at_b:
            made.append((x, y, size))
            at_a, at_b = x + size, y + size
    return made


def _named(elf: Elf, section: Section) -> Iterator[tuple[tuple[bytes, int], int]]:
    """Yield name and size of each, and where it is in its section; none of a name of two places."""
    places: dict[tuple[bytes, int], set[int]] = {}
    for table in elf.sections:
        if table.type not in {SHT_SYMTAB, SHT_DYNSYM}:
            continue
        for item in symbols(elf, table):
            if item.type == _OBJECT and item.section == section.index and item.size:
                places.setdefault((item.name, item.size), set()).add(item.value - section.addr)
    for key, found in places.items():
        for at in found if len(found) == 1 else ():
            if 0 <= at <= section.size - key[1]:
                yield key, at
