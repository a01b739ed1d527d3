"""Numbers whose last bytes read as letters, in front of the one path of a library."""

import struct
from pathlib import Path
from typing import Final

import pytest

from reprodiff.formats.machine.heads import behind_numbers
from reprodiff.formats.machine.pieces import read_texts
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, report
from tests.native.builders import build

_PATH: Final = b"/tmp/one/code.c"
_CODE: Final = r"""
const struct { float numbers[3]; char path[sizeof __FILE__]; } where =
    {{1.5f, 40.5f, NUMBER}, __FILE__};
double sum(void) { return where.numbers[0] + where.numbers[2]; }
"""


@pytest.mark.parametrize(
    ("number", "start"),
    [
        (struct.pack("<f", 8.5), 8),
        (struct.pack("<f", 10.0), 8),
        (struct.pack("<f", 32.0), 8),
        (struct.pack("<d", 1e6), 12),
        (b"\0abc", 5),
        (b"\0\0\0s", 8),
        (b"s", 4),
        (b"src", 4),
        (b"\x01a/b", 5),
    ],
)
def test_a_path_begins_behind_the_number(number: bytes, start: int) -> None:
    """But for letters that no number ends in: those of a directory."""
    data = b"\1\2\3\x80" + number + _PATH + b"\0"
    texts = behind_numbers(data, 0x1000, list(read_texts(data, 0x1000)))
    assert [text[0] for text in texts][:1] == [start]


@pytest.mark.parametrize("number", ["8.5f", "10.0f", "32.0f"])
def test_a_path_behind_a_number_is_proven(tmp_path: Path, number: str) -> None:
    code = _CODE.replace("NUMBER", number)
    a = build(tmp_path / "one", "-O2 -s", code=code)
    b = build(tmp_path / "two", "-O2 -s", code=code)
    assert_proven(report(a, b), "elf-build-path")
    raw, changed = b.read_bytes(), tmp_path / "changed.so"
    at = raw.index(str(tmp_path / "two").encode()) - 1
    changed.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
    assert report(a, changed).verdict is Verdict.DIFFERENT
