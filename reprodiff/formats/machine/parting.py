"""Where two functions of different sizes part; runs in a child process only."""

import re
from collections.abc import Iterator
from typing import Final

import capstone  # noqa: TID253  (this module is loaded in the child only)

from reprodiff.formats.machine.decoding import Instruction

RIP: Final = re.compile(r"\[rip(?: ([+-]) (0x[0-9a-f]+|\d+))?\]")
_TARGET: Final = re.compile(r"0x[0-9a-f]+|\d+")
LONGEST: Final = 15
"""Bytes of the longest instruction."""
_AHEAD: Final = 32
"""Instructions decoded at a time."""
_CHUNK: Final = LONGEST * (_AHEAD + 1)
"""Bytes that hold as many, however long they are."""


def parting(machine: capstone.Cs, code: tuple[bytes, bytes], base: tuple[int, int]) -> int:
    """Return where the first instruction stands that is not the same but for what it refers to."""
    place = 0
    a, b = code
    for address, size, name, operands in _walk(machine, a, base[0]):
        at = address - base[0]
        if a[at : at + size] != b[at : at + size]:
            two = next(machine.disasm_lite(b[at : at + LONGEST], base[1] + at, 1), None)
            if two is None:
                break
            place = at
            if two[1:3] != (size, name) or not (
                is_branch(name, operands) or RIP.sub("", operands) == RIP.sub("", two[3])
            ):
                break
        place = at
    return place


def is_branch(name: str, operands: str) -> bool:
    """Whether an instruction leads to a place that its operand is."""
    last = name.rpartition(" ")[2]
    return (
        last.startswith(("j", "call", "loop", "xbegin")) and _TARGET.fullmatch(operands) is not None
    )


def displacement(found: re.Match[str] | re.Match[bytes]) -> int:
    """Return the distance that an operand relative to the instruction pointer has."""
    if found[2] is None:
        return 0
    return int(found[2], 0) * (-1 if found[1] in {"-", b"-"} else 1)


def _walk(machine: capstone.Cs, code: bytes, base: int) -> Iterator[Instruction]:
    """Decode ``code`` a few instructions at a time, for one who will not go to the end."""
    at = 0
    more = True
    while more:
        more = False
        start = at
        for one in machine.disasm_lite(code[start : start + _CHUNK], base + start, _AHEAD):
            at = one[0] + one[1] - base
            more = True
            yield one
