"""All instructions of some x86 code at once; runs in a child process only.

Of most instructions nothing matters but where they stand: they refer to nothing.  The decoder
leaves an array of records of one size; sizes, and the few operands that do refer to something,
are picked out of it as columns, without an object for each instruction.
"""

import ctypes
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate, compress
from typing import Any, Final

import capstone  # noqa: TID253  (this module is loaded in the child only)

from reprodiff.records import dataclass

_RECORD: Final[Any] = capstone._cs_insn  # noqa: SLF001  (there is no public way to the array)
_LIBRARY: Final[Any] = capstone._cs  # noqa: SLF001
_STRIDE: Final = ctypes.sizeof(_RECORD)
_SIZE: Final[int] = _RECORD.size.offset
_RAW: Final[int] = _RECORD.bytes.offset
_NAME: Final[int] = _RECORD.mnemonic.offset
_OPERANDS: Final[int] = _RECORD.op_str.offset
_WITHIN: Final = range(_OPERANDS, _OPERANDS + _RECORD.op_str.size)
_IS_DIGIT: Final = bytes(chr(value).isdigit() and value < 128 for value in range(256))
_RELATIVE: Final = re.compile(rb"[\x05\x0d\x15\x1d\x25\x2d\x35\x3d]")
"""A ModRM byte that says "relative to the next instruction"; a distance of 32 bits follows it."""
_IS_LONG: Final = bytes(value >= 6 for value in range(256))
_IS_TWO: Final = bytes(value == 2 for value in range(256))
_IS_SHORT: Final = bytes(value == 0xEB or value >> 4 == 7 for value in range(256))
_READ: Final = 0x100
_view: Final[Any] = ctypes.pythonapi.PyMemoryView_FromMemory
"""A view of memory; an array of ``ctypes`` would be a new type for each size."""
_view.argtypes, _view.restype = (ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int), ctypes.py_object
_LOW: Final = 0 if ctypes.c_uint16(1).value == bytes(ctypes.c_uint16(1))[0] else 1
"""Which byte of a size of 16 bits is the low one here; no instruction is longer than 15."""
_KIND: Final = tuple(_RECORD.id.offset + (x if not _LOW else 3 - x) for x in range(2))
"""The two low bytes of the number that an instruction has in the decoder's table."""

_UNLIKE: Final = re.compile(rb"[^\0]+")

Instruction = tuple[int, int, str, str]


@dataclass(frozen=True, slots=True)
class Decoded:
    """Code as instructions, until what is none; valid inside of :func:`decoded` only."""

    code: bytes
    base: int
    sizes: bytes
    """The size of each instruction."""
    starts: list[int]
    """Where each instruction starts, counted from the code's start; the last is their end."""
    records: memoryview

    def referring(self) -> tuple[list[int], list[int]]:
        """Return the instructions that may refer to something outside: relative, or a number.

        Both lists are sorted; the second has short jumps.
        """
        code, sizes, starts = self.code, self.sizes, self.starts
        marks = _flags(self.records[_OPERANDS::_STRIDE], _IS_DIGIT)
        short = _flags(sizes, _IS_TWO) & _flags(self.records[_RAW::_STRIDE], _IS_SHORT)
        relative = _RELATIVE.search
        numbers = range(len(sizes))
        found = [
            number
            for number in compress(numbers, sizes.translate(_IS_LONG))
            if relative(code, starts[number] + 1, starts[number + 1] - 4)
        ]
        found += compress(numbers, (marks & ~short).to_bytes(len(sizes), "little"))
        return sorted(found), list(compress(numbers, short.to_bytes(len(sizes), "little")))

    def kinds(self) -> list[tuple[int, int]]:
        """Return of each instruction its number in the decoder's table, cut into two bytes."""
        low, high = (self.records[at::_STRIDE].tobytes() for at in _KIND)
        return list(zip(low, high, strict=True))

    def name(self, number: int) -> bytes:
        """Return the name of an instruction."""
        at = number * _STRIDE
        return bytes(self.records[at + _NAME : at + _OPERANDS]).partition(b"\0")[0]

    def operands(self, number: int) -> bytes:
        """Return the text of an instruction's operands."""
        at = number * _STRIDE
        return bytes(self.records[at + _OPERANDS : at + _WITHIN.stop]).partition(b"\0")[0]

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
        records = _view(ctypes.addressof(array.contents), count * _STRIDE, _READ)
        sizes = records[_SIZE + _LOW :: _STRIDE].tobytes()
        yield Decoded(code, base, sizes, list(accumulate(sizes, initial=0)), records)
    finally:
        _LIBRARY.cs_free(array, count)


def _flags(column: bytes | memoryview, table: bytes) -> int:
    """Return a column of the records as a number that has a one for each byte of some values."""
    return int.from_bytes(bytes(column).translate(table), "little")


def differing(a: bytes, b: bytes, starts: list[int]) -> set[int]:
    """Return the numbers of the instructions, which start at ``starts``, that B has otherwise."""
    found: set[int] = set()
    if a == b:
        return found
    both = int.from_bytes(a, "little") ^ int.from_bytes(b, "little")
    end = starts[-1]
    for run in _UNLIKE.finditer(both.to_bytes(len(a), "little"), 0, end):
        start, stop = run.span()
        number = bisect_right(starts, start)
        found.add(number - 1)
        while starts[number] < stop:
            found.add(number)
            number += 1
    return found


def plain_branch(code: bytes, at: int, stop: int) -> int:
    """Return the size of the field at the end of a branch without prefixes; 0 if it is another."""
    first, size = code[at], stop - at
    if size == 5:
        return 4 if first in {0xE8, 0xE9} else 0
    if size == 2:
        return 1 if first == 0xEB or first >> 4 == 7 else 0
    return 4 if size == 6 and first == 0x0F and code[at + 1] >> 4 == 8 else 0


def branch_size(raw: bytes, move: int) -> int:
    """Return the size of the field at the end of a branch that has its distance; 0 if none."""
    for size in (4, 1, 2):
        if len(raw) > size and int.from_bytes(raw[-size:], "little", signed=True) == move:
            return size
    return 0


def _text(raw: memoryview) -> str:
    return bytes(raw).partition(b"\0")[0].decode("ascii")
