import io
import tarfile
from pathlib import Path

import pytest

from reprodiff.model import Severity, Verdict
from tests.causes.builds import (
    FILES,
    INFO,
    alarms,
    both_ways,
    causes,
    compare_wheels,
    found,
    tree,
)

ENTRIES = b"[console_scripts]\na = demo:a\nb = demo:b\n"
PLACE = f"{INFO}/entry_points.txt"


def with_entries(data: bytes) -> dict[str, bytes]:
    return {**FILES, PLACE: data}


def test_the_same_entry_points_in_another_form_are_equivalent(tmp_path: Path) -> None:
    other = b"[console_scripts]\nb=demo:b\na=demo:a\n\n[gui_scripts]\n"
    report = compare_wheels(tmp_path, with_entries(ENTRIES), with_entries(other))
    assert causes(report) == {"entry-points-format", "record-row-follows"}
    assert report.verdict is Verdict.EQUIVALENT


@pytest.mark.parametrize(
    "other",
    [
        b"[console_scripts]\nb=demo:b\na=demo:a\npip=demo:evil\n",
        b"[console_scripts]\nb=demo:b\na=demo:evil\n",
        b"[console_scripts]\nb=demo:b\na=demo:a\n\n[pytest11]\ndemo=demo.plugin\n",
        b"[console_scripts]\nb=demo:b\n",
    ],
)
def test_a_changed_entry_point_in_another_form_is_an_alarm(tmp_path: Path, other: bytes) -> None:
    report = compare_wheels(tmp_path, with_entries(ENTRIES), with_entries(other))
    assert set(alarms(report)) == {"entry-points"}
    assert report.verdict is Verdict.DIFFERENT


def test_a_file_on_which_readers_do_not_agree_is_for_review(tmp_path: Path) -> None:
    odd = b"[console_scripts]\na = demo:a\n b = demo:b\n"
    report = compare_wheels(tmp_path, with_entries(ENTRIES), with_entries(odd))
    assert found(report, "entry-points-format").severity is Severity.REVIEW


def test_entry_points_on_one_side_only_are_an_alarm_and_an_empty_file_is_not(
    tmp_path: Path,
) -> None:
    report = compare_wheels(tmp_path / "new", FILES, with_entries(ENTRIES))
    places = [(PLACE, f"[console_scripts] {name}") for name in "ab"]
    assert alarms(report) == {"entry-points": places}
    report = compare_wheels(tmp_path / "empty", FILES, with_entries(b"[gui_scripts]\n"))
    assert alarms(report) == {}


@pytest.mark.parametrize(
    ("place", "alarming"),
    [
        ("demo-1.0.data/purelib/evil-1.dist-info/entry_points.txt", True),
        ("demo/_vendor/old-1.dist-info/entry_points.txt", False),
    ],
)
def test_only_entry_points_that_are_installed_as_such_are_an_alarm(
    tmp_path: Path, place: str, *, alarming: bool
) -> None:
    report = compare_wheels(tmp_path, FILES, {**FILES, place: ENTRIES})
    assert ("entry-points" in alarms(report)) is alarming
    assert "entry-points" in causes(report)


def test_a_vendored_copy_in_a_tree_is_not_read_and_a_project_is(tmp_path: Path) -> None:
    base = {"site-packages/demo/__init__.py": b""}
    copy = {"site-packages/demo/_vendor/old-1.dist-info/entry_points.txt": ENTRIES}
    real = {f"site-packages/{PLACE}": ENTRIES, "site-packages/__init__.py": b""}
    a = tree(tmp_path / "a", base)
    assert alarms(both_ways(a, tree(tmp_path / "b", base | copy))) == {}
    assert set(alarms(both_ways(a, tree(tmp_path / "c", base | real)))) == {"entry-points"}


def sdist(path: Path, files: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(f"demo-1.0/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def test_the_lists_of_an_sdist_are_no_alarm(tmp_path: Path) -> None:
    files = {
        "PKG-INFO": b"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n",
        "demo.egg-info/entry_points.txt": ENTRIES,
        "demo.egg-info/SOURCES.txt": b"a.py\nb.py\nsetup.cfg\n",
        "demo.egg-info/top_level.txt": b"a\nb\n",
        # Test data of a project may be as wrong as it likes.
        "tests/data/x-1.dist-info/RECORD": b"gone.py,sha256=AAAA,1\n",
    }
    other = {
        **files,
        "demo.egg-info/entry_points.txt": ENTRIES.replace(b"demo:b", b"demo:c"),
        "demo.egg-info/SOURCES.txt": b"b.py\na.py\n",
        "demo.egg-info/top_level.txt": b"b\na\nc\n",
    }
    report = both_ways(
        sdist(tmp_path / "a" / "demo-1.0.tar.gz", files),
        sdist(tmp_path / "b" / "demo-1.0.tar.gz", other),
    )
    assert alarms(report) == {}
    assert {"entry-points", "egg-info-sources", "egg-info-list", "list-order"} <= causes(report)
    assert found(report, "entry-points").severity is Severity.REVIEW


def test_a_list_in_another_order_hides_no_new_line(tmp_path: Path) -> None:
    place = f"{INFO}/top_level.txt"
    a = {**FILES, place: b"demo\nother\n"}
    report = compare_wheels(tmp_path / "same", a, {**FILES, place: b"other\ndemo\n"})
    assert causes(report) == {"list-order", "record-row-follows"}
    assert report.verdict is Verdict.EQUIVALENT
    report = compare_wheels(tmp_path / "new", a, {**FILES, place: b"other\nevil\ndemo\n"})
    assert {"list-order", "egg-info-list"} <= causes(report)
    assert report.verdict is Verdict.DIFFERENT
