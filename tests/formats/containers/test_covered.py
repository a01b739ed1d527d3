"""No byte of an archive differs without something in the report that is about it."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.engine import Options, compare
from reprodiff.errors import InputError
from reprodiff.model import Report, Severity, Verdict
from tests.artifacts.tarformat import build as tars
from tests.artifacts.zipformat.build import Archive, Made, archive, extra, streamed

ALL = Options(location_limit=None)


def zips() -> Iterator[tuple[str, bytes]]:
    file = Made(name=b"demo/a.py", data=b"a = 1\n" * 9, method=8)
    other = Made(name=b"demo/b.txt", data=b"text\n", comment=b"note")
    times = extra(0x5455, b"\3" + struct.pack("<LL", 1, 2))
    owner = extra(0x7875, b"\1\4" + struct.pack("<L", 7) + b"\4" + struct.pack("<L", 8))
    yield "plain", archive(file, other)
    yield "extra", archive(
        Made(name=b"demo/c.py", data=b"c = 1\n", local_extra=times + owner,
             extra=extra(0x5455, b"\3" + struct.pack("<L", 1)) + owner),
        other,
    )  # fmt: skip
    yield "streamed", archive(streamed(file, "Ls"), streamed(other, "Q"))
    yield (
        "links",
        archive(
            file,
            Made(name=b"demo/d/", data=b"", mode=0o040755, dos_attr=0x10),
            Made(name=b"demo/l", data=b"a.py", mode=0o120777),
        ),
    )
    yield "zip64", bytes(Archive((file, other), zip64=True, comment=b"about"))
    yield "nested", archive(Made(name=b"inner.zip", data=archive(file, other)), other)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED):
            entry = zipfile.ZipInfo(f"m{method}.py", (2024, 1, 2, 3, 4, 6))
            made.writestr(entry, b"method = 1\n" * 20, method)
    yield "methods", out.getvalue()


def tarballs() -> Iterator[tuple[str, bytes]]:
    long = "demo-1/" + "directory/" * 12 + "module.py"
    for name, form in (("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT),
                       ("pax", tarfile.PAX_FORMAT)):  # fmt: skip
        infos: list[tuple[tarfile.TarInfo, bytes]] = []
        for path, data in (("demo-1/a.py", b"a = 1\n"), (long, b"b = 2\n"), ("demo-1/\u00e9", b"")):
            info = tarfile.TarInfo(path)
            info.mtime, info.uname, info.uid = 1_700_000_000, "ci", 1000
            infos.append((info, data))
        link, folder = tarfile.TarInfo("demo-1/l"), tarfile.TarInfo("demo-1/d")
        link.type, link.linkname = tarfile.SYMTYPE, "a.py"
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        yield name, tars.written([*infos, (link, b""), (folder, b"")], form)
    commit = tars.pax({b"comment": b"8f14e45f"}, b"g")
    yield "global", commit + tars.file(b"demo-1/a.py", b"a = 1\n") + tars.END


@cache
def archives() -> dict[str, tuple[str, bytes]]:
    found = {f"zip {name}": (".zip", data) for name, data in zips()}
    found |= {f"tar {name}": (".tar", data) for name, data in tarballs()}
    text = b"line of text\n" * 30
    found["gzip"] = (".gz", gzip.compress(text, mtime=5))
    found["bzip2"] = (".bz2", bz2.compress(text))
    found["xz"] = (".xz", lzma.compress(text))
    found["tar.gz"] = (".tar.gz", gzip.compress(dict(tarballs())["ustar"], mtime=5))
    return found


def report_on(where: Path, suffix: str, a: bytes, b: bytes) -> Report | None:
    one, two = where / f"a{suffix}", where / f"b{suffix}"
    one.write_bytes(a)
    two.write_bytes(b)
    try:
        return compare(str(one), str(two), ALL)
    except InputError:
        return None


@pytest.mark.parametrize("name", archives())
@settings(max_examples=60)
@given(st.data())
def test_a_changed_byte_is_a_finding_or_a_problem(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    suffix, original = archives()[name]
    at = data.draw(st.integers(0, len(original) - 1))
    made = bytearray(original)
    made[at] ^= data.draw(st.integers(1, 255))
    report = report_on(tmp_path, suffix, original, bytes(made))
    if report is None:
        return
    assert report.verdict is not Verdict.IDENTICAL
    assert report.findings or report.problems
    if report.verdict is Verdict.EQUIVALENT:
        assert all(each.severity is Severity.BENIGN for each in report.findings)
        # One of its places is that byte, or holds it; a stream is told as a whole.
        spans = [place.span_b for each in report.findings for place in each.locations]
        assert None in spans or any(span and span.start <= at < span.stop for span in spans)


@pytest.mark.parametrize("name", archives())
@settings(max_examples=25)
@given(st.data())
def test_a_byte_more_or_less_is_a_finding_or_a_problem(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    suffix, original = archives()[name]
    at = data.draw(st.integers(0, len(original)))
    made = bytearray(original)
    if at < len(original) and data.draw(st.booleans()):
        del made[at]
    else:
        made[at:at] = data.draw(st.binary(min_size=1, max_size=3))
    if bytes(made) == original:
        return
    for pair in ((original, bytes(made)), (bytes(made), original)):
        report = report_on(tmp_path, suffix, *pair)
        if report is not None:
            assert report.verdict is not Verdict.IDENTICAL
            assert report.findings or report.problems


@pytest.mark.parametrize("name", archives())
def test_an_archive_is_what_it_is_made_for(tmp_path: Path, name: str) -> None:
    """The specimens are sound: without a change there is nothing to find."""
    suffix, original = archives()[name]
    report = report_on(tmp_path, suffix, original, original)
    assert report is not None
    assert report.verdict is Verdict.IDENTICAL
    assert report.problems == ()
