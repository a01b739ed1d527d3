"""Addresses in the dynamic table that did not follow a move by more than a page."""

from pathlib import Path

from reprodiff.formats.elf.entries import dynamic
from reprodiff.formats.elf.reader import parse
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, report
from tests.native.builders import C_CODE, build

_CODE = C_CODE + "__attribute__((constructor)) static void start(void) { counter = 3; }"


def test_addresses_that_stayed_are_seen_whichever_side_they_are_on(tmp_path: Path) -> None:
    """Where they lead is in no section of one of the two files, and in one of the other."""
    sides = [
        build(tmp_path / name, f"-O2 -s -ffile-prefix-map={tmp_path}=/tmp/{text}", code=_CODE)
        for name, text in (("one", "a"), ("two", "b" * 4100))
    ]
    a, b = sides
    assert_proven(report(a, b), "elf-layout-follows")
    elves = [parse(memoryview(path.read_bytes())) for path in sides]
    tables = [table for elf in elves if (table := elf.named(".dynamic")) is not None]
    words = [dynamic(elf, table) for elf, table in zip(elves, tables, strict=True)]
    raw, changed, tried = b.read_bytes(), tmp_path / "changed.so", 0
    for one, two in zip(*words, strict=True):
        if one.value != two.value:
            at = two.at + 8
            changed.write_bytes(raw[:at] + one.value.to_bytes(8, "little") + raw[at + 8 :])
            tried += 1
            assert report(a, changed).verdict is Verdict.DIFFERENT, one.tag
            assert report(changed, a).verdict is Verdict.DIFFERENT, one.tag
    assert tried > 2
