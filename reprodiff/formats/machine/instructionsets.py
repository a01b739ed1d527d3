"""Which extensions of an instruction set some code uses; runs in a child process only."""

import re
from functools import lru_cache
from itertools import count
from typing import Any, Final

import capstone  # noqa: TID253  (this module is loaded in the child only)

from reprodiff.formats.machine.decoding import decoded
from reprodiff.formats.machine.model import AARCH64, X86, X86_64

# What every processor of x86-64 has, and what says nothing of a processor.
_PLAIN: Final = frozenset(
    {"mode64", "mode32", "not64bitmode", "16bitmode", "cmov", "fpu", "mmx", "sse1", "sse2", "novlx",
     "vm", "ending"}
)  # fmt: skip
_ALONE: Final = {
    "popcnt": "POPCNT", "lzcnt": "LZCNT", "movbe": "MOVBE", "cmpxchg16b": "CX16",
    "rdrand": "RDRAND", "rdseed": "RDSEED",
}  # fmt: skip
"""Extensions of one instruction, which the decoder has no group for."""
_CONDITIONS: Final = (
    "a", "ae", "b", "be", "e", "g", "ge", "l", "le", "ne", "no", "np", "ns", "o", "p", "s",
)  # fmt: skip
_BASIC: Final = frozenset(
    name.encode()
    for name in (
        *("add", "and", "call", "cdq", "cdqe", "cmp", "cqo", "dec", "div", "idiv", "imul", "inc"),
        *("jmp", "lea", "leave", "mov", "movabs", "movsx", "movsxd", "movzx", "mul", "neg", "nop"),
        *("not", "or", "pop", "push", "ret", "sar", "sbb", "shl", "shr", "sub", "test", "xchg"),
        *("xor", "movaps", "movups", "movdqa", "movdqu", "movss", "movsd", "pxor", "ud2"),
        *(kind + each for kind in ("j", "set", "cmov") for each in _CONDITIONS),
    )
)
"""Instructions that are in no extension, whatever their operands: most of any code."""
_FUSED: Final = ("vfmadd", "vfmsub", "vfnmadd", "vfnmsub")
_NAMES: Final = {
    "sse41": "SSE4.1", "sse42": "SSE4.2", "sse4a": "SSE4a", "avx512": "AVX-512", "pclmul": "PCLMUL",
    "bwi": "AVX-512", "cdi": "AVX-512", "dqi": "AVX-512", "vlx": "AVX-512", "eri": "AVX-512",
    "pfi": "AVX-512", "tbm": "TBM", "3dnow": "3DNow!",
}  # fmt: skip
_WIDE: Final = re.compile(rb"[yz]mm|\bk[0-7]\b|xmm(?:1[6-9]|2\d|3[01])")
# Arm ARM, "A64 instruction set overview": by the first letters of an instruction.
_ARM: Final = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("LSE atomics", r"(?:cas|ld(?:add|clr|eor|set|[su]max|[su]min)|st(?:add|clr|eor|set)|swp)"),
        ("CRC32", r"crc32"),
        ("AES", r"aes|pmull2?\.1q"),
        ("SHA", r"sha(?:1|256|512)"),
        ("DotProd", r"[su]s?dot"),
    )
)
_SCALABLE: Final = re.compile(r"\bz\d+\.|\bp\d+/[mz]|\bp\d+\.")


def sets(meta: dict[str, Any], payload: memoryview) -> tuple[dict[str, Any], bytes]:
    """Return for each of ``functions`` (start, stop) the extensions that its code uses, sorted."""
    code = bytes(payload)
    find = _arm if meta["arch"] == AARCH64 else _x86
    machine = _machine(meta["arch"])
    answers = [sorted(find(machine, code[start:stop])) for start, stop in meta["functions"]]
    return {"functions": answers}, b""


def _machine(arch: str) -> capstone.Cs:
    if arch == AARCH64:
        return capstone.Cs(capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM)
    mode = {X86: capstone.CS_MODE_32, X86_64: capstone.CS_MODE_64}[arch]
    return capstone.Cs(capstone.CS_ARCH_X86, mode)


def _x86(machine: capstone.Cs, code: bytes) -> set[str]:
    kinds: dict[tuple[bytes, frozenset[bytes]], bytes] = {}
    with decoded(machine, code) as known:
        if known is None:
            return set()
        ids = known.kinds()
        basic = {
            kind
            for kind, number in dict(zip(ids, count(), strict=False)).items()
            if known.name(number) in _BASIC
        }
        for number in [number for number, kind in enumerate(ids) if kind not in basic]:
            name = known.name(number)
            # One instruction has 128 bits in one set, and 256 in another.
            vector = name.startswith(b"v")
            kind = name, _wide(known.operands(number)) if vector else frozenset()
            if kind not in kinds:
                kinds[kind] = code[slice(*known.starts[number : number + 2])]
    found: set[str] = set()
    machine.detail = True
    for (letters, _), raw in kinds.items():
        whole = letters.decode("ascii")
        last = whole.rpartition(" ")[2]
        if last in _ALONE:
            found.add(_ALONE[last])
        for one in machine.disasm(raw, 0, 1):
            groups = {one.group_name(group) for group in one.groups if group >= _OWN}
            if whole.startswith(_FUSED) and "avx512" not in groups:
                found.add("FMA")
            found |= {_NAMES.get(group, group.upper()) for group in groups - _PLAIN}
    machine.detail = False
    return found


@lru_cache(maxsize=1 << 14)
def _wide(operands: bytes) -> frozenset[bytes]:
    """Return what some operands have of wide registers, masks and registers beyond the 16th."""
    return frozenset(_WIDE.findall(operands))


_OWN: Final = 128
"""The first of the groups that only one architecture has."""


def _arm(machine: capstone.Cs, code: bytes) -> set[str]:
    found: set[str] = set()
    for _, _, name, operands in machine.disasm_lite(code, 0):
        found |= {each for each, pattern in _ARM if pattern.match(name)}
        if operands[:1] in {"z", "p", "{"} and _SCALABLE.search(operands):
            found.add("SVE")
    return found
