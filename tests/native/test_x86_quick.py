"""Code that keeps step is compared by its bytes: that finds what a walk of both sides finds."""

import random
import sys
from pathlib import Path
from typing import Any

import capstone  # noqa: TID253 - the oracle
import pytest
from elftools.common.exceptions import ELFError  # noqa: TID253 - the oracle
from elftools.elf.elffile import ELFFile  # noqa: TID253 - the oracle

from reprodiff.formats.machine import x86

MOVE = 4096


class Walked(x86.Function):
    """The comparison instruction by instruction, of both sides."""

    at_once = False


@pytest.fixture(scope="module")
def code() -> tuple[bytes, int]:
    """Return some machine code made by a compiler, and where it is loaded."""
    for name in (Path(sys.executable).resolve(), Path("/bin/sh"), Path("/bin/bash")):
        try:
            with name.open("rb") as file:
                elf = ELFFile(file)
                section = elf.get_section_by_name(".text")
                if elf.get_machine_arch() == "x64" and section and section["sh_size"] > 1 << 14:
                    data: bytes = section.data()
                    return data, section["sh_addr"]
        except (OSError, ELFError):
            continue
    pytest.skip("there is no x86-64 program here")


def found(kind: type[x86.Function], pair: tuple[bytes, bytes], at: int, base: int) -> Any:
    machine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    work = kind(machine, pair, (at, at + 64), (1 << 64) - 1)
    work.begin({"address_a": base, "address_b": base + MOVE})
    work.run()
    return work.references, work.changes, work.stopped


@pytest.mark.parametrize("seed", range(8))
def test_the_quick_comparison_finds_what_a_walk_of_both_sides_finds(
    code: tuple[bytes, int], seed: int
) -> None:
    data, base = code
    chance = random.Random(seed)  # noqa: S311
    told = 0
    for _ in range(60):
        at = chance.randrange(len(data) - 1500)
        one = data[at : at + chance.randrange(1, 1500)]
        two = bytearray(one)
        for _ in range(chance.choice([0, 0, 1, 1, 2, 5, 20])):
            place = chance.randrange(len(one))
            two[place] ^= chance.choice([1, 16, 0x20, 0x80, 0xFF])
        pair = one, bytes(two)
        walked = found(Walked, pair, at, base)
        told += len(walked[0]) + len(walked[1])
        assert found(x86.Function, pair, at, base) == walked
    assert told


@pytest.mark.parametrize("seed", range(6))
def test_functions_that_are_decoded_at_once_are_compared_as_each_by_itself(
    code: tuple[bytes, int], seed: int
) -> None:
    data, base = code
    chance = random.Random(seed)  # noqa: S311
    for _ in range(12):
        at = chance.randrange(len(data) - 20_000)
        other = bytearray(data)
        places: list[tuple[int, int, int, int]] = []
        for _ in range(chance.choice([1, 2, 40])):
            size, gap = chance.choice([1, 7, 40, 300, 2000]), chance.choice([0, 0, 3, 15, 200])
            stop = min(at + size, len(data))
            if chance.random() < 0.3 and stop > at:
                other[chance.randrange(at, stop)] ^= chance.choice([1, 16, 0x20, 0x80, 0xFF])
            places.append((at, stop, at, stop))
            at = min(stop + gap, len(data))
        meta = {
            "bits": 64, "size_a": len(data), "address_a": base, "address_b": base + MOVE,
            "shown": 100, "functions": places,
        }  # fmt: skip
        answer, payload = x86.compare(meta, memoryview(data + bytes(other)))
        references = list(memoryview(payload).cast("Q"))
        for (start, stop, *_), (count, changes, stopped) in zip(
            places, answer["functions"], strict=True
        ):
            mine, references = references[: 5 * count], references[5 * count :]
            pair = data[start:stop], bytes(other[start:stop])
            machine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
            work = Walked(machine, pair, (start, start), (1 << 64) - 1)
            work.begin(meta)
            work.run()
            assert (mine, changes, stopped) == (work.references, work.changes, work.stopped)
