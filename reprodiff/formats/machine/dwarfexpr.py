"""Numbers and expressions of DWARF (DWARF 5, sections 7.6 and 7.7.1)."""

from collections.abc import Iterator
from typing import Final


class Damage(Exception):  # noqa: N818
    """The bytes end early, or mean nothing that is known."""


class Reader:
    """Reads numbers one behind the other; raises :class:`Damage` where the bytes end."""

    __slots__ = ("_big", "at", "data", "numbers")

    def __init__(self, data: bytes, at: int, *, big: bool, numbers: bool = False) -> None:
        self.data, self.at, self._big, self.numbers = data, at, big, numbers

    def number(self, size: int) -> int:
        """Return the next number of ``size`` bytes."""
        raw = self.data[self.at : self.at + size]
        if len(raw) < size:
            raise Damage
        self.at += size
        return int.from_bytes(raw, "big" if self._big else "little")

    def peek(self, at: int, size: int) -> int:
        """Return a number that stands elsewhere."""
        raw = self.data[at : at + size]
        if len(raw) < size:
            raise Damage
        return int.from_bytes(raw, "big" if self._big else "little")

    def leb(self) -> int:
        """Return the next LEB128 number, read as unsigned."""
        data, at, value, shift = self.data, self.at, 0, 0
        while at < len(data):
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                self.at = at
                return value
            shift += 7
            if shift > 140:
                break
        raise Damage

    def string(self) -> None:
        """Skip a string and its zero."""
        stop = self.data.find(b"\0", self.at)
        if stop < 0:
            raise Damage
        self.at = stop + 1

    def length(self) -> tuple[int, int]:
        """Return a unit's length, and how many bytes its offsets have (4 or 8)."""
        length = self.number(4)
        if length == 0xFFFFFFFF:
            return self.number(8), 8
        if length >= 0xFFFFFFF0:
            raise Damage
        return length, 4


# What follows an operation: a number of bytes, u for LEB128, b a block with its length, o an
# offset into .debug_info, a an address, B a block with its length in one byte, t the offset of a
# type in its unit, as LEB128.
_OPERANDS: Final[dict[int, str]] = {
    0x03: "a", 0x08: "1", 0x09: "1", 0x0A: "2", 0x0B: "2", 0x0C: "4", 0x0D: "4", 0x0E: "8",
    0x0F: "8", 0x10: "u", 0x11: "u", 0x15: "1", 0x23: "u", 0x28: "2", 0x2F: "2", 0x90: "u",
    0x91: "u", 0x92: "uu", 0x93: "u", 0x94: "1", 0x95: "1", 0x98: "2", 0x99: "4", 0x9A: "o",
    0x9D: "uu", 0x9E: "b", 0xA0: "ou", 0xA1: "u", 0xA2: "u", 0xA3: "u", 0xA4: "tB", 0xA5: "ut",
    0xA6: "1t", 0xA7: "1t", 0xA8: "t", 0xA9: "t", 0xF2: "ou", 0xF3: "u", 0xF4: "tB", 0xF5: "ut",
    0xF6: "1t", 0xF7: "t", 0xF9: "t", 0xFA: "4", 0xFB: "u", 0xFC: "u", 0xFD: "o",
    **dict.fromkeys(range(0x70, 0x90), "u"),
}  # fmt: skip
_PLAIN: Final = frozenset(
    {0x06, *range(0x12, 0x30), *range(0x30, 0x70), 0x96, 0x97, 0x9B, 0x9C, 0x9F, 0xE0, 0xF0, 0xF8}
)
_POINTING: Final = frozenset({0x03, 0x9A, 0xA0, 0xF2, 0xFD})
_LITERALS: Final = range(0x30, 0x50)
_CONSTANTS: Final = frozenset({*range(0x08, 0x12), *_LITERALS})
"""DW_OP_const1u to DW_OP_consts, and DW_OP_lit0 to DW_OP_lit31."""
_TYPED: Final = frozenset(code for code, operands in _OPERANDS.items() if "t" in operands)


def addresses(  # noqa: C901, PLR0912
    reader: Reader, length: int, word: int, wide: int, *, types: bool = False
) -> Iterator[tuple[int, int, str]]:
    """Yield the place, size and target of what the next ``length`` bytes refer to.

    With ``types``, offsets of types in their unit as well, as ``type``; numbers that stand for
    themselves, as ``literal`` (the operation), ``number`` or ``leb``, if the reader is asked for.

    An operation that contains an expression (DW_OP_entry_value) is read on into it.  The reader
    stays where it is.
    """
    start = reader.at
    block = reader.data[start : start + length]
    if len(block) < length:
        raise Damage
    told = reader.numbers and not _CONSTANTS.isdisjoint(block)
    if (
        not told
        and not _POINTING.intersection(block)
        and not (types and _TYPED.intersection(block))
    ):
        return
    inner = Reader(reader.data[: start + length], start, big=reader._big)  # noqa: SLF001
    while inner.at < start + length:
        code = inner.number(1)
        operands = _OPERANDS.get(code)
        if operands is None:
            if code not in _PLAIN:
                raise Damage
            if told and code in _LITERALS:
                yield inner.at - 1, 1, "literal"
            continue
        for operand in operands:
            if operand in {"u", "t"}:
                place = inner.at
                inner.leb()
                if types and operand == "t":
                    yield place, inner.at - place, "type"
                elif told and code in _CONSTANTS:
                    yield place, inner.at - place, "leb"
            elif operand == "a":
                yield inner.at, word, "addr"
                inner.at += word
            elif operand == "o":
                yield inner.at, wide, ".debug_info"
                inner.at += wide
            elif operand in {"b", "B"}:
                size = inner.leb() if operand == "b" else inner.number(1)
                inner.at += size  # behind the number, which moved the place itself
            else:
                if told and code in _CONSTANTS:
                    yield inner.at, int(operand), "number"
                inner.at += int(operand)
