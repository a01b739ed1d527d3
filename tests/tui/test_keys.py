"""One registry: the bindings, the help, the palette and the bar cannot disagree."""

from collections import Counter
from pathlib import Path

import pytest

from reprodiff.tui.chunks import width
from reprodiff.tui.giving import clipboard
from reprodiff.tui.giving.clipboard import Copied
from reprodiff.tui.keys import KEYS, MAX_IN_BAR, Keyboard, Topic, Where, names
from reprodiff.tui.keys.defaults import DEFAULTS
from reprodiff.tui.keys.document import document
from reprodiff.tui.manual import manual
from reprodiff.tui.screens.pages import PageScreen
from tests.tui.driving import Driver, drive


def test_ids_and_keys_are_used_once() -> None:
    assert [one for one, count in Counter(key.id for key in KEYS).items() if count > 1] == []
    pressed = [name for key in KEYS for name in key.keys.split(",")]
    assert [one for one, count in Counter(pressed).items() if count > 1] == []


def test_no_two_ids_of_the_table_have_a_key_in_common() -> None:
    pressed = [name for keys in DEFAULTS.values() for name in keys.split(",")]
    assert [one for one, count in Counter(pressed).items() if count > 1] == []


def test_every_key_is_in_the_help_page_with_what_it_does() -> None:
    leads = {
        "".join(chunk.text for chunk in block.lead).strip(): "".join(
            chunk.text for chunk in block.chunks
        )
        for block in manual(Keyboard())
    }
    for key in KEYS:
        assert leads["  ".join(names(key.keys))] == key.help


def test_every_topic_has_keys() -> None:
    told = "\n".join("".join(chunk.text for chunk in block.chunks) for block in manual(Keyboard()))
    assert all((topic.value in told) == any(key.topic is topic for key in KEYS) for topic in Topic)


@pytest.mark.parametrize("where", list(Where))
def test_the_bar_has_at_most_eight_keys_and_they_fit_in_eighty_columns(where: Where) -> None:
    keys = Keyboard().in_bar(where)
    assert 0 < len(keys) <= MAX_IN_BAR
    assert all(key.label for key in keys)
    shown = sum(len(f" {names(key.keys)[0]} {key.label} ") for key in keys)
    assert shown <= 80  # with a space between them, as where there is no room for two


def test_every_key_is_bound_on_the_main_screen_by_its_id() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        bound = driver.app.screen.active_bindings
        for key in KEYS:
            for name in key.keys.split(","):
                assert name in bound, name
                if key.id != "app.palette":
                    assert bound[name].binding.id == key.id

    drive(scenario)


def test_every_action_is_in_the_palette_and_can_be_chosen_there() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        commands = list(driver.app.get_system_commands(driver.app.screen))
        assert {command.title for command in commands} == {
            key.title for key in KEYS if key.id != "app.palette"
        }
        await driver.press("ctrl+p")
        await driver.sees("Search for commands")
        await driver.press(*"explain")
        await driver.sees("Explain this cause")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, PageScreen))

    drive(scenario)


def test_no_action_breaks_on_any_row_or_pane(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # some write files
    monkeypatch.setattr(clipboard, "copy", lambda _text, _environment: Copied(""))
    # Whatever the cursor is on, a key either does something or says why not.
    actions = [key.action for key in KEYS if key.id not in {"app.palette", "app.quit", "app.theme"}]

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        main = driver.app._main
        # A heading, then a finding, looked at from each pane in turn.
        for row, panes in ((0, 1), (3, 3)):
            for _ in range(panes):
                for action in actions:
                    main._findings._go(row)
                    assert await driver.app.run_action(action, main)
                    while driver.app.screen is not main:
                        driver.app.pop_screen()
                        await driver.pilot.pause()
                main.action_pane(1)
                await driver.pilot.pause()
        assert driver.app.is_running

    drive(scenario)


def test_a_page_says_what_closes_it() -> None:
    assert {"go.back", "copy.finding"} <= {key.id for key in Keyboard().in_bar(Where.PAGE)}


def test_the_manual_has_no_line_without_words() -> None:
    assert all(width(block.chunks) for block in manual(Keyboard()) if block.lead)


def test_the_page_of_keys_in_the_documentation_is_true(pytestconfig: pytest.Config) -> None:
    path = Path(__file__).parents[2] / "docs" / "keys.md"
    if pytestconfig.getoption("--update-docs"):
        path.write_text(document(), encoding="utf-8", newline="\n")
    text = path.read_text(encoding="utf-8")
    assert text == document(), "run the tests with --update-docs"
    assert all(f"`{key.id}`" in text for key in KEYS)


def test_every_key_of_the_table_belongs_to_an_action() -> None:
    assert set(DEFAULTS) == {key.id for key in KEYS}
