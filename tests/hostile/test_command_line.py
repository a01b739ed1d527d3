"""The worst inputs through the command line: one clear answer, in bounded memory and time."""

import bz2
import gzip
import lzma
import os
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.artifacts.tarformat import build as tars
from tests.artifacts.zipformat.build import Archive, Made, archive
from tests.hostile.archives import HONEST, HONEST_TAR, A, B, quoted_overlap, sdist

pytest.importorskip("resource", reason="the system has no limits on a process")

# The address space holds the interpreter, its libraries and the mapped inputs too.
_RUN = """
import resource, sys
memory, file = int(sys.argv.pop(1)), int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
resource.setrlimit(resource.RLIMIT_FSIZE, (file, file))
from reprodiff.cli.main import main
sys.exit(main())
"""
MiB = 1 << 20
_CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xaa-\xae]")


def reprodiff(*arguments: str, memory: int = 1024, file: int = 4096) -> tuple[int, str, str]:
    """Run the command with so many MiB of memory and of file size; hold what holds always."""
    run = subprocess.run(
        [sys.executable, "-c", _RUN, str(memory * MiB), str(file * MiB), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert run.returncode in {0, 1, 2}, run.stderr
    assert b"Traceback" not in run.stderr
    assert _CONTROL.search(run.stdout + run.stderr) is None
    return run.returncode, run.stdout.decode(), run.stderr.decode()


def zeros(mebibytes: int) -> bytes:
    """A deflate stream of zeros, made of one piece that is repeated."""
    coder = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = coder.compress(bytes(16 * MiB)) + coder.flush(zlib.Z_FULL_FLUSH)
    return piece * (mebibytes // 16) + b"\x03\0"


def zero_member(mebibytes: int, *, true: bool = False) -> Made:
    """A member of zeros, with its CRC if it is to be read to its end."""
    crc = 0
    for _ in range(mebibytes if true else 0):
        crc = zlib.crc32(bytes(MiB), crc)
    return replace(A, method=8, stored=zeros(mebibytes), usize=mebibytes * MiB, crc=crc)


def bombs() -> Iterator[tuple[str, str, bytes]]:
    zipped = archive(zero_member(2048), B)
    yield "2 GiB in one member", ".whl", zipped
    yield "2 GiB in an inner zip", ".whl", archive(Made(name=A.name, data=zipped), B)
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\3"
    yield "2 GiB in a gzip", ".tar.gz", head + zeros(2048) + bytes(8)
    yield (
        "a file of 8 GiB in a tar",
        ".tar",
        tars.block(b"demo-1/a.py", (8 << 30) - 1) + bytes(5000),
    )
    yield "256 MiB in bzip2", ".tar.bz2", bz2.compress(bytes(16 * MiB)) * 16
    yield "256 MiB in xz", ".tar.xz", lzma.compress(bytes(16 * MiB), preset=0) * 16
    yield "records laid over one another", ".whl", quoted_overlap(200)
    yield "a dictionary of 4 GiB", ".tar.xz", _wide_window()


def _wide_window() -> bytes:
    """A stream in the old LZMA format whose header asks for the widest window."""
    small = bytearray(lzma.compress(b"x" * 1000, format=lzma.FORMAT_ALONE))
    small[1:5] = b"\xff\xff\xff\xff"
    return bytes(small)


HONEST_AS = {
    ".whl": HONEST,
    ".tar": HONEST_TAR,
    ".tar.gz": sdist(HONEST_TAR),
    ".tar.bz2": bz2.compress(HONEST_TAR),
    ".tar.xz": lzma.compress(HONEST_TAR),
}


@pytest.mark.parametrize(
    ("suffix", "bomb"), [pytest.param(*case[1:], id=case[0]) for case in bombs()]
)
def test_a_bomb_costs_no_more_than_its_limit(tmp_path: Path, suffix: str, bomb: bytes) -> None:
    honest, hostile = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    honest.write_bytes(HONEST_AS[suffix])
    hostile.write_bytes(bomb)
    status, out, err = reprodiff(str(honest), str(hostile))
    if status == 2:
        assert err.startswith("reprodiff: error: ")
        assert len(err.splitlines()) <= 2
    else:
        assert status == 1
        assert "EQUIVALENT" not in out
        assert "IDENTICAL" not in out


def test_a_bomb_stops_at_a_limit_that_is_given(tmp_path: Path) -> None:
    one, two = tmp_path / "a.whl", tmp_path / "b.whl"
    one.write_bytes(archive(zero_member(16)))
    two.write_bytes(archive(replace(zero_member(16), stored=zeros(32), usize=32 * MiB)))
    status, out, _ = reprodiff("--max-member-size", "1M", "--format", "json", str(one), str(two))
    assert status == 1
    assert "more than 1,048,576 bytes" in out


def test_a_full_disk_is_a_problem_of_that_member(tmp_path: Path) -> None:
    """What is too large for memory goes to a temporary file, which may not fit either."""
    one, two = tmp_path / "a.whl", tmp_path / "b.whl"
    one.write_bytes(archive(zero_member(80, true=True), B))
    two.write_bytes(archive(zero_member(96, true=True), replace(B, data=b"b = 3\n")))
    arguments = ("--max-ratio", "2000", "--format", "json", str(one), str(two))
    status, out, _ = reprodiff(*arguments, file=1)
    assert status == 1
    assert "there is no room for" in out
    assert "source-changed" in out
    status, out, _ = reprodiff(*arguments)
    assert status == 1
    assert "there is no room for" not in out


def test_h13_a_cut_wheel_gives_a_report_of_what_is_left(tmp_path: Path) -> None:
    whole, cut = tmp_path / "a.whl", tmp_path / "b.whl"
    whole.write_bytes(HONEST)
    cut.write_bytes(HONEST[:-40])
    status, out, err = reprodiff(str(whole), str(cut))
    assert status in {1, 2}
    assert "ends before" in out + err


@pytest.mark.parametrize("suffix", [".whl", ".tar.gz", ".zip"])
@pytest.mark.parametrize("data", [b"", b"<html>not found</html>\n", b"PK\3\4"])
def test_a_broken_download_is_refused_in_one_line(tmp_path: Path, suffix: str, data: bytes) -> None:
    honest, broken = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    honest.write_bytes(HONEST if suffix != ".tar.gz" else sdist(HONEST_TAR))
    broken.write_bytes(data)
    status, out, err = reprodiff(str(honest), str(broken))
    assert (status, out) == (2, "")
    lines = err.splitlines()
    assert lines[0].startswith("reprodiff: error: ")
    assert len(lines) <= 2


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    honest = tmp_path / "a.whl"
    honest.write_bytes(HONEST)
    fifo = tmp_path / "b.whl"
    os.mkfifo(fifo)
    for other in (str(fifo), "/dev/zero", str(tmp_path / "none.whl"), "", "a\x1b[31m.whl"):
        status, out, err = reprodiff(str(honest), other)
        assert (status, out) == (2, "")
        assert err.startswith("reprodiff: error: ")


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_36_no_name_inside_reaches_the_terminal(tmp_path: Path, form: str) -> None:
    evil = "demo/\x1b]52;c;ZXZpbA==\x07\u202egnp\u200b\x9b31m\r.py".encode()
    one, two = tmp_path / "a\x1b[31m.zip", tmp_path / "b.zip"
    one.write_bytes(bytes(Archive((Made(name=evil, data=b"a = 1\n"),), comment=evil)))
    two.write_bytes(bytes(Archive((Made(name=evil, data=b"a = '" + evil + b"'\n"),))))
    status, out, _ = reprodiff("--format", form, str(one), str(two))
    assert status == 1
    assert "gnp" in out


def test_a_wheel_in_a_wheel_of_gzip_of_tar(tmp_path: Path) -> None:
    """Each kind of container inside of the others, with a change at the bottom."""

    def layers(content: bytes) -> bytes:
        inner = archive(Made(name=b"c.py", data=content))
        tarred = tars.file(b"d/inner.whl", inner) + tars.END
        return archive(Made(name=b"data.tar.gz", data=gzip.compress(tarred, mtime=0)))

    one, two = tmp_path / "a.whl", tmp_path / "b.whl"
    one.write_bytes(layers(b"c = 1\n"))
    two.write_bytes(layers(b"c = 2\n"))
    status, out, _ = reprodiff("--format", "json", str(one), str(two))
    assert status == 1
    assert "data.tar.gz!/d/inner.whl!/c.py" in out
