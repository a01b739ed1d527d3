"""Notes on probes, which a C++ runtime that is linked in brings along: words that are addresses.

Source: SystemTap, sys/sdt.h.  The description of a note is the address of the probe, that of the
section .stapsdt.base, that of a counter or zero, and three texts.
"""

from typing import Final

from reprodiff.formats.elf.entries import Note, notes
from reprodiff.formats.elf.layout import SectionPair
from reprodiff.formats.elf.tables import Work
from reprodiff.formats.machine.proof import Region

PROBES: Final = ".note.stapsdt"
_NAME: Final = b"stapsdt"
_KIND: Final = 3
_ADDRESSES: Final = 3


def check_probes(work: Work, region: Region, pair: SectionPair) -> None:
    """Check the addresses in the notes; all else in them must be equal."""
    ones, twos = list(notes(work.a, pair.a)), list(notes(work.b, pair.b))
    if len(ones) != len(twos):
        return
    word = work.a.word
    for one, two in zip(ones, twos, strict=True):
        if not (_is_probe(one, word) and _is_probe(two, word)):
            continue
        for number in range(_ADDRESSES):
            at_a, at_b = (note.desc.start + number * word for note in (one, two))
            address_a, address_b = work.a.number(at_a, word), work.b.number(at_b, word)
            good = (not address_a and not address_b) or work.map.follows(address_a, address_b)
            region.word(at_a - region.at_a, at_b - region.at_b, word, good)


def _is_probe(note: Note, word: int) -> bool:
    return (note.name, note.type) == (_NAME, _KIND) and note.desc.size > _ADDRESSES * word
