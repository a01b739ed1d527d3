"""A path that becomes long goes to another section, and what a linker shares with it changes."""

import random
from pathlib import Path
from typing import Final

import pytest

from reprodiff.formats.elf.reader import parse
from reprodiff.model import Severity, Verdict
from tests.native.asking import assert_proven, causes, places, report, run
from tests.native.builders import build, need

pytestmark = pytest.mark.slow

_CODE: Final = r"""
#include <cassert>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>
static const double weights[] = {1.5, 2.25, 3.125, 4.0625, 5.5, 6.75, 7.875};
static const unsigned char key[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static std::map<std::string, int> registry = {{"alpha", 1}, {"beta", 2}, {"gamma", 3}};
int lookup(const std::string &name) {
    auto it = registry.find(name);
    if (it == registry.end()) throw std::out_of_range("no such name: " + name + " in " __FILE__);
    return it->second;
}
double total(const std::vector<double> &v) {
    double s = 0; size_t k = 0;
    assert(v.size() < 100000);
    for (double x : v) s += x * weights[k++ % 7];
    return s;
}
int hash16(const char *s) {
    unsigned h = 5381;
    assert(s);
    for (size_t i = 0; s[i]; i++) h = h * 33 + s[i] + key[i & 15];
    return (int)h;
}
int choose(int kind, int x) {
    switch (kind) {
    case 0: return std::puts("!"); case 1: return lookup("b"); case 2: return x * 2;
    case 3: return hash16("c") + x; case 4: return x / 3; case 5: throw std::runtime_error("five");
    default: return -1;
    }
}
"""
_OPTIONS: Final = [
    "-g -O2",
    "-Os -s",
    "-O3 -flto",
    "-O2 -s -fcf-protection=full -fstack-protector-strong",
    "-g -O2 -ffunction-sections -fdata-sections -Wl,--gc-sections",
    "-O2 -g -static-libgcc",
]


def _sides(
    tmp_path: Path, options: str, code_b: str = _CODE, compiler: str = "g++"
) -> tuple[Path, Path]:
    """Build with a short path and a long one: compilers align strings of 32 characters and more."""
    found = []
    for name, shown, code in (
        ("a", "/tmp/x", _CODE),
        ("b", "/tmp/build/of/some/longer/name/y", code_b),
    ):
        place = tmp_path / name
        mapped = f"{options} -ffile-prefix-map={place}={shown}"
        found.append(build(place, mapped, code, compiler=compiler))
    return found[0], found[1]


@pytest.mark.parametrize("options", _OPTIONS)
def test_a_path_that_changes_places_with_other_strings_is_proven(
    tmp_path: Path, options: str
) -> None:
    a, b = _sides(tmp_path, options)
    assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")
    assert_proven(report(b, a), "elf-build-path", "elf-layout-follows")


def test_names_that_are_ends_of_paths_on_one_side_are_proven(tmp_path: Path) -> None:
    """A linker keeps the name of the variable x as the end of the directory /tmp/x."""
    a, b = _sides(tmp_path, "-g -O2", compiler="clang++")
    assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")


@pytest.mark.parametrize(
    ("old", "new", "cause", "where"),
    [
        ('"!"', '"?"', "native-data-changed", ".rodata"),
        ("13, 14", "13, 17", "native-data-changed", ".rodata"),
        ("h * 33", "h * 31", "native-code-changed", "hash16"),
        ("case 4: return x / 3", "case 6: return x / 3", "native-code-changed", "choose"),
    ],
)
def test_a_change_beside_such_a_path_is_found(
    tmp_path: Path, old: str, new: str, cause: str, where: str
) -> None:
    a, b = _sides(tmp_path, "-O2", _CODE.replace(old, new))
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert cause in causes(found)
    assert any(where in place for place in places(found, cause)), places(found, cause)


def test_no_byte_slips_past_where_strings_stand_elsewhere(tmp_path: Path) -> None:
    need("g++")
    a, b = _sides(tmp_path, "-g -O2")
    raw = b.read_bytes()
    elf = parse(memoryview(raw))
    rng = random.Random(31)  # noqa: S311
    changed = tmp_path / "changed.so"
    missed: list[str] = []
    for name in (".rodata", ".text", ".gcc_except_table", ".eh_frame"):
        section = elf.named(name)
        assert section is not None
        for at in rng.sample(range(*section.body), 40):
            line = raw[raw.rfind(b"\0", 0, at) + 1 : raw.find(b"\0", at)]
            if b"/build/of" in line:
                continue
            changed.write_bytes(raw[:at] + bytes([raw[at] ^ 1 << rng.randrange(8)]) + raw[at + 1 :])
            found = report(a, changed)
            if found.verdict is not Verdict.DIFFERENT:
                missed.append(f"{name}+{at - section.body.start:#x}")
            assert any(f.severity is not Severity.BENIGN for f in found.findings) or missed
    assert missed == []


@pytest.mark.parametrize("stripped", ["a", "b"])
def test_code_of_a_stripped_side_is_compared_function_by_function(
    tmp_path: Path, stripped: str
) -> None:
    a, b = _sides(tmp_path, "-g -O2")
    run(tmp_path, need("strip"), str({"a": a, "b": b}[stripped]))
    assert_proven(report(a, b), "elf-stripped", "elf-build-path")
    changed = build(tmp_path / "c", "-O2", _CODE.replace("h * 33", "h * 31"), compiler="g++")
    if stripped == "b":
        run(tmp_path, need("strip"), str(changed))
    found = report(a, changed)
    assert found.verdict is Verdict.DIFFERENT
    assert places(found, "native-code-changed") == {"hash16(char const*)"}


@pytest.mark.parametrize(("more", "same"), [(0, True), (1, False)])
def test_the_size_of_a_symbol_for_a_path_follows_it(
    tmp_path: Path, *, more: int, same: bool
) -> None:
    """LLVM's ThinLTO gives string constants symbols, and linkers put strings into any order."""
    template = r"""
__asm__(".section .rodata.str1.1,\"aMS\",@progbits,1\n"
        "@STRINGS@"
        ".text\n");
extern const char anon[] __attribute__((visibility("hidden")));
extern const char other[] __attribute__((visibility("hidden")));
int puts(const char *);
int run(void) { return puts(anon) + puts(other); }
"""
    other = r"other: .asciz \"a string with other words\"\n"
    text = r".type anon,@object\nanon: .asciz \"@PATH@/code.c\"\n.size anon, . - anon - @MORE@\n"
    paths = [text.replace("@PATH@", path).replace("@MORE@", str(less))
             for path, less in (("/tmp/short", 0), ("/tmp/something/longer", more))]  # fmt: skip
    a = build(tmp_path / "a", "-O2", template.replace("@STRINGS@", paths[0] + other))
    b = build(tmp_path / "b", "-O2", template.replace("@STRINGS@", other + paths[1]))
    found = report(a, b)
    if same:
        assert_proven(found, "elf-build-path")
    else:
        assert found.verdict is Verdict.DIFFERENT
        assert {"elf-symbols", "native-tables-changed"} & causes(found)


@pytest.mark.parametrize(
    ("option", "options"), [("file", "-g -O2"), ("file", "-g -O0"), ("debug", "-g -O2")]
)
def test_a_directory_that_one_side_maps_to_a_dot_is_proven(
    tmp_path: Path, option: str, options: str
) -> None:
    a = build(tmp_path / "one" / "src", options, _CODE, compiler="g++")
    place = tmp_path / "number-two" / "src"
    b = build(place, f"{options} -f{option}-prefix-map={place}=.", _CODE, compiler="g++")
    assert_proven(report(a, b), "elf-build-path")
    assert_proven(report(b, a), "elf-build-path")
    raw = b.read_bytes()
    b.write_bytes(raw.replace(b"/code.cc\0", b"/codf.cc\0", 1))
    assert report(a, b).verdict is Verdict.DIFFERENT
