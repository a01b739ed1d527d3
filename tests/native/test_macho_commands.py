"""Load commands that one side alone has: one finding, and all behind it stays what it is."""

import shutil
from pathlib import Path

import pytest

from reprodiff.formats.macho.image import LOAD_DYLIB, RPATH, read_image
from reprodiff.model import Location, Report, Verdict
from tests.native.asking import causes, report, run
from tests.native.builders import need

CODE = """\
extern int puts(const char *);
extern int deflated(void);
int limited(int x) { puts("hello"); return x > 4096 ? 4096 : x * 3 + deflated(); }
"""
STUB = """\
--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: '/usr/lib/lib{name}.dylib'
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ {symbols} ]
...
"""
SYSTEM, PACKED = ("System", "_puts, dyld_stub_binder"), ("packed", "_deflated")
RPATHS = ("-rpath", "/opt/one", "-rpath", "/opt/two")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("macho")
    (made / "code.c").write_text(CODE, encoding="utf-8")
    for name, symbols in (SYSTEM, PACKED, ("extra", "_nothing")):
        text = STUB.format(name=name, symbols=symbols)
        (made / f"lib{name}.tbd").write_text(text, encoding="utf-8")
    run(made, need("clang"), "-target", "arm64-apple-macos11", "-O1", "-c", "code.c")
    return made


def linked(place: Path, name: str, *options: str, libraries: str = "System packed") -> Path:
    linker = need("ld64.lld", "ld64.lld-14", "ld64.lld-15", "ld64.lld-16")
    (place / name).mkdir(exist_ok=True)
    run(
        place, linker, "-dylib", "-arch", "arm64", "-platform_version", "macos", "11.0", "11.0",
        "code.o", "-L.", "-install_name", "@rpath/x.dylib", *options,
        *(f"-l{each}" for each in libraries.split()), "-o", f"{name}/ext.so",
    )  # fmt: skip
    return place / name / "ext.so"


def located(found: Report, cause: str) -> list[Location]:
    """Return the places of a cause without what follows from the sizes of commands."""
    return [
        location
        for finding in found.findings
        if finding.cause == cause
        for location in finding.locations
        if not location.inside.startswith("size of")
    ]


def test_a_search_path_in_front_of_others_is_one_finding(place: Path) -> None:
    a = linked(place, "a", *RPATHS)
    b = linked(place, "b", "-rpath", "/opt/zero", *RPATHS)
    for sides in ((a, b), (b, a)):
        found = report(*sides)
        assert found.verdict is Verdict.DIFFERENT
        (only,) = located(found, "macho-rpath")
        assert {str(only.a), str(only.b)} == {"", "/opt/zero"}
        assert "native-tables-changed" not in causes(found)
        assert found.summary.ledger.unexplained_bytes == 0


def test_a_search_path_that_a_tool_put_first_is_one_finding(place: Path) -> None:
    tool = need("llvm-install-name-tool", "llvm-install-name-tool-14", "llvm-install-name-tool-15")
    a = linked(place, "a", *RPATHS)
    (place / "edited").mkdir(exist_ok=True)
    b = place / "edited" / "ext.so"
    shutil.copy(a, b)
    run(place, tool, "-prepend_rpath", "/opt/zero", str(b))
    found = report(a, b)
    (only,) = located(found, "macho-rpath")
    assert str(only.b) == "/opt/zero"
    assert "native-tables-changed" not in causes(found)


def test_search_paths_in_another_order_are_one_finding(place: Path) -> None:
    a = linked(place, "a", *RPATHS)
    b = linked(place, "turned", *RPATHS[2:], *RPATHS[:2])
    (only,) = located(report(a, b), "macho-rpath")
    assert only.inside == "order of LC_RPATH"


def test_numbers_of_libraries_follow_the_libraries(place: Path) -> None:
    a = linked(place, "a", *RPATHS)
    more = linked(place, "more", *RPATHS, libraries="extra System packed")
    turned = linked(place, "other", *RPATHS, libraries="packed System")
    for b, inside in ((more, "LC_LOAD_DYLIB"), (turned, "order of LC_LOAD_DYLIB")):
        found = report(a, b)
        assert found.verdict is Verdict.DIFFERENT
        assert [each.inside for each in located(found, "macho-install-name")] == [inside]
        assert not causes(found) & {"native-symbols", "native-tables-changed"}
        assert found.summary.ledger.unexplained_bytes == 0


def test_a_symbol_that_is_looked_for_elsewhere_is_told(place: Path) -> None:
    """The number of its library stays, and stands for another one."""
    b = linked(place, "more", *RPATHS, libraries="extra System packed")
    a = linked(place, "a", *RPATHS)
    raw = bytearray(b.read_bytes())
    at = raw.index(b"\x12@_puts")
    raw[at] = 0x11
    changed = b.with_name("changed.so")
    changed.write_bytes(raw)
    found = report(a, changed)
    assert "native-tables-changed" in causes(found)


def test_fields_of_what_stands_elsewhere_are_compared(place: Path) -> None:
    a = linked(place, "a", *RPATHS)
    b = linked(place, "more", "-rpath", "/opt/zero", *RPATHS, libraries="extra System packed")
    raw = b.read_bytes()
    image = read_image(memoryview(raw))
    loads = [each for each in image.commands if each.cmd in LOAD_DYLIB]
    paths = [each for each in image.commands if each.cmd == RPATH]
    before = report(a, b)
    for at in (16, 20, loads[-1].at + 12, loads[-1].at + 18, paths[-1].at + 8, paths[-1].at + 13):
        changed = bytearray(raw)
        changed[at] ^= 1
        (place / "slip").mkdir(exist_ok=True)
        (place / "slip" / "ext.so").write_bytes(changed)
        after = report(a, place / "slip" / "ext.so")
        assert after.summary.ledger.differing_bytes
        told = [
            {(f.cause, x.inside, str(x.a), str(x.b)) for f in each.findings for x in f.locations
             if f.cause not in {"macho-code-signature", "macho-signature-untrue"}}
            for each in (before, after)
        ]  # fmt: skip
        assert told[0] != told[1], at
