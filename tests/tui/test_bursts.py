"""Keys that come together, as over a slow line: each meets what the one before has done."""

from tests.tui.driving import Driver, cursor, drive
from tests.tui.test_listing import ready


def test_what_is_typed_behind_the_slash_goes_into_the_filter() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.burst("/sev:alarm")
        await driver.sees("/sev:alarm", "Findings 1 of")
        assert driver.app._main._filter.typing
        await driver.burst("\x1b/times\rjb")
        await driver.sees("/times", "Findings")
        assert driver.app._main._filter.value == "times"
        assert driver.app._main._findings.grouping.value == "path"

    drive(scenario)


def test_what_is_typed_behind_a_question_goes_into_its_answer() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        before = cursor(driver)
        await driver.burst("cask upstream\rj")
        await driver.sees("¶")
        store = driver.app._first
        (note,) = {store.triage.decisions.note(key) for key in store.store.findings} - {""}
        assert note == "ask upstream"
        assert cursor(driver) != before

    drive(scenario)


def test_keys_behind_the_one_that_opens_a_page_move_in_it() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        before = cursor(driver)
        await driver.burst("?G")
        await driver.sees("Leave; a page is closed")
        await driver.burst("g/by name\r")
        await driver.sees("All actions by name")
        await driver.burst("\x1b\x1bj")
        await driver.sees("Findings by cause")
        assert cursor(driver) != before

    drive(scenario)
