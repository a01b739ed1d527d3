"""Debug information on strings that are longer in another directory, and on ends of sections."""

import struct
from pathlib import Path
from typing import Final

import pytest

from reprodiff.formats.elf.entries import symbols
from reprodiff.formats.elf.reader import Elf, parse
from reprodiff.formats.machine.dwarfarrays import read_arrays
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, report
from tests.native.builders import build, need, pair

_CODE: Final = """
#include <stdio.h>
const char where[] = __FILE__;
const char other[] = "other";
char room[sizeof other];
void tell(void) { static const char here[] = "in " __FILE__; puts(here); puts(where); puts(room); }
"""
_ARM: Final = "--target=aarch64-linux-gnu -nostdlib -ffreestanding -fuse-ld=lld -O2"
_SHORT: Final = """
void out(const char *);
__attribute__((section(".text.one"))) void one(void) { out(__FILE__); }
__attribute__((section(".text.two"))) void two(void) { out("two"); __asm__ volatile ("NOPS"); }
"""


def _plain(elf: Elf, name: str) -> bytes:
    section = elf.named(name)
    return b"" if section is None else bytes(elf.content(section))


@pytest.mark.parametrize(
    ("compiler", "options"),
    [
        ("gcc", "-gdwarf-5"),
        ("gcc", "-gdwarf-3"),
        ("clang", "-gdwarf-5"),
        ("clang", "-gdwarf-4"),
    ],
)
def test_numbers_of_characters_follow_their_strings(
    tmp_path: Path, compiler: str, options: str
) -> None:
    a, b = pair(tmp_path, f"-O2 {options}", code=_CODE, compiler=compiler)
    assert_proven(report(a, b), "elf-build-path")
    assert_proven(report(b, a), "elf-build-path")
    raw, elf = b.read_bytes(), parse(memoryview(b.read_bytes()))
    info = elf.named(".debug_info")
    assert info is not None
    tables = (_plain(elf, name) for name in (".debug_info", ".debug_abbrev", ".debug_addr"))
    arrays = read_arrays(*tables, big=False)
    lengths = {len(str(b.parent / "code.c")) + 1, len(str(b.parent / "code.c")) + 4, 6}
    assert lengths <= {value.number for value in arrays.sizes.values()}
    changed = tmp_path / "changed.so"
    longer = len(str(b)) - len(str(a))
    for value in arrays.sizes.values():
        for step in (1, -1, -longer):  # the last is what stands in A
            at = info.body.start + value.at
            changed.write_bytes(raw[:at] + bytes([(raw[at] + step) & 0xFF]) + raw[at + 1 :])
            assert report(a, changed).verdict is Verdict.DIFFERENT, (value, step)
    for name in (".dynsym", ".symtab"):
        table = elf.named(name)
        assert table is not None
        sizes = {item.at + 16: item.size for item in symbols(elf, table) if item.name == b"where"}
        (at, size), *_ = sizes.items()
        assert size == len(str(b.parent / "code.c")) + 1
        changed.write_bytes(raw[:at] + (size - longer).to_bytes(8, "little") + raw[at + 8 :])
        assert report(a, changed).verdict is Verdict.DIFFERENT, name


def test_the_end_of_a_section_may_be_the_start_of_another(tmp_path: Path) -> None:
    need("ld.lld")
    options = f"{_ARM} -gdwarf-4"
    for nops in range(8):
        code = _SHORT.replace("NOPS", "nop;" * nops)
        a = build(tmp_path / "one", options, code=code, compiler="clang")
        b = build(tmp_path / "number" / "two", options, code=code, compiler="clang")
        ends = [
            section.addr + section.size
            for elf in (parse(memoryview(path.read_bytes())) for path in (a, b))
            if (section := elf.named(".text")) is not None
        ]
        plt = parse(memoryview(a.read_bytes())).named(".plt")
        if plt is not None and plt.addr == ends[0] and ends[1] % plt.align:
            break
    else:
        pytest.skip("this linker puts nothing behind .text, or aligns it otherwise")
    ranges = _plain(parse(memoryview(a.read_bytes())), ".debug_ranges")
    assert struct.pack("<Q", ends[0]) in ranges
    assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")
    assert_proven(report(b, a), "elf-build-path", "elf-layout-follows")


def test_values_that_stand_with_their_abbreviation_take_no_bytes(tmp_path: Path) -> None:
    limits = "".join(
        f"struct L{n} {{ static const int most = 5; char room[most]; }} l{n};" for n in range(20)
    )
    a, b = pair(tmp_path, "-O2 -gdwarf-5", code=_CODE + limits, compiler="g++")
    if b"\x1c\x21" not in _plain(parse(memoryview(a.read_bytes())), ".debug_abbrev"):
        pytest.skip("this compiler writes the value where it is used")
    assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")
