"""A library that two releases of patchelf edited: what moved is proven, what is hidden is not."""

import io
import random
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.formats.elf.reader import PT_LOAD, parse
from reprodiff.model import Report, Severity, Verdict
from tests.native.test_elf_slips import areas, exempt

pytestmark = pytest.mark.slow

_SAMPLE = Path(__file__).parents[2] / "samples" / "vendored-library-patchelf"
_LIBRARY = "demo.libs/libdemolimit-9b5798ae.so.1"


@pytest.fixture
def libraries() -> tuple[bytes, bytes]:
    """Return the library as patchelf 0.14.5 and as 0.19.3 left it."""
    found: list[bytes] = []
    for side in "ab":
        (wheel,) = (_SAMPLE / side).glob("*.whl")
        with zipfile.ZipFile(io.BytesIO(wheel.read_bytes())) as archive:
            found.append(archive.read(_LIBRARY))
    return found[0], found[1]


def report(place: Path, a: bytes, b: bytes) -> Report:
    paths = place / "a.so", place / "b.so"
    for path, data in zip(paths, (a, b), strict=True):
        path.write_bytes(data)
    return compare(str(paths[0]), str(paths[1]))


def test_another_layout_of_the_same_sections_is_proven(
    tmp_path: Path, libraries: tuple[bytes, bytes]
) -> None:
    for sides in (libraries, libraries[::-1]):
        found = report(tmp_path, *sides)
        assert found.verdict is Verdict.EQUIVALENT
        assert found.summary.ledger.unexplained_bytes == 0
        assert {f.cause for f in found.findings} == {"elf-edited-layout", "elf-layout-follows"}


def test_no_byte_slips_past_another_layout(tmp_path: Path, libraries: tuple[bytes, bytes]) -> None:
    a, b = libraries
    rng = random.Random(7)  # noqa: S311
    elf = parse(memoryview(b))
    outside = exempt(elf, b"no such path")
    parts = [span for span in areas(elf) if not outside.issuperset(range(*span))]
    missed: list[str] = []
    for number in range(3 * len(parts)):
        span = parts[number % len(parts)]
        at = rng.choice([place for place in range(*span) if place not in outside])
        changed = bytearray(b)
        changed[at] ^= (1, 0x80, 0xFF)[number // len(parts)]
        if report(tmp_path, a, bytes(changed)).verdict is not Verdict.DIFFERENT:
            missed.append(hex(at))
    assert missed == []


@pytest.mark.parametrize("step", [1, 0x80])
def test_the_old_table_of_headers_hides_nothing(
    tmp_path: Path, libraries: tuple[bytes, bytes], step: int
) -> None:
    """A table that patchelf left where it stood is dead, but only what it was is accepted."""
    a, b = libraries
    elf = parse(memoryview(b))
    old = elf.named(".shstrtab")
    assert old is not None
    start = (old.body.stop + 7) // 8 * 8
    assert not any(s.header.start == start for s in elf.sections)
    places = range(start, start + 64 * len(elf.sections), 11)
    missed: list[str] = []
    for at in places:
        changed = bytearray(b)
        changed[at] ^= step
        if report(tmp_path, a, bytes(changed)).verdict is not Verdict.DIFFERENT:
            missed.append(hex(at - start))
    assert missed == []


def test_data_among_the_filler_is_for_review(
    tmp_path: Path, libraries: tuple[bytes, bytes]
) -> None:
    a, b = libraries
    at = b.index(b"Z" * 100) + 40
    hidden = b[:at] + b"payload" + b[at + 7 :]
    found = report(tmp_path, a, hidden)
    assert found.verdict is Verdict.DIFFERENT
    assert any(
        location.inside.startswith("between sections")
        for finding in found.findings
        if finding.cause == "native-data-changed" and finding.severity is not Severity.BENIGN
        for location in finding.locations
    )


def test_filler_that_is_run_as_code_is_not_filler(
    tmp_path: Path, libraries: tuple[bytes, bytes]
) -> None:
    """Between functions of .init and .plt the same letter is an instruction."""
    a, b = libraries
    elf = parse(memoryview(b))
    init = elf.named(".init")
    assert init is not None
    changed = bytearray(b)
    changed[init.body.stop] = ord("Z")
    assert not b[init.body.stop]
    assert report(tmp_path, a, bytes(changed)).verdict is Verdict.DIFFERENT


@pytest.fixture
def modules() -> tuple[bytes, bytes]:
    """Return a module as it was linked, and as auditwheel had patchelf 0.19.3 edit it."""
    found: list[bytes] = []
    for side in "ab":
        (wheel,) = (_SAMPLE.parent / "repaired-wheel-auditwheel" / side).glob("*.whl")
        with zipfile.ZipFile(io.BytesIO(wheel.read_bytes())) as archive:
            found.append(archive.read("demo/_speed.cpython-311-x86_64-linux-gnu.so"))
    return found[0], found[1]


def findings(found: Report) -> set[tuple[str, ...]]:
    """Return all that is not proven to be benign, place by place."""
    return {
        (finding.cause, finding.confidence, place.inside, place.a, place.b)
        for finding in found.findings
        for place in finding.locations
        if finding.severity is not Severity.BENIGN
    }


def test_an_edit_of_one_side_is_told_as_what_it_did(
    tmp_path: Path, modules: tuple[bytes, bytes]
) -> None:
    for sides in (modules, modules[::-1]):
        found = report(tmp_path, *sides)
        assert found.summary.ledger.unexplained_bytes == 0
        told = {finding.cause: finding for finding in found.findings}
        assert set(told) == {
            *("elf-edited-rights", "elf-edited-layout", "elf-layout-follows"),
            *("elf-needed", "elf-rpath", "system-libraries"),
        }
        rights = {place.inside: {place.a, place.b} for place in told["elf-edited-rights"].locations}
        assert rights == {
            "program headers: .note.gnu.build-id, .gnu.hash, .dynsym, .dynstr": {"R", "RW"},
            "program headers: .got.plt": {".dynamic", "where .dynamic stood"},
        }
        (needed,) = told["elf-needed"].locations
        assert {needed.a, needed.b} == {"libdemolimit.so.1", "libdemolimit-9b5798ae.so.1"}
        (path,) = told["elf-rpath"].locations
        assert {path.a, path.b} == {"", "$ORIGIN/../demo.libs"}


def test_no_byte_slips_past_an_edit_of_one_side(
    tmp_path: Path, modules: tuple[bytes, bytes]
) -> None:
    """The two are different anyway, so that each slip has to be told by itself."""
    a, b = modules
    known = findings(report(tmp_path, a, b))
    rng = random.Random(11)  # noqa: S311
    elf = parse(memoryview(b))
    outside = exempt(elf, b"no such path")
    missed: list[str] = []
    for number, span in enumerate(areas(elf) * 2):
        at = rng.choice([place for place in range(*span) if place not in outside] or [0])
        changed = bytearray(b)
        changed[at] ^= (1, 0x80)[number % 2]
        found = report(tmp_path, a, bytes(changed))
        if findings(found) == known and not found.summary.ledger.unexplained_bytes:
            missed.append(hex(at))
    assert missed == []


def test_code_in_memory_that_can_be_written_is_no_edit(
    tmp_path: Path, modules: tuple[bytes, bytes]
) -> None:
    a, b = modules
    elf = parse(memoryview(b))
    (code,) = (s for s in elf.segments if s.type == PT_LOAD and s.flags & 1)
    changed = bytearray(b)
    changed[code.header.start + 4] |= 2
    found = report(tmp_path, a, bytes(changed))
    causes = {f.cause for f in found.findings if f.severity is not Severity.BENIGN}
    assert "elf-edited-rights" not in causes
    assert "native-tables-changed" in causes


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc builds the libraries")
def test_needed_libraries_are_told_by_name_and_not_by_place(tmp_path: Path) -> None:
    def linked(name: str, *libraries: str) -> bytes:
        """Return a library that needs others; these are empty."""
        out = tmp_path / name
        options = ["-shared", "-fPIC", "-Wl,--no-as-needed", "-Wl,--build-id=none", "-nostdlib"]
        built = [tmp_path / each for each in libraries]
        source = tmp_path / "x.c"
        source.write_text("int x(int n) { return n + 1; }\n")
        soname = f"-Wl,-soname,{name}"
        subprocess.run(
            ["gcc", *options, soname, "-o", str(out), str(source), *map(str, built)], check=True
        )
        return out.read_bytes()

    for name in ("libone.so.1", "libtwo-1a2b3c4d.so.1", "libtwo-5e6f7a8b.so.1", "libsix.so.6"):
        linked(name)
    first = linked("libx.so", "libone.so.1", "libtwo-1a2b3c4d.so.1", "libsix.so.6")
    fewer = linked("libx.so", "libtwo-1a2b3c4d.so.1", "libsix.so.6")
    other = linked("libx.so", "libtwo-5e6f7a8b.so.1", "libone.so.1")
    turned = linked("libx.so", "libtwo-1a2b3c4d.so.1", "libone.so.1", "libsix.so.6")

    def needed(a: bytes, b: bytes) -> set[tuple[str, str]]:
        found = report(tmp_path, a, b)
        assert not found.summary.ledger.unexplained_bytes
        (finding,) = [each for each in found.findings if each.cause == "elf-needed"]
        return {(place.a, place.b) for place in finding.locations}

    told = {("libtwo-1a2b3c4d.so.1", "libtwo-5e6f7a8b.so.1"), ("libsix.so.6", "")}
    assert needed(first, other) == told
    assert needed(other, first) == {(b, a) for a, b in told}
    assert needed(first, fewer) == {("libone.so.1", "")}
    ((one, two),) = needed(first, turned)
    assert sorted(one.split()) == sorted(two.split())
    assert one != two
