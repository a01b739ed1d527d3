"""Names that stand where a symbol of type STT_FILE has that of a source, and are none.

GNU ld adds such a symbol with the name of the object where an object has local symbols and none
that names its source: what assemblers make of sources without ``.file``.  rustc names each of its
modules there, and the one with the entries of the allocator by a hash alone.
Source: gABI, chapter 4, "Symbol Table" (STT_FILE).
"""

import re
from typing import Final

from reprodiff.formats.elf.entries import symbols
from reprodiff.formats.elf.layout import SectionPair
from reprodiff.formats.elf.reader import SHT_SYMTAB, Elf

_FILE: Final = 4
_FORMS: Final = (
    re.compile(rb".+\.o", re.DOTALL),
    re.compile(rb".+-cgu\.[0-9]{1,4}", re.DOTALL),
    re.compile(rb"[0-9a-z]{20,25}"),
)


def names_objects(a: Elf, b: Elf, pair: SectionPair, text: bytes) -> bool:
    """Whether a string of the table in A is the name of an object, and all such in B are.

    No other symbol, on either side, may have a name of that form.
    """
    form = next((form for form in _FORMS if form.fullmatch(text)), None)
    if form is None:
        return False
    files, others = _names(a, pair.a.index, form)
    return text in files and not (others or _names(b, pair.b.index, form)[1])


def _names(elf: Elf, strings: int, form: re.Pattern[bytes]) -> tuple[set[bytes], set[bytes]]:
    """Return the names of a form: those of files, and those of anything else."""
    found: tuple[set[bytes], set[bytes]] = (set(), set())
    for table in elf.sections:
        if table.link != strings:
            continue
        if table.type != SHT_SYMTAB:
            # Something else has its names here, too.
            return set(), {b"?"}
        for symbol in symbols(elf, table):
            if form.fullmatch(symbol.name):
                found[symbol.type != _FILE].add(symbol.name)
    return found
