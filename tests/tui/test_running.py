"""Reading the artifacts again: by key, by watching, and what stays meanwhile."""

import os
from pathlib import Path

import pytest

from reprodiff.model import Verdict
from reprodiff.tui import watching
from reprodiff.tui.records import Failed
from reprodiff.tui.sources.base import View
from tests.tui.driving import Driver, cursor, drive, make_app
from tests.tui.factory import ListFeed, findings, records, report

FEWER = records(report(findings()[1:], verdict=Verdict.DIFFERENT))


def test_reading_again_keeps_the_place_and_shows_what_is_new() -> None:
    feeds: list[ListFeed] = []

    def again() -> ListFeed:
        feeds.append(ListFeed(FEWER, hold=len(FEWER) - 1))
        return feeds[-1]

    app = make_app(later=again)

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "RECORD denies a file")
        await driver.press(*"jj")
        assert cursor(driver) == "finding source-changed"
        lines = app._main._evidence.lines
        await driver.until(lambda: lines.source.view is View.TEXT)
        await driver.press("enter", "j", "j")
        before, source = lines.scroll_offset.y, lines.source
        await driver.press("R")
        await driver.sees("READING AGAIN", "RECORD denies a file")
        feeds[0].release()
        await driver.told("were read again")
        await driver.gone("RECORD denies a file")
        assert cursor(driver) == "finding source-changed"
        await driver.until(lambda: lines.source is not source and lines.source.view is View.TEXT)
        assert lines.scroll_offset.y == before

    drive(scenario, app)


def test_inputs_that_are_gone_leave_what_was_known() -> None:
    app = make_app(later=lambda: ListFeed([[Failed("cannot open 'x.whl'", refused=True)]]))

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "RECORD denies a file")
        await driver.press("R")
        await driver.told("Not read again: cannot open 'x.whl'")
        await driver.sees("RECORD denies a file")

    assert drive(scenario, app).outcome == 1


def test_escape_ends_reading_again_and_keeps_what_was_known() -> None:
    app = make_app(later=lambda: ListFeed(FEWER, hold=1))

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "RECORD denies a file")
        await driver.press("R")
        await driver.sees("READING AGAIN")
        await driver.press("escape")
        await driver.told("what was known before stays")
        await driver.sees("DIFFERENT", "RECORD denies a file")
        await driver.press("R")
        await driver.sees("READING AGAIN")

    drive(scenario, app)


def test_a_watched_pair_is_read_again_when_a_file_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "PERIOD", 0.02)
    states = [(1,)]
    monkeypatch.setattr(watching, "state", lambda _path: states[-1])
    app = make_app(later=lambda: ListFeed(FEWER), watch=True)

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "RECORD denies a file")
        states.append((2,))
        await driver.told("were read again")
        await driver.gone("RECORD denies a file")

    drive(scenario, app)


def test_a_change_is_told_once_when_it_is_over(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"1")
    other.mkdir()
    (other / "deep").mkdir()
    (other / "deep" / "file").write_bytes(b"1")
    watcher = watching.Watcher((str(one), str(other)))
    assert [watcher.look() for _ in range(2)] == [False, False]
    one.write_bytes(b"12")
    assert [watcher.look() for _ in range(3)] == [False, True, False]
    (other / "deep" / "file").write_bytes(b"123")
    assert [watcher.look() for _ in range(3)] == [False, True, False]
    one.unlink()
    assert [watcher.look() for _ in range(3)] == [False, False, False]
    one.write_bytes(b"1234")
    assert [watcher.look() for _ in range(3)] == [False, True, False]
    os.utime(one, ns=(1, 1))
    assert [watcher.look() for _ in range(3)] == [False, True, False]
