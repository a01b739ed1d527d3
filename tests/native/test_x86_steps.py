"""What is found without a disassembler is what a disassembler finds, on both sides."""

import random
import re
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, Final

import capstone  # noqa: TID253 - the oracle
import pytest
from elftools.common.exceptions import ELFError  # noqa: TID253 - the oracle
from elftools.dwarf.callframe import FDE  # noqa: TID253 - the oracle
from elftools.elf.elffile import ELFFile  # noqa: TID253 - the oracle

from reprodiff.formats.machine import x86, x86_steps
from reprodiff.formats.machine.parting import displacement, is_branch

MOVE: Final = 4096
BASE: Final = 0x1000
BEHIND: Final = bytes.fromhex("11 22 33 44 55 66 77 88 99 aa")
PREFIXES: Final = ("", "66", "f2", "f3", "f0", "64", "66 f2", "66 f3", "f0 66", "2e", "3e", "67")
VEX: Final = ("c5 f8", "c5 7d", "c5 fa", "c4 e1 79", "c4 e2 7d", "c4 42 85", "c4 e3 79", "c4 03 05")
EVEX: Final = ("f1 7c 48", "f1 fd 08", "61 7e 28", "f2 7d c9", "92 fd 48", "f3 7d 48", "f3 fd 18")


Function = tuple[int, bytes]


@pytest.fixture(scope="module")
def functions() -> list[Function]:
    """Return functions made by a compiler, each with where it is loaded."""
    for name in (Path(sys.executable).resolve(), Path("/bin/sh"), Path("/bin/bash")):
        try:
            with name.open("rb") as file:
                elf = ELFFile(file)
                section = elf.get_section_by_name(".text")
                if elf.get_machine_arch() == "x64" and section and section["sh_size"] > 1 << 14:
                    return list(_functions(elf, section["sh_addr"], section.data()))
        except (OSError, ELFError):
            continue
    pytest.skip("there is no x86-64 program here")


def _functions(elf: ELFFile, base: int, code: bytes) -> Iterator[Function]:
    for entry in elf.get_dwarf_info().EH_CFI_entries():
        if isinstance(entry, FDE):
            start = entry.header["initial_location"] - base
            if 0 <= start < len(code):
                yield base + start, code[start : start + entry.header["address_range"]]


def walked(pair: tuple[bytes, bytes], at: int, base: int) -> Any:
    """Return what a walk of both sides, instruction by instruction, finds."""
    machine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    work = x86.Function(machine, pair, (at, at + 64), (1 << 64) - 1)
    work.begin({"address_a": base, "address_b": base + MOVE})
    work.run()
    numbers = iter(work.references)
    return list(zip(*[numbers] * 5, strict=True)), work.changes, work.stopped


def stepped(pair: tuple[bytes, bytes], at: int, base: int) -> Any:
    """Return what is found without a disassembler, of code somewhere in a section."""
    sections = b"\xcc" * at + pair[0] + b"\xcc" * 9, b"\xcc" * (at + 64) + pair[1] + b"\xcc" * 9
    places = at, at + 64
    return x86_steps.references(sections, places, len(pair[0]), (base, base + MOVE))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_found_is_what_a_disassembler_finds(functions: list[Function], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    equal = told = 0
    for base, one in chance.sample(functions, min(len(functions), 80)):
        at = chance.randrange(1000)
        two = bytearray(one)
        for _ in range(chance.choice([0, 0, 1, 1, 2, 5])):
            place = chance.randrange(len(one))
            two[place] ^= chance.choice([1, 16, 0x20, 0x80, 0xFF])
        found = stepped((one, bytes(two)), at, base)
        if found is not None:
            references, changes, stopped = walked((one, bytes(two)), at, base)
            assert (found, [], 0) == (references, changes, stopped)
            equal += 1
            told += len(found)
    assert equal
    assert told


def test_code_that_breaks_off_is_nothing_that_is_known() -> None:
    call = bytes.fromhex("e8 00 00 00 00")
    assert x86_steps.references((call, call), (0, 0), 5, (0, 64)) == [(1, 1, 4, 5, 69)]
    for a, b in ((call[:4], call), (call, call[:4]), (call[:4], call[:4])):
        assert x86_steps.references((a, b), (0, 0), 5, (0, 64)) is None
    # Nothing is in front of the first address.
    assert x86_steps.references((b"\xeb\x80",) * 2, (0, 0), 2, (0, 0)) is None


def test_a_table_of_jumps_behind_a_function_is_left_to_the_disassembler() -> None:
    code = bytes.fromhex("48 8d 05 01 00 00 00 c3 f8 ff ff ff f8 ff ff ff")
    assert x86_steps.references((code, code), (0, 0), len(code), (0, 64)) is None


def heads() -> list[bytes]:
    """Return what may stand in front of a ModRM byte, right or not."""
    every = [f"{number:02x}" for number in range(256)]
    rex = ("", "40", "48", "4f")
    maps = ("", "0f", "0f 38", "0f 3a")
    plain = [" ".join(each) for each in product(PREFIXES, rex, maps, every)]
    wide = [" ".join(each) for each in product((*VEX, *(f"62 {x}" for x in EVEX)), every)]
    return [bytes.fromhex(each) for each in (*plain, *wide)]


def test_every_kind_of_instruction_ends_where_a_disassembler_ends_it() -> None:
    machine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    chance = random.Random(7)  # noqa: S311
    known = relative = branches = 0
    for head in heads():
        modrm = chance.randrange(256)
        code = head + bytes([modrm, chance.choice([0x24, 0x25, 0x65])]) + BEHIND
        one = next(machine.disasm_lite(code, BASE, 1), None)
        if one is None:
            continue
        size, name, operands = one[1:]
        move = re.search(r"\[rip(?: ([+-]) (0x[0-9a-f]+|\d+))?\]", operands)
        found = stepped((code[:size], code[:size]), 0, BASE)
        if found is None:
            continue
        known += 1
        targets = [each[3] - BASE for each in found]
        if move is not None:
            relative += 1
            assert targets == [size + displacement(move)], (code.hex(" "), one)
        elif is_branch(name, operands):
            branches += 1
            assert [target & 0xFFFFFFFF for target in targets] == [
                (int(operands, 0) - BASE) & 0xFFFFFFFF
            ], (code.hex(" "), one)
        else:
            assert targets == [], (code.hex(" "), one)
    assert known > 3000
    assert relative > 20
    assert branches > 20
