"""Objects that MinGW aligns one by one behind a path: gaps of zeros on one side, proven or not."""

import struct
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from reprodiff.formats.machine.realigned import realigned
from reprodiff.formats.pe.image import read_image
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, report, run
from tests.native.builders import CXX_CODE, need
from tests.native.test_pe_pairs import mingw

pytestmark = pytest.mark.slow

CODE: Final = r"""
#include <stdio.h>
static const char *const words[] = {"zero", "one", "two", "three-and-a-bit"};
__declspec(dllexport) int entry(int x) {
    puts(__FILE__);
    return puts(words[x & 3]) + (int)(x * 1.2345);
}
__declspec(dllexport) double poly(double x) {
    static const double factors[] = {1.5, 2.25, -3.125, 4.0625};
    double sum = 0;
    for (int i = 0; i < 4; i++) sum = sum * x + factors[i];
    return sum;
}
"""
NUMBER: Final = bytes.fromhex("8d976e1283c0f33f")  # 1.2345


@pytest.mark.parametrize(
    ("machine", "sizes"), [("i686", (1, 9, 13, 18, 27, 6)), ("x86_64", (1, 6, 13, 18, 27))]
)
def test_gaps_between_tables_follow_from_the_length_of_a_path(
    tmp_path: Path, machine: str, sizes: tuple[int, ...]
) -> None:
    sides: list[Path] = []
    for size in sizes:
        place = tmp_path / str(size)
        options = f"-O2 -s -ffile-prefix-map={place}=/tmp/{'d' * size} -Wl,--no-insert-timestamp"
        options += ",--disable-auto-image-base"
        sides.append(mingw(place, machine, options, CODE))
    for one, two in pairwise(sides):
        assert_proven(report(one, two), "pe-build-path")
        assert_proven(report(two, one), "pe-build-path")
        # A change beside a gap, in a number and in the zeros in front of it.
        raw = two.read_bytes()
        at = raw.index(NUMBER)
        for step in (0, 7, -1, 8):
            changed = two.with_name("changed.dll")
            slipped = bytes([raw[at + step] ^ 0x10])
            changed.write_bytes(raw[: at + step] + slipped + raw[at + step + 1 :])
            assert report(one, changed).verdict is Verdict.DIFFERENT, (one.parent.name, step)


def test_what_leads_behind_the_end_of_constants_follows_it(tmp_path: Path) -> None:
    """The list for the start-up code is empty, and its first entry would be behind its section."""
    sides: list[Path] = []
    ends: list[int] = []
    for size in (18, 27):
        place = tmp_path / str(size)
        options = f"-O2 -s -ffile-prefix-map={place}=/tmp/{'d' * size} -Wl,--no-insert-timestamp"
        sides.append(mingw(place, "i686", f"{options},--disable-auto-image-base", CODE))
        image = read_image(memoryview(sides[-1].read_bytes()))
        section = next(each for each in image.sections if each.name.startswith(b".rdata"))
        ends.append(image.base() + section.rva + section.vsize)
    assert ends[0] != ends[1]
    assert_proven(report(*sides), "pe-build-path")
    raw = sides[1].read_bytes()
    at = raw.index(struct.pack("<I", ends[1] + 12))
    changed = tmp_path / "changed.dll"
    for step in (-8, -4, 4, 1, ends[0] - ends[1]):
        word = struct.pack("<I", ends[1] + 12 + step)
        changed.write_bytes(raw[:at] + word + raw[at + 4 :])
        assert report(sides[0], changed).verdict is Verdict.DIFFERENT, step


def test_the_list_of_what_start_up_code_adjusts_follows(tmp_path: Path) -> None:
    """No header leads to it; each of its words has to follow all the same."""
    tool = need("x86_64-w64-mingw32-g++")
    sides: list[Path] = []
    for name in ("one/src", "number-two/demo/src"):
        place = tmp_path / name
        place.mkdir(parents=True)
        (place / "code.cc").write_text(CXX_CODE, encoding="utf-8")
        run(place, tool, "-shared", "-O2", "-s", "-Wl,--no-insert-timestamp",
            "-Wl,--disable-auto-image-base", "-o", "ext.dll", str(place / "code.cc"))  # fmt: skip
        sides.append(place / "ext.dll")
    a, b = sides
    assert_proven(report(a, b), "pe-build-path", "native-layout-follows")
    raw, old = b.read_bytes(), a.read_bytes()
    header = bytes(8) + b"\1\0\0\0"
    at, was = raw.rindex(header), old.rindex(header)
    entries = range(12, 12 + 12 * 4, 4)
    changed = b.with_name("changed.dll")
    for step in entries:
        words = raw[at + step : at + step + 4], old[was + step : was + step + 4]
        slipped = words[1] if words[0] != words[1] else bytes([words[0][0] ^ 8, *words[0][1:]])
        changed.write_bytes(raw[: at + step] + slipped + raw[at + step + 4 :])
        assert report(a, changed).verdict is Verdict.DIFFERENT, step


@pytest.mark.parametrize(
    ("a", "b", "address", "runs"),
    [
        # A table of pointers, then a number aligned to 8: B starts four bytes further on.
        ("0101010122222222", "010101010000000022222222", (4, 0), [(0, 0, 4), (4, 8, 4)]),
        # The same bytes where no alignment asks for the gap.
        ("0101010122222222", "010101010000000022222222", (0, 0), None),
        ("0101010122222222", "010101010000000000222222", (4, 0), None),
        ("0101010122222222", "010101010000000122222222", (4, 0), None),
        ("0101010122222222", "010101010000000022222223", (4, 0), None),
        # More zeros than lead to the next such address.
        ("0101010122222222", "01010101" + "00" * 12 + "22222222", (4, 0), None),
    ],
)
def test_a_gap_ends_where_an_alignment_says(
    a: str, b: str, address: tuple[int, int], runs: list[tuple[int, int, int]] | None
) -> None:
    assert realigned(bytes.fromhex(a), bytes.fromhex(b), address) == runs
    swapped = realigned(bytes.fromhex(b), bytes.fromhex(a), (address[1], address[0]))
    assert swapped == (runs and [(y, x, size) for x, y, size in runs])
