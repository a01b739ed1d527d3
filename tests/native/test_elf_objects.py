"""Real ELF objects: a build path of any length is proven, and what is slipped in is seen."""

import struct
from pathlib import Path

import pytest

from reprodiff.formats.elf import FORMAT
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, places, report, run
from tests.native.builders import C_CODE, CXX_CODE, need
from tests.native.objects import missed


def build(place: Path, name: str, options: str = "-O2", code: str = C_CODE) -> Path:
    """Compile ``code`` in ``place`` under a path that the source names as its own."""
    plus = code is CXX_CODE
    place.mkdir(parents=True, exist_ok=True)
    source = place / ("code.cc" if plus else "code.c")
    # So the path has the length that is asked for, wherever the test runs.
    source.write_text(f'#line 1 "{name}"\n' + code, encoding="utf-8")
    run(place, need("g++" if plus else "gcc"), *options.split(), "-c", str(source), "-o", "code.o")
    return place / "code.o"


SHORT, LONG, LONGER = (
    "/tmp/one/code.c",
    "/tmp/number-two/and/more/code.c",
    "/tmp/" + "x" * 60 + "/code.c",
)


@pytest.mark.parametrize("code", [C_CODE, CXX_CODE, "const char *name(void) { return __FILE__; }"])
def test_a_path_that_has_to_be_aligned_stands_in_another_section(tmp_path: Path, code: str) -> None:
    a = build(tmp_path / "one", SHORT, code=code)
    for number, name in enumerate((LONG, LONGER)):
        b = build(tmp_path / str(number), name, code=code)
        assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")
        assert_proven(report(b, a), "elf-build-path", "elf-layout-follows")


def test_a_change_beside_a_path_in_another_section_is_named(tmp_path: Path) -> None:
    a = build(tmp_path / "one", SHORT)
    b = build(tmp_path / "two", LONG, code=C_CODE.replace("x * 3", "x * 5"))
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert "limited" in places(found, "native-code-changed")
    b = build(
        tmp_path / "two", LONG, code=C_CODE.replace('"two"', '"twa"').replace("gamma", "gamna")
    )
    assert report(a, b).verdict is Verdict.DIFFERENT


@pytest.mark.parametrize("names", [(SHORT, LONG), (LONGER, SHORT)])
def test_no_byte_or_word_that_is_slipped_in_passes_beside_it(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    a, b = (build(tmp_path / str(number), name, "-O1") for number, name in enumerate(names))
    assert missed(FORMAT, (a, b), {"elf.string"}, seed=19, count=200) == []


def test_the_empty_name_that_begins_a_table_of_names_stays_empty(tmp_path: Path) -> None:
    a = build(tmp_path / "one", SHORT, "-O1", CXX_CODE)
    b = build(tmp_path / "two", LONG, "-O1", CXX_CODE)
    assert_proven(report(a, b))
    raw = bytearray(b.read_bytes())
    raw[raw.index(b"\0.symtab\0")] = ord("x")
    b.write_bytes(raw)
    assert report(a, b).verdict is Verdict.DIFFERENT


def test_a_section_that_starts_in_the_zeros_before_it_is_another_one(tmp_path: Path) -> None:
    # The bytes of a section of zeros stay the same where it starts a few zeros earlier.
    text = 'void *x[2] = {0}; char y[5] = "abcd"; extern int z; void *w[2] = {&z, &z};'
    a = build(tmp_path / "one", SHORT, "-O2 -fdata-sections", text)
    raw = bytearray(a.read_bytes())
    start = struct.unpack_from("<Q", raw, 40)[0]
    b = tmp_path / "b.o"
    tried = 0
    for number in range(struct.unpack_from("<H", raw, 60)[0]):
        at = start + 64 * number + 24
        offset = struct.unpack_from("<Q", raw, at)[0]
        for step in (1, 4):
            if offset > step and not any(raw[offset - step : offset + 16]):
                changed = bytearray(raw)
                struct.pack_into("<Q", changed, at, offset - step)
                b.write_bytes(changed)
                tried += 1
                assert report(a, b).verdict is Verdict.DIFFERENT, (number, step)
    assert tried
