"""Keys that come together, as over a slow line: each meets what the one before has done."""

from tests.tui.driving import Driver, cursor, drive
from tests.tui.test_listing import ready

_NAMES = {" ": "space", "/": "slash", "\r": "enter", "\x1b": "escape", "?": "question_mark"}


async def burst(driver: Driver, text: str) -> None:
    """Put all keys into the queue of the app before it looks at one."""
    from textual import events

    for character in text:
        key = _NAMES.get(character, character)
        driver.app.post_message(events.Key(key, character if character.isprintable() else None))
    await driver.pilot.pause()


def test_what_is_typed_behind_the_slash_goes_into_the_filter() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await burst(driver, "/sev:alarm")
        await driver.sees("/sev:alarm", "Findings 1 of")
        assert driver.app._main._filter.typing
        await burst(driver, "\x1b/times\rjb")
        await driver.sees("/times", "Findings")
        assert driver.app._main._filter.value == "times"
        assert driver.app._main._findings.grouping.value == "path"

    drive(scenario)


def test_what_is_typed_behind_a_question_goes_into_its_answer() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        before = cursor(driver)
        await burst(driver, "cask upstream\rj")
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
        await burst(driver, "?G")
        await driver.sees("Leave; a page is closed")
        await burst(driver, "g/by name\r")
        await driver.sees("All actions by name")
        await burst(driver, "\x1b\x1bj")
        await driver.sees("Findings by cause")
        assert cursor(driver) != before

    drive(scenario)
