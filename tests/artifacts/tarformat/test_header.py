import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.artifacts.tarformat.header import (
    FIELDS,
    GNU_FIELDS,
    Checksum,
    Dialect,
    Field,
    checksum,
    is_header,
    parse_number,
    split,
)
from tests.artifacts.tarformat.build import block, stamp


@pytest.mark.parametrize("fields", [FIELDS, GNU_FIELDS], ids=["ustar", "gnu"])
def test_the_fields_tile_a_block(fields: tuple[Field, ...]) -> None:
    at = 0
    for _, offset, width in fields:
        assert offset == at
        at += width
    assert at == 512


def test_a_block_is_cut_at_the_fields() -> None:
    made = bytes(range(256)) * 2
    header = split(made)
    assert header._fields == tuple(field.name for field in FIELDS)
    assert [getattr(header, name) for name, _, _ in FIELDS] == [
        made[offset : offset + width] for _, offset, width in FIELDS
    ]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"0000644\0", 0o644),
        (b"000644 \0", 0o644),
        (b"   644 \0", 0o644),
        (b"    644\0", 0o644),
        (b"77777777", 0o77777777),
        (b"777777777777", 8**12 - 1),
        (b"644\0junk", 0o644),
        (b"", 0),
        (b"\0" * 8, 0),
        (b" " * 8, 0),
        (b"\x00000644\0", 0),
        (b"-0000001", -1),
        (b"\x80\0\0\0\0\0\0\0\x02\0\0\0", 2 << 24),
        (b"\x80\0\0\0\0\0\0\x01", 1),
        (b"\xff" * 12, -1),
        (b"\xff" * 11 + b"\xfe", -2),
        (b"\x80" + b"\0" * 3 + b"\xff" * 8, 2**64 - 1),
        (b"0000648\0", None),
        (b"0o00644\0", None),
        (b"0_00644\0", None),
        (b"+000644\0", None),
        (b"0x00644\0", None),
        (b"000 644\0", None),
        (b"\t000644\0", None),
        (b"-\0", None),
        (b"--00001\0", None),
        (b"garbage\0", None),
    ],
)
def test_numbers_are_read_as_written_or_not_at_all(raw: bytes, value: int | None) -> None:
    assert parse_number(raw) == value


@given(st.integers(-(2**62), 2**62))
def test_numbers_that_the_standard_library_writes_come_back(value: int) -> None:
    info = tarfile.TarInfo("a")
    info.mtime = value
    header = split(info.tobuf(tarfile.GNU_FORMAT))
    assert header.number("mtime") == value


def test_both_ways_to_add_up_are_told_apart() -> None:
    plain = block(b"a")
    assert checksum(plain, plain[148:156]) is Checksum.UNSIGNED
    high = bytearray(block(b"\xe9\xe8"))
    assert checksum(bytes(high), bytes(high[148:156])) is Checksum.UNSIGNED
    high[148:156] = b" " * 8
    high[148:156] = b"%06o\0 " % (sum(high) - 2 * 256)
    assert checksum(bytes(high), bytes(high[148:156])) is Checksum.SIGNED
    assert is_header(bytes(high))
    high[0] ^= 1
    assert checksum(bytes(high), bytes(high[148:156])) is Checksum.WRONG


def test_zeros_and_short_blocks_are_no_header() -> None:
    assert is_header(block())
    assert not is_header(bytes(512))
    assert not is_header(block()[:511])
    # The right checksum of nothing: eight spaces.
    nothing = bytearray(512)
    stamp(nothing)
    assert is_header(bytes(nothing))


def test_a_blank_checksum_makes_no_header_of_a_block_whose_signed_sum_is_zero() -> None:
    found = bytearray(b"\x7fELF".ljust(512, b"\0"))
    high = -(-(sum(found) + 256) // 128)
    found[200 : 200 + high] = b"\x80" * high
    found[400] = 128 * high - sum(found[:200]) - 256
    assert (sum(found) + 256 - 256 * sum(byte >> 7 for byte in found)) == 0
    assert not is_header(bytes(found))


@pytest.mark.parametrize(
    ("magic", "version", "dialect"),
    [
        (b"ustar\0", b"00", Dialect.USTAR),
        (b"ustar ", b" \0", Dialect.GNU),
        (b"", b"", Dialect.V7),
        (b"other", b"", Dialect.V7),
    ],
)
def test_the_magic_names_the_dialect(magic: bytes, version: bytes, dialect: Dialect) -> None:
    assert split(block(magic=magic, version=version)).dialect is dialect


def test_a_text_ends_at_its_first_nul() -> None:
    assert split(block(b"name\0secret")).text("name") == b"name"
    assert split(block(b"n" * 100)).text("name") == b"n" * 100
