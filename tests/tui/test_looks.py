"""The screen as it looks, at three sizes, dark and light."""

import os

import pytest

from reprodiff.model import Problem, Side
from reprodiff.tui.shell import HouseStart, Makers, ReprodiffApp
from tests.tui.driving import Driver, drive, make_app
from tests.tui.factory import findings, report
from tests.tui.snapshots import check, check_all, look
from tests.tui.test_picker import TOLD, HouseFeed, Opened

SIZES = ((80, 24), (120, 40), (200, 60))
WHOLE = report(
    findings(30, extra=3), problems=[Problem("demo_ext/x.so", "compare", "damaged stream", "b")]
)


@pytest.mark.parametrize("size", SIZES)
def test_the_main_screen(size: tuple[int, int]) -> None:
    app = make_app(whole=WHOLE)

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "source text changed")
        await driver.press(*"jjjj")
        lines = app._main._evidence.lines
        await driver.until(lambda: "of 2 changes" in lines.status)
        await driver.press("enter")
        await driver.sees("compute(22)")
        await check_all(driver, "main")

    drive(scenario, app, size)


def test_aligned_bytes() -> None:
    app = make_app(whole=WHOLE)

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press(*"jjjjjj")
        await driver.sees("ff fe fd fc")
        await check_all(driver, "bytes")

    drive(scenario, app)


def test_the_help_page() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("question_mark")
        await driver.sees("One line down")
        check(driver.app, "help-80")

    drive(scenario, size=(80, 24))


@pytest.mark.parametrize("wanted", ["1", ""])
def test_without_colour_nothing_has_one(wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # https://no-color.org: "when present and not an empty string"; Textual asks for presence.
    monkeypatch.setenv("NO_COLOR", wanted)
    assert "NO_COLOR" in os.environ
    app = make_app(whole=WHOLE)

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        worn = [line.partition(" = ")[2] for line in look(app).splitlines() if " = " in line]
        drawn = {style for style in worn if " on " in style}
        assert len(drawn) > 3
        assert all(style.endswith("default on default") for style in drawn)
        assert any("reverse" in style for style in drawn)

    drive(scenario, app)


@pytest.mark.parametrize("size", SIZES)
def test_a_filtered_list_with_marks_and_a_question(size: tuple[int, int]) -> None:
    app = make_app(whole=WHOLE)

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "source text changed")
        decisions = app._first.triage.decisions
        decisions.turn_reviewed(app.store.findings["f01"])
        decisions.write_note(app.store.findings["f02"], "ask upstream")
        await driver.press("b", "b", "slash", *"sev:review,alarm", "enter")
        await driver.sees("4 of 11", "¶")
        await driver.press("n", "i")
        await driver.sees("why it is accepted")
        await check_all(driver, "triage")

    drive(scenario, app, size)


@pytest.mark.parametrize("size", SIZES)
def test_two_folders(size: tuple[int, int]) -> None:
    app = ReprodiffApp(
        None,
        makers=Makers(Opened().comparison, Opened().house),
        house=HouseStart({Side.A: "dist", Side.B: "rebuilt"}, HouseFeed(TOLD)),
    )

    async def scenario(driver: Driver) -> None:
        await driver.sees("1 different · 1 equivalent · 1 identical")
        await driver.press("j")
        await check_all(driver, "folders")

    drive(scenario, app, size)
