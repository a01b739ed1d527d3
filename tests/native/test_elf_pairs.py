"""Real compiler output: what is the same is proven, what is not is named."""

import random
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reprodiff.formats.elf.entries import symbols
from reprodiff.formats.elf.reader import parse
from reprodiff.formats.elf.symbols import functions
from reprodiff.model import Category, Severity, Verdict
from tests.native.asking import assert_proven, causes, places, report
from tests.native.builders import C_CODE, CXX_CODE, build, need, pair


@pytest.mark.parametrize(
    ("compiler", "options", "code"),
    [
        ("gcc", "-g -O2", C_CODE),
        ("gcc", "-O2 -s", C_CODE),
        ("gcc", "-g -gdwarf-4 -O2", C_CODE),
        ("gcc", "-g -gz -O1", C_CODE),
        ("g++", "-g -O2", CXX_CODE),
        ("g++", "-O2 -s", CXX_CODE),
        ("clang", "-g -O2", C_CODE),
        ("clang++", "-g -O2 -fuse-ld=lld", CXX_CODE),
        ("clang", "-g -gdwarf-4 -O2 -fuse-ld=lld", C_CODE),
    ],
)
def test_a_build_path_of_another_length_is_proven(
    tmp_path: Path, compiler: str, options: str, code: str
) -> None:
    a, b = pair(tmp_path, options, code=code, compiler=compiler)
    assert a.read_bytes() != b.read_bytes()
    assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")
    assert_proven(report(b, a), "elf-build-path", "elf-layout-follows")


def test_a_build_path_of_the_same_length_is_proven(tmp_path: Path) -> None:
    a, b = (build(tmp_path / name / "src") for name in ("one", "two"))
    assert_proven(report(a, b), "elf-build-path", "elf-build-id-follows")


SHORT_CODE = r"""
#include <stdio.h>
struct word { const char *text; int size; } words[] = {{"ab", 2}, {"c", 1}, {"de", 2}};
int entry(int x) {
    return puts(__FILE__) + puts("ab") + puts("xyz") + puts(words[x].text) + puts("q<9");
}
"""


def short_and_long(tmp_path: Path) -> tuple[Path, Path]:
    """Compile one source below a short path, and below one that is long enough to be aligned."""
    options = "-g -O2 -ffile-prefix-map={}={}"
    place = tmp_path / "src"
    first = build(place, options.format(place, "/s"), SHORT_CODE).rename(tmp_path / "a.so")
    far = "/a-directory-with-a-name-that-is-rather-long"
    return first, build(place, options.format(place, far), SHORT_CODE).rename(tmp_path / "b.so")


def test_a_path_that_becomes_long_changes_places_with_short_strings(tmp_path: Path) -> None:
    a, b = short_and_long(tmp_path)
    ones, twos = (parse(memoryview(each.read_bytes())) for each in (a, b))
    before = [each.named(".rodata") for each in (ones, twos)]
    assert [section.align for section in before if section] == [1, 8]
    assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")
    assert_proven(report(b, a), "elf-build-path", "elf-layout-follows")


@pytest.mark.parametrize("change", ["text", "order", "align", "reference"])
def test_what_changes_among_strings_that_changed_places_is_seen(
    tmp_path: Path, change: str
) -> None:
    a, b = short_and_long(tmp_path)
    raw = bytearray(b.read_bytes())
    elf = parse(memoryview(bytes(raw)))
    section, words = elf.named(".rodata"), elf.named(".data")
    assert section is not None
    assert words is not None
    at = raw.index(b"xyz\0", section.body.start)
    if change == "text":
        raw[at] = ord("w")
    elif change == "order":
        raw[at : at + 8] = b"q<9\0xyz\0"
    elif change == "align":
        raw[section.header.start + 48] = 16
    else:
        table = elf.named(".rela.dyn")
        assert table is not None
        addends = [
            place
            for place in range(table.body.start + 16, table.body.stop, 24)
            if section.addr <= int.from_bytes(raw[place : place + 8], "little")
            and raw[place - 8] == 8
            and int.from_bytes(raw[place : place + 8], "little") < section.addr + section.size
        ]
        raw[addends[0]] ^= 1
    b.write_bytes(raw)
    assert report(a, b).verdict is Verdict.DIFFERENT


def test_symbols_without_a_name_are_counted(tmp_path: Path) -> None:
    raw = bytearray(build(tmp_path / "src", "-O2").read_bytes())
    elf = parse(memoryview(bytes(raw)))
    table = elf.named(".symtab")
    assert table is not None
    ours = [each for each in symbols(elf, table) if not each.bind and each.name][:3]
    for side, kind in (("a", b"\x03"), ("b", b"\0")):  # of sections, and of nothing
        for each in ours:
            raw[each.at : each.at + 5] = b"\0\0\0\0" + kind
        (tmp_path / side).write_bytes(raw)
    found = report(tmp_path / "a", tmp_path / "b")
    said = {(p.a, p.b) for f in found.findings for p in f.locations if p.inside == ".symtab"}
    assert said == {("3 symbols without a name", "3 symbols without a name")}


def test_a_build_id_is_not_said_to_be_untrue(tmp_path: Path) -> None:
    """It is a hash of what the linker wrote, which nobody can make again from the file."""
    a, b = pair(tmp_path, "-g -O2")
    found = report(a, b)
    ids = [each for each in found.findings if "build-id" in each.cause]
    assert [(each.cause, each.severity) for each in ids] == [
        ("elf-build-id-follows", Severity.BENIGN)
    ]
    assert not [each for each in found.findings if each.category is Category.INTEGRITY]


def test_a_zero_behind_the_end_is_an_overlay(tmp_path: Path) -> None:
    a, b = pair(tmp_path, "-g -O2")
    b.write_bytes(b.read_bytes() + b"\0")
    assert report(a, b).verdict is Verdict.DIFFERENT
    assert "elf-overlay" in causes(report(a, b))


SHARED_CODE = r"""
LINKAGE int walk(int x) __asm__("walk.llvm.NUMBER");
__attribute__((noinline, used)) LINKAGE int walk(int x) { return x * 77 + 3; }
int entry(int x) { return walk(x) + 1; }
__attribute__((section(".debug_gdb_scripts,\"aMS\",@progbits,1#"), used))
static const char scripts[] = "\001load_printers.py";
const char *where(void) { return __FILE__; }
"""


@pytest.mark.parametrize(("linkage", "benign"), [("static", True), ("", False)])
def test_the_hash_that_llvm_puts_behind_shared_names_is_told_where_no_loader_reads_it(
    tmp_path: Path,
    linkage: str,
    benign: bool,
) -> None:
    code = SHARED_CODE.replace("LINKAGE", linkage)
    first = build(tmp_path / "one", "-g -O2", code.replace("NUMBER", "17774730022807594876"))
    second = build(tmp_path / "number-two", "-g -O2", code.replace("NUMBER", "1215895192177874365"))
    found = report(first, second)
    if benign:
        assert_proven(found, "elf-lto-random-seed", "elf-build-path")
    else:
        assert found.verdict is Verdict.DIFFERENT
        assert "elf-lto-random-seed" not in {
            each.cause for each in found.findings if ".dyn" in each.locations[0].inside
        }


def test_code_for_arm_is_proven_too(tmp_path: Path) -> None:
    need("ld.lld")
    options = "--target=aarch64-linux-gnu -nostdlib -ffreestanding -fuse-ld=lld -O2 -g"
    code = C_CODE.replace(
        "#include <stdio.h>", "int puts(const char *); int printf(const char *, ...);"
    )
    a, b = pair(tmp_path, options, code=code, compiler="clang")
    assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")
    changed = build(tmp_path / "changed" / "src", options, code.replace("x * 3", "x * 9"), "clang")
    found = report(a, changed)
    assert found.verdict is Verdict.DIFFERENT
    assert "limited" in places(found, "native-code-changed")


def test_an_object_file_is_proven(tmp_path: Path) -> None:
    a, b = pair(tmp_path, "-g -O2 -c -no-pie")
    assert_proven(report(a, b), "elf-build-path")


def test_the_time_of_compilation_is_proven(tmp_path: Path) -> None:
    code = C_CODE + 'const char *built(void) { return "built " __DATE__ " " __TIME__; }\n'
    sources = [
        code.replace("__DATE__", f'"{day}"').replace("__TIME__", f'"{time}"')
        for day, time in (("Nov 21 2026", "01:02:03"), ("Dec  1 2026", "23:59:59"))
    ]
    a, b = (build(tmp_path / "src", "-O2", text).rename(tmp_path / f"{n}.so")
            for n, text in enumerate(sources))  # fmt: skip
    assert_proven(report(a, b), "elf-build-time")


def test_only_the_build_id_differs(tmp_path: Path) -> None:
    a, b = pair(tmp_path, "-g -O2", code=C_CODE.replace("__FILE__", '"code.c"'))
    strip = need("strip")
    for path in (a, b):
        subprocess.run([strip, str(path)], check=True)
    found = report(a, b)
    assert_proven(found, "elf-build-id-only")
    assert causes(found) == {"elf-build-id-only"}
    assert any("debug information" in line for line in found.findings[0].evidence)


def test_a_random_build_id_is_no_other_difference(tmp_path: Path) -> None:
    a, b = (
        build(tmp_path / "src", "-O2 -Wl,--build-id=uuid").rename(tmp_path / f"{n}.so")
        for n in range(2)
    )
    assert_proven(report(a, b), "elf-build-id-random")
    assert causes(report(a, b)) == {"elf-build-id-random"}


def test_another_runpath_is_for_review(tmp_path: Path) -> None:
    a, b = (
        build(tmp_path / "src", f"-O2 -Wl,-rpath,{path}").rename(tmp_path / f"{n}.so")
        for n, path in enumerate(("/opt/one/lib", "/opt/number-two/lib"))
    )
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert found.summary.ledger.unexplained_bytes == 0
    severities = {finding.cause: finding.severity for finding in found.findings}
    assert severities["elf-rpath"] is Severity.REVIEW
    assert set(severities) == {"elf-rpath", "elf-layout-follows", "elf-build-id-follows"}


@pytest.mark.parametrize(
    ("old", "new", "cause", "inside"),
    [
        ("x * 3", "x * 9", "native-code-changed", "limited"),
        ("> 4096 ?", ">= 4096 ?", "native-code-changed", "limited"),
        ("17, 19", "17, 18", "native-data-changed", ".rodata table"),
        ("counter = 77", "counter = 78", "native-data-changed", ".data counter"),
        ("1.375", "1.25", "native-data-changed", ".rodata+"),
        ('"gamma"', '"gemma"', "native-data-changed", ".rodata+"),
    ],
)
def test_one_change_beside_another_path_is_named(
    tmp_path: Path, old: str, new: str, cause: str, inside: str
) -> None:
    assert old in C_CODE
    a = build(tmp_path / "one" / "src")
    b = build(tmp_path / "number-two" / "demo" / "src", code=C_CODE.replace(old, new))
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert "elf-build-path" in causes(found)
    assert any(place.startswith(inside) for place in places(found, cause))
    benign = {"elf-build-path", "elf-layout-follows", "elf-build-id-follows"}
    assert benign | {cause} >= causes(found) - {"elf-debug-info"}


def test_an_added_function_is_named(tmp_path: Path) -> None:
    a = build(tmp_path / "one" / "src", "-O2")
    code = C_CODE + "int added(int x) { return x ^ 0x5a5a; }\n"
    found = report(a, build(tmp_path / "two" / "src", "-O2", code))
    assert found.verdict is Verdict.DIFFERENT
    shown = {loc.b for f in found.findings if f.cause == "elf-symbols" for loc in f.locations}
    assert "added" in shown


def test_other_flags_are_no_benign_difference(tmp_path: Path) -> None:
    found = report(build(tmp_path / "src", "-O0 -g").rename(tmp_path / "a.so"),
                   build(tmp_path / "src", "-O2 -g").rename(tmp_path / "b.so"))  # fmt: skip
    assert found.verdict is Verdict.DIFFERENT
    assert {"entry", "limited"} <= places(found, "native-code-changed")


def test_bytes_behind_the_end_are_seen_beside_another_build_id(tmp_path: Path) -> None:
    a, b = (
        build(tmp_path / "src", "-O2 -Wl,--build-id=uuid").rename(tmp_path / f"{n}.so")
        for n in range(2)
    )
    b.write_bytes(b.read_bytes() + b"#!/bin/sh\n")
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert {f.severity for f in found.findings if f.cause == "elf-overlay"} == {Severity.ALARM}
    assert found.summary.categories[Category.INTEGRITY].locations == 1


_SECTIONS = (
    *(".text", ".rodata", ".data", ".eh_frame", ".eh_frame_hdr", ".rela.dyn", ".dynamic"),
    *(".symtab", ".dynsym", ".got", ".data.rel.ro", ".gcc_except_table", ".init_array"),
)


def slips(a: bytes, b: bytes, marks: tuple[bytes, ...], count: int) -> Iterator[tuple[int, bytes]]:
    """Yield B with one byte changed; every other time to what A has at that place."""
    elf_a, elf_b = parse(memoryview(a)), parse(memoryview(b))
    outside: set[int] = set()
    for section in elf_b.sections:
        body = section.body
        if section.name == ".text":
            for item in functions(elf_b, section):
                outside.update(range(body.start + item.start + item.size, body.start + item.stop))
        at = body.start
        for part in b[body.start : body.stop].split(b"\0"):
            # A byte inside of the build path makes another build path.
            if any(mark in part for mark in marks):
                outside.update(range(at, at + len(part) + 1))
            at += len(part) + 1
    partner = {section.name: section for section in elf_a.sections}
    chosen = [
        s
        for s in elf_b.sections
        if s.body.size and (s.name in _SECTIONS or s.name.startswith(".debug_"))
    ]
    rng = random.Random(1)  # noqa: S311
    for number in range(count):
        section = rng.choice(chosen)
        at = rng.randrange(section.body.start, section.body.stop)
        value = b[at] ^ 1 << rng.randrange(8)
        if number % 2 and section.name in partner:
            start = partner[section.name].body.start - section.body.start
            places = [
                p
                for p in range(section.body.start, section.body.stop)
                if 0 <= p + start < len(a) and a[p + start] != b[p] and p not in outside
            ]
            if places:
                at = rng.choice(places)
                value = a[at + start]
        if at not in outside:
            yield at, b[:at] + bytes([value]) + b[at + 1 :]


@pytest.mark.parametrize(
    ("compiler", "options", "code"),
    [
        ("gcc", "-O2 -s", C_CODE),
        ("gcc", "-g -O2", C_CODE),
        ("g++", "-g -O2", CXX_CODE),
        ("clang++", "-O2 -g -fuse-ld=lld", CXX_CODE),
    ],
)
def test_no_byte_slips_past_the_proof(
    tmp_path: Path, compiler: str, options: str, code: str
) -> None:
    a, b = pair(tmp_path, options, code=code, compiler=compiler)
    assert report(a, b).verdict is Verdict.EQUIVALENT
    raw_a, raw_b = a.read_bytes(), b.read_bytes()
    changed = tmp_path / "changed.so"
    missed = []
    count = 0
    for at, data in slips(raw_a, raw_b, (str(tmp_path).encode(),), 80):
        changed.write_bytes(data)
        count += 1
        if report(a, changed).verdict is not Verdict.DIFFERENT:
            missed.append(hex(at))
    assert count > 50
    assert missed == []


def test_damage_is_said_and_never_a_crash(tmp_path: Path) -> None:
    a, b = pair(tmp_path, "-O2 -g")
    raw = b.read_bytes()
    rng = random.Random(2)  # noqa: S311
    broken = tmp_path / "broken.so"
    for number in range(120):
        if number % 3 == 0:
            data = raw[: rng.randrange(1, len(raw))]
        else:
            copy = bytearray(raw)
            for _ in range(rng.randrange(1, 8)):
                at = rng.randrange(64) if number % 3 == 1 else rng.randrange(len(raw))
                copy[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
            data = bytes(copy)
        broken.write_bytes(data)
        found = report(a, broken)
        assert found.verdict in {Verdict.DIFFERENT, Verdict.EQUIVALENT, Verdict.INCOMPLETE}
    broken.write_bytes(raw[: len(raw) // 2])
    assert "elf-damaged" in causes(report(a, broken))


def test_equal_files_start_no_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a = build(tmp_path / "src", "-O2")
    twin = tmp_path / "twin.so"
    shutil.copyfile(a, twin)

    def refuse(*_args: object, **_more: object) -> None:
        raise AssertionError("a child process was started")

    monkeypatch.setattr("reprodiff.sandbox.run", refuse)
    assert report(a, twin).verdict is Verdict.IDENTICAL
    wheels = []
    for day in (1, 2):
        wheel = tmp_path / str(day) / "demo-1.0-cp311-cp311-linux_x86_64.whl"
        wheel.parent.mkdir()
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr(zipfile.ZipInfo("demo.so", (2026, 11, day, 0, 0, 0)), a.read_bytes())
        wheels.append(wheel)
    assert "zip-member-mtime" in causes(report(*wheels))


@pytest.mark.parametrize(
    ("compiler", "options", "code"),
    [
        ("gcc", "-g -O2 -Wl,--emit-relocs", C_CODE),
        ("gcc", "-g -ggdb3 -O2", C_CODE),
        ("gcc", "-g -gsplit-dwarf -gdwarf-4 -O2", C_CODE),
        ("g++", "-g -O3 -flto", CXX_CODE),
        ("clang", "-g -gz -O2", C_CODE),
        ("clang", "-g -O2 -ggnu-pubnames -Wl,--gdb-index -fuse-ld=lld", C_CODE),
        ("clang++", "-g -gpubnames -O2", CXX_CODE),
        ("clang++", "-g -gsplit-dwarf -O2", CXX_CODE),
        ("clang", "-g -O2 -fuse-ld=lld -Wl,--pack-dyn-relocs=relr -Wl,--hash-style=sysv", C_CODE),
    ],
)
def test_other_ways_to_link_and_to_describe_are_proven(
    tmp_path: Path, compiler: str, options: str, code: str
) -> None:
    a, b = pair(tmp_path, options, code=code, compiler=compiler)
    assert_proven(report(a, b), "elf-build-path")


def test_random_seeds_of_link_time_optimisation_are_named(tmp_path: Path) -> None:
    a, b = pair(tmp_path, "-g -O3 -flto")
    assert_proven(report(a, b), "elf-lto-random-seed")
    c, d = pair(tmp_path, "-O2", code=C_CODE.replace("limited", "limited_a1b2c3d4"))
    renamed = build(tmp_path / "x", "-O2", C_CODE.replace("limited", "limited_a1b2c3d5"))
    assert report(c, renamed).verdict is Verdict.DIFFERENT
    assert report(c, d).verdict is Verdict.EQUIVALENT


def test_a_string_shared_with_the_end_of_another_may_stand_by_itself(tmp_path: Path) -> None:
    """A linker shares the end of a path only while that path is short enough to be packed."""
    code = C_CODE.replace('"alpha"', '"c"')
    a = build(tmp_path / "a", "-O2", code.replace("__FILE__", '"/a/b/c.c"'))
    long = "/a/directory/that/is/long/enough/to/be/aligned/c.c"
    b = build(tmp_path / "b", "-O2", code.replace("__FILE__", f'"{long}"'))
    found = report(a, b)
    assert "native-data-changed" not in causes(found)
    assert "native-code-changed" not in causes(found)
    other = build(
        tmp_path / "b", "-O2", code.replace("__FILE__", f'"{long}"').replace('"c"', '"h"')
    )
    assert report(a, other).verdict is Verdict.DIFFERENT


@pytest.mark.parametrize("options", ["--strip-all", "--strip-debug"])
def test_a_stripped_file_is_the_same_to_a_loader(tmp_path: Path, options: str) -> None:
    a = build(tmp_path / "src", "-g -O2", CXX_CODE, "g++")
    b = tmp_path / "stripped.so"
    subprocess.run([need("strip"), options, "-o", str(b), str(a)], check=True)
    found = report(a, b)
    assert_proven(found, "elf-stripped")
    raw = bytearray(b.read_bytes())
    text = parse(memoryview(bytes(raw))).named(".text")
    assert text is not None
    raw[text.body.start + text.body.size // 2] ^= 1
    b.write_bytes(raw)
    assert report(a, b).verdict is Verdict.DIFFERENT


def test_a_section_that_is_loaded_is_not_stripped(tmp_path: Path) -> None:
    a = build(tmp_path / "src", "-O2")
    extra, b = tmp_path / "extra", tmp_path / "more.so"
    extra.write_bytes(b"payload")
    flags = "--set-section-flags=.debug_info=alloc,load,readonly"
    command = [need("objcopy"), f"--add-section=.debug_info={extra}", flags, str(a), str(b)]
    subprocess.run(command, check=True, capture_output=True)
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert "elf-stripped" not in causes(found)


def test_names_of_functions_are_readable(tmp_path: Path) -> None:
    a = build(tmp_path / "a", "-O1", CXX_CODE, "g++")
    b = build(tmp_path / "b", "-O1", CXX_CODE.replace("return x * x", "return x * x + 1"), "g++")
    assert "Two::go(int)" in places(report(a, b), "native-code-changed")


def test_other_compilers_and_flags_are_told_with_the_functions_that_follow(tmp_path: Path) -> None:
    a = build(tmp_path / "src", "-O2 -g", compiler=need("gcc-11")).rename(tmp_path / "a.so")
    b = build(tmp_path / "src", "-O3 -g -fno-inline", compiler="gcc").rename(tmp_path / "b.so")
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    tools = [f for f in found.findings if f.cause == "elf-toolchain"]
    shown = [line for finding in tools for line in finding.evidence]
    assert any("-fno-inline" in line and "in B only" in line for line in shown)
    (code,) = (f for f in found.findings if f.cause == "native-code-changed")
    assert {f.id for f in tools} & set(code.derived_from)
