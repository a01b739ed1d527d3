"""All instructions of some x86 code at once; runs in a child process only.

Of most instructions nothing matters but where they stand: they refer to nothing.  The decoder
leaves an array of records of one size; sizes, and the few operands that do refer to something,
are picked out of it as columns, without an object for each instruction.
"""

import ctypes
import re
from collections.abc import Container, Iterator
from contextlib import contextmanager
from itertools import accumulate
from typing import Any, Final

import capstone  # noqa: TID253  (this module is loaded in the child only)

from reprodiff.records import dataclass

_RECORD: Final[Any] = capstone._cs_insn  # noqa: SLF001  (there is no public way to the array)
_LIBRARY: Final[Any] = capstone._cs  # noqa: SLF001
_STRIDE: Final = ctypes.sizeof(_RECORD)
_SIZE: Final[int] = _RECORD.size.offset
_NAME: Final[int] = _RECORD.mnemonic.offset
_OPERANDS: Final[int] = _RECORD.op_str.offset
_WITHIN: Final = range(_OPERANDS, _OPERANDS + _RECORD.op_str.size)
_KEY: Final = 12
"""Letters of a name that tell it from any other."""
_DIGIT: Final = re.compile(rb"[0-9]")
_RELATIVE: Final = re.compile(rb"\[rip")
_LOW: Final = 0 if ctypes.c_uint16(1).value == bytes(ctypes.c_uint16(1))[0] else 1
"""Which byte of a size of 16 bits is the low one here; no instruction is longer than 15."""

_AHEAD: Final = 32
"""Instructions decoded at a time."""
_CHUNK: Final = 15 * (_AHEAD + 1)
"""Bytes that hold as many, however long they are."""

_UNLIKE: Final = re.compile(rb"[^\0]+")

Instruction = tuple[int, int, str, str]


@dataclass(frozen=True, slots=True)
class Decoded:
    """Code as instructions, until what is none; valid inside of :func:`decoded` only."""

    base: int
    starts: list[int]
    """Where each instruction starts, counted from the code's start; the last is their end."""
    referring: list[int]
    """Numbers of the instructions that may refer to something: relative, or a number alone."""
    records: memoryview

    def kinds(self, known: Container[bytes]) -> list[int]:
        """Return the numbers of the first instruction of each name, and of all vector ones.

        Names of ``known`` are left out; they are filled up with zeros (:func:`padded`).
        """
        records = self.records.tobytes()
        names = [records[at : at + _KEY] for at in range(_NAME, len(records), _STRIDE)]
        first = dict(zip(reversed(names), reversed(range(len(names))), strict=True))
        numbers = {number for name, number in first.items() if name not in known}
        if any(names[number].startswith(b"v") for number in numbers):
            numbers.update(x for x, name in enumerate(names) if name.startswith(b"v"))
        return sorted(numbers)

    def instruction(self, number: int) -> Instruction:
        """Return address, size, name and operands of an instruction."""
        start, stop = self.starts[number : number + 2]
        at = number * _STRIDE
        return (
            self.base + start,
            stop - start,
            _text(self.records[at + _NAME : at + _OPERANDS]),
            _text(self.records[at + _OPERANDS : at + _WITHIN.stop]),
        )


@contextmanager
def decoded(machine: capstone.Cs, code: bytes, base: int) -> Iterator[Decoded | None]:
    """Decode ``code``, which is loaded at ``base``; ``None`` if it starts with no instruction."""
    array = ctypes.POINTER(_RECORD)()
    count = _LIBRARY.cs_disasm(machine.csh, code, len(code), base, 0, ctypes.byref(array))
    if not count:
        yield None
        return
    try:
        held = (ctypes.c_char * (count * _STRIDE)).from_address(
            ctypes.addressof(array.contents),
        )
        records = memoryview(held).cast("B")
        sizes = records[_SIZE + _LOW :: _STRIDE].tobytes()
        found = {match.start() for match in _DIGIT.finditer(records[_OPERANDS::_STRIDE].tobytes())}
        for match in _RELATIVE.finditer(records):
            number, inside = divmod(match.start(), _STRIDE)
            if inside in _WITHIN:
                found.add(number)
        yield Decoded(base, list(accumulate(sizes, initial=0)), sorted(found), records)
    finally:
        _LIBRARY.cs_free(array, count)


def walk(machine: capstone.Cs, code: bytes, base: int) -> Iterator[Instruction]:
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


def differing(a: bytes, b: bytes) -> Iterator[tuple[int, int]]:
    """Yield the runs of bytes that differ in two codes of one size."""
    if a == b:
        return
    both = int.from_bytes(a, "little") ^ int.from_bytes(b, "little")
    for found in _UNLIKE.finditer(both.to_bytes(len(a), "little")):
        yield found.span()


def plain_branch(raw: bytes) -> int:
    """Return the size of the field at the end of a branch without prefixes; 0 if it is another."""
    first, size = raw[0], len(raw)
    if size == 5:
        return 4 if first in {0xE8, 0xE9} else 0
    if size == 2:
        return 1 if first == 0xEB or first >> 4 == 7 else 0
    return 4 if size == 6 and first == 0x0F and raw[1] >> 4 == 8 else 0


def branch_size(raw: bytes, move: int) -> int:
    """Return the size of the field at the end of a branch that has its distance; 0 if none."""
    for size in (4, 1, 2):
        if len(raw) > size and int.from_bytes(raw[-size:], "little", signed=True) == move:
            return size
    return 0


def padded(name: str) -> bytes:
    """Return a name of an instruction as :meth:`Decoded.kinds` compares it."""
    return name.encode().ljust(_KEY, b"\0")


def _text(raw: memoryview) -> str:
    return bytes(raw).partition(b"\0")[0].decode("ascii")
