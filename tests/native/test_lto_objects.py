"""Objects of link-time optimisation: intermediate code is named, and never taken for benign."""

from pathlib import Path

import pytest

from reprodiff.formats.bitcode import blocks
from reprodiff.model import Severity, Verdict
from tests.native.asking import causes, places, report, run
from tests.native.builders import C_CODE, need


def build(place: Path, compiler: str, *options: str, code: str = C_CODE) -> Path:
    """Compile ``code`` to an object in ``place``, under a path without the directory."""
    place.mkdir(parents=True, exist_ok=True)
    (place / "code.c").write_text(code, encoding="utf-8")
    run(place, need(compiler), "-O2", *options, "-c", "code.c", "-o", "code.o")
    return place / "code.o"


@pytest.mark.parametrize("options", [("-flto",), ("-flto", "-ffat-lto-objects")])
def test_seeds_in_names_of_sections_are_proven_and_the_code_in_them_is_not(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    a, b = (build(tmp_path / name, "gcc", *options) for name in ("one", "two"))
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert found.summary.ledger.unexplained_bytes == 0
    assert "elf-lto-random-seed" in causes(found)
    review = [finding.cause for finding in found.findings if finding.severity is Severity.REVIEW]
    assert review == ["lto-code"]
    assert all(place.startswith(".gnu.lto_") for place in places(found, "lto-code"))


def test_machine_code_of_fat_objects_is_compared(tmp_path: Path) -> None:
    a = build(tmp_path / "one", "gcc", "-flto", "-ffat-lto-objects")
    changed = C_CODE.replace("x * 3", "x * 5")
    b = build(tmp_path / "two", "gcc", "-flto", "-ffat-lto-objects", code=changed)
    found = report(a, b)
    assert "limited" in places(found, "native-code-changed")
    assert "lto-code" in causes(found)


def test_blocks_of_bitcode_that_differ_are_named(tmp_path: Path) -> None:
    a = build(tmp_path / "one", "clang", "-flto")
    b = build(tmp_path / "two", "clang", "-flto", code=C_CODE.replace("x * 3", "x * 5"))
    names = [block.name for block in blocks(memoryview(a.read_bytes())) or ()]
    assert {"module", "string table", "symbol table"} <= set(names)
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert causes(found) == {"lto-code"}
    assert "bitcode: module" in places(found, "lto-code")
    assert found.summary.ledger.unexplained_bytes == 0
    raw = bytearray(a.read_bytes())
    raw[8] ^= 0xFF  # the blocks do not follow each other any more
    b.write_bytes(raw)
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert places(found, "lto-code") == {"bitcode"}
