"""What is written, where, and in which format."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.conftest import Call, Engine, refused
from tests.reports.factory import finding, full, place, report, times


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_format_is_text_unless_another_is_asked_for(call: Call, engine: Engine) -> None:
    engine.report = full()
    assert call("a", "b").out.startswith("● DIFFERENT")
    assert call("a", "b", "--format", "text").out.startswith("● DIFFERENT")
    assert call("a", "b", "-f", "markdown").out.startswith("## reprodiff: DIFFERENT")
    assert call("a", "b", "-f", "html").out.startswith("<!DOCTYPE html>")
    assert json.loads(call("a", "b", "-f", "sarif").out)["version"] == "2.1.0"
    assert json.loads(call("a", "b", "-f", "json").out)["verdict"] == "different"


def test_the_last_format_counts(call: Call) -> None:
    assert call("a", "b", "-f", "text", "-f", "json").out.startswith("{")


def test_several_files_are_written_each_in_the_format_of_its_name(
    call: Call, engine: Engine, folder: Path
) -> None:
    engine.report = full()
    names = ["r.json", "r.md", "r.txt", "R2.JSON"]
    result = call("a", "b", *[part for name in names for part in ("-o", name)])
    assert (result.status, result.out) == (1, "")
    assert result.err == (
        "reprodiff: different: 4 causes found, 3 need you, 7 bytes unexplained;"
        " written to r.json, r.md, r.txt, R2.JSON\n"
    )
    assert (folder / "r.json").read_text("utf-8") == call("a", "b", "-f", "json").out
    assert (folder / "r.md").read_text("utf-8") == call("a", "b", "-f", "markdown").out
    assert (folder / "r.txt").read_text("utf-8") == call("a", "b").out
    call("a", "b", "-o", "r.html", "-o", "r.sarif")
    assert (folder / "r.html").read_text("utf-8") == call("a", "b", "-f", "html").out
    assert (folder / "r.sarif").read_text("utf-8") == call("a", "b", "-f", "sarif").out
    assert (folder / "R2.JSON").read_bytes() == (folder / "r.json").read_bytes()


def test_a_file_has_no_colour_and_a_fixed_width_whatever_the_terminal(
    call: Call, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.report = full()
    call("a", "b", "-o", "one.txt")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("FORCE_COLOR", "1")
    call("a", "b", "-o", "two.txt", "--color", "always")
    assert (folder / "one.txt").read_bytes() == (folder / "two.txt").read_bytes()


def test_a_chosen_format_goes_before_the_name(call: Call, folder: Path) -> None:
    call("a", "b", "--format", "json", "-o", "report")
    assert json.loads((folder / "report").read_text("utf-8"))["verdict"] == "identical"


def test_a_dash_is_standard_output_beside_files(call: Call, engine: Engine, folder: Path) -> None:
    engine.report = full()
    result = call("a", "b", "-o", "-", "-o", "r.json")
    assert result.out.startswith("● DIFFERENT")
    assert result.err == ""
    assert (folder / "r.json").exists()


def test_quiet_writes_files_and_nothing_else(call: Call, engine: Engine, folder: Path) -> None:
    engine.report = full()
    assert call("a", "b", "-q") == (1, "", "")
    assert call("a", "b", "--quiet", "-o", "r.json") == (1, "", "")
    assert (folder / "r.json").exists()


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("report.pdf", "the name 'report.pdf' does not tell the format", "--format"),
        ("report", "the name 'report' does not tell the format", ".json"),
        ("gone/report.json", "there is no folder 'gone'", "make it first"),
        ("there.json", "'there.json' is a folder", "name a file in it"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_work(
    call: Call, engine: Engine, folder: Path, name: str, message: str, hint: str
) -> None:
    (folder / "there.json").mkdir()
    assert refused(call("a", "b", "-o", name), message, hint)
    assert engine.asked == []


def test_an_input_is_never_overwritten(call: Call, engine: Engine, folder: Path) -> None:
    (folder / "a.whl").write_bytes(b"precious")
    (folder / "link.json").symlink_to("a.whl")
    for name in ("a.whl", "./a.whl", "link.json"):
        assert refused(call("a.whl", "b.whl", "-f", "json", "-o", name), "is one of the inputs")
    assert (folder / "a.whl").read_bytes() == b"precious"
    assert engine.asked == []


def test_a_file_that_may_not_be_written_is_said_before_the_work(
    call: Call, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "r.json").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    for name in ("r.json", "new.json"):
        assert refused(call("a", "b", "-o", name), "permission denied")
    assert engine.asked == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_report_that_cannot_be_written_is_an_error_and_not_a_bug(call: Call) -> None:
    assert refused(call("a", "b", "-f", "json", "-o", "/dev/full"), "'/dev/full': No space left")


def test_no_more_places_are_kept_than_are_shown(call: Call, engine: Engine, folder: Path) -> None:
    del folder
    for options in (
        (),
        ("-f", "json"),
        ("-f", "json", "--limit", "3"),
        ("--limit", "0"),
        ("-o", "r.txt", "-o", "r.json"),
        ("--only", "*.so"),
        ("--only", "content"),
    ):
        call("a", "b", *options)
    assert [options.location_limit for _, _, options in engine.asked] == [
        10,
        100,
        3,
        None,
        100,
        None,
        10,
    ]


def test_the_limit_is_for_benign_findings_too_once_it_is_given(call: Call, engine: Engine) -> None:
    engine.report = report([times(20)])
    for options, shown in (((), 1), (("--limit", "4"), 4), (("--limit", "0"), 20)):
        assert call("a", "b", *options).out.count("demo/module_") == shown
        assert call("a", "b", "-f", "markdown", *options).out.count("demo/module_") == shown


def test_only_and_ignore_choose_and_say_so_in_each_format(call: Call, engine: Engine) -> None:
    engine.report = report([finding(locations=[place(), place("x.so")]), times(812)])
    text = call("a", "b", "--ignore", "zip-member-mtime", "--ignore", "*.so").out
    assert "left out by --ignore zip-member-mtime --ignore *.so: 1 finding, 813 places" in text
    assert "x.so" not in text
    assert "zip-member-mtime  " not in text
    made = json.loads(call("a", "b", "-f", "json", "--only", "timestamps").out)
    assert [one["cause"] for one in made["findings"]] == ["zip-member-mtime"]
    assert made["left_out"] == {
        "findings": 1,
        "locations": 2,
        "by": "--only timestamps",
        "stale": [],
    }
    assert made["verdict"] == "different"
    assert made["summary"]["categories"]["content"] == {"findings": 1, "locations": 2}
    markdown = call("a", "b", "-f", "markdown", "--only", "content").out
    assert "left out by --only content: 1 finding, 812 places" in markdown


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("timestamp", "did you mean timestamps"),
        ("zip-member-mtimes", "did you mean zip-member-mtime"),
        ("RECORD", "'*/RECORD'"),
        ("xyzzy", "reprodiff explain"),
        ("", "reprodiff explain"),
    ],
)
def test_a_word_that_means_nothing_is_refused_with_a_guess(
    call: Call, engine: Engine, word: str, hint: str
) -> None:
    for option in ("--only", "--ignore"):
        assert refused(call("a", "b", option, word), f"{option} {word}", hint)
    assert engine.asked == []
