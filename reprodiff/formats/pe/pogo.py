"""What a linker of MSVC put where: the contributions of objects, by name (POGO debug data).

Each has its address, its size and the name of the section it came in (``.text$mn``).  No loader
reads them.  Source: Microsoft, "PE Format" (IMAGE_DEBUG_TYPE_POGO); the form of the entries was
read from files that the linker wrote.
"""

import re
from typing import Final, NamedTuple

from reprodiff.formats.pe.image import Image
from reprodiff.model import Span

_SIGNATURES: Final = frozenset({b"\0\0\0\0", b"GCTL", b"IGP\0", b"OGP\0", b"UGP\0", b"\0UGP"})
"""LTCG, PGI, PGO and PGU in the byte order of the file; zeros without any of them."""
_NAME: Final = re.compile(rb"[!-~]{1,63}\0")
_MOST: Final = 10_000


class Contribution(NamedTuple):
    """One range of memory and the name of what it holds."""

    rva: int
    size: int
    name: bytes


def contributions(image: Image, place: Span) -> tuple[Contribution, ...] | None:
    """Return the table at a place of the file, ``None`` unless it is one of this image.

    Each range lies behind the one before it and inside of one section, and nothing is left over.
    """
    data = bytes(image.data[place.start : place.stop])
    if data[:4] not in _SIGNATURES:
        return None
    found: list[Contribution] = []
    at, behind = 4, 0
    while at < len(data):
        text = _NAME.match(data, at + 8)
        if text is None or len(found) == _MOST:
            return None
        rva, size = (int.from_bytes(data[at + n : at + n + 4], "little") for n in (0, 4))
        stop = -(-text.end() // 4) * 4
        if rva < behind or not size or data[text.end() : stop].strip(b"\0") or stop > len(data):
            return None
        if not any(s.rva <= rva and rva + size <= s.rva + s.vsize for s in image.sections):
            return None
        found.append(Contribution(rva, size, text[0][:-1]))
        at, behind = stop, rva + size
    return tuple(found)
