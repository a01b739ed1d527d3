"""Extra fields: every byte is in one, and no payload is misread."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.artifacts.zipformat import extra as ex
from tests.artifacts.zipformat.build import extra


def test_fields_are_split_with_their_places() -> None:
    area = extra(0x5455, b"abc") + extra(0xCAFE, b"") + b"\x01"
    assert ex.parse_extra(area) == (
        (0x5455, 0, 7, b"abc"),
        (0xCAFE, 7, 11, b""),
        (ex.MALFORMED, 11, 12, b"\x01"),
    )
    assert ex.parse_extra(b"") == ()


@given(st.binary(max_size=80))
def test_fields_tile_any_area(area: bytes) -> None:
    at = 0
    for field in ex.parse_extra(area):
        assert field.start == at
        at = field.stop
        assert area[field.start : field.stop].endswith(field.payload)
    assert at == len(area)


@given(
    st.lists(st.builds(extra, st.sampled_from([1, 0x5455, 0x7075, 9]), st.binary(max_size=4)))
    | st.lists(st.binary(max_size=6))
)
def test_the_quick_look_agrees_with_the_full_one(fields: list[bytes]) -> None:
    area = b"".join(fields)
    ids = [field.id for field in ex.parse_extra(area)]
    sound = ex.MALFORMED not in ids and len(set(ids)) == len(ids)
    plain = sound and not {ex.ZIP64, ex.UNICODE_PATH} & set(ids)
    if ex.is_plain(area):
        assert plain
    else:
        assert not plain or len(ids) > 8


def test_an_area_of_empty_fields_is_bounded() -> None:
    fields = ex.parse_extra(extra(9, b"") * 16_000)
    assert len(fields) == ex.MAX_FIELDS + 1
    assert fields[-1].id == ex.MALFORMED
    assert fields[-1].stop == 64_000


@pytest.mark.parametrize(
    ("payload", "central", "expected"),
    [
        (b"\x01" + struct.pack("<l", 1_700_000_000), False, (1_700_000_000, None, None)),
        (b"\x07" + struct.pack("<lll", 1, 2, 3), False, (1, 2, 3)),
        (b"\x05" + struct.pack("<ll", 1, 3), False, (1, None, 3)),
        # The flags tell of the local header; the central one has mtime only.
        (b"\x07" + struct.pack("<l", 1), True, (1, None, None)),
        (b"\x06", True, (None, None, None)),
        # libarchive repeats the local field there.
        (b"\x07" + struct.pack("<lll", 1, 2, 3), True, (1, 2, 3)),
        (b"\x01" + struct.pack("<l", -1), False, (-1, None, None)),
        (b"\x07" + struct.pack("<l", 1), False, None),
        (b"\x01\x00", True, None),
        (b"", False, None),
    ],
)
def test_unix_times(payload: bytes, central: bool, expected: object) -> None:
    assert ex.unix_times(payload, central=central) == expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"\x01\x04" + struct.pack("<L", 1000) + b"\x04" + struct.pack("<L", 50), (1000, 50)),
        (b"\x01\x02\xe8\x03\x01\x05", (1000, 5)),
        (b"\x01\x08" + b"\xff" * 8 + b"\x00", ((1 << 64) - 1, 0)),
        (b"\x02\x04" + bytes(9), None),
        (b"\x01\x04\x00", None),
        (b"\x01\xff\x00", None),
        (b"\x01\x00\x05\x00", None),
        (b"", None),
    ],
)
def test_unix_owner(payload: bytes, expected: object) -> None:
    assert ex.unix_owner(payload) == expected


def test_unicode_text_is_valid_only_for_the_name_it_was_made_for() -> None:
    crc = struct.pack("<L", zlib.crc32(b"name"))
    text = ex.unicode_text(b"\x01" + crc + "é".encode(), b"name")
    assert text == ("é".encode(), "é", True)
    for payload in (
        b"\x02" + crc + b"x",
        b"\x01" + bytes(4) + b"x",
        b"\x01" + crc + b"\xff",
    ):
        found = ex.unicode_text(payload, b"name")
        assert found is not None
        assert not found.valid
        assert found.text.encode("utf-8", "surrogateescape") == found.raw == payload[5:]
    assert ex.unicode_text(b"\x01abc", b"name") is None


def test_zip64_values_are_taken_in_their_fixed_order() -> None:
    full = 0xFFFFFFFF
    area = extra(1, struct.pack("<QQ", 10, 30))
    # Plain size and offset are referred to, the stored size is not.
    assert ex.zip64_values(area, usize=full, csize=7, offset=full, disk=0) == (10, 7, 30, 0, True)
    short = extra(1, struct.pack("<Q", 10))
    values = ex.zip64_values(short, usize=full, csize=full, offset=0, disk=0)
    assert values == (10, full, 0, 0, False)
    long = ex.zip64_values(area, usize=full, csize=7, offset=0, disk=0)
    assert long == (10, 7, 0, 0, False)
    both = area + extra(1, struct.pack("<QQ", 11, 31))
    assert ex.zip64_values(both, usize=full, csize=full, offset=0, disk=0).usize == 10
