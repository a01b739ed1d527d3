import bz2
import gzip
import lzma
import sys
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.artifacts.streams.codecs import CODECS, Decompressed, decompress, detect
from reprodiff.errors import InputError, LimitError, ReprodiffError, UnsupportedError
from reprodiff.limits import Budget, Limits
from reprodiff.model import Span

LIMITS = Limits()
NOISE = bytes((i * i * 7 + i // 3) % 251 for i in range(300_000))


def zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(content)


def lzma_alone(content: bytes) -> bytes:
    return lzma.compress(content, lzma.FORMAT_ALONE)


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda content: gzip.compress(content, mtime=0),
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lzma_alone,
    "zstd": zstd,
}
CONCATENATED = ("gzip", "bz2", "xz", "zstd")


def read(data: bytes, codec: str, limits: Limits = LIMITS) -> Decompressed:
    return decompress(memoryview(data), codec, limits)


def detected(data: bytes) -> str | None:
    return detect(memoryview(data))


def test_every_codec_is_tested() -> None:
    assert tuple(ENCODERS) == CODECS


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("content", [b"", b"x", NOISE, bytes(3 << 20)], ids=len)
def test_content_comes_back(codec: str, content: bytes) -> None:
    data = ENCODERS[codec](content)
    assert detected(data) == codec
    with read(data, codec) as found:
        assert bytes(found.payload.view) == content
        assert found.codec == codec
        assert found.streams == 1
        assert found.trailing == Span(len(data), len(data))
        assert found.damage == ()


@pytest.mark.parametrize("codec", CONCATENATED)
def test_concatenated_streams_are_one_content(codec: str) -> None:
    data = b"".join(ENCODERS[codec](part) for part in (b"one", b"", NOISE, b"four"))
    with read(data, codec) as found:
        assert bytes(found.payload.view) == b"one" + NOISE + b"four"
        assert found.streams == 4
        assert found.damage == ()


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("junk", [b"junk", b"\0" * 7, b"BZh9 not really"])
def test_trailing_bytes_are_given_a_place(codec: str, junk: bytes) -> None:
    sound = ENCODERS[codec](NOISE)
    with read(sound + junk, codec) as found:
        assert bytes(found.payload.view) == NOISE
        assert found.trailing == Span(len(sound), len(sound) + len(junk))


def test_xz_padding_is_zeros_in_fours() -> None:
    stream = lzma.compress(b"abc")
    with read(stream + bytes(8) + stream, "xz") as found:
        assert bytes(found.payload.view) == b"abcabc"
    with read(stream + bytes(3) + stream, "xz") as found:
        assert bytes(found.payload.view) == b"abc"
        assert found.trailing.start == len(stream)


@pytest.mark.parametrize("codec", CODECS)
def test_cut_at_every_percent_it_gives_a_prefix_and_damage(codec: str) -> None:
    data = ENCODERS[codec](NOISE)
    whole = 0
    for percent in range(1, 100):
        cut = data[: len(data) * percent // 100]
        try:
            found = read(cut, codec)
        except InputError:
            assert len(cut) < 14
            continue
        with found:
            content = bytes(found.payload.view)
            assert NOISE.startswith(content)
            assert found.damage
            assert found.damage[0].offset <= len(cut)
            whole += content == NOISE
    assert whole < 99


@pytest.mark.parametrize("codec", CODECS)
def test_a_changed_byte_never_passes_as_sound(codec: str) -> None:
    data = bytearray(ENCODERS[codec](NOISE))
    data[len(data) // 2] ^= 0x55
    with read(bytes(data), codec) as found:
        if not found.damage:
            # .lzma has no checksum: a change may only show in the content.
            assert codec == "lzma"
            assert bytes(found.payload.view) != NOISE


def test_a_wrong_zstd_checksum_is_damage() -> None:
    data = bytearray(zstd(NOISE))
    data[-1] ^= 1
    with read(bytes(data), "zstd") as found:
        assert [d.offset for d in found.damage] == [len(data) - 4]


@pytest.mark.parametrize(
    ("codec", "times"), [("gzip", 64), ("bz2", 64), ("xz", 64), ("zstd", 64), ("lzma", 1)]
)
@pytest.mark.parametrize("limit", ["max_total_bytes", "max_ratio"])
def test_a_bomb_stops_at_the_limit(codec: str, times: int, limit: str) -> None:
    bomb = ENCODERS[codec](bytes(16 << 20)) * times
    limits = (
        Limits(max_total_bytes=4 << 20)
        if limit == "max_total_bytes"
        else Limits(ratio_floor=2 << 20, max_ratio=2)
    )
    budget = Budget(limits)
    with pytest.raises(LimitError) as refused:
        decompress(memoryview(bomb), codec, limits, budget)
    assert refused.value.limit == limit
    assert budget.spent <= 6 << 20


@pytest.mark.parametrize("codec", CONCATENATED)
def test_empty_streams_without_end_stop_at_the_entry_limit(codec: str) -> None:
    data = ENCODERS[codec](b"") * 21
    with pytest.raises(LimitError) as refused:
        read(data, codec, Limits(max_entries=20))
    assert refused.value.limit == "max_entries"


@pytest.mark.parametrize(
    "data",
    [
        lzma.compress(b"x", filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 64 << 20}]),
        lzma.compress(
            b"x", lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 64 << 20}]
        ),
        # A frame of one empty block whose header asks for a window of 64 MiB.
        b"\x28\xb5\x2f\xfd\x00\x80\x01\x00\x00",
    ],
    ids=["xz", "lzma", "zstd"],
)
def test_a_window_that_costs_too_much_is_refused(data: bytes) -> None:
    codec = detected(data)
    assert codec is not None
    with read(data, codec) as found:
        assert found.damage == ()
    with pytest.raises(LimitError) as refused:
        read(data, codec, Limits(max_window_bytes=16 << 20))
    assert refused.value.limit == "max_window_bytes"


def test_zstd_frames_to_skip_are_skipped() -> None:
    skippable = b"\x53\x2a\x4d\x18\x05\x00\x00\x00hello"
    data = skippable + zstd(b"content") + skippable
    assert detected(data) == "zstd"
    with read(data, "zstd") as found:
        assert bytes(found.payload.view) == b"content"
        assert found.trailing.size == 0
    with read(data[:-1], "zstd") as found:
        assert [d.offset for d in found.damage] == [len(data) - 1]
    # Nothing but frames to skip may as well be another format: lz4 has the same ones.
    assert detected(skippable * 3) is None


def test_a_zstd_dictionary_is_unsupported() -> None:
    dictionary = zstandard.train_dictionary(
        2048, [bytes([i % 7, i % 5]) * 40 + str(i * i).encode() * 9 for i in range(500)]
    )
    data = zstandard.ZstdCompressor(dict_data=dictionary).compress(b"content")
    with pytest.raises(UnsupportedError):
        read(data, "zstd")


def test_without_the_zstandard_package_zstd_is_unsupported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = zstd(b"content")
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(UnsupportedError):
        read(data, "zstd")


def test_an_unknown_codec_is_unsupported_and_a_wrong_one_an_input_error() -> None:
    with pytest.raises(UnsupportedError):
        read(b"whatever", "rot13")
    for codec in CODECS:
        with pytest.raises(InputError):
            read(b"PK\x03\x04 and so on", codec)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"BZ",
        b"BZh9",
        b"BZh9 is a sentence",
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"\xfd7zXZ",
        b"\x28\xb5\x2f",
        bytes(600),
        b"]\0\0\x80\0 but then text",
        b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0",
        b"name,value\n1,2\n",
    ],
)
def test_what_is_no_stream_is_not_taken_for_one(data: bytes) -> None:
    assert detected(data) is None


@settings(max_examples=120)
@given(st.sampled_from(CODECS), st.binary(max_size=300), st.data())
def test_mutated_streams_raise_nothing_else(
    codec: str, content: bytes, data: st.DataObject
) -> None:
    broken = bytearray(ENCODERS[codec](content) * data.draw(st.integers(1, 2)))
    for _ in range(data.draw(st.integers(0, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    mutated = bytes(broken[: data.draw(st.integers(0, len(broken)))])
    try:
        found = read(mutated, codec, Limits(max_total_bytes=1 << 20))
    except ReprodiffError:
        return
    with found:
        assert 0 <= found.trailing.start <= found.trailing.stop == len(mutated)
        assert all(0 <= d.offset <= len(mutated) for d in found.damage)


@settings(max_examples=200)
@given(st.sampled_from([b"", b"BZh91AY&SY", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"]), st.binary())
def test_arbitrary_bytes_raise_nothing_else(magic: bytes, rest: bytes) -> None:
    data = magic + rest
    codec = detected(data)
    if codec is None:
        return
    try:
        read(data, codec, Limits(max_total_bytes=1 << 20)).close()
    except ReprodiffError:
        return
