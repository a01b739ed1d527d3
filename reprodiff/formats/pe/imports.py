"""What code of a PE file calls in other libraries: by name, not by where its slot is.

Where one file imports more than the other, its slots stand elsewhere, and so do the jumps through
them that linkers put beside the code.

Source: Microsoft, "PE Format", "The .idata Section" and "Delay-Load Import Tables".
"""

import re
import struct
from collections.abc import Iterator, Mapping
from typing import Final

from reprodiff.formats.machine.model import X86_64
from reprodiff.formats.pe.image import DELAY, IMPORT
from reprodiff.formats.pe.known import Known
from reprodiff.formats.pe.parts import File

Import = tuple[bytes, bytes]
"""A name, or # and a number, and the library: in small letters, without a repair tool's hash."""
Sides = tuple[Mapping[int, Import], Mapping[int, Import]]

_MOST: Final = 100_000
_HASH: Final = re.compile(rb"-[0-9a-f]{32}(?=\.dll$)")
_JUMP: Final = re.compile(rb"\x48?\xff\x25(?s:(....))")
"""jmp [rip + slot], as GNU ld and Microsoft's linker write it."""


def imports(files: tuple[File, File], known: tuple[Known, Known]) -> Sides | None:
    """Return what is imported by the addresses of slots and jumps, if the two differ in it.

    Addresses are relative to ImageBase.  ``None`` where both import the same in the same order, and
    for other machines than x86-64.
    """
    if any(file.arch != X86_64 for file in files):
        return None
    slots = [dict(_slots(each)) for each in known]
    if list(slots[0].values()) == list(slots[1].values()):
        return None
    for file, side in zip(files, slots, strict=True):
        side.update(_jumps(file, dict(side)))
    return slots[0], slots[1]


def _slots(known: Known) -> Iterator[tuple[int, Import]]:
    # Name, names and slots stand at these places of a descriptor.
    for index, size, places in ((IMPORT, 20, (12, 0, 16)), (DELAY, 32, (4, 16, 12))):
        start, length = known.image.directory(index)
        for number in range(min(length // size, _MOST) if start else 0):
            name, names, slots = (known.number(start + size * number + at) for at in places)
            if not name or not slots:
                break
            library = _HASH.sub(b"", _text(known, name).lower())
            for at, value in enumerate(_entries(known, names or slots)):
                # A number is a name in its library alone.
                name_there = library + value if value.startswith(b"#") else value
                yield slots + 8 * at, (name_there, library)


def _entries(known: Known, table: int) -> Iterator[bytes]:
    """Yield the names or numbers of a table up to its zero."""
    for number in range(_MOST):
        value = known.number(table + 8 * number, 8)
        if not value:
            return
        by_number = value >> 63
        yield b"#%d" % (value & 0xFFFF) if by_number else _text(known, (value & 0x7FFF_FFFF) + 2)


def _text(known: Known, rva: int) -> bytes:
    at = known.image.offset(rva)
    if at is None:
        return b""
    return bytes(known.image.data[at : at + 4096]).partition(b"\0")[0]


def _jumps(file: File, slots: Mapping[int, Import]) -> Iterator[tuple[int, Import]]:
    for part in file.parts:
        if not part.code:
            continue
        code = bytes(file.image.data[part.body.start : part.body.stop])
        for jump in _JUMP.finditer(code):
            (move,) = struct.unpack("<i", jump[1])
            found = slots.get(part.addr + jump.end() + move)
            if found is not None:
                yield part.addr + jump.start(), found
