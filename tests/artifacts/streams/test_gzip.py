import gzip
import io
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.artifacts.streams.gzip import GzipMember, GzipStream, fields, read_gzip
from reprodiff.errors import InputError, LimitError, ReprodiffError, UnsupportedError
from reprodiff.limits import Budget, Limits
from reprodiff.model import Span

LIMITS = Limits()
TEXT = b"the quick brown fox jumps over the lazy dog\n" * 200


def deflated(content: bytes) -> bytes:
    encoder = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return encoder.compress(content) + encoder.flush()


def member(
    content: bytes = TEXT, *, flags: int = 0, header: bytes = b"", mtime: int = 0, os: int = 255
) -> bytes:
    """Build a member by hand; ``header`` is all that the flags announce."""
    head = struct.pack("<2sBBIBB", b"\x1f\x8b", 8, flags, mtime, 2, os) + header
    return head + deflated(content) + struct.pack("<II", zlib.crc32(content), len(content))


def read(data: bytes, limits: Limits = LIMITS) -> GzipStream:
    return read_gzip(memoryview(data), limits)


def only(stream: GzipStream) -> GzipMember:
    assert len(stream.members) == 1
    return stream.members[0]


def value(data: bytes, found: GzipMember, name: str) -> bytes:
    span = found.field(name)
    assert span is not None
    return data[span.start : span.stop]


def assert_tiles(data: bytes, stream: GzipStream) -> None:
    at = 0
    for _, span in fields(stream):
        assert span.start == at
        assert span.stop > at
        at = span.stop
    assert at == len(data)


def test_a_plain_member_has_every_field_in_its_place() -> None:
    data = member(mtime=0x01020304, os=3)
    with read(data) as stream:
        found = only(stream)
        assert bytes(stream.payload.view) == TEXT
        assert [field.name for field in found.fields] == (
            ["ID", "CM", "FLG", "MTIME", "XFL", "OS", "data", "CRC32", "ISIZE"]
        )
        assert found.field("MTIME") == Span(4, 8)
        assert value(data, found, "MTIME") == b"\x04\x03\x02\x01"
        assert (found.mtime, found.xfl, found.os, found.flags) == (0x01020304, 2, 3, 0)
        assert found.field("FNAME") is None
        assert (found.name, found.extra, found.comment, found.header_crc) == (None,) * 4
        assert zlib.decompress(value(data, found, "data"), -zlib.MAX_WBITS) == TEXT
        assert (found.crc32, found.crc32_ok) == (zlib.crc32(TEXT), True)
        assert (found.isize, found.isize_ok) == (len(TEXT), True)
        assert found.payload == Span(0, len(TEXT))
        assert stream.trailing.size == 0
        assert stream.damage == ()
        assert_tiles(data, stream)


def test_what_the_standard_library_writes_is_read() -> None:
    file = io.BytesIO()
    with gzip.GzipFile("demo-1.0.tar", "wb", fileobj=file, mtime=1700000000) as out:
        out.write(TEXT)
    data = file.getvalue()
    with read(data) as stream:
        found = only(stream)
        assert found.name == b"demo-1.0.tar"
        assert value(data, found, "FNAME") == b"demo-1.0.tar\0"
        assert found.mtime == 1700000000
        assert stream.damage == ()
        assert_tiles(data, stream)


def test_all_optional_fields_are_read_in_the_order_of_the_rfc() -> None:
    extra = b"BC\x02\x00\x99\x88" + b"XY\x00\x00"
    optional = struct.pack("<H", len(extra)) + extra + b"name\0" + b"a comment\0"
    head = struct.pack("<2sBBIBB", b"\x1f\x8b", 8, 0x1F, 0, 2, 255) + optional
    optional += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    data = member(flags=0x1F, header=optional)
    with read(data) as stream:
        found = only(stream)
        assert [f.name for f in found.fields][6:10] == ["FEXTRA", "FNAME", "FCOMMENT", "FHCRC"]
        assert found.extra == extra
        assert (found.name, found.comment) == (b"name", b"a comment")
        assert found.header_crc_ok is True
        assert stream.damage == ()
        assert_tiles(data, stream)


def test_a_wrong_header_crc_is_damage_and_the_content_still_comes() -> None:
    data = member(flags=0x02, header=b"\x00\x00")
    with read(data) as stream:
        assert only(stream).header_crc_ok is False
        assert [d.offset for d in stream.damage] == [10]
        assert bytes(stream.payload.view) == TEXT


def test_a_very_long_name_is_read_whole_and_an_endless_one_refused() -> None:
    data = member(flags=0x08, header=b"n" * 100_000 + b"\0")
    with read(data) as stream:
        assert only(stream).name == b"n" * 100_000
        assert_tiles(data, stream)
    with pytest.raises(LimitError):
        read(member(flags=0x08, header=b"n" * (1 << 20) + b"\0"))


def test_members_one_after_the_other_are_one_payload_and_stay_apart() -> None:
    data = member(b"one", mtime=1) + member(b"", mtime=2) + member(b"three", mtime=3)
    with read(data) as stream:
        assert bytes(stream.payload.view) == b"onethree"
        assert [m.payload for m in stream.members] == [Span(0, 3), Span(3, 3), Span(3, 8)]
        assert [m.mtime for m in stream.members] == [1, 2, 3]
        assert [m.span.start for m in stream.members] == [
            0,
            *(m.span.stop for m in stream.members[:2]),
        ]
        assert stream.damage == ()
        assert_tiles(data, stream)


@pytest.mark.parametrize(
    ("junk", "zeros"), [(b"\0" * 512, True), (b"\0" * 9 + b"x", False), (b"PK\x03\x04", False)]
)
def test_trailing_bytes_are_told_apart_from_padding(junk: bytes, *, zeros: bool) -> None:
    data = member() + junk
    with read(data) as stream:
        assert stream.trailing == Span(len(data) - len(junk), len(data))
        assert stream.trailing_zeros is zeros
        assert bytes(stream.payload.view) == TEXT
        assert_tiles(data, stream)


def test_trailing_bytes_that_pretend_to_be_a_member_are_damage() -> None:
    data = member() + b"\x1f\x8b\x63 and more"
    with read(data) as stream:
        assert len(stream.members) == 1
        assert stream.trailing.start == len(member())
        assert [d.offset for d in stream.damage] == [len(member())]


@pytest.mark.parametrize("field", ["CRC32", "ISIZE"])
def test_a_wrong_trailer_is_damage_at_its_place(field: str) -> None:
    data = bytearray(member())
    with read(bytes(data)) as sound:
        span = only(sound).field(field)
    assert span is not None
    data[span.start] ^= 1
    with read(bytes(data)) as stream:
        found = only(stream)
        assert (found.crc32_ok, found.isize_ok) == (field != "CRC32", field != "ISIZE")
        assert [d.offset for d in stream.damage] == [span.start]
        assert bytes(stream.payload.view) == TEXT
        assert_tiles(bytes(data), stream)


def test_the_members_behind_one_with_a_wrong_trailer_are_read_too() -> None:
    first = bytearray(member(b"first"))
    first[-8] ^= 0xFF
    with read(bytes(first) + member(b"second")) as stream:
        assert bytes(stream.payload.view) == b"firstsecond"
        assert [m.crc32_ok for m in stream.members] == [False, True]


def test_a_broken_stream_gives_all_before_the_break_and_says_where() -> None:
    stored = zlib.compressobj(0, zlib.DEFLATED, -zlib.MAX_WBITS)
    sound = stored.compress(TEXT) + stored.flush(zlib.Z_FULL_FLUSH)
    # Block type 3 does not exist (RFC 1951, section 3.2.3).
    data = member()[:10] + sound + b"\x07" + b"rest" * 50
    with read(data) as stream:
        found = only(stream)
        assert bytes(stream.payload.view) == TEXT
        assert [d.offset for d in stream.damage] == [10 + len(sound)]
        assert found.crc32_ok is None
        assert_tiles(data, stream)


def test_reserved_flags_are_damage() -> None:
    with read(member(flags=0x80)) as stream:
        assert [d.offset for d in stream.damage] == [3]
        assert bytes(stream.payload.view) == TEXT


@pytest.mark.parametrize("data", [b"", b"\x1f", b"PK\x03\x04", b"\x8b\x1f\x08", b"\0" * 40])
def test_what_is_no_gzip_is_an_input_error(data: bytes) -> None:
    with pytest.raises(InputError):
        read(data)


def test_another_method_is_unsupported() -> None:
    data = bytearray(member())
    data[2] = 7
    with pytest.raises(UnsupportedError):
        read(bytes(data))


def test_cut_anywhere_it_gives_a_prefix_and_says_where_it_ends() -> None:
    body = bytes((i * i) % 251 for i in range(20_000))
    optional = b"\x03\x00abcname\0comment\0"
    data = member(body, flags=0x1C, header=optional)
    cuts = {2, 3, 9, 10, 11, 13, 15, 17, 20, 25, len(data) - 1, len(data) - 5, len(data) - 8}
    cuts |= {len(data) * percent // 100 for percent in range(1, 100)}
    grew = 0
    for cut in sorted(cuts):
        with read(data[:cut]) as stream:
            content = bytes(stream.payload.view)
            assert body.startswith(content)
            assert len(content) >= grew
            grew = len(content)
            assert [d.offset for d in stream.damage] == [cut]
            assert only(stream).isize_ok is None
            assert_tiles(data[:cut], stream)
    assert grew == len(body)


def zeros_member(mebibytes: int) -> bytes:
    """A valid member of zeros, made without deflating them all."""
    encoder = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    mebibyte = encoder.compress(b"\0" * (1 << 20)) + encoder.flush(zlib.Z_FULL_FLUSH)
    head = struct.pack("<2sBBIBB", b"\x1f\x8b", 8, 0, 0, 0, 255)
    return head + mebibyte * mebibytes + encoder.flush() + bytes(8)


def test_a_bomb_stops_at_the_size_limit() -> None:
    bomb = zeros_member(1024)
    limits = Limits(max_total_bytes=8 << 20)
    budget = Budget(limits)
    with pytest.raises(LimitError) as refused:
        read_gzip(memoryview(bomb), limits, budget)
    assert refused.value.limit == "max_total_bytes"
    assert budget.spent <= 9 << 20


def test_a_bomb_stops_at_the_ratio_limit() -> None:
    limits = Limits(ratio_floor=1 << 20, max_ratio=2)
    budget = Budget(limits)
    with pytest.raises(LimitError) as refused:
        read_gzip(memoryview(zeros_member(1024)), limits, budget)
    assert refused.value.limit == "max_ratio"
    assert budget.spent <= 5 << 20


def test_many_small_members_stop_at_the_entry_limit() -> None:
    data = member(b"x") * 11
    with read(data, Limits(max_entries=11)) as stream:
        assert len(stream.members) == 11
    with pytest.raises(LimitError) as refused:
        read(data, Limits(max_entries=10))
    assert refused.value.limit == "max_entries"


def test_time_is_limited() -> None:
    with pytest.raises(LimitError) as refused:
        read(member(b""), Limits(max_seconds=-1))
    assert refused.value.limit == "max_seconds"


def test_a_large_payload_lives_in_an_unnamed_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with read(zeros_member(65), Limits(max_ratio=2000)) as stream:
        view = stream.payload.view
        assert len(view) == 65 << 20
        assert view.readonly
        assert isinstance(view.obj, memoryview | bytearray) is False
        assert list(tmp_path.iterdir()) == []
        kept = view[-4:]
    assert bytes(kept) == bytes(4)


@settings(max_examples=150)
@given(st.binary(max_size=200), st.data())
def test_mutated_streams_raise_nothing_else_and_tile(content: bytes, data: st.DataObject) -> None:
    sound = member(content, flags=0x08, header=b"n\0") + member(content[:20])
    broken = bytearray(sound)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at] = data.draw(st.integers(0, 255))
    mutated = bytes(broken[: data.draw(st.integers(0, len(broken)))])
    try:
        stream = read(mutated, Limits(max_total_bytes=1 << 20))
    except ReprodiffError:
        return
    with stream:
        assert_tiles(mutated, stream)
        assert sum(m.payload.size for m in stream.members) == len(stream.payload.view)


@settings(max_examples=100)
@given(st.binary(max_size=80))
def test_arbitrary_bytes_behind_the_magic_raise_nothing_else(data: bytes) -> None:
    whole = b"\x1f\x8b\x08" + data
    try:
        stream = read(whole)
    except ReprodiffError:
        return
    with stream:
        assert_tiles(whole, stream)
