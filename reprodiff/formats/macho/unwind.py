"""The compact unwind table: which function is where, and what it leads to.

Source: LLVM, libunwind's include/mach-o/compact_unwind_encoding.h.
"""

import struct
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

_MAX: Final = 1_000_000


class Mark(NamedTuple):
    """A word of ``size`` bytes at ``at`` that counts from the header or from ``base``.

    ``kind`` is ``code``, ``lsda``, ``pointer``, or ``packed``: 24 bits that count from the first
    function of their page, which is at ``base``.
    """

    at: int
    size: int
    value: int
    kind: str
    base: int = 0


def marks(data: bytes) -> list[Mark] | None:
    """Return the words of the table that refer to something; ``None`` if it cannot be read."""
    try:
        found = list(islice(_marks(data), _MAX))
    except (struct.error, ValueError):
        return None
    return found if len(found) < _MAX else None


def _marks(data: bytes) -> Iterator[Mark]:
    version, _common, _count, personalities, number, index, pages = struct.unpack_from("<7I", data)
    if version != 1 or pages > _MAX or number > _MAX:
        raise ValueError
    for each in range(number):
        at = personalities + 4 * each
        yield Mark(at, 4, _word(data, at), "pointer")
    first_lsda = last_lsda = 0
    for page in range(pages):
        at = index + 12 * page
        start, second, lsda = struct.unpack_from("<3I", data, at)
        yield Mark(at, 4, start, "code" if page < pages - 1 else "end")
        first_lsda, last_lsda = (lsda if not page else first_lsda), lsda
        if second:
            yield from _page(data, second, start)
    for at in range(first_lsda, last_lsda, 8):
        start, lsda = struct.unpack_from("<2I", data, at)
        yield Mark(at, 4, start, "code")
        yield Mark(at + 4, 4, lsda, "lsda")


def _word(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])


def _page(data: bytes, at: int, base: int) -> Iterator[Mark]:
    (kind,) = struct.unpack_from("<I", data, at)
    entries, count = struct.unpack_from("<2H", data, at + 4)
    for number in range(count):
        if kind == 2:
            place = at + entries + 8 * number
            yield Mark(place, 4, _word(data, place), "code")
        elif kind == 3:
            place = at + entries + 4 * number
            word = _word(data, place)
            yield Mark(place, 4, base + (word & 0xFFFFFF), "packed", word >> 24)
        else:
            raise ValueError
