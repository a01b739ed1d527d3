"""Real linker output for Windows: what is the same is proven, what is not is named."""

import random
import time
import zipfile
from pathlib import Path

import pytest

from reprodiff.formats.base import Content
from reprodiff.formats.machine.proof import Quad
from reprodiff.formats.machine.statement import Statement
from reprodiff.formats.pe import FORMAT
from reprodiff.formats.pe.checks import checksum
from reprodiff.formats.pe.fields import header_field, number
from reprodiff.formats.pe.image import read_image
from reprodiff.model import ArtifactKind, Severity, Verdict
from tests.formats.verdicts import equivalent
from tests.native.asking import assert_proven, causes, places, report, run
from tests.native.builders import need

CODE = r"""
int _fltused = 0;
__declspec(dllimport) int puts(const char *);
static const int table[] = {3, 5, 7, 11, 13, 17, 19, 23, 29, 31};
const char *names[] = {"alpha", "beta", "gamma", "delta"};
static int counter = 77;
double scale = 2.5;
__declspec(dllexport) int limited(int x) { return x > 4096 ? 4096 : x * 3 + counter; }
static int chosen(int x) {
    switch (x) {
    case 0: return limited(1);
    case 1: return puts("one");
    case 2: return limited(7) + 2;
    case 3: return table[x + 2];
    case 4: return puts("four four four");
    case 5: return limited(x * 2);
    case 6: return counter += 2;
    default: return -1;
    }
}
__declspec(dllexport) int entry(int x) {
    puts(__FILE__);
    puts(names[x & 3]);
    puts("a string that is long enough to stand among the aligned ones of its section");
    return (int)(x * scale * 1.375) + table[x % 10] + chosen(x);
}
"""
BRANCH = ("x > 4096", "x < 4096")
CONSTANT = ("x * 3", "x * 5")
DATA = ("11, 13, 17", "11, 13, 16")
MINGW = [
    ("x86_64", "-O2 -s"),
    ("x86_64", "-g -O2"),
    ("i686", "-O2 -s -Wl,--build-id"),
    ("i686", "-g -O1"),
]
LLD = ["x86_64", "i386", "aarch64"]


def mingw(place: Path, machine: str, options: str, code: str = CODE) -> Path:
    tool = need(f"{machine}-w64-mingw32-gcc")
    place.mkdir(parents=True, exist_ok=True)
    source = place / "code.c"
    source.write_text(code, encoding="utf-8")
    # The linker asks for the time twice: two answers are no single time, and are not proven.
    if (left := 1 - time.time() % 1) < 0.4:
        time.sleep(left)
    run(place, tool, "-shared", *options.split(), "-o", "ext.dll", str(source))
    return place / "ext.dll"


def lld(place: Path, machine: str, code: str = CODE) -> Path:
    for tool in ("clang", "lld-link", "llvm-dlltool"):
        need(tool)
    place.mkdir(parents=True, exist_ok=True)
    (place / "crt.def").write_text("LIBRARY ucrtbase.dll\nEXPORTS\n puts\n", encoding="utf-8")
    (place / "code.c").write_text(code, encoding="utf-8")
    kind = {"x86_64": "i386:x86-64", "i386": "i386", "aarch64": "arm64"}[machine]
    short = {"x86_64": "x64", "i386": "x86", "aarch64": "arm64"}[machine]
    run(place, "llvm-dlltool", "-m", kind, "-d", "crt.def", "-l", "crt.lib")
    target = f"{machine}-pc-windows-msvc"
    source = str(place / "code.c")
    run(
        place, "clang", "-target", target, "-O2", "-g", "-gcodeview", "-c", source, "-o", "code.obj"
    )
    run(
        place, "lld-link", "/dll", "/noentry", "/Brepro", "/debug", f"/machine:{short}",
        f"/pdbaltpath:{place}/ext.pdb", "code.obj", "crt.lib", "/out:ext.dll",
    )  # fmt: skip
    return place / "ext.dll"


@pytest.mark.parametrize(("machine", "options"), MINGW)
def test_a_build_path_of_another_length_is_proven(
    tmp_path: Path, machine: str, options: str
) -> None:
    a = mingw(tmp_path / "one" / "src", machine, options)
    b = mingw(tmp_path / "number-two" / "demo" / "src", machine, options)
    assert_proven(report(a, b), "pe-build-path", "native-layout-follows")
    assert_proven(report(b, a), "pe-build-path", "native-layout-follows")


TABLE_CODE = r"""
#include <assert.h>
#include <stdio.h>
static const char *names[] = {"ab", "c"};
__declspec(dllexport) int entry(int k) {
    assert(k>3);
    switch (k) {
    case 4: return 9; case 5: return puts(names[k & 1]); case 6: return 3;
    case 7: return 44; case 8: return 12; default: return k * 77;
    }
}
"""


def test_a_table_may_follow_short_strings_at_once_on_one_side_only(tmp_path: Path) -> None:
    """The one path leaves zeros in front of the table of the switch, the other none."""
    sides: list[Path] = []
    for name, base in (("/t/of-some", "0x240000000"), ("/t/some-dir-xyz", "0x250000000")):
        options = f"-g -O2 -ffile-prefix-map={tmp_path / str(len(sides))}={name}"
        options += f" -Wl,--image-base={base}"
        sides.append(mingw(tmp_path / str(len(sides)), "x86_64", options, TABLE_CODE))
    assert_proven(report(*sides), "pe-build-path", "pe-image-base")
    assert_proven(report(*reversed(sides)), "pe-build-path", "pe-image-base")
    raw = bytearray(sides[1].read_bytes())
    at = raw.index(b"k>3\0")
    while raw[at + 2] != 0xFF or raw[at + 3] != 0xFF:
        at += 1
    raw[at] ^= 4
    sides[1].write_bytes(raw)
    assert report(*sides).verdict is Verdict.DIFFERENT


@pytest.mark.parametrize("machine", LLD)
def test_paths_of_another_length_are_proven_where_all_tables_share_a_section(
    tmp_path: Path, machine: str
) -> None:
    a = lld(tmp_path / "one", machine)
    b = lld(tmp_path / "number-two" / "demo", machine)
    wanted = ("pe-build-path", "pe-pdb-path", "pe-content-hash", "pe-guid")
    assert_proven(report(a, b), *wanted, "native-layout-follows")


@pytest.mark.parametrize("change", [BRANCH, CONSTANT])
@pytest.mark.parametrize("machine", ["x86_64", "i686", "lld", "arm64"])
def test_one_changed_instruction_beside_a_path_is_named(
    tmp_path: Path, machine: str, change: tuple[str, str]
) -> None:
    sides = []
    for place, code in (("one", CODE), ("number-two/demo", CODE.replace(*change))):
        where = tmp_path / place
        if machine in {"lld", "arm64"}:
            sides.append(lld(where, "x86_64" if machine == "lld" else "aarch64", code))
        else:
            sides.append(mingw(where, machine, "-O2 -s -fno-inline", code))
    found = report(*sides)
    assert found.verdict is Verdict.DIFFERENT
    assert "limited" in places(found, "pe-code-changed"), places(found, "pe-code-changed")
    assert "pe-build-path" in causes(found)


def test_one_changed_constant_in_data_beside_a_path_is_named(tmp_path: Path) -> None:
    a = mingw(tmp_path / "one", "x86_64", "-O2")
    b = mingw(tmp_path / "number-two" / "demo", "x86_64", "-O2", CODE.replace(*DATA))
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert places(found, "native-data-changed") == {".rdata table"}


def test_a_static_function_is_named_by_the_symbols_that_mingw_keeps(tmp_path: Path) -> None:
    changed = CODE.replace("limited(7) + 2", "limited(7) + 3")
    a = mingw(tmp_path / "one", "x86_64", "-O2 -fno-inline")
    b = mingw(tmp_path / "number-two" / "demo", "x86_64", "-O2 -fno-inline", changed)
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert "chosen" in places(found, "pe-code-changed")


def _resummed(data: bytearray) -> bytearray:
    image = read_image(memoryview(bytes(data)))
    if image.word(image.checksum.start):
        value = checksum(memoryview(data), image.checksum)
        data[image.checksum.start : image.checksum.stop] = value.to_bytes(4, "little")
    return data


FREE = {
    "pe.timestamp", "pe.guid", "pe.content-hash", "pe.repro-hash", "pe.pdb-path", "pe.checksum",
    "pe.string",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["x86_64", "i686", *(f"lld {each}" for each in LLD)])
def test_no_flipped_bit_passes_beside_benign_causes(tmp_path: Path, kind: str) -> None:
    # Left out are bytes that hold a name, an id or a time: nothing tells one value from another.
    machine = kind.rpartition(" ")[2]
    sides = [
        (
            lld(tmp_path / each, machine)
            if " " in kind
            else mingw(tmp_path / each, machine, "-O2 -s")
        )
        for each in ("one", "number-two")
    ]
    a, b = (side.read_bytes() for side in sides)

    def content(other: bytes | bytearray) -> Content:
        return Content("x.pyd", "x.pyd", memoryview(a), memoryview(other), ArtifactKind.FILE)

    assert equivalent(FORMAT, content(b))
    free = {
        at
        for fact in FORMAT.compare(content(b))
        if fact.what in FREE
        for _, span in fact.places()
        for at in range(span.start, span.stop)
    }
    rng = random.Random(11)  # noqa: S311
    missed = []
    for at in rng.sample([at for at in range(len(b)) if at not in free], 60):
        changed = bytearray(b)
        changed[at] ^= 1 << rng.randrange(8)
        try:
            _resummed(changed)
        except Exception:  # noqa: BLE001, S112  (no PE file any more)
            continue
        if equivalent(FORMAT, content(changed)):
            missed.append(hex(at))
    assert missed == []


SAMPLES = Path(__file__).parents[2] / "samples"


def module(sample: str, side: str) -> bytes:
    (wheel,) = (SAMPLES / sample / side).glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.read("demo/_speed.pyd")


def test_bytes_appended_behind_another_time_are_an_alarm(tmp_path: Path) -> None:
    rng = random.Random(3)  # noqa: S311
    (tmp_path / "a.pyd").write_bytes(module("pe-time", "a"))
    (tmp_path / "b.pyd").write_bytes(module("pe-time", "b") + rng.randbytes(4096))
    found = report(tmp_path / "a.pyd", tmp_path / "b.pyd")
    assert found.verdict is Verdict.DIFFERENT
    overlay = next(f for f in found.findings if f.cause == "pe-overlay")
    assert overlay.severity is Severity.ALARM
    assert overlay.bytes == 4096
    assert "pe-timestamp" in causes(found)


def test_modules_for_two_interpreters_are_compared_with_each_other(tmp_path: Path) -> None:
    for side, tag in (("a", "cp311"), ("b", "cp312")):
        with zipfile.ZipFile(tmp_path / f"{side}.zip", "w") as archive:
            info = zipfile.ZipInfo(f"demo/_speed.{tag}-win_amd64.pyd", (2026, 1, 1, 0, 0, 0))
            archive.writestr(info, module("hidden-change-in-pe", side))
    found = report(tmp_path / "a.zip", tmp_path / "b.zip")
    assert found.verdict is Verdict.DIFFERENT
    assert any("demo_fits" in places(found, cause) for cause in causes(found))
    assert found.summary.members.only_a == found.summary.members.only_b == 0


def test_code_of_a_stripped_side_is_compared_function_by_function(tmp_path: Path) -> None:
    options = "-O2 -Wl,--no-insert-timestamp,--disable-auto-image-base"
    a = mingw(tmp_path / "one", "x86_64", f"{options} -g")
    b = mingw(tmp_path / "number-two" / "demo", "x86_64", f"{options} -s")
    found = report(a, b)
    assert not {"pe-code-changed", "native-data-changed"} & causes(found)
    assert found.summary.ledger.unexplained_bytes == 0
    changed = mingw(tmp_path / "three", "x86_64", f"{options} -s", CODE.replace(*CONSTANT))
    assert places(report(a, changed), "pe-code-changed") == {"limited", "entry"}


def test_fields_of_the_unwind_table_are_named_and_are_numbers(tmp_path: Path) -> None:
    options = "-O2 -s -Wl,--no-insert-timestamp,--disable-auto-image-base"
    larger = CODE.replace("return x > 4096", 'puts("q"); puts("r"); puts("s"); return x > 4096')
    found = report(
        mingw(tmp_path / "a", "x86_64", options),
        mingw(tmp_path / "b", "x86_64", options, larger),
    )
    said = {
        place.inside: (place.a, place.b)
        for each in found.findings
        if each.cause == "native-tables-changed"
        for place in each.locations
    }
    ends = [name for name in said if name.startswith(".pdata entry ") and name.endswith(": end")]
    assert ends
    for name in ends:
        assert int(said[name][0], 16) < int(said[name][1], 16)
    assert not [name for name in said if name.startswith(".pdata+")]


def test_every_byte_of_a_section_header_is_in_a_field() -> None:
    image = read_image(memoryview(module("pe-time", "a")))
    (section,) = (each for each in image.sections if each.name == b".text")
    fields = [header_field(image, section.header + at) for at in range(40)]
    names = list(dict.fromkeys(each.name for each in fields if each))
    assert None not in fields
    assert names[:2] == ["section header .text: name", "section header .text: virtual size"]
    assert len(names) == 10
    size = fields[8]
    assert size is not None
    assert number(image.data, size.span) == hex(section.vsize)
    assert header_field(image, 0) is None


def test_what_a_long_place_shows_is_where_its_sides_part() -> None:
    class Bare:
        a, b = b"\0" * 100 + b"A" + b"\0" * 27, b"\0" * 100 + b"B" + b"\0" * 27

    one, two = Statement.value(None, Bare(), Quad(0, 128, 0, 128))  # type: ignore[arg-type]
    assert (one[8:9], two[8:9]) == (b"A", b"B")
    assert len(one) == 32
    one, two = Statement.value(None, Bare(), Quad(0, 64, 0, 64))  # type: ignore[arg-type]
    assert one == two == b"\0" * 32
