"""Header fields of both sides beside each other."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from reprodiff.artifacts.base import Artifact
from reprodiff.artifacts.opening import open_artifact
from reprodiff.limits import Limits
from reprodiff.views import headers
from reprodiff.views.pieces import plain_text
from reprodiff.views.tables import Field, Group, State, TableRow, side_by_side
from tests.views.samples import pair, wheel


def opened(tmp_path: Path, name: str, data: bytes) -> Artifact:
    path = tmp_path / name
    path.write_bytes(data)
    return open_artifact(str(path), Limits())


def zipped(minute: int, mode: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("demo/x.py", (2024, 5, 6, 7, minute, 0))
        info.external_attr = mode << 16
        archive.writestr(info, b"x = 1\n")
    return buffer.getvalue()


def tarred(mtime: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("demo/x.py")
        info.mtime, info.size = mtime, 2
        info.pax_headers = {"comment": "hello"}
        archive.addfile(info, io.BytesIO(b"x\n"))
    return buffer.getvalue()


def changed(rows: list[TableRow]) -> list[str]:
    return [row.name for row in rows if row.state is State.CHANGED]


def test_a_member_of_a_zip_has_its_fields_in_both_headers(tmp_path: Path) -> None:
    a = opened(tmp_path, "a.zip", zipped(1, 0o100644))
    b = opened(tmp_path, "b.zip", zipped(2, 0o100755))
    rows = headers.member_table(a, b, "demo/x.py", "demo/x.py")
    assert [row.name for row in rows if row.heading] == [
        "Central directory header",
        "Local file header",
    ]
    assert changed(rows) == ["last modified", "mode", "last modified"]
    local = [row for row in rows if row.name == "last modified"][1]
    assert local.span_a is not None
    assert a.data is not None
    assert bytes(a.data[local.span_a.start : local.span_a.stop]) == bytes(
        a.data[10:14]
    )  # APPNOTE 4.3.7: the time is at byte 10 of the local header
    a.close()
    b.close()


def test_an_archive_itself_has_its_end_record(tmp_path: Path) -> None:
    a = opened(tmp_path, "a.zip", zipped(1, 0o100644))
    rows = headers.member_table(a, a, "", "")
    assert rows[0].name == "End of central directory"
    assert not changed(rows)
    a.close()


def test_a_member_of_a_tar_has_its_header_and_extended_headers(tmp_path: Path) -> None:
    a = opened(tmp_path, "a.tar", tarred(1_700_000_000))
    b = opened(tmp_path, "b.tar.gz", gzip.compress(tarred(1_700_000_060), mtime=5))
    rows = headers.member_table(a, b, "demo/x.py", "demo/x.py")
    assert changed(rows) == ["mtime", "chksum"]
    mtime = next(row for row in rows if row.name == "mtime")
    assert "2023-11-14 22:13:20 UTC" in plain_text(mtime.a)
    assert any(row.name == "comment" and plain_text(row.a) == "hello" for row in rows)
    gzipped = headers.member_table(a, b, "", "")
    assert any(row.name == "MTIME" and row.state is State.ONLY_B for row in gzipped)
    a.close()
    b.close()


@pytest.mark.parametrize(
    ("sample", "ending", "wanted"),
    [
        ("hidden-change-in-native", ".so", ["GNU build-id"]),
        ("hidden-change-in-pyc", ".pyc", ["time of the source"]),
    ],
)
def test_headers_of_files_say_which_fields_differ(
    sample: str, ending: str, wanted: list[str]
) -> None:
    rows = headers.content_table(*pair(sample, ending))
    assert changed(rows) == wanted


def test_a_file_that_is_cut_off_has_no_header_and_raises_nothing() -> None:
    a, _ = pair("hidden-change-in-native", ".so")
    for size in (0, 1, 4, 20, 63, 64, 200, 5000):
        headers.content_table(a, memoryview(bytes(a[:size])))


def test_one_side_alone_is_said_to_have_it() -> None:
    rows = side_by_side([Group("g", (Field("x", "1"), Field("y", "2")))], [])
    assert [row.state for row in rows[1:]] == [State.ONLY_A, State.ONLY_A]


def test_names_from_inside_are_escaped() -> None:
    hostile = "\x1b]0;x\x07"
    rows = side_by_side([Group(hostile, (Field(hostile, hostile),))], [])
    shown = "".join(row.name + plain_text(row.a) for row in rows)
    assert "\x1b" not in shown
    assert "\\x1b" in shown


def test_the_wheels_of_a_sample_have_records() -> None:
    with open_artifact(str(wheel("zip-dialect-infozip", "a")), Limits()) as artifact:
        assert headers.has_records(artifact)
        path = artifact.members[0].path
        assert headers.member_table(artifact, artifact, path, path)
