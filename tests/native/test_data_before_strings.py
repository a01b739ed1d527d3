"""Data whose last byte reads as a letter, in front of a string that is another on each side."""

from pathlib import Path
from typing import Final

import pytest

from reprodiff.formats.elf.reader import parse
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, report
from tests.native.builders import need, pair
from tests.native.test_aarch64_pages import CODE, LLD

pytestmark = pytest.mark.slow

_NAME: Final = b"name_2_8\0"


def _pair(tmp_path: Path, length: int) -> tuple[Path, Path]:
    """Build with paths for which lld 14 puts the path of one side alone behind a jump table."""
    need("ld.lld")
    shown = f"{LLD} -O2 -ffile-prefix-map={tmp_path}=/tmp/{'a' * length}"
    return pair(tmp_path, shown, code=CODE, compiler="clang")


@pytest.mark.parametrize("length", [10, 17, 20])
def test_a_jump_table_that_ends_in_a_letter_is_parted_from_strings(
    tmp_path: Path, length: int
) -> None:
    a, b = _pair(tmp_path, length)
    assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")
    assert_proven(report(b, a), "elf-build-path", "elf-layout-follows")


def test_what_changes_there_is_found(tmp_path: Path) -> None:
    """The letter, a byte of the table and of the string, references beside what they were to."""
    a, b = _pair(tmp_path, 10)
    raw, elf = b.read_bytes(), parse(memoryview(b.read_bytes()))
    changed = tmp_path / "changed.so"

    def differs(at: int, data: bytes) -> bool:
        changed.write_bytes(raw[:at] + data + raw[at + len(data) :])
        return report(a, changed).verdict is Verdict.DIFFERENT

    start = raw.index(_NAME)
    if raw[start - 1] != ord('"'):
        pytest.skip("this linker puts another string behind the table")
    for place in (start - 1, start - 2, start - 5, start, start + 3, start + 7):
        for flip in (1, 2, 0x10, 0x80):
            assert differs(place, bytes([raw[place] ^ flip])), (place - start, flip)
    rodata, text = elf.named(".rodata"), elf.named(".text")
    assert rodata is not None
    assert text is not None
    low = rodata.addr + start - rodata.body.start & 0xFFF
    tried = 0
    for at in range(text.body.start, text.body.stop, 4):
        word = int.from_bytes(raw[at : at + 4], "little")
        if word & 0xFFC00000 == 0x91000000 and word >> 10 & 0xFFF in {low, low - 1}:
            tried += 1
            for step in (-1, 1):
                assert differs(at, (word + (step << 10)).to_bytes(4, "little")), hex(at)
    assert tried
