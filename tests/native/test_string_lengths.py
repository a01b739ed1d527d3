"""A number in code that is the length of a path follows the path; any other number does not."""

from pathlib import Path
from typing import Final

import pytest

from reprodiff.formats.elf.reader import parse
from reprodiff.formats.machine.dwarfinfo import Shapes, units
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, causes, places, report
from tests.native.builders import build, need

_CODE: Final = r"""
int put(const char *, unsigned long);
int count(int);
int where(int x) { return x > 77 ? put(__FILE__, sizeof(__FILE__) - 1) : count(x + 33); }
"""


def _sides(tmp_path: Path, compiler: str, code_b: str = _CODE) -> tuple[Path, Path]:
    found = []
    for name, shown, code in (("a", "/tmp/short", _CODE), ("b", "/tmp/something/longer", code_b)):
        place = tmp_path / name
        mapped = f"-O2 -ffile-prefix-map={place}={shown}"
        found.append(build(place, mapped, code, compiler=compiler))
    return found[0], found[1]


@pytest.mark.parametrize(
    "compiler", ["gcc", "clang", "aarch64-linux-gnu-gcc", "i686-linux-gnu-gcc"]
)
def test_the_length_of_a_path_in_code_follows_it(tmp_path: Path, compiler: str) -> None:
    need(compiler)
    a, b = _sides(tmp_path, compiler)
    assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")
    assert_proven(report(b, a), "elf-build-path", "elf-layout-follows")


@pytest.mark.parametrize("compiler", ["gcc", "aarch64-linux-gnu-gcc"])
@pytest.mark.parametrize(
    ("old", "new"), [("sizeof(__FILE__) - 1", "sizeof(__FILE__) - 4"), ("x + 33", "x + 22")]
)
def test_another_number_beside_the_path_is_a_change(
    tmp_path: Path, compiler: str, old: str, new: str
) -> None:
    a, b = _sides(tmp_path, compiler, _CODE.replace(old, new))
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert places(found, "native-code-changed") == {"where"}


_ARRAY: Final = r"""
extern int put(const char *, unsigned long);
static const char here[] = __FILE__;
int where(int x) { return put(here, sizeof here) + x; }
"""


def test_an_array_that_is_aligned_because_it_is_longer_is_proven(tmp_path: Path) -> None:
    need("x86_64-linux-gnu-gcc")
    sides = []
    for name, shown in (("a", "/tmp/short"), ("b", "/tmp/some/thing/that/is/longer")):
        mapped = f"-O1 -ffile-prefix-map={tmp_path / name}={shown}"
        sides.append(build(tmp_path / name, mapped, _ARRAY))
    elves = [parse(memoryview(path.read_bytes())) for path in sides]
    aligned = [elf.named(".rodata") for elf in elves]
    assert aligned[0] is not None
    assert aligned[1] is not None
    assert aligned[0].align < 32 == aligned[1].align
    assert_proven(report(*sides), "elf-build-path")
    assert_proven(report(*sides[::-1]), "elf-build-path")
    raw = bytearray(sides[1].read_bytes())
    at = aligned[1].header.start + 48  # sh_addralign
    assert raw[at] == 32
    for other in (8, 64):
        raw[at] = other
        sides[1].with_name("changed.so").write_bytes(raw)
        assert report(sides[0], sides[1].with_name("changed.so")).verdict is Verdict.DIFFERENT


_TOLD: Final = r"""
extern int put(const char *, unsigned long);
static const char here[] = __FILE__;
static inline int show(const char *s, unsigned long n) {
    unsigned long keep = n; return put(s, keep) + put(s, n); }
int one(int x) { return x > 77 ? show(__FILE__, sizeof(__FILE__) - 1) : 3; }
int two(int x) { unsigned long size = sizeof here, other = 12; return put(here, size) + other + x; }
"""


def _numbers(path: Path) -> list[int]:
    """Return where .debug_info has numbers that stand for themselves, in the file."""
    elf = parse(memoryview(path.read_bytes()))
    info, shapes = elf.named(".debug_info"), elf.named(".debug_abbrev")
    assert info is not None
    assert shapes is not None
    known = Shapes(bytes(elf.content(shapes)), big=False, numbers=True)
    tokens = units(bytes(elf.content(info)), known, [], types=False)
    return [info.body.start + token.at for token in tokens if token.kind == "number"]


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_lengths_of_paths_in_debug_information_follow_them(tmp_path: Path, compiler: str) -> None:
    need(compiler)
    sides = []
    for name, shown in (
        ("a", "/tmp/somewhere/or/other/that/is"),
        ("b", "/tmp/a/number/of/others/and/mine"),
    ):
        mapped = f"-O1 -g -gdwarf-4 -ffile-prefix-map={tmp_path / name}={shown}"
        sides.append(build(tmp_path / name, mapped, _TOLD, compiler=compiler))
    assert_proven(report(*sides), "elf-build-path", "elf-layout-follows")
    assert_proven(report(*sides[::-1]), "elf-build-path", "elf-layout-follows")
    raw = sides[1].read_bytes()
    places = _numbers(sides[1])
    assert len(places) > 1
    for at in places:
        changed = bytearray(raw)
        changed[at] ^= 2
        sides[1].with_name("changed.so").write_bytes(changed)
        found = report(sides[0], sides[1].with_name("changed.so"))
        assert found.verdict is Verdict.DIFFERENT
        assert "elf-debug-info" in causes(found)
