"""Where strings begin and end that no zero parts from each other.

Rust puts strings side by side as they are: what tells them apart is the address of each with the
number of its bytes behind it (a slice), which the loader adjusts.
"""

import struct
from bisect import bisect_right
from typing import Final

from reprodiff.formats.elf.entries import relocations
from reprodiff.formats.elf.reader import SHT_NOBITS, SHT_RELA, Elf, Section
from reprodiff.formats.elf.words import RELATIVE

_LONGEST: Final = 1 << 12
"""Bytes of the longest string that is looked for: as many as a path may have."""


def cuts(elf: Elf, section: Section) -> list[int]:
    """Return the offsets in a section at which slices of it start or stop, in their order."""
    found: set[int] = set()
    relative = RELATIVE.get(elf.machine, frozenset())
    homes = sorted(
        (s for s in elf.sections if s.mapped and s.size and s.type != SHT_NOBITS),
        key=lambda s: s.addr,
    )
    starts = [home.addr for home in homes]
    word, form = elf.word, struct.Struct(elf.order + ("Q" if elf.bits == 64 else "I"))
    data = bytes(elf.content(section))
    for table in elf.sections:
        if table.type != SHT_RELA or not table.alloc:
            continue
        for item in relocations(elf, table):
            if item.type not in relative or item.addend is None:
                continue
            start = item.addend - section.addr
            at = bisect_right(starts, item.offset) - 1
            if not 0 <= start < len(data) or at < 0:
                continue
            place = homes[at].offset + item.offset + word - homes[at].addr
            if item.offset + 2 * word > homes[at].addr + homes[at].size:
                continue
            if place + word > len(elf.data):
                continue
            size = form.unpack_from(elf.data, place)[0]
            text = data[start : start + size] if 0 < size <= _LONGEST else b""
            if len(text) == size and text and b"\0" not in text:
                found |= {start, start + size}
    return sorted(found)
