"""All instructions of some x86 code at once; runs in a child process only.

The decoder leaves an array of records of one size; what is asked for is picked out of it as
columns, without an object for each instruction.
"""

import ctypes
from collections.abc import Iterator
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
_READ: Final = 0x100
_view: Final[Any] = ctypes.pythonapi.PyMemoryView_FromMemory
"""A view of memory; an array of ``ctypes`` would be a new type for each size."""
_view.argtypes, _view.restype = (ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int), ctypes.py_object
_LOW: Final = 0 if ctypes.c_uint16(1).value == bytes(ctypes.c_uint16(1))[0] else 1
"""Which byte of a size of 16 bits is the low one here; no instruction is longer than 15."""
_KIND: Final = tuple(_RECORD.id.offset + (x if not _LOW else 3 - x) for x in range(2))
"""The two low bytes of the number that an instruction has in the decoder's table."""

Instruction = tuple[int, int, str, str]
"""Address, size, name and operands."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Code as instructions, until what is none; valid inside of :func:`decoded` only."""

    starts: list[int]
    """Where each instruction starts, counted from the code's start; the last is their end."""
    records: memoryview

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


@contextmanager
def decoded(machine: capstone.Cs, code: bytes) -> Iterator[Decoded | None]:
    """Decode ``code``; ``None`` if it starts with no instruction."""
    array = ctypes.POINTER(_RECORD)()
    count = _LIBRARY.cs_disasm(machine.csh, code, len(code), 0, 0, ctypes.byref(array))
    if not count:
        yield None
        return
    try:
        records = _view(ctypes.addressof(array.contents), count * _STRIDE, _READ)
        sizes = records[_SIZE + _LOW :: _STRIDE].tobytes()
        yield Decoded(list(accumulate(sizes, initial=0)), records)
    finally:
        _LIBRARY.cs_free(array, count)


def branch_size(raw: bytes, move: int) -> int:
    """Return the size of the field at the end of a branch that has its distance; 0 if none."""
    for size in (4, 1, 2):
        if len(raw) > size and int.from_bytes(raw[-size:], "little", signed=True) == move:
            return size
    return 0
