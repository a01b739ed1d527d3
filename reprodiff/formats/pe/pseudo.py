"""The list by which MinGW's start-up code adjusts what linkers for Windows cannot.

A variable of another library has an address only when the program runs.  Where data holds such an
address at once, the linker notes the place in a list that no header leads to, and code in the
program itself adjusts it.  Source: mingw-w64, pseudo-reloc.c: a header of 0, 0 and the version 1,
then entries of three words: the slot of the import, the place to adjust, and its width in bits.
"""

import struct
from typing import Final

from reprodiff.formats.pe.image import IMPORT, Image

_HEADER: Final = bytes(8) + b"\1\0\0\0"
_ENTRY: Final = struct.Struct("<III")
_WIDTHS: Final = frozenset({8, 16, 32, 64})
_TRIES: Final = 10_000
_ADDRESSES: Final = 12
"""Number of the data directory with the slots of imports."""


def pseudo_relocations(image: Image) -> tuple[int, list[tuple[int, int]]]:
    """Return where the list is and the slot and place of its entries; none if there is no list.

    It is where all that is behind its header, one entry at least, is one: the slot an import's,
    the place in the image, the width one of four.
    """
    slots, size = image.directory(_ADDRESSES)
    if not size or not image.directory(IMPORT)[1]:
        return 0, []
    for section in image.sections:
        if section.executable:
            continue
        data = bytes(image.data[section.span.start : section.span.stop])
        at = -1
        for _ in range(_TRIES):
            at = data.find(_HEADER, at + 1)
            if at < 0:
                break
            if at % 4:
                continue
            found: list[tuple[int, int]] = []
            place = at + len(_HEADER)
            while place + _ENTRY.size <= len(data):
                slot, target, width = _ENTRY.unpack_from(data, place)
                inside = slots <= slot < slots + size and not slot % 4
                if not inside or width not in _WIDTHS or image.offset(target) is None:
                    break
                found.append((slot, target))
                place += _ENTRY.size
            rva = image.address(section.span.start + at)
            if found and rva is not None:
                return rva, found
    return 0, []
