"""Machine code as a listing of instructions; runs in a child process only.

A reference (a branch, an address relative to the instruction pointer) is told apart from the rest
of its instruction, so that two instructions that lead to the same thing at another place can be
seen to be the same.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any, Final

import capstone  # noqa: TID253  (this module is loaded in the child only)

from reprodiff.views.native.model import Binary, Name, Section, read

MAX_CODE: Final = 1 << 16
"""Bytes of one function that are listed."""
_RIP: Final = re.compile(r"\[rip(?: ([+-]) (0x[0-9a-f]+|\d+))?\]")
_LAST: Final = re.compile(r"(?:^|[ ,#])(0x[0-9a-f]+)$")
_BRANCHES: Final = {
    "x86": re.compile(r"(?:\S+ )?(?:j\w+|call|loop\w*|xbegin)$"),
    "x86-64": re.compile(r"(?:\S+ )?(?:j\w+|call|loop\w*|xbegin)$"),
    "aarch64": re.compile(r"(?:b|bl|b\.\w+|bc\.\w+|cbn?z|tbn?z|adrp?|ldr|ldrsw)$"),
    "arm": re.compile(r"(?:b|bl|blx|b\w\w|bl\w\w|cbn?z)(?:\.w)?$"),
    "thumb": re.compile(r"(?:b|bl|blx|b\w\w|bl\w\w|cbn?z)(?:\.w)?$"),
    "riscv64": re.compile(r"(?:j|jal|b\w+|c\.j|c\.b\w+)$"),
}
_OTHERS: Final = re.compile(r"(?:b|br|j)\w*$")
_STEPS: Final = {"x86": 1, "x86-64": 1, "s390x": 2, "thumb": 2, "riscv64": 2}

Row = tuple[str, str, str, int, int, int, str]
"""Label, text, key, first byte, last byte, target (-1 for none), name of the target."""


def listing(meta: Mapping[str, Any], payload: memoryview) -> tuple[dict[str, Any], bytes]:
    """List the functions that a place of A and a place of B are in.

    ``meta`` has ``size_a`` (where B starts in ``payload``), ``a`` and ``b``, offsets in the
    files, or ``None``.  The answer has for each side a title and rows.
    """
    size = meta["size_a"]
    return {
        "a": _side(payload[:size], meta["a"]),
        "b": _side(payload[size:], meta["b"]),
    }, b""


def _side(data: memoryview, offset: int | None) -> dict[str, Any]:
    nothing: dict[str, Any] = {"title": "", "start": 0, "rows": [], "why": ""}
    if offset is None or not len(data):
        return nothing
    binary = read(data)
    if binary is None:
        return {**nothing, "why": "no compiled file that can be taken apart"}
    section = binary.section_at(offset)
    if section is None or not section.code:
        return {**nothing, "why": "there is no machine code at this place"}
    machine = _machine(binary)
    if machine is None:
        return {**nothing, "why": f"code for {binary.machine} is not disassembled"}
    names = _Names(binary)
    start, stop = binary.function(section, section.address + offset - section.body.start)
    name = names.at(start)
    rows = list(_rows(binary, section, machine, names, (start, min(stop, start + MAX_CODE))))
    label = name or f"{section.name}+{start - section.address:#x}"
    return {
        "title": f"{label}  {section.name} {start:#x}, {stop - start} bytes",
        "start": start,
        "rows": rows,
        "why": "" if stop - start <= MAX_CODE else f"only its first {MAX_CODE} bytes are listed",
    }


def _machine(binary: Binary) -> "capstone.Cs | None":
    endian = capstone.CS_MODE_BIG_ENDIAN if binary.big else capstone.CS_MODE_LITTLE_ENDIAN
    modes = {
        "x86": ("CS_ARCH_X86", capstone.CS_MODE_32),
        "x86-64": ("CS_ARCH_X86", capstone.CS_MODE_64),
        "aarch64": ("CS_ARCH_ARM64", endian),
        "arm": ("CS_ARCH_ARM", endian),
        "thumb": ("CS_ARCH_ARM", capstone.CS_MODE_THUMB),
        "mips": ("CS_ARCH_MIPS", capstone.CS_MODE_MIPS32 | endian),
        "ppc": ("CS_ARCH_PPC", capstone.CS_MODE_32 | endian),
        "ppc64": ("CS_ARCH_PPC", capstone.CS_MODE_64 | endian),
        "s390x": ("CS_ARCH_SYSZ", capstone.CS_MODE_BIG_ENDIAN),
        "riscv64": ("CS_ARCH_RISCV", capstone.CS_MODE_RISCV64 | 4),  # 4: compressed ones too
    }
    found = modes.get(binary.machine)
    architecture = getattr(capstone, found[0], None) if found is not None else None
    if found is None or architecture is None:
        return None
    try:
        return capstone.Cs(architecture, found[1])
    except capstone.CsError:  # it was built without this one
        return None


def _rows(
    binary: Binary,
    section: Section,
    machine: "capstone.Cs",
    names: "_Names",
    reach: tuple[int, int],
) -> Iterator[Row]:
    start, stop = reach
    base = section.body.start - section.address
    code = bytes(binary.data[start + base : stop + base])
    step = _STEPS.get(binary.machine, 4)
    branch = _BRANCHES.get(binary.machine, _OTHERS)
    at = start
    while at < stop:
        begin = at
        for address, size, name, operands in machine.disasm_lite(code[at - start :], at):
            where = address + base
            row = _instruction((address, size, name, operands), branch, names)
            yield (f"{address:x}", row[0], row[1], where, where + size, row[2], row[3])
            at = address + size
        if at < stop:
            raw = code[at - start : at - start + step]
            text = f".byte {raw.hex(' ')}"
            yield (f"{at:x}", text, text, at + base, at + base + len(raw), -1, "")
            at += len(raw)
        if at == begin:
            return


def _instruction(
    item: tuple[int, int, str, str], branch: "re.Pattern[str]", names: "_Names"
) -> tuple[str, str, int, str]:
    """Return text and key of an instruction, and what it refers to with its name."""
    address, size, name, operands = item
    text = f"{name:<8}{operands}".rstrip()
    found = _RIP.search(operands)
    if found is not None:
        move = int(found[2], 0) * (-1 if found[1] == "-" else 1) if found[2] else 0
        target = address + size + move
        key = f"{name} {_RIP.sub('[rip *]', operands)}"
        label = names.at(target)
        return f"{text}  # {target:#x}{_named(label)}", key, target, label
    last = _LAST.search(operands)
    if last is not None and branch.match(name):
        target = int(last[1], 16)
        label = names.at(target)
        return f"{text}{_named(label)}", f"{name} {operands[: last.start(1)]}*", target, label
    return text, f"{name} {operands}", -1, ""


def _named(label: str) -> str:
    return f" <{label}>" if label else ""


class _Names:
    """Symbols by address."""

    def __init__(self, binary: Binary) -> None:
        best: dict[int, Name] = {}
        for item in binary.names:
            if item.address and item.name and item.kind != "wanted":
                known = best.get(item.address)
                if known is None or (item.size, known.name) > (known.size, item.name):
                    best[item.address] = item
        self._starts = sorted(best)
        self._names = best

    def at(self, address: int) -> str:
        """Return the name of what is at an address, with the distance from its start."""
        number = bisect_right(self._starts, address) - 1
        if number < 0:
            return ""
        item = self._names[self._starts[number]]
        inside = address - item.address
        if inside == 0:
            return item.name
        return f"{item.name}+{inside:#x}" if inside < item.size else ""
