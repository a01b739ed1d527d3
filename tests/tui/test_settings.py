"""What the user has set, and what the app remembers."""

from pathlib import Path

import pytest

from reprodiff.tui.keys import KEYS, Keyboard, Where, names
from reprodiff.tui.screens.pages import PageScreen
from reprodiff.tui.settings import Memory, load
from reprodiff.tui.shell import ReprodiffApp
from tests.tui.driving import Driver, cursor, drive, make_app


def settings(tmp_path: Path, text: str) -> tuple[dict[str, str], list[str], str]:
    path = tmp_path / "config.toml"
    path.write_text(text)
    found = load(path)
    assert all(fault.isprintable() for fault in found.faults)
    return dict(found.keys), list(found.faults), found.theme


def test_no_file_is_no_settings(tmp_path: Path) -> None:
    found = load(tmp_path / "none.toml")
    assert (found.theme, dict(found.keys), found.faults) == ("", {}, ())


def test_keys_are_given_by_id_with_or_without_quotes(tmp_path: Path) -> None:
    text = 'theme = "nord"\n[keys]\n"app.quit" = "Q, ctrl+x"\nmove.down = "?"\napp.help = "F1"\n'
    keys, faults, theme = settings(tmp_path, text)
    assert keys == {"app.quit": "Q,ctrl+x", "move.down": "question_mark", "app.help": "F1"}
    assert faults == []
    assert theme == "nord"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = ", "are not used"),
        ("colour = 1", "there is no setting 'colour'"),
        ("theme = 1", "theme must be a string"),
        ("keys = 1", "keys must be a table"),
        ('[keys]\napp.qiut = "Q"', "no action 'app.qiut'; did you mean app.quit"),
        ("[keys]\napp.quit = 1", "the key of app.quit must be a string"),
        ('[keys]\napp.quit = ""', "the key of app.quit must be a string"),
        ('[keys]\napp.quit = "j"', "j of app.quit is the key of move.down"),
        ('[keys]\napp.quit = "x"\napp.help = "ctrl+d"', "the key of"),
        ('[keys]\n"\\u001b[31m" = "x"', "no action '\\x1b[31m'"),
    ],
)
def test_what_is_wrong_is_one_clear_line(tmp_path: Path, text: str, said: str) -> None:
    keys, faults, _ = settings(tmp_path, text)
    assert any(said in fault.replace("\\\\", "\\") for fault in faults), faults
    assert "app.quit" not in keys


def test_two_actions_can_change_places(tmp_path: Path) -> None:
    keys, faults, _ = settings(tmp_path, '[keys]\nmove.down = "k"\nmove.up = "j"\n')
    assert (keys, faults) == ({"move.down": "k", "move.up": "j"}, [])

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "RECORD denies a file")
        await driver.press("j")
        assert cursor(driver) == "group integrity"
        await driver.press("k", "k")
        assert cursor(driver) == "group content"

    drive(scenario, make_app(keyboard=Keyboard(keys)))


def test_other_keys_are_bound_and_shown_everywhere() -> None:
    keyboard = Keyboard({"app.quit": "Q", "app.help": "f1", "app.palette": "ctrl+k"})
    assert {names(key.keys)[0] for key in keyboard.in_bar(Where.FINDINGS)} >= {"Q"}

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "RECORD denies a file")
        assert "Q quit" in driver.screen[-1]
        await driver.press("question_mark")
        assert not isinstance(driver.app.screen, PageScreen)
        await driver.press("f1")
        await driver.until(lambda: isinstance(driver.app.screen, PageScreen))
        await driver.press("G")
        await driver.press("escape", "ctrl+k")
        await driver.sees("Search for commands")
        await driver.press("escape", "q")
        assert driver.app.is_running
        await driver.press("Q")
        await driver.until(lambda: not driver.app.is_running)

    drive(scenario, make_app(keyboard=keyboard))
    assert len(keyboard.keys) == len(KEYS)


def test_a_theme_is_remembered_and_one_that_is_gone_is_told(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.json")

    async def chooses(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        driver.app.theme = "gruvbox"
        await driver.until(lambda: memory.theme == "gruvbox")

    async def shows(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        assert driver.app.theme == "gruvbox"

    async def tells(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        assert driver.app.theme == "textual-dark"
        await driver.sees("no theme 'gone'")

    drive(chooses, make_app(memory=memory))
    drive(shows, make_app(memory=memory))
    memory.keep_theme("gone")
    drive(tells, make_app(memory=memory))


def test_pairs_are_remembered_the_latest_first(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "deep" / "memory.json")
    for number in range(20):
        memory.keep_pair(f"a{number}", "b")
    memory.keep_pair("a15", "b")
    assert memory.recent[:2] == (("a15", "b"), ("a19", "b"))
    assert len(memory.recent) == len(set(memory.recent)) == 12


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"recent": 1, "theme": 2}', '{"recent": [1]}'])
def test_a_damaged_memory_is_an_empty_one(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "memory.json"
    path.write_text(damage)
    memory = Memory(path)
    assert (memory.recent, memory.theme) == ((), "")
    memory.keep_pair("a", "b")
    assert memory.recent == (("a", "b"),)


def test_the_app_without_memory_forgets(tmp_path: Path) -> None:
    app = make_app()
    assert isinstance(app, ReprodiffApp)
    assert Memory(None).recent == ()
    Memory(None).keep_theme("x")
