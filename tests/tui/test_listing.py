"""What the list shows: filtered, grouped, folded."""

from typing import Final

import pytest

from reprodiff.tui.outline import Grouping
from reprodiff.tui.selecting.query import parse, suggestion
from tests.tui.driving import Driver, cursor, drive, make_app
from tests.tui.factory import findings, report


async def ready(driver: Driver) -> None:
    await driver.ready("DIFFERENT", "RECORD denies a file", "This is why")


async def shown(driver: Driver, words: str) -> set[str]:
    """Type a filter; return the causes that are left."""
    await driver.press("slash", "ctrl+u")
    await driver.burst(words)
    pane = driver.app._main._findings
    await driver.until(lambda: pane.words == words.strip() and pane.settled)
    await driver.press("enter")
    return {driver.app.store.findings[key].cause for key in pane.shown.places}


def causes(*without: str) -> set[str]:
    return {one.cause for one in findings()} - set(without)


FILTERS: Final[tuple[tuple[str, set[str]], ...]] = (
    ("denies", {"record-mismatch"}),
    ("DENIES", {"record-mismatch"}),
    ("severity:review", {"source-changed", "native-code", "unexplained"}),
    (
        "severity:review,alarm -unexplained",
        {"record-mismatch", "source-changed", "native-code"},
    ),
    ("-severity:benign -severity:review", {"record-mismatch"}),
    ("category:time", {"zip-member-mtime"}),
    ("cat:time sev:ben", {"zip-member-mtime"}),
    ("cause:build", {"build-path", "build-id"}),
    ("confidence:likely", {"native-code"}),
    ("path:*.so", {"native-code"}),
    ("path:core.py", {"source-changed"}),
    ("-path:module", {"source-changed", "native-code"}),
    ('"compute(22)"', {"source-changed"}),
    ("is:echo", {"build-id", "record-echo"}),
    ("is:root is:noted", set()),
    ("severity:", causes()),
    ("-", causes()),
    ("zip-member", {"zip-member-mtime"}),
)


def test_the_filter_leaves_what_fits_all_its_words() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        for words, left in FILTERS:
            assert await shown(driver, words) == left, words
            if left != causes():
                await driver.sees(f"{len(left)} of 8")

    drive(scenario)


def test_a_filter_is_live_moves_and_is_cleared_with_escape() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("slash", *"module_00002")
        await driver.sees("1 of 8 · /module_00002")
        driver.lacks("RECORD denies a file")
        # The arrows go through the list while a filter is typed.
        await driver.press("down", "right")
        assert cursor(driver) == "finding zip-member-mtime"
        await driver.press("enter", "l", "l")
        assert cursor(driver) == "place zip-member-mtime 2"
        await driver.press("escape")
        await driver.sees("RECORD denies a file")
        driver.lacks("1 of 8")
        # What the cursor was on is still there, and the cursor on it.
        assert cursor(driver) == "place zip-member-mtime 2"

    drive(scenario)


def test_what_does_not_fit_anything_says_so() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        assert await shown(driver, "severity:mild") == set()
        await driver.sees("severity: is one of benign, review, alarm")
        await driver.press("j", "l", "enter", "r", "i", "space")
        await driver.press("escape")
        await driver.sees("RECORD denies a file")

    drive(scenario)


def test_reviewed_and_ignored_can_be_asked_for() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("r")
        assert await shown(driver, "is:reviewed") == {"record-mismatch"}
        assert await shown(driver, "-is:reviewed") == causes("record-mismatch")
        await driver.press("escape", "G", "i", *"why", "enter")
        await driver.gone("zip member times")
        assert await shown(driver, "is:ignored") == {"zip-member-mtime"}
        assert await shown(driver, "-is:ignored") == causes("zip-member-mtime")

    drive(scenario)


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("sev", "severity:"),
        ("x -ca", "x -category:"),
        ("severity:re", "severity:review"),
        ("severity:review,al", "severity:review,alarm"),
        ("cause:zip-member-m", "cause:zip-member-mtime"),
        ("is:rev", "is:reviewed"),
        ("s", None),
        ("severity:", None),
        ("", None),
        ("foo ", None),
        ("path:x", None),
    ],
)
def test_words_of_the_filter_are_completed(typed: str, whole: str | None) -> None:
    assert suggestion(typed, ["zip-member-mtime", "other"]) == whole


@pytest.mark.parametrize("words", ['"', '-"', "::", "path:[", "-:", "a:b:c", "is:x,,", "\x00"])
def test_whatever_is_typed_is_a_filter(words: str) -> None:
    parse(words)

    async def scenario(driver: Driver) -> None:
        await ready(driver)
        driver.app._main.filtered(words)
        pane = driver.app._main._findings
        await driver.until(lambda: pane.settled)

    drive(scenario)


def test_b_groups_by_path_and_by_severity_and_stays_on_the_finding() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("j", "j")
        await driver.press("b")
        await driver.sees("Findings by path")
        assert cursor(driver) == "path demo_ext/core.py"
        heads = [line for line in driver.screen if "demo_ext/" in line and "▸" in line]
        assert "▲" in heads[0]  # what matters most comes first
        await driver.press("l", "l")
        assert cursor(driver) == "finding source-changed"
        await driver.sees("2 places")
        await driver.press("l", "l")
        assert cursor(driver) == "place source-changed"
        await driver.sees("line 30")
        await driver.press("b")
        await driver.sees("Findings by severity", "▾ alarm", "▾ review", "▾ benign")
        assert cursor(driver) == "finding source-changed"
        await driver.press("b")
        await driver.sees("Findings by cause", "▾ integrity")
        assert cursor(driver) == "finding source-changed"

    drive(scenario)


def test_under_a_file_a_finding_is_what_it_is_there() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("b", "G", "l", "l")
        assert cursor(driver).startswith("finding")
        # The times of three members are three places; in this file it is one.
        lines = driver.app._main._evidence.lines
        await driver.until(lambda: "module_00002.py" in driver.text and lines.source is not None)
        assert "3 places" not in "\n".join(line[60:] for line in driver.screen[3:24])

    drive(scenario)


def test_minus_folds_all_and_equals_unfolds_all() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        pane = driver.app._main._findings
        await driver.press("minus")
        assert cursor(driver) == "group integrity"
        assert len(pane.outline) == 6
        await driver.press("equals_sign")
        # Groups, findings, echoes and all places.
        assert len(pane.outline) == 6 + 8 + sum(one.location_count for one in findings())
        await driver.press("b", "equals_sign")
        assert len(pane.outline) > 10

    drive(scenario)


def test_n_goes_from_finding_to_finding() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("l", "n")
        assert cursor(driver) == "finding source-changed"
        await driver.press("n", "N", "N")
        assert cursor(driver) == "finding record-mismatch"
        await driver.press("N")
        await driver.told("no other finding that way")

    drive(scenario)


def test_a_hundred_thousand_files_are_grouped_and_filtered() -> None:
    app = make_app(whole=report(findings(100_000)))

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "zip member times")
        await driver.until(lambda: len(app.store.locations("f07")) == 100_000)
        await driver.press("b")
        await driver.until(lambda: len(app._main._findings.outline) == 100_002)
        await driver.press("G")
        await driver.sees("module_99999.py", "100,002 of 100,002")
        await driver.press("slash", *"module_777")
        await driver.sees("1 of 8 · /module_777")
        await driver.until(lambda: app._main._findings.settled)
        assert len(app._main._findings.outline) == 100
        await driver.press("enter", "equals_sign")
        await driver.until(lambda: len(app._main._findings.outline) == 200)
        assert app._main._findings.grouping is Grouping.PATH

    drive(scenario, app)


def test_what_is_the_only_thing_under_a_row_is_unfolded_with_it() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("b", "j", "j")
        await driver.until(lambda: "core.py" in driver.text)
        before = len(driver.app._main._findings.outline)
        await driver.press("home", "l")
        assert cursor(driver).startswith("path")
        # The file, the one finding in it and the places of that: with one key.
        rows = driver.app._main._findings.outline
        assert len(rows) >= before + 2

    drive(scenario)
