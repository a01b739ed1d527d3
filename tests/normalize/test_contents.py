"""The parts of members that are container: bytecode headers, static archives, nested zips."""

import hashlib
import io
import shutil
import struct
import zipfile
from pathlib import Path

import pytest

from reprodiff.normalize.rules import DEFAULT_EPOCH
from tests.normalize.support import FILES, normal, run, wheel

SOURCE = b"VALUE = 1\n"
WHEN = (2024, 5, 6, 7, 8, 10)
STAMP = 1714979290
"""``WHEN`` read as UTC."""
CACHED = "demo/__pycache__/__init__.cpython-311.pyc"


def pyc(mtime: int, size: int = len(SOURCE), flags: int = 0, magic: int = 3495) -> bytes:
    return struct.pack("<H2sLLL", magic, b"\r\n", flags, mtime, size) + b"\xe3code"


def written(name: str, data: bytes, **more: bytes) -> bytes:
    made = normal(wheel(FILES | {name: data} | more, when=WHEN))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return archive.read(name)


@pytest.mark.parametrize("mtime", [STAMP, STAMP + 1])
def test_bytecode_that_is_valid_stays_valid(mtime: int) -> None:
    assert written(CACHED, pyc(mtime)) == pyc(DEFAULT_EPOCH)
    assert written("demo/__init__.pyc", pyc(mtime)) == pyc(DEFAULT_EPOCH)


@pytest.mark.parametrize(
    "stale",
    [
        pyc(STAMP + 100),
        # Python would begin to take this one, were its time left as it is.
        pyc(DEFAULT_EPOCH),
    ],
)
def test_bytecode_that_is_stale_stays_stale(stale: bytes) -> None:
    assert written(CACHED, stale) == pyc(0)


def test_bytecode_of_another_source_size_stays_stale() -> None:
    assert written(CACHED, pyc(STAMP, size=99)) == pyc(0, size=99)


def test_bytecode_without_a_source_has_no_time() -> None:
    assert written("demo/gone.pyc", pyc(STAMP)) == pyc(0)


@pytest.mark.parametrize(
    "data", [pyc(STAMP, flags=1), pyc(STAMP, flags=3), pyc(STAMP, magic=62211), b"short"]
)
def test_bytecode_without_a_time_of_its_source_is_not_touched(data: bytes) -> None:
    assert written(CACHED, data) == data


def test_static_archives_are_as_ar_writes_them_deterministically(tmp_path: Path) -> None:
    if not shutil.which("ar"):
        pytest.skip("needs ar")
    (tmp_path / "one.o").write_bytes(b"odd")
    (tmp_path / "a_name_that_is_longer_than_sixteen.o").write_bytes(b"even")
    run("ar", "rcU", "u.a", "one.o", "a_name_that_is_longer_than_sixteen.o", cwd=tmp_path)
    run("ar", "rcD", "d.a", "one.o", "a_name_that_is_longer_than_sixteen.o", cwd=tmp_path)
    unlike, like = (tmp_path / "u.a").read_bytes(), (tmp_path / "d.a").read_bytes()
    assert unlike != like
    assert written("demo/lib.a", unlike) == like
    assert written("demo/lib.a", like) == like
    assert written("demo/lib.a", unlike + b"tail!") == unlike + b"tail!"


def inner(hour: int, *, twice: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("x.txt", (2024, 1, 1, hour, 0, 0)), b"text")
        if twice:
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr(zipfile.ZipInfo("x.txt", (2024, 1, 1, hour, 0, 0)), b"text")
    return out.getvalue()


def test_an_archive_inside_is_brought_to_its_form() -> None:
    assert written("demo/data.zip", inner(1)) == written("demo/data.zip", inner(2))
    assert written("demo/data.zip", inner(1)) == normal(inner(1), "data.zip")


def test_an_archive_inside_that_contradicts_itself_is_kept_whole() -> None:
    data = inner(1, twice=True)
    assert written("demo/data.zip", data) == data


def test_an_archive_with_another_suffix_is_kept_whole() -> None:
    assert written("demo/data.jar", inner(1)) == inner(1)


@pytest.mark.parametrize("algorithm", ["sha256", "md5", "sha512", "blake2b"])
def test_a_member_whose_digest_is_named_is_kept_whole(algorithm: str) -> None:
    data = inner(1)
    named = f'HASHES = {{"data.zip": "{hashlib.new(algorithm, data).hexdigest()}"}}\n'.encode()
    assert written("demo/data.zip", data, **{"demo/hashes.py": named}) == data
    other = f'HASHES = {{"data.zip": "{hashlib.new(algorithm, b"x").hexdigest()}"}}\n'.encode()
    assert written("demo/data.zip", data, **{"demo/hashes.py": other}) != data
