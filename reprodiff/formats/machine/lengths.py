"""Lengths of strings as numbers in instructions.

What makes a string of ``__FILE__`` knows how long it is: the compiler writes the number beside the
address.  Where the path is another one, so is its length.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from reprodiff.formats.machine.model import AARCH64
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.machine.work import AnyWork

_LAST: Final = re.compile(r"([^;]*[ ,])(0x[0-9a-f]+|\d+)(\]?)")
"""A number at the end, or the distance from the end of the string to its start."""
_MOVE: Final = 0x7F800000
"""Opcode bits of MOVZ (Arm Architecture Reference Manual): the rest is size, value, register."""
_IS_MOVE: Final = 0x52800000
_VALUE: Final = 0x001FFFE0
# Without the zero behind the string, with it, and the last place before its end.
_BESIDE: Final = (0, 1, -1)
_LONGEST: Final = 15
"""Bytes of the longest instruction."""


def without_lengths(
    work: AnyWork,
    region: Region,
    changes: Sequence[list[Any]],
    references: Iterable[Sequence[int]],
) -> list[list[Any]]:
    """Return the changes of a function without those that are lengths of strings it refers to.

    A length must be that of its string on both sides, and the string must be the one that stands
    for the other; what is left out is noted as moved.
    """
    known: set[tuple[int, int]] | None = None
    left: list[list[Any]] = []
    for change in changes:
        values = _values(work, region, change)
        if values is None or values[0] == values[1]:
            left.append(change)
            continue
        if known is None:
            known = set(_lengths(work, references))
        if any((values[0] - more, values[1] - more) in known for more in _BESIDE):
            region.moved.append(Quad(*change[:4]))
        else:
            left.append(change)
    return left


def _values(work: AnyWork, region: Region, change: Sequence[Any]) -> tuple[int, int] | None:
    """Return the numbers that two instructions end in, if nothing else tells them apart."""
    a0, a1, b0, b1, one, two = change
    if not 0 < a1 - a0 == b1 - b0 <= _LONGEST:
        return None
    if work.a.arch == AARCH64:
        words = [int.from_bytes(data[at : at + 4], "little")
                 for data, at in ((region.a, a0), (region.b, b0))]  # fmt: skip
        if a1 - a0 != len(words) * 2 or words[0] & _MOVE != _IS_MOVE:
            return None
        if (words[0] ^ words[1]) & ~_VALUE:
            return None
        return (words[0] & _VALUE) >> 5, (words[1] & _VALUE) >> 5
    ends = _LAST.fullmatch(one), _LAST.fullmatch(two)
    if ends[0] is None or ends[1] is None or ends[0].group(1, 3) != ends[1].group(1, 3):
        return None
    return int(ends[0][2], 0), int(ends[1][2], 0)


def _lengths(work: AnyWork, references: Iterable[Sequence[int]]) -> Iterable[tuple[int, int]]:
    """Yield the lengths of strings that references lead to, where they are not the same."""
    for _, _, _, target_a, target_b in references:
        pair = work.map.containing(target_a)
        if pair is None or pair.a.code or pair.a.bare or not work.map.follows(target_a, target_b):
            continue
        at_a, at_b = target_a - pair.a.addr, target_b - pair.b.addr
        stops = pair.plain_a.find(0, at_a), pair.plain_b.find(0, at_b)
        if min(*stops, at_a, at_b) < 0:
            continue
        if stops[0] - at_a != stops[1] - at_b:
            yield stops[0] - at_a, stops[1] - at_b
        piece = pair.piece(at_a)
        if piece is not None and piece.kind in {"string", "apart"}:
            yield stops[0] - piece.a, stops[1] - piece.b
