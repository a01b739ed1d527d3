"""Machine code as text, and what can be said of it without knowing what it refers to.

Runs in a child process only.  For machines whose references are not decoded (see
:mod:`~reprodiff.formats.machine.code`): two instructions with the same name and operands, apart
from numbers, *may* be the same code that refers to something that moved; any others are not.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import capstone  # noqa: TID253  (this module is loaded in the child only)

_NUMBER: Final = re.compile(r"(?<![a-z0-9_$%])#?-?(?:0x[0-9a-f]+|\d+)\b")
_LITERAL: Final = re.compile(r"\[pc(?:, #(-?(?:0x)?[0-9a-f]+))?\]")
_SHOWN: Final = 4
_MOST: Final = 200
_RISCV: Final = capstone.CS_MODE_RISCVC
_MACHINES: Final = {
    ("x86", 32): (capstone.CS_ARCH_X86, capstone.CS_MODE_32),
    ("x86-64", 64): (capstone.CS_ARCH_X86, capstone.CS_MODE_64),
    ("aarch64", 64): (capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM),
    ("32-bit Arm", 32): (capstone.CS_ARCH_ARM, capstone.CS_MODE_ARM),
    ("32-bit PowerPC", 32): (capstone.CS_ARCH_PPC, capstone.CS_MODE_32),
    ("64-bit PowerPC", 64): (capstone.CS_ARCH_PPC, capstone.CS_MODE_64),
    ("IBM Z", 64): (capstone.CS_ARCH_SYSZ, 0),
    ("RISC-V", 32): (capstone.CS_ARCH_RISCV, capstone.CS_MODE_RISCV32 | _RISCV),
    ("RISC-V", 64): (capstone.CS_ARCH_RISCV, capstone.CS_MODE_RISCV64 | _RISCV),
}
_STEP: Final = {"IBM Z": 2, "32-bit Arm": 2, "RISC-V": 2}
"""What the sizes of instructions are multiples of (else of 4), to go on behind an unknown one."""


def _decoder(meta: dict[str, Any], *, thumb: bool) -> capstone.Cs | None:
    known = _MACHINES.get((meta["arch"], meta["bits"]))
    if known is None:
        return None
    kind, mode = known
    if thumb:
        mode = capstone.CS_MODE_THUMB
    return capstone.Cs(kind, mode | (capstone.CS_MODE_BIG_ENDIAN if meta["big"] else 0))


def show(meta: dict[str, Any], payload: memoryview) -> tuple[dict[str, Any], bytes]:
    """Return a few instructions as text for each of ``places`` (start, stop, address, thumb)."""
    texts = []
    for start, stop, address, thumb in meta["places"]:
        decoder = _decoder(meta, thumb=thumb)
        code = bytes(payload[start:stop])
        texts.append("; ".join(_texts(decoder, code, address)) or code[:16].hex(" "))
    return {"texts": texts}, b""


def _texts(decoder: capstone.Cs | None, code: bytes, address: int) -> Iterator[str]:
    if decoder is not None:
        for _, _, name, operands in decoder.disasm_lite(code, address, _SHOWN):
            yield f"{name} {operands}".strip()


def compare(meta: dict[str, Any], payload: memoryview) -> tuple[dict[str, Any], bytes]:
    """Compare functions of one size whose references are not decoded.

    ``functions`` are (start in A, stop in A, start in B, stop in B, thumb) in ``payload``, with B
    behind ``size_a`` bytes.  The answer has for each its changes, as in the comparison of x86
    code, and whether its instructions could be read to the end.
    """
    size = meta["size_a"]
    a, b = bytes(payload[:size]), bytes(payload[size:])
    answers = []
    for a0, a1, b0, b1, thumb in meta["functions"]:
        decoder = _decoder(meta, thumb=thumb)
        if decoder is None:
            answers.append([[], False])
            continue
        step = _STEP.get(meta["arch"], 4)
        words = _literals(decoder, a[a0:a1], meta["address_a"] + a0, 4 if thumb else 8)
        ones = _walk(decoder, a[a0:a1], meta["address_a"] + a0, step, words)
        twos = _walk(decoder, b[b0:b1], meta["address_b"] + b0, step, words)
        answers.append([_changes(ones, twos, (a0, a1, b0, b1)), True])
    return {"functions": answers}, b""


_Item = tuple[int, bytes, str, str]


def _literals(decoder: capstone.Cs, code: bytes, base: int, ahead: int) -> list[int]:
    """Return where a function of Arm code has the words that it loads, in its own order."""
    if decoder.arch != capstone.CS_ARCH_ARM:
        return []
    found: set[int] = set()
    for at, _, name, operands in _walk(decoder, code, base, 2, []):
        load = _LITERAL.search(operands) if name.startswith(("ldr", "vldr")) else None
        if load is not None:
            place = ((base + at + ahead) & ~3) + int(load[1] or "0", 0) - base
            found |= {place, place + 4} if name.startswith(("ldrd", "vldr")) else {place}
    return sorted(place for place in found if 0 <= place <= len(code) - 4)


def _walk(
    decoder: capstone.Cs, code: bytes, base: int, step: int, words: list[int]
) -> Iterator[_Item]:
    """Yield place, bytes, name and operands; what is not known is data of the least size.

    ``words`` are the places of words of data.
    """
    at = 0
    for stop in [*words, len(code)]:
        while at < stop:
            for address, size, name, operands in decoder.disasm_lite(code[at:stop], base + at):
                at = address - base + size
                yield address - base, code[at - size : at], name, operands
            if at < stop:
                yield at, code[at : at + step], ".data", code[at : at + step].hex()
                at += step
        if stop < len(code) and at == stop:
            yield at, code[at : at + 4], ".data", code[at : at + 4].hex()
            at += 4


def _changes(
    ones: Iterator[_Item], twos: Iterator[_Item], whole: tuple[int, int, int, int]
) -> list[list[Any]]:
    found: list[list[Any]] = []
    a0, _, b0, _ = whole
    for one, two in zip(ones, twos, strict=False):
        if one[0] != two[0] or len(one[1]) != len(two[1]):
            return [[*whole, _text(one), _text(two)]]
        if one[1] == two[1] or _shape(one) == _shape(two):
            continue
        if len(found) >= _MOST:
            return [[*whole, *found[0][4:]]]
        size = len(one[1])
        found.append([
            *(a0 + one[0], a0 + one[0] + size, b0 + two[0], b0 + two[0] + size),
            *(_text(one), _text(two)),
        ])  # fmt: skip
    return found


def _shape(item: _Item) -> tuple[str, str]:
    # Words of data among code (literal pools) may be distances.
    return (item[2], "" if item[2] == ".data" else _NUMBER.sub("#", item[3]))


def _text(item: _Item) -> str:
    return f"{item[2]} {item[3]}".strip()
