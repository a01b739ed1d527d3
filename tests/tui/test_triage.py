"""Deciding about findings: what the keys do, what is kept, what cannot be ignored."""

import json
from pathlib import Path

import pytest

from reprodiff import baseline
from reprodiff.baseline import Entry
from reprodiff.model import Side
from reprodiff.tui.triage.keeping import BaselineFile, Sessions, pair_key
from reprodiff.tui.triage.triage import Triage
from tests.tui.driving import Driver, cursor, drive, make_app
from tests.tui.factory import PATHS, findings, report


def kept(folder: Path) -> Triage:
    """Return decisions that are kept in a folder, as the program keeps them."""
    return Triage(Sessions(folder / "sessions"), BaselineFile(folder / baseline.FILE_NAME))


async def ready(driver: Driver) -> None:
    await driver.ready("DIFFERENT", "RECORD denies a file")


def test_r_marks_as_reviewed_folds_and_goes_on(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("l", "r")
        assert cursor(driver) == "finding source-changed"
        await driver.told("5 left to look at")
        await driver.sees("1 reviewed", "3 need you")
        assert "✓" in driver.line_with("▲ RECORD denies a file")
        driver.lacks("▾ ▲ RECORD denies")
        await driver.press("r", "r", "r", "r", "r")
        await driver.told("all are reviewed")
        await driver.sees("0 need you")
        # On one that is reviewed, the key takes it back.
        await driver.press("g", "j", "r")
        await driver.sees("1 needs you")

    drive(scenario, make_app(triage=kept(tmp_path)))


def test_what_is_decided_is_there_the_next_time(tmp_path: Path) -> None:
    async def first(driver: Driver) -> None:
        await ready(driver)
        await driver.press("c")
        await driver.sees("Note")
        await driver.press(*"ask upstream", "enter")
        await driver.sees("¶ ask upstream")
        await driver.press("r")
        await driver.sees("1 reviewed")

    async def second(driver: Driver) -> None:
        await ready(driver)
        await driver.sees("✓ reviewed", "¶ ask upstream", "1 reviewed")
        # An empty note is none.
        await driver.press("c", "ctrl+u", "enter")
        await driver.gone("ask upstream")

    drive(first, make_app(triage=kept(tmp_path)))
    drive(second, make_app(triage=kept(tmp_path)))
    (file,) = (tmp_path / "sessions").iterdir()
    assert json.loads(file.read_text()) == {"version": 1, "reviewed": ["f00"], "notes": {}}


def test_z_takes_back_one_decision_after_the_other(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("r", "c", *"hm", "enter", "z")
        await driver.told("Undone: note on")
        await driver.gone("¶")
        await driver.press("z")
        await driver.told("Undone: reviewed: RECORD denies a file")
        await driver.gone("1 reviewed")
        await driver.press("z")
        await driver.told("There is nothing to undo")

    drive(scenario, make_app(triage=kept(tmp_path)))
    assert list((tmp_path / "sessions").iterdir()) == []


def test_ignoring_asks_for_a_reason_and_writes_what_the_command_line_reads(tmp_path: Path) -> None:
    file = tmp_path / baseline.FILE_NAME

    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("G", "i")
        await driver.sees("zip-member-mtime everywhere", "all of timestamps")
        await driver.press("enter")
        await driver.sees("Say why")
        assert not file.exists()
        await driver.press(*"known", "enter")
        await driver.gone("zip member times")
        await driver.sees("1 ignored")
        await driver.told("Kept in reprodiff-baseline.toml")
        await driver.press("u")
        await driver.sees("zip member times", "∅")
        await driver.press("u")
        await driver.gone("zip member times")

    drive(scenario, make_app(triage=kept(tmp_path)))
    entries = baseline.parse(file.read_text(), "f")
    assert entries == (Entry("known", "zip-member-mtime"),)
    left, taken = baseline.apply(entries, report(findings()))
    assert (len(left.findings), taken.findings) == (7, 1)


def test_one_place_can_be_ignored_and_a_second_press_takes_it_back(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("G", "l", "l", "j", "i")
        await driver.sees("zip-member-mtime in demo_ext/module_00001.py", "below demo_ext/")
        await driver.press(*"fine", "enter")
        pane = driver.app._main._findings
        await driver.until(lambda: list(pane.shown.places["f07"]) == [0, 2])
        await driver.sees("1 ignored")
        await driver.press("u")
        await driver.until(lambda: len(pane.shown.places["f07"]) == 3)
        await driver.press("j", "j")
        assert cursor(driver) == "place zip-member-mtime 1"
        await driver.press("i")
        await driver.told("No more ignored")

    drive(scenario, make_app(triage=kept(tmp_path)))
    assert baseline.parse((tmp_path / baseline.FILE_NAME).read_text(), "f") == ()


def test_an_alarm_is_ignored_at_one_place_only(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("i")
        await driver.told("ignored at one place at a time")
        await driver.press("l", "l", "i")
        await driver.sees("record-mismatch in demo_ext/module_00000.py")
        driver.lacks("everywhere")
        driver.lacks("all of integrity")
        await driver.press("escape")
        await driver.gone("why it is accepted")

    drive(scenario, make_app(triage=kept(tmp_path)))
    assert not (tmp_path / baseline.FILE_NAME).exists()


def test_what_follows_from_an_ignored_cause_goes_and_comes_with_it(tmp_path: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press(*"nnnn")
        assert cursor(driver) == "finding build-path"
        await driver.press("i")
        await driver.sees("build-path everywhere")
        await driver.press("up", "tab")
        assert "○" in driver.line_with("build-path everywhere")
        await driver.press("up", *"ok", "enter")
        await driver.gone("build directory in debug info")
        await driver.sees("3 ignored")
        driver.lacks("build-id follows")
        await driver.press("z")
        await driver.sees("build directory in debug info")

    drive(scenario, make_app(triage=kept(tmp_path)))


def test_artifacts_of_which_everything_is_ignored_end_with_success(tmp_path: Path) -> None:
    found = findings()[-1:]
    triage = kept(tmp_path)
    (tmp_path / baseline.FILE_NAME).write_text(
        baseline.added("", Entry("why", category="timestamps"))
    )

    async def scenario(driver: Driver) -> None:
        await driver.ready("All that was found is ignored", "1 ignored")

    assert drive(scenario, make_app(whole=report(found), triage=triage)).outcome == 0


def test_a_baseline_that_cannot_be_followed_is_told_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / baseline.FILE_NAME
    file.write_text("ignore = 1\n")

    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.told("ignore must be a list")
        await driver.press("G", "i", *"why", "enter")
        await driver.gone("zip member times")

    drive(scenario, make_app(triage=kept(tmp_path)))
    assert file.read_text() == "ignore = 1\n"


@pytest.mark.parametrize(
    "damage",
    ["", "{", "[]", '{"version": 99}', '{"version": 1, "reviewed": 3}', "\xff" * 9, "[" * 9999],
)
def test_damaged_marks_are_put_aside_and_told(tmp_path: Path, damage: str) -> None:
    infos = {Side.A: report([]).a, Side.B: report([]).b}
    folder = tmp_path / "sessions"
    folder.mkdir()
    path = folder / f"{pair_key(infos, PATHS)}.json"
    path.write_bytes(damage.encode("latin-1"))

    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.told("marks kept for this pair" if damage[:1] != "\xff" else "is no text")
        await driver.press("r")
        await driver.sees("1 reviewed")

    drive(scenario, make_app(triage=kept(tmp_path)))
    assert json.loads(path.read_text())["reviewed"] == ["f00"]


def test_marks_are_of_a_pair_of_contents() -> None:
    one, other = report([]).a, report([]).b
    infos = {Side.A: one, Side.B: other}
    assert pair_key(infos, PATHS) != pair_key(
        {Side.A: other, Side.B: one}, dict(zip(Side, reversed(list(PATHS.values())), strict=True))
    )


def test_a_folder_that_cannot_be_written_costs_a_sentence_and_no_decision(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")

    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("r")
        await driver.sees("1 reviewed")
        await driver.told("not a directory")

    drive(scenario, make_app(triage=kept(blocked / "below")))
