"""Bytes are compared to the last one, in wheels and in trees, however they are cut into steps."""

import io
import zipfile
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.model import Category, Verdict

STEP = 1 << 16
SIZE = 3 * STEP + 1
PLACES = (0, STEP - 1, STEP, 2 * STEP, SIZE - 1)


def content(changed: int | None = None) -> bytes:
    data = bytearray(b"\x01\x02\x03" * (STEP + 1))[:SIZE]
    if changed is not None:
        data[changed] ^= 0x40
    return bytes(data)


def wheel(folder: Path, data: bytes, level: int | None = None) -> str:
    folder.mkdir()
    path = folder / "demo-1.0-py3-none-any.whl"
    method = zipfile.ZIP_STORED if level is None else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w", method, compresslevel=level) as archive:
        archive.writestr(zipfile.ZipInfo("demo/data.bin"), data, method)
    return str(path)


@pytest.mark.parametrize("place", PLACES)
def test_one_byte_of_a_stored_member_is_found(tmp_path: Path, place: int) -> None:
    report = compare(wheel(tmp_path / "a", content()), wheel(tmp_path / "b", content(place)))
    assert report.verdict is Verdict.DIFFERENT
    assert report.summary.members.differing == 1
    assert place in {
        place_.span_a.start for it in report.findings for place_ in it.locations if place_.span_a
    }


@pytest.mark.parametrize("place", PLACES)
def test_one_byte_of_a_file_of_a_tree_is_found(tmp_path: Path, place: int) -> None:
    for name, data in (("a", content()), ("b", content(place))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data.bin").write_bytes(data)
    report = compare(str(tmp_path / "a"), str(tmp_path / "b"))
    assert report.verdict is Verdict.DIFFERENT
    assert report.summary.members.differing == 1


def test_equal_bytes_are_equal_however_they_are_stored(tmp_path: Path) -> None:
    stored, packed = wheel(tmp_path / "a", content()), wheel(tmp_path / "b", content(), 9)
    assert compare(stored, stored).verdict is Verdict.IDENTICAL
    report = compare(stored, packed)
    assert report.verdict is Verdict.EQUIVALENT
    assert (report.summary.members.identical, report.summary.members.differing) == (1, 0)


def test_a_byte_more_at_the_end_is_found(tmp_path: Path) -> None:
    report = compare(wheel(tmp_path / "a", content()), wheel(tmp_path / "b", content() + b"\x01"))
    assert report.verdict is Verdict.DIFFERENT
    assert report.summary.members.differing == 1


@pytest.mark.parametrize("name", ["demo.zip", "outer.zip"])
def test_other_bytes_of_which_nothing_says_how_they_differ_are_unexplained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A reader that passes over a difference must not make two files identical."""
    paths = []
    for side, day in (("a", 1), ("b", 2)):
        (tmp_path / side).mkdir()
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr(zipfile.ZipInfo("x", (2024, 1, day, 0, 0, 0)), b"same")
        if name == "outer.zip":
            inner = made.getvalue()
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w") as archive:
                archive.writestr(zipfile.ZipInfo("demo.zip", (2024, 1, 1, 0, 0, 0)), inner)
        path = tmp_path / side / name
        path.write_bytes(made.getvalue())
        paths.append(str(path))
    assert compare(paths[0], paths[1]).verdict is Verdict.EQUIVALENT
    monkeypatch.setattr("reprodiff.engine.container_facts", lambda *_: ())
    report = compare(paths[0], paths[1])
    assert report.verdict is Verdict.DIFFERENT
    (finding,) = report.findings
    assert finding.category is Category.UNEXPLAINED
    assert finding.locations[0].path == ("" if name == "demo.zip" else "demo.zip")
