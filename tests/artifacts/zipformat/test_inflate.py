"""Content comes out whole, within limits, and with what is wrong with it."""

import bz2
import io
import lzma
import struct
import sys
import zipfile
import zlib
from dataclasses import replace

import pytest
import zstandard

from reprodiff.artifacts.zipformat import (
    Inflated,
    ZipArchive,
    ZipEntry,
    deflate_level,
    inflate,
    read_member,
    read_zip,
)
from reprodiff.errors import DamagedError, LimitError, UnsupportedError
from reprodiff.limits import Budget, Limits
from tests.artifacts.zipformat.build import Made, archive, streamed

LIMITS = Limits()
PLAIN = b"".join(b"line %d of some text\n" % number for number in range(20_000))
KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


def raw_deflate(data: bytes, level: int = 6) -> bytes:
    coder = zlib.compressobj(level, zlib.DEFLATED, -15)
    return coder.compress(data) + coder.flush()


def raw_lzma(data: bytes, *, dictionary: int = 1 << 16) -> bytes:
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": 3, "lp": 0, "pb": 2}]
    coder = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=filters)
    head = struct.pack("<BBHBL", 9, 4, 5, 0x5D, dictionary)
    return head + coder.compress(data) + coder.flush()


def pack(method: int, data: bytes) -> bytes:
    if method == 8:
        return raw_deflate(data)
    if method == 12:
        return bz2.compress(data)
    return raw_lzma(data) if method == 14 else zstandard.ZstdCompressor().compress(data)


STREAMS = {method: pack(method, PLAIN) for method in (8, 12, 14, 93)}


def one(made: Made, limits: Limits = LIMITS) -> Inflated:
    found = read_zip(archive(made))
    return read_member(found, found.entries[0], limits)


def member(method: int, data: bytes = PLAIN, stored: bytes | None = None) -> Made:
    flags = 2 if method == 14 else 0
    return Made(data=data, method=method, flags=flags, stored=stored or STREAMS[method])


@pytest.mark.parametrize("method", KINDS)
def test_what_cpython_packs_comes_out(method: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        for number in range(5):
            target.writestr(str(number), PLAIN[: number * 1000])
    found = read_zip(buffer.getvalue())
    for number, entry in enumerate(found.entries):
        result = read_member(found, entry, LIMITS)
        assert result.data == PLAIN[: number * 1000]
        assert (result.error, result.crc_ok, result.size_ok) == (None, True, True)
        assert result.slack == 0


@pytest.mark.parametrize("method", STREAMS)
def test_every_method_comes_out_in_bounded_chunks(method: int) -> None:
    found = read_zip(archive(member(method)))
    stream = inflate(found, found.entries[0], LIMITS)
    chunks = list(stream)
    assert b"".join(chunks) == PLAIN
    assert (stream.size, stream.crc, stream.slack) == (len(PLAIN), zlib.crc32(PLAIN), 0)
    assert max(map(len, chunks)) <= 32 << 20


@pytest.mark.parametrize("method", STREAMS)
def test_bytes_behind_the_stream_are_counted_not_hidden(method: int) -> None:
    result = one(member(method, stored=STREAMS[method] + b"hidden payload"))
    assert (result.data, result.error, result.slack) == (PLAIN, None, 14)


@pytest.mark.parametrize("method", STREAMS)
def test_a_stream_cut_short_gives_what_there_is(method: int) -> None:
    result = one(member(method, stored=STREAMS[method][:-20]))
    assert isinstance(result.error, DamagedError)
    assert PLAIN.startswith(result.data)
    assert result.size_ok is False or method == 14


@pytest.mark.parametrize("method", STREAMS)
def test_a_broken_stream_is_damage_not_a_crash(method: int) -> None:
    for at in (0, 3, len(STREAMS[method]) // 2):
        broken = bytearray(STREAMS[method])
        broken[at : at + 12] = b"\xff" * 12
        result = one(member(method, stored=bytes(broken)))
        assert isinstance(result.error, (DamagedError, LimitError))


def test_a_broken_deflate_stream_gives_all_before_the_break() -> None:
    noise = zlib.compress(PLAIN)[:5000]
    stored = b"\x00" + struct.pack("<HH", 5000, 5000 ^ 0xFFFF) + noise + b"\x07" + bytes(50)
    result = one(member(8, data=noise + b"more", stored=stored))
    assert isinstance(result.error, DamagedError)
    assert result.data == noise
    assert (result.size_ok, result.crc_ok) == (False, False)


@pytest.mark.parametrize("method", STREAMS)
@pytest.mark.parametrize("usize", [0, 1, 1000, len(PLAIN) - 1])
def test_no_more_than_the_declared_size_is_given(method: int, usize: int) -> None:
    result = one(replace(member(method), usize=usize))
    assert result.data == PLAIN[:usize]
    assert result.size_ok is False
    assert isinstance(result.error, DamagedError)


@pytest.mark.parametrize("method", STREAMS)
def test_a_declared_size_that_is_too_large_is_seen(method: int) -> None:
    result = one(replace(member(method), usize=len(PLAIN) + 1))
    assert result.data == PLAIN
    assert isinstance(result.error, DamagedError)


def test_lzma_without_an_end_marker_ends_at_the_declared_size() -> None:
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}]
    alone = lzma.compress(PLAIN, lzma.FORMAT_ALONE, filters=filters)
    # The lzma tool's own format with a known size has no end marker; liblzma always writes one,
    # so that here the marker is simply not announced.
    stored = struct.pack("<BBH", 9, 4, 5) + alone[:5] + alone[13:]
    result = one(replace(member(14, stored=stored), flags=0))
    assert (result.data, result.error, result.slack) == (PLAIN, None, None)


@pytest.mark.parametrize(
    "head",
    [b"", b"\x09\x04\x05\x00", struct.pack("<BBHBL", 9, 4, 6, 0x5D, 1 << 16), b"\xff" * 9],
)
def test_an_lzma_header_that_makes_no_sense_is_damage(head: bytes) -> None:
    result = one(member(14, stored=head + b"x"))
    assert isinstance(result.error, DamagedError)


def test_a_dictionary_larger_than_the_content_costs_nothing() -> None:
    stored = bytearray(STREAMS[14])
    stored[5:9] = b"\xff\xff\xff\xff"
    assert one(member(14, stored=bytes(stored))).data == PLAIN
    result = one(replace(member(14, stored=bytes(stored)), usize=1 << 29))
    assert isinstance(result.error, LimitError)
    assert result.error.limit == "max_window_bytes"


def test_a_zstandard_window_above_the_limit_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=False)
    coder = zstandard.ZstdCompressor(compression_params=parameters)
    stream = coder.compressobj()
    stored = stream.compress(PLAIN) + stream.flush()
    result = one(member(93, stored=stored), Limits(max_window_bytes=1 << 20))
    assert isinstance(result.error, LimitError)
    assert result.error.limit == "max_window_bytes"


def test_zstandard_frames_may_follow_each_other() -> None:
    coder = zstandard.ZstdCompressor()
    stored = b"".join(coder.compress(PLAIN[at : at + 1000]) for at in range(0, len(PLAIN), 1000))
    result = one(member(93, stored=stored))
    assert (result.data, result.error, result.slack) == (PLAIN, None, 0)


def test_a_skippable_frame_is_slack() -> None:
    stored = STREAMS[93] + struct.pack("<LL", 0x184D2A50, 6) + b"hidden"
    assert one(member(93, stored=stored)).slack == 14


def test_without_zstandard_the_member_is_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    result = one(member(93))
    assert isinstance(result.error, UnsupportedError)
    assert "zstandard" in result.error.message


# ---- limits


@pytest.mark.parametrize("method", STREAMS)
def test_a_bomb_stops_at_the_ratio(method: int) -> None:
    plain = bytes(8 << 20)
    bomb = member(method, data=plain, stored=pack(method, plain))
    assert one(bomb).data == plain
    result = one(bomb, Limits(ratio_floor=1 << 20, max_ratio=100))
    assert isinstance(result.error, LimitError)
    assert result.error.limit == "max_ratio"
    assert len(result.data) <= 2 << 20
    assert (result.crc_ok, result.size_ok) == (None, None)


def test_a_member_above_the_size_limit_stops_there() -> None:
    result = one(member(8), Limits(max_member_bytes=1000))
    assert isinstance(result.error, LimitError)
    assert result.error.limit == "max_member_bytes"
    assert result.data == PLAIN[:1000]


def test_a_member_of_exactly_the_size_limit_is_read() -> None:
    assert one(member(8), Limits(max_member_bytes=len(PLAIN))).error is None


def test_a_member_of_unknown_size_is_bounded_too() -> None:
    data = archive(streamed(member(8), "Ls"))
    found = read_zip(data[: data.index(b"PK\x07\x08")])
    (entry,) = found.entries
    assert entry.usize == -1
    whole = read_member(found, entry, LIMITS)
    assert (whole.data, whole.error) == (PLAIN, None)
    assert (whole.crc_ok, whole.size_ok) == (None, None)
    cut = read_member(found, entry, Limits(max_member_bytes=1000))
    assert isinstance(cut.error, LimitError)
    assert cut.data == PLAIN[:1000]


def test_a_budget_is_shared_by_members() -> None:
    found = read_zip(archive(member(8), member(8), member(8)))
    budget = Budget(Limits(max_total_bytes=2 * len(PLAIN)))
    results = [read_member(found, entry, LIMITS, budget) for entry in found.entries]
    assert [result.error is None for result in results] == [True, True, False]
    error = results[2].error
    assert isinstance(error, LimitError)
    assert error.limit == "max_total_bytes"


def test_time_is_limited() -> None:
    result = one(member(8), Limits(max_seconds=-1))
    assert isinstance(result.error, LimitError)
    assert result.error.limit == "max_seconds"


def test_an_error_is_raised_behind_the_last_good_chunk() -> None:
    found = read_zip(archive(replace(member(8), crc=0)))
    stream = inflate(found, found.entries[0], LIMITS)
    got: list[bytes] = []
    with pytest.raises(DamagedError, match="CRC-32"):
        got.extend(stream)
    assert b"".join(got) == PLAIN
    assert (stream.crc_ok, stream.size_ok) == (False, True)


# ---- which level


def streams() -> list[tuple[int, bytes]]:
    return [(level, raw_deflate(PLAIN, level)) for level in range(1, 10)]


def test_the_level_is_among_those_guessed() -> None:
    for level, stored in streams():
        levels = deflate_level(memoryview(stored), PLAIN)
        assert levels is not None
        assert level in levels
        assert all(raw_deflate(PLAIN, other) == stored for other in levels)


@pytest.mark.parametrize(
    "stored",
    [
        raw_deflate(PLAIN) + b"x",
        raw_deflate(PLAIN)[:-1],
        b"",
        raw_deflate(PLAIN[:-1]),
        b"\x01" + struct.pack("<HH", 5, 5 ^ 0xFFFF) + b"hello",
    ],
)
def test_any_other_stream_has_no_level(stored: bytes) -> None:
    assert deflate_level(stored, PLAIN) == ()


def test_a_flush_in_between_is_not_a_level() -> None:
    coder = zlib.compressobj(6, zlib.DEFLATED, -15)
    stored = coder.compress(PLAIN[:100]) + coder.flush(zlib.Z_SYNC_FLUSH)
    stored += coder.compress(PLAIN[100:]) + coder.flush()
    assert deflate_level(stored, PLAIN) == ()


def test_too_much_to_try_is_not_the_same_as_no_level() -> None:
    assert deflate_level(raw_deflate(PLAIN), PLAIN, max_plain=len(PLAIN) - 1) is None
    assert deflate_level(raw_deflate(b""), b"") == tuple(range(1, 10))


def test_an_entry_of_another_archive_changes_nothing() -> None:
    found: ZipArchive = read_zip(archive(member(8)))
    entry: ZipEntry = found.entries[0]._replace(data_stop=entry_end(found))
    assert read_member(found, entry, LIMITS).slack == entry_end(found) - found.entries[0].data_stop


def entry_end(found: ZipArchive) -> int:
    return len(found.data)
