"""What the instructions of 64-bit x86 code refer to, found without a disassembler.

One regular expression steps over the instructions that compilers write, and stops at each branch
and at each operand relative to the instruction pointer.  At an instruction that it does not know it
ends, and a disassembler has to look.  It never goes back, reads nothing but bytes, and needs no
child process.

An instruction is, in this order: legacy prefixes, a REX prefix, an opcode or one behind a VEX or
EVEX prefix, a ModRM byte with a SIB byte and a displacement, an immediate operand.
Source: Intel SDM, volume 2, chapter 2 and appendix A.
"""

import re
from collections.abc import Iterable
from functools import cache
from struct import Struct
from typing import Final

Reference = tuple[int, int, int, int, int]
"""Place in A, place in B, bytes of the field, address referred to in A and in B."""

_SHORT: Final = 2
_ADDRESS: Final = 3
_BEHIND: Final = (0, 0, 0, 0, 1, 4, 2)
"""Bytes of an immediate operand behind the distance, by the group of the expression."""
_LEA: Final = 0x8D
_distance: Final = Struct("<i").unpack_from


def references(
    code: tuple[bytes, bytes], at: tuple[int, int], size: int, bases: tuple[int, int]
) -> list[Reference] | None:
    """Return what a function refers to that is the same on both sides but for that.

    It is ``size`` bytes from ``at`` in the ``code`` of A and of B, which is loaded at ``bases``.
    Jumps inside of it are left out.  ``None`` says that it is not the same, or has instructions
    that are not known here, or might have a table of jumps.
    """
    a, b = code
    start, stop = at[0], at[0] + size
    if at[1] + size > len(b):
        return None
    shift = at[1] - start
    base_a, base_b = bases[0], bases[1] + shift
    found: list[Reference] = []
    same = start  # up to here all is compared
    for step in _expression().finditer(a, start, stop):
        kind, end = step.lastindex, step.end()
        if kind is None:
            if end != stop:
                return None
            break
        if kind == _SHORT:
            place, width = end - 1, 1
            move, other = (x - 256 if x > 127 else x for x in (a[place], b[place + shift]))
        else:
            place, width = end - 4 - _BEHIND[kind], 4
            (move,), (other,) = _distance(a, place), _distance(b, place + shift)
        target = end + move
        if move == other:
            if start <= target < stop:
                if kind == _ADDRESS and target >= end and a[place - 2] == _LEA:
                    return None
                continue
        elif a[same:place] != b[same + shift : place + shift]:
            return None
        else:
            same = place + width
        ends = base_a + target, base_b + end + other
        if min(ends) < 0:
            return None
        found.append((place, place + shift, width, *ends))
    return found if a[same:stop] == b[same + shift : stop + shift] else None


def _any(*choices: bytes) -> bytes:
    return b"(?:" + b"|".join(choices) + b")"


def _bytes(values: Iterable[int]) -> bytes:
    runs: list[list[int]] = []
    for value in sorted(values):
        if runs and value == runs[-1][1] + 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    return b"[" + b"".join(b"\\x%02x-\\x%02x" % (low, high) for low, high in runs) + b"]"


def _listed(text: str) -> bytes:
    """Return a class of bytes: numbers in base 16 and ranges of them, between blanks."""
    values: set[int] = set()
    for each in text.split():
        low, _, high = each.partition("-")
        values.update(range(int(low, 16), int(high or low, 16) + 1))
    return _bytes(values)


def _modrm(mod: int, registers: Iterable[int]) -> list[int]:
    """Return the ModRM bytes of a mode that have one of some values in their last field."""
    return [mod << 6 | middle << 3 | last for middle in range(8) for last in registers]


def _opcode(*numbers: int) -> bytes:
    """Return what looks ahead for a ModRM byte whose middle field is one of some numbers."""
    return b"(?=" + _bytes(value for value in range(256) if value >> 3 & 7 in numbers) + b")"


_PLAIN: Final = (0, 1, 2, 3, 6, 7)
_OPERAND: Final = _any(
    _bytes([*_modrm(3, range(8)), *_modrm(0, _PLAIN)]),
    _bytes(_modrm(1, (*_PLAIN, 5))) + b".",
    _bytes(_modrm(1, (4,))) + b"..",
    _bytes(_modrm(0, (4,)))
    + _any(
        _bytes(value for value in range(256) if value & 7 != 5),
        _bytes(value for value in range(256) if value & 7 == 5) + b"....",
    ),
    _bytes(_modrm(2, (*_PLAIN, 5))) + b"....",
    _bytes(_modrm(2, (4,))) + b".....",
)
"""ModRM, SIB and displacement of an operand that is not relative to the instruction pointer."""
_RELATIVE: Final = _bytes(_modrm(0, (5,))) + b"...."
_REX: Final = b"[\\x40-\\x4f]?+"
_NARROW: Final = b"[\\x40-\\x47]?+"
_SEGMENTS: Final = b"\\x64\\x65"

# Opcodes with a ModRM byte, and those without; of one byte, and behind 0F, 0F 38 and 0F 3A.
_ONE: Final = _listed("00-03 08-0b 10-13 18-1b 20-23 28-2b 30-33 38-3b 63 84-8b d0-d3 d8-df")
_ONE_BYTE: Final = _listed("6b 80 83 c0 c1")
_ONE_WORD: Final = _any(b"[\\x69\\x81]", b"\\xc7" + _opcode(0), b"\\xf7" + _opcode(0, 1))
_BARE: Final = _listed("50-5f 90-99 9c 9d a4-a7 aa-af c3 c9 cc f4 f5 f8-fd")
_BARE_BYTE: Final = _listed("04 0c 14 1c 24 2c 34 3c 6a a8 b0-b7")
_BARE_WORD: Final = _listed("05 0d 15 1d 25 2d 35 3d 68 a9")
_TWO: Final = _listed(
    "0d 10-18 1e 1f 28-2f 40-4f 50-6f 74-76 7c-7f 90-9f a3 a5 ab ad-b1 b3 b6-b8 bb-c1 c3 c7 d0-fe"
)
_TWO_BYTE: Final = _listed("70-73 a4 ac ba c2 c4-c6")
_TWO_38: Final = b"\\x38" + _listed(
    "00-0b 10 14 15 17 1c-1e 20-25 28-2b 30-41 80-82 c8-cd cf db-df f0 f1 f6 f8 f9"
)
_TWO_3A: Final = b"\\x3a" + _listed("08-0f 14-17 20-22 40-42 44 60-63 cc ce cf df")
_TWO_BARE: Final = _listed("05 0b 31 77 a2 c8-cf")
_VECTOR: Final = _listed("10-6f 74-76 78-c1 c3 c7-ff")
_VECTOR_BYTE: Final = _listed("70-73 c2 c4-c6")


def _vector(plain: bytes, more: Iterable[int]) -> tuple[bytes, bytes, bytes]:
    """Return opcodes behind a VEX or EVEX prefix: some of map 1, and all of other maps."""

    def three(number: int) -> bytes:
        return _bytes(value for value in range(256) if value & 31 == number) + b"."

    def four(number: int) -> bytes:
        return _bytes(value for value in range(256) if value & 15 == number) + fixed + b"."

    fixed = _bytes(value for value in range(256) if value & 4)
    vex = [three(number) + b"." for number in more if number < 4]
    evex = [four(number) + b"." for number in more]
    return (
        b"\\xc5." + plain,
        b"\\xc4" + _any(three(1) + plain, *vex),
        b"\\x62" + _any(four(1) + plain, *evex),
    )


def _heads(segments: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Return what may stand in front of a ModRM byte, by the immediate operand behind it.

    There is none, or one of a byte, of four, of two.
    """
    prefixes = b"[\\x66\\xf0\\xf2\\xf3" + segments + b"]{0,2}+" + _REX
    return (
        _any(
            prefixes
            + _any(
                _ONE,
                b"\\x8d(?=[\\x00-\\xbf])",
                b"\\x0f" + _any(_TWO, _TWO_38),
                b"\\xff" + _opcode(0, 1, 2, 4, 6),
                b"[\\xf6\\xf7]" + _opcode(2, 3, 4, 5, 6, 7),
                b"\\xfe" + _opcode(0, 1),
            ),
            *_vector(_VECTOR, (2, 5, 6)),
        ),
        _any(
            prefixes
            + _any(
                _ONE_BYTE,
                b"\\x0f" + _any(_TWO_BYTE, _TWO_3A),
                b"\\xc6" + _opcode(0),
                b"\\xf6" + _opcode(0, 1),
            ),
            *_vector(_VECTOR_BYTE, (3,)),
        ),
        b"[\\xf0" + segments + b"]?+" + _REX + _ONE_WORD,
        b"\\x66[\\xf0" + segments + b"]?+" + _NARROW + _ONE_WORD,
    )


def _silent() -> bytes:
    """Return the instructions that refer to nothing, the frequent ones first."""
    none, byte, word, half = _heads(_SEGMENTS)
    return _any(
        none + _OPERAND,
        byte + _OPERAND + b".",
        b"[\\x66\\xf2\\xf3]?+" + _REX + _BARE,
        word + _OPERAND + b"....",
        b"\\x66*+\\x2e?+\\x0f\\x1f" + _OPERAND,
        b"\\x66?+" + _REX + _BARE_BYTE + b".",
        _NARROW + b"[\\xb8-\\xbf]....",
        _REX + _BARE_WORD + b"....",
        b"[\\x48-\\x4f][\\xb8-\\xbf]........",
        _REX + b"\\x0f" + _TWO_BARE,
        b"\\xc5[\\xf8\\xfc]\\x77",
        half + _OPERAND + b"..",
        b"\\x66" + _NARROW + _any(_BARE_WORD, b"[\\xb8-\\xbf]") + b"..",
        b"\\x0f\\x01[\\xd0\\xf9]",
        b"\\x3e" + _REX + b"\\xff[\\xd0-\\xd7\\xe0-\\xe7]",
    )


@cache
def _expression() -> re.Pattern[bytes]:
    none, byte, word, half = (head + _RELATIVE for head in _heads(b""))
    telling = (
        b"(?:[\\xe8\\xe9]|\\x0f[\\x80-\\x8f])....",
        b"[\\xeb\\x70-\\x7f\\xe0-\\xe3].",
        none,
        byte + b".",
        word + b"....",
        half + b"..",
    )
    return re.compile(
        b"(?s)" + _silent() + b"*+" + _any(*(b"(" + each + b")" for each in telling)) + b"?+"
    )
