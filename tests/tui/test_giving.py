"""Getting things out: what is copied and by which way, what is written to files."""

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from reprodiff.model import Change, Plan
from reprodiff.tui.giving import clipboard
from reprodiff.tui.giving.clipboard import Copied, copy
from tests.tui.driving import Driver, cursor, drive, make_app
from tests.tui.factory import findings, report
from tests.tui.test_triage import kept


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Gather what is copied."""
    texts: list[str] = []

    def gather(text: str, _environment: object) -> Copied:
        texts.append(text)
        return Copied("for the test")

    monkeypatch.setattr(clipboard, "copy", gather)
    return texts


def test_the_fix_of_the_top_finding_is_one_key_away(copied: list[str]) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "zip member times")
        await driver.press("f")
        await driver.told("The fix was copied for the test")

    drive(scenario, make_app(whole=report(findings()[-1:])))
    assert copied == ["export SOURCE_DATE_EPOCH=1700000000\npython -m build\n"]


def test_a_finding_is_copied_as_markdown_and_a_place_as_its_path(copied: list[str]) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "RECORD denies a file")
        await driver.press("f")
        await driver.told("nothing to paste")
        await driver.press("c", *"a *note*", "enter", "y")
        await driver.told("The finding, as Markdown,")
        await driver.press("G", "l", "l", "j", "Y")
        await driver.until(lambda: len(copied) == 2)
        assert cursor(driver) == "place zip-member-mtime 1"
        await driver.press("y")
        await driver.until(lambda: len(copied) == 3)

    drive(scenario)
    whole, path, place = copied
    assert whole.startswith("### RECORD denies a file\n\n**alarm** · proven · `record-mismatch`")
    assert "> a \\*note\\*" in whole
    assert "- A: `2024-05-06 07:00:00`" in whole
    assert path == "demo_ext/module_00001.py"
    assert place.count("module_0000") == 1
    assert "```\nexport SOURCE_DATE_EPOCH=1700000000" in place


def test_a_page_is_copied_as_what_there_is_to_paste_or_as_its_text(copied: list[str]) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "RECORD denies a file")
        await driver.press("p", "y")
        await driver.told("What to paste of “Fix plan”")
        await driver.press("escape", "e", "y")
        await driver.told("The page “record-mismatch”")

    text = "[tool.x]\nreproducible = true"
    change = Change("pyproject.toml", "", "toml", text, fixes=(), findings=())
    drive(scenario, make_app(whole=replace(report(findings()), plan=Plan((change,)))))
    plan, page = copied
    assert plan == "# pyproject.toml\n[tool.x]\nreproducible = true"
    assert page.startswith("RECORD denies a file\n")


@pytest.mark.parametrize(
    ("environment", "there", "how"),
    [
        ({"WAYLAND_DISPLAY": "w"}, {"wl-copy", "xclip"}, "wl-copy"),
        ({"DISPLAY": ":0"}, {"wl-copy", "xclip"}, "xclip"),
        ({"DISPLAY": ":0", "SSH_TTY": "t", "TERM": "xterm"}, {"xclip"}, "OSC 52"),
        ({"TERM": "xterm"}, {"xclip", "xsel"}, "OSC 52"),
        ({"TMUX": "s", "TERM": "tmux"}, {"tmux"}, "tmux"),
        ({"TMUX": "s", "TERM": "tmux"}, set(), "OSC 52"),
        ({"TERM": "linux"}, set(), ""),
    ],
)
def test_the_way_to_the_clipboard_depends_on_where_the_terminal_is(
    environment: dict[str, str], there: set[str], how: str
) -> None:
    run: list[tuple[str, ...]] = []

    def runs(command: tuple[str, ...], data: bytes) -> bool:
        run.append(command)
        return data == b"text"

    found = copy("text", environment, runs, lambda name: name if name in there else None)
    assert how in found.how
    assert bool(found.codes) == (how == "OSC 52")
    assert [command[0] for command in run] == ([how] if how not in {"OSC 52", ""} else [])


def test_a_program_that_fails_is_not_the_way() -> None:
    found = copy("t", {"DISPLAY": ":0", "TERM": "xterm"}, lambda *_: False, lambda name: name)
    assert "OSC 52" in found.how
    assert copy("x" * 80_000, {"TERM": "xterm"}, lambda *_: False, lambda _: None) == Copied("")


def test_the_codes_are_wrapped_for_what_stands_between() -> None:
    data = bytes(range(256)) * 8
    plain = clipboard.osc52(data, {})
    assert plain == f"\x1b]52;c;{base64.b64encode(data).decode()}\x07"
    tmux = clipboard.osc52(data, {"TMUX": "s"})
    assert tmux.startswith("\x1bPtmux;\x1b\x1b]52;c;")
    assert tmux.endswith("\x07\x1b\\")
    screen = clipboard.osc52(data, {"STY": "s"})
    assert "".join(screen.replace("\x1b\\", "").split("\x1bP")) == plain


@pytest.mark.parametrize(
    ("downs", "suffix", "holds"),
    [(0, "md", "## reprodiff: DIFFERENT"), (1, "txt", "DIFFERENT"), (3, "html", "<html")],
)
def test_what_is_shown_is_written_as(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, downs: int, suffix: str, holds: str
) -> None:
    monkeypatch.chdir(tmp_path)

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "RECORD denies a file")
        await driver.press("slash", *"severity:alarm", "enter")
        await driver.sees("1 of 8")
        await driver.press("x", *["down"] * downs, "enter")
        await driver.told(f"Written to reprodiff-demo_ext-0.4.0.{suffix}")

    drive(scenario)
    text = (tmp_path / f"reprodiff-demo_ext-0.4.0.{suffix}").read_text()
    assert holds in text
    assert "RECORD denies a file" in text
    assert "source text changed" not in text
    assert "left out by the filter" in text


def test_json_has_every_place_and_nothing_is_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.json").write_text("keep")

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "RECORD denies a file")
        await driver.press("x", "down", "down", *"mine.json", "enter")
        await driver.told("mine.json exists already")
        await driver.press("x", "down", "down", *"new.json", "enter")
        await driver.told("Written to new.json")
        await driver.press("x", *"no/such/folder.md", "enter")
        await driver.told("no such file or directory")

    drive(scenario, make_app(whole=report(findings(300))))
    assert (tmp_path / "mine.json").read_text() == "keep"
    document = json.loads((tmp_path / "new.json").read_text())
    assert len(document["findings"][-1]["locations"]) == 300


def test_what_was_decided_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "RECORD denies a file")
        await driver.press("c", *"hm", "enter", "r", "G", "i", *"known", "enter")
        await driver.sees("1 ignored")
        await driver.press("x", "up", *["down"] * 4, "enter")
        await driver.told("Written to")

    drive(scenario, make_app(triage=kept(tmp_path)))
    (file,) = tmp_path.glob("*.triage.md")
    text = file.read_text()
    assert "## Reviewed (1)" in text
    assert "note: hm" in text
    assert "## Ignored (1)" in text
    assert "## Left to look at (6)" in text
    assert "known" in text


def test_a_picture_of_the_screen_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "RECORD denies a file")
        await driver.press("X")
        await driver.told("Written to reprodiff-demo_ext-0.4.0.svg")

    drive(scenario)
    assert "<svg" in (tmp_path / "reprodiff-demo_ext-0.4.0.svg").read_text()
