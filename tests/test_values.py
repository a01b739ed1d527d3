"""Values of facts as people read them."""

import pytest

from reprodiff.model import Value
from reprodiff.values import shown


@pytest.mark.parametrize(
    ("what", "value", "text"),
    [
        ("zip.mode", 0o100644, "100644"),
        ("tree.mode", 0o644, "0644"),
        ("zip.time", (2026, 11, 18, 8, 30, 0), "2026-11-18 08:30:00"),
        ("zip.time", (1980, 0, 0, 0, 0, 0), "1980-00-00 00:00:00"),
        ("zip.extra-time", b"\1" + (1794990600).to_bytes(4, "little"), "2026-11-18 08:30:00"),
        (
            "zip.extra-time",
            b"\0\0\0\0\1\0\x18\0" + (134394642000000000).to_bytes(8, "little") * 3,
            "2026-11-18 08:30:00, 2026-11-18 08:30:00, 2026-11-18 08:30:00",
        ),
        ("zip.extra-time", None, ""),
        ("gzip.mtime", 1794990600, "1794990600 (2026-11-18 08:30:00)"),
        ("gzip.mtime", None, ""),
        ("tar.mtime", "1794990600.25", "1794990600.25"),
        ("tree.time", 1_500_000_000, "1970-01-01 00:00:01.5"),
        ("tree.time", 10**30, str(10**30)),
        ("derived.zip.crc", 0xBEEF, "0x0000beef"),
        ("zip.flags", 0x800, "0x0800"),
        ("member.only", "a\x1b]0;x\x07", "a\\x1b]0;x\\x07"),
    ],
)
def test_a_value_reads_as_what_it_is(what: str, value: Value, text: str) -> None:
    assert shown(what, value) == text
