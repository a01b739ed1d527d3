"""Our own deflate: every inflater reads it, and it never changes."""

import gzip
import hashlib
import io
import tarfile
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.normalize.deflate import SEGMENT, deflate, deflated
from reprodiff.normalize.rules import Rules
from tests.normalize.support import FILES, normal, tar_of, wheel

COMPRESSED = Rules(compress=True)


def packed(data: bytes) -> bytes:
    out = bytearray()
    deflate(memoryview(data), out.extend)
    return bytes(out)


def plain(stream: bytes) -> bytes:
    decoder = zlib.decompressobj(-15)
    data = decoder.decompress(stream) + decoder.flush()
    assert decoder.eof
    assert decoder.unused_data == b""
    return data


def noise(size: int, seed: int = 1) -> bytes:
    """Return bytes that nothing makes smaller, the same ones always."""
    return hashlib.shake_128(b"%d" % seed).digest(size)


def words(size: int) -> bytes:
    """Return text of a few hundred words, the same always."""
    known = [noise(2 + seed % 5, seed).hex().encode() for seed in range(256)]
    return b" ".join(known[byte] for byte in noise(size // 4))[:size]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"a", id="one byte"),
        pytest.param(b"abc" * 3, id="short"),
        pytest.param(bytes(300_000), id="zeros"),
        pytest.param(b"x" * SEGMENT, id="one block"),
        pytest.param(b"xy" * (SEGMENT // 2) + b"z", id="a byte more"),
        pytest.param(bytes(range(256)) * 1000, id="every byte"),
        pytest.param(noise(200_000, 1), id="noise"),
        pytest.param(words(400_000), id="text"),
        pytest.param(
            b"".join(bytes([n]) * (1 << n) for n in range(18)), id="a code too long for its tree"
        ),
        pytest.param(
            noise(32768, 2) * 2 + noise(32769, 3) * 2,
            id="matches at the edge of the window",
        ),
    ],
)
def test_inflating_gives_what_was_deflated(data: bytes) -> None:
    stream = packed(data)
    assert plain(stream) == data
    assert len(stream) <= len(data) + 5 * (len(data) // 0xFFFF + 1)


@given(st.lists(st.sampled_from([b"a", b"ab", b"\0" * 300, b"import os\n", b"\xff"])).map(b"".join))
def test_inflating_gives_what_was_deflated_whatever_that_was(data: bytes) -> None:
    assert plain(packed(data)) == data


def test_the_streams_never_change() -> None:
    """Were this to fail, every canonical file made with --compress would have another digest."""
    digest = hashlib.sha256()
    for data in (b"", b"a" * 1000, words(300_000), noise(1000, 1)):
        digest.update(packed(data))
    assert digest.hexdigest() == (
        "26949bae1b1f19a0dab65db142d3afa2812a95aa626ace414070be2e0616ac9e"
    )


def test_text_gets_about_as_small_as_with_zlib() -> None:
    data = words(300_000)
    assert len(packed(data)) < 1.25 * len(zlib.compress(data, 6))


def test_a_large_stream_is_given_as_one_payload() -> None:
    with deflated(memoryview(words(200_000))) as view:
        assert plain(bytes(view)) == words(200_000)


def test_a_compressed_wheel_has_the_same_members_and_is_its_own_form() -> None:
    files = FILES | {"demo/big.py": words(50_000), "demo/noise": noise(999, 1)}
    small, large = normal(wheel(files), rules=COMPRESSED), normal(wheel(files, level=9))
    assert len(small) < len(large)
    assert normal(small, rules=COMPRESSED) == small
    assert normal(small) == large
    with zipfile.ZipFile(io.BytesIO(small)) as one, zipfile.ZipFile(io.BytesIO(large)) as two:
        assert one.testzip() is None
        assert one.namelist() == two.namelist()
        assert [one.read(name) for name in one.namelist()] == [
            two.read(name) for name in two.namelist()
        ]
        assert one.getinfo("demo/big.py").compress_type == zipfile.ZIP_DEFLATED
        assert one.getinfo("demo/noise").compress_type == zipfile.ZIP_STORED
        assert {info.flag_bits for info in one.infolist()} == {0}


def test_a_compressed_sdist_has_the_same_tar() -> None:
    name = "demo-1.0.tar.gz"
    data = gzip.compress(tar_of([("demo-1.0/a.py", words(50_000), 0o644)], form=tarfile.GNU_FORMAT))
    small, large = normal(data, name, COMPRESSED), normal(data, name)
    assert len(small) < len(large) // 2
    assert gzip.decompress(small) == gzip.decompress(large)
    assert small[:10] == large[:10]
    assert normal(small, name, COMPRESSED) == small
