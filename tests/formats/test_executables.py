"""Compiled files of two formats: one finding for all of their bytes."""

import struct
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.model import Severity, Verdict

_ELF = b"\x7fELF\x02\x01\x01" + bytes(57) + b"code of Linux" * 40
_MACHO = struct.pack("<IiiIIIII", 0xFEEDFACF, 0x0100000C, 0, 6, 0, 0, 0, 0) + b"of macOS" * 90
_FAT = struct.pack(">II5I", 0xCAFEBABE, 1, 0x0100000C, 0, 4096, len(_MACHO), 12).ljust(4096, b"\0")
_PE = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64) + b"PE\0\0" + bytes(300)


@pytest.mark.parametrize(
    ("a", "b"), [(_ELF, _MACHO), (_ELF, _FAT + _MACHO), (_MACHO, _PE), (_PE, _ELF)]
)
def test_files_of_two_formats_are_told_as_such(tmp_path: Path, a: bytes, b: bytes) -> None:
    for name, data in (("a", a), ("b", b)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "module.so").write_bytes(data)
    found = compare(str(tmp_path / "a" / "module.so"), str(tmp_path / "b" / "module.so"))
    assert found.verdict is Verdict.DIFFERENT
    assert [(each.cause, each.severity) for each in found.findings] == [
        ("elf-other-machine", Severity.REVIEW)
    ]
    assert found.summary.ledger.unexplained_bytes == 0
