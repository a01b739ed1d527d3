"""The bytes behind a place, read from real artifacts, and the view they are first shown in."""

import io
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.limits import Limits
from reprodiff.model import Category, Finding, Location, Report, Side, Span, SpansIn
from reprodiff.tui.evidence import (
    Contents,
    Library,
    Subject,
    fields,
    first_view,
    views_of,
)
from reprodiff.tui.making import made
from reprodiff.tui.sources.base import Layout, Messages, Source, View
from reprodiff.tui.sources.dumps import BytesSource
from reprodiff.tui.sources.places import PlaceSource, TableSource
from reprodiff.tui.sources.texts import TextSource
from reprodiff.tui.store import Store
from tests.tui.factory import findings, subject

ROOM = Layout(100, split=False)


def looked_at(contents: Contents, at: Subject, view: View | None) -> Source:
    return made(Store(), contents, at, view).source


def packed(members: dict[str, bytes], minute: int = 0) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 6, 7, minute, 0)), data)
    return buffer.getvalue()


def two(tmp_path: Path, a: bytes, b: bytes) -> dict[Side, str]:
    paths = {Side.A: tmp_path / "a.zip", Side.B: tmp_path / "b.zip"}
    paths[Side.A].write_bytes(a)
    paths[Side.B].write_bytes(b)
    return {side: str(path) for side, path in paths.items()}


def compared(paths: dict[Side, str]) -> Report:
    return compare(paths[Side.A], paths[Side.B])


def one(report: Report, category: Category) -> Finding:
    return next(finding for finding in report.findings if finding.category is category)


def shown(paths: dict[Side, str], finding: Finding, view: View | None = None) -> list[str]:
    library = Library(paths, Limits())
    at = subject(finding, 0)
    with_bytes = library.contents(finding.locations[0])
    source = looked_at(with_bytes, at, view)
    lines = [
        "".join(chunk.text for chunk in source.line(n, ROOM)) for n in range(source.height(ROOM))
    ]
    del source
    with_bytes.close()
    library.close()
    return lines


def test_text_that_changed_is_read_from_both_archives(tmp_path: Path) -> None:
    paths = two(
        tmp_path, packed({"demo.py": b"x = 1\ny = 2\n"}), packed({"demo.py": b"x = 1\ny = 3\n"})
    )
    finding = one(compared(paths), Category.CONTENT)
    assert first_view(subject(finding, 0)) is None
    lines = shown(paths, finding)
    assert any("- y = 2" in line for line in lines)
    assert any("+ y = 3" in line for line in lines)


def test_text_in_an_archive_in_an_archive_is_read(tmp_path: Path) -> None:
    paths = two(
        tmp_path,
        packed({"in.zip": packed({"deep.txt": b"old value\n"})}),
        packed({"in.zip": packed({"deep.txt": b"new value\n"})}),
    )
    finding = one(compared(paths), Category.CONTENT)
    assert finding.locations[0].path == "in.zip!/deep.txt"
    assert any("new value" in line for line in shown(paths, finding))


def test_a_fact_on_the_container_is_a_field_first_and_its_header_is_the_archives_bytes(
    tmp_path: Path,
) -> None:
    paths = two(tmp_path, packed({"demo.py": b"x"}, 0), packed({"demo.py": b"x"}, 30))
    finding = one(compared(paths), Category.TIMESTAMPS)
    assert first_view(subject(finding, 0)) is View.FIELDS
    assert views_of(subject(finding, 0)) == (View.FIELDS, View.HEADER, View.BYTES)
    lines = shown(paths, finding, View.BYTES)
    # The local header's signature, then version, flags, method: APPNOTE 4.3.7.
    assert "50 4b 03 04" in lines[0]
    assert "PK" in lines[0]


def test_a_header_in_an_archive_in_an_archive_is_that_archives(tmp_path: Path) -> None:
    paths = two(
        tmp_path,
        packed({"pad": b"y" * 999, "in.zip": packed({"deep.txt": b"x"}, 0)}),
        packed({"pad": b"y" * 999, "in.zip": packed({"deep.txt": b"x"}, 30)}),
    )
    report = compared(paths)
    nested = [
        location
        for finding in report.findings
        for location in finding.locations
        if finding.category is Category.TIMESTAMPS and location.path == "in.zip!/deep.txt"
    ]
    location = nested[0]
    library = Library(paths, Limits())
    contents = library.contents(location)
    assert contents.notes == ()
    assert bytes(contents.a[:4]) == b"PK\3\4"
    assert len(contents.a) < 200
    contents.close()
    library.close()


def test_a_place_in_a_compressed_tar_is_looked_up_in_the_tar(tmp_path: Path) -> None:
    paths = {side: tmp_path / f"{side}.tar.gz" for side in Side}
    for side, path in paths.items():
        with tarfile.open(path, "w:gz", format=tarfile.USTAR_FORMAT) as archive:
            entry = tarfile.TarInfo("demo.txt")
            entry.mtime, entry.size = 1_700_000_000 + 60 * (side is Side.B), 4
            archive.addfile(entry, io.BytesIO(b"demo"))
    report = compare(str(paths[Side.A]), str(paths[Side.B]))
    place = next(f.locations[0] for f in report.findings if f.cause == "tar-member-mtime")
    assert place.spans_in is SpansIn.UNPACKED
    assert place.span_a is not None
    library = Library({side: str(path) for side, path in paths.items()}, Limits())
    contents = library.contents(place)
    assert int(bytes(contents.a[place.span_a.start : place.span_a.stop - 1]), 8) == 1_700_000_000
    contents.close()
    library.close()


def test_a_member_that_has_another_name_in_b_is_found_there(tmp_path: Path) -> None:
    a = {"demo-1.0.dist-info/METADATA": b"Name: demo\nVersion: 1.0\nSummary: old\n"}
    b = {"demo-1.1.dist-info/METADATA": b"Name: demo\nVersion: 1.1\nSummary: new\n"}
    paths = two(tmp_path, packed(a), packed(b))
    finding = replace(
        findings()[1],
        locations=(
            Location(
                "demo-1.0.dist-info/METADATA", "Summary", "old", "new", Span(24, 35), Span(24, 35)
            ),
        ),
    )
    assert any("Summary: new" in line for line in shown(paths, finding))


def test_a_member_that_one_side_lacks_is_said_to_be_missing(tmp_path: Path) -> None:
    paths = two(tmp_path, packed({"only.py": b"x = 1\n", "k": b""}), packed({"k": b""}))
    finding = replace(
        findings()[1], locations=(Location("only.py", "line 1", "x = 1", "", Span(0, 5), None),)
    )
    library = Library(paths, Limits())
    contents = library.contents(finding.locations[0])
    assert bytes(contents.a) == b"x = 1\n"
    assert [note[:2] for note in contents.notes] == ["B:"]
    source = looked_at(contents, subject(finding, 0), None)
    assert isinstance(source, TextSource)
    assert "- x = 1" in "".join(chunk.text for chunk in source.line(0, ROOM))
    contents.close()
    library.close()


def test_a_member_that_is_too_large_is_refused_with_a_reason(tmp_path: Path) -> None:
    paths = two(tmp_path, packed({"big": b"\0" * 5000}), packed({"big": b"\1" * 5000}))
    finding = replace(
        findings()[1], locations=(Location("big", "bytes", "", "", Span(0, 9), Span(0, 9)),)
    )
    library = Library(paths, Limits(max_member_bytes=1000))
    contents = library.contents(finding.locations[0])
    assert len(contents.notes) == 2
    assert all("more than 1,000 bytes" in note for note in contents.notes)
    assert isinstance(looked_at(contents, subject(finding, 0), None), Messages)
    library.close()


def test_an_artifact_that_is_gone_by_now_is_said_to_be(tmp_path: Path) -> None:
    paths = {side: str(tmp_path / f"{side}.zip") for side in Side}
    finding = findings()[1]
    contents = Library(paths, Limits()).contents(finding.locations[0])
    assert all("no such file" in note for note in contents.notes)


def test_what_is_no_text_is_shown_as_bytes_and_says_so_if_asked_for_text() -> None:
    finding = findings()[2]
    contents = held(b"\0\1\2", b"\0\1\3")
    assert isinstance(looked_at(contents, subject(finding, 0), None), BytesSource)
    asked = looked_at(contents, subject(finding, 0), View.TEXT)
    assert isinstance(asked, Messages)
    assert asked.view is View.TEXT


def held(a: bytes, b: bytes) -> Contents:
    return Contents(memoryview(a), memoryview(b))


@pytest.mark.parametrize("number", [None, 0, 1])
def test_a_line_that_is_only_named_is_where_its_text_opens(number: int | None) -> None:
    text = b"one\ntwo\nthree\n"
    places = (Location("x.py", "line 3", "", "hidden"), Location("x.py", "line 2", "two", ""))
    finding = replace(findings()[1], locations=places)
    at = subject(finding, number)
    assert View.TEXT in views_of(at)
    source = looked_at(held(text, text), at, None)
    target = source.start(ROOM)
    assert target is not None
    assert target.first == (1 if number == 1 else 2)


def test_many_places_are_a_table_and_one_is_shown_in_full() -> None:
    finding = findings()[-1]
    assert isinstance(fields(subject(finding)), TableSource)
    assert isinstance(fields(subject(finding, 1)), PlaceSource)
    single = replace(finding, locations=finding.locations[:1])
    assert isinstance(fields(subject(single)), PlaceSource)
    assert isinstance(fields(Subject(finding, ())), Messages)


def test_a_finding_in_several_files_opens_as_a_table_not_as_the_first_file() -> None:
    first, second = findings()[1].locations
    spread = replace(findings()[1], locations=(first, second._replace(path="other.py")))
    assert first_view(subject(spread)) is View.FIELDS
    assert first_view(subject(spread, 1)) is None
    assert first_view(subject(findings()[1])) is None


def test_a_file_that_one_side_alone_has_can_be_read(tmp_path: Path) -> None:
    paths = two(tmp_path, packed({"k": b""}), packed({"k": b"", "added.py": b"import os\n"}))
    finding = one(compared(paths), Category.MEMBERSHIP)
    assert first_view(subject(finding)) is None
    assert any("+ import os" in line for line in shown(paths, finding))
