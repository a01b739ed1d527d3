"""Windows libraries of which one was stripped: what is missing is told, and nothing hides in it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from reprodiff.formats.parsing.coffsymbols import FILE
from reprodiff.formats.pe.checks import checksum
from reprodiff.formats.pe.image import Image, read_image
from reprodiff.formats.pe.symbols import symbols
from reprodiff.model import Severity, Verdict
from tests.causes.facts import claims, fact
from tests.native.asking import assert_proven, causes, places, report, run
from tests.native.builders import build, need

CODE = r"""
int _fltused;
static const volatile int table[] = {3, 5, 7, 11, 13};
int counter = 77;
int many[30];
__declspec(dllexport) int limited(int x) { return x > 4096 ? 4096 : x * 3 + counter; }
__declspec(dllexport) int entry(int x) {
    switch (x) {
    case 0: return many[x]; case 1: return table[x]; case 2: return limited(9);
    case 3: return table[x + 1]; case 4: return 8; case 5: return limited(x); default: return -1;
    }
}
"""
MACHINES = ["x86_64", "i686"]
CAUSE = "native-stripped"


def library(place: Path, machine: str, *options: str, code: str = CODE) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    (place / "code.c").write_text(code, encoding="utf-8")
    run(
        place, need(f"{machine}-w64-mingw32-gcc"), "-shared", "-O2", "-g", "-nostdlib",
        "-ffile-prefix-map=" + str(place) + "=.", *options,
        "-Wl,--entry=0,--no-insert-timestamp,--disable-auto-image-base", "code.c", "-o", "ext.dll",
    )  # fmt: skip
    return place / "ext.dll"


def tool(path: Path, machine: str, name: str, *arguments: str) -> Path:
    """Return a copy of a library that a tool has worked on in place."""
    copy = path.with_name(f"{name}.dll")
    shutil.copy(path, copy)
    run(path.parent, need(f"{machine}-w64-mingw32-{name}"), *arguments, str(copy))
    return copy


def slipped(path: Path, change: Callable[[bytearray, Image], None]) -> Path:
    """Return a copy with something changed in it, and a true CheckSum."""
    raw = bytearray(path.read_bytes())
    image = read_image(memoryview(path.read_bytes()))
    change(raw, image)
    at = image.checksum
    true = checksum(memoryview(bytes(raw)), at)
    raw[at.start : at.stop] = true.to_bytes(4, "little")
    copy = path.with_name("slipped.dll")
    copy.write_bytes(raw)
    return copy


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("options", [(), ("-g",)])
def test_a_stripped_library_is_the_same(
    tmp_path: Path, machine: str, options: tuple[str, ...]
) -> None:
    whole = library(tmp_path / "one", machine)
    bare = tool(whole, machine, "strip", *options)
    assert_proven(report(whole, bare), CAUSE, "native-layout-follows")
    assert_proven(report(bare, whole), CAUSE, "native-layout-follows")


@pytest.mark.parametrize("machine", MACHINES)
def test_what_the_linker_stripped_is_the_same_and_a_change_in_it_is_named(
    tmp_path: Path, machine: str
) -> None:
    whole = library(tmp_path / "one", machine)
    bare = library(tmp_path / "two", machine, "-s")
    assert_proven(report(whole, bare), CAUSE)
    changed = library(tmp_path / "three", machine, "-s", code=CODE.replace("x * 3", "x * 5"))
    found = report(whole, changed)
    assert found.verdict is Verdict.DIFFERENT
    assert {CAUSE, "pe-code-changed"} <= causes(found)
    assert any("limited" in place for place in places(found, "pe-code-changed"))
    data = library(tmp_path / "four", machine, "-s", code=CODE.replace("11, 13", "11, 12"))
    assert places(report(whole, data), "native-data-changed")


@pytest.mark.parametrize("machine", MACHINES)
def test_debug_information_that_was_split_off_is_the_same_finding(
    tmp_path: Path, machine: str
) -> None:
    whole = library(tmp_path / "one", machine)
    bare = tool(whole, machine, "strip")
    (tmp_path / "one" / "ext.debug").write_bytes(b"debug information")
    link = f"--add-gnu-debuglink={tmp_path}/one/ext.debug"
    split = tool(bare, machine, "objcopy", link)
    found = report(whole, split)
    assert_proven(found, CAUSE)
    assert ".gnu_debuglink" in places(found, CAUSE)
    # Alone it says something else about which file has it.
    assert CAUSE not in causes(report(bare, split))


def test_debug_information_of_elf_that_was_split_off_is_the_same_finding(tmp_path: Path) -> None:
    whole = build(tmp_path / "one", "-g -O2")
    bare = whole.with_name("bare.so")
    run(whole.parent, need("objcopy"), "--strip-all", f"--add-gnu-debuglink={whole}",
        str(whole), str(bare))  # fmt: skip
    found = report(whole, bare)
    assert_proven(found, "elf-stripped")
    assert ".gnu_debuglink" in places(found, "elf-stripped")


def _debug(image: Image) -> int:
    """Return where the header of the second debug section is."""
    return [section.header for section in image.sections if section.name.startswith(b"/")][-2]


def _executable(raw: bytearray, image: Image) -> None:
    raw[_debug(image) + 39] |= 0x20


def _elsewhere(raw: bytearray, image: Image) -> None:
    raw[_debug(image) + 13] ^= 0x10


def _overlapping(raw: bytearray, image: Image) -> None:
    raw[_debug(image) + 21] ^= 2


def _padding(raw: bytearray, image: Image) -> None:
    raw[image.symbols.start - 1] = 1


def _directory(raw: bytearray, image: Image) -> None:
    field = image.directory_field(11)
    assert field
    raw[field.start : field.start + 4] = raw[_debug(image) + 12 : _debug(image) + 16]
    raw[field.start + 4] = 8


def _name(raw: bytearray, image: Image) -> None:
    del image
    at = raw.index(b".debug_line\0")
    raw[at : at + 11] = b".hidden_sec"


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    "change", [_executable, _elsewhere, _overlapping, _padding, _directory, _name]
)
def test_a_section_that_is_not_only_for_debuggers_is_for_review(
    tmp_path: Path, machine: str, change: Callable[[bytearray, Image], None]
) -> None:
    whole = library(tmp_path / "one", machine)
    bare = tool(whole, machine, "strip")
    found = report(slipped(whole, change), bare)
    assert found.verdict is Verdict.DIFFERENT
    assert any(each.severity is not Severity.BENIGN for each in found.findings)


def test_code_that_reads_what_was_stripped_is_not_the_same(tmp_path: Path) -> None:
    whole = library(tmp_path / "one", "x86_64")
    bare = tool(whole, "x86_64", "strip")

    def lead(raw: bytearray, image: Image) -> None:
        text = image.sections[0]
        debug = read_image(memoryview(whole.read_bytes())).sections[-2]
        data = image.sections[1]
        for at in range(text.span.start, text.span.stop - 4):
            rva = text.rva + at - text.span.start
            if rva + 4 + int.from_bytes(raw[at : at + 4], "little") == data.rva:
                raw[at : at + 4] = (debug.rva - rva - 4).to_bytes(4, "little")
                return
        pytest.skip("no instruction reads the variable")

    a, b = slipped(whole, lead), slipped(bare, lead).rename(tmp_path / "bare.dll")
    slipped(whole, lead)
    assert report(a, b).verdict is Verdict.DIFFERENT


def test_the_number_that_leads_from_a_source_to_the_next_is_checked(tmp_path: Path) -> None:
    whole = library(tmp_path / "one", "x86_64")

    def other(raw: bytearray, image: Image) -> None:
        first = next(each for each in symbols(image) if each.storage == FILE)
        raw[first.at + 8] ^= 1

    assert report(whole, slipped(whole, other)).verdict is Verdict.DIFFERENT


def test_names_that_the_stripped_side_alone_has_are_for_review() -> None:
    found = claims([
        fact("pe.section", ".debug_info", None, "x.dll", ".debug_info"),
        fact("pe.names", None, "other", "x.dll", "symbol table"),
    ])  # fmt: skip
    assert CAUSE not in {each.cause.id for each in found}
