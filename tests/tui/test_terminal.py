"""The real program on a real terminal: from the command line to the exit status."""

import re
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.tui.terminal import Terminal

HOSTILE = "demo/evil\x1b]0;pwned\x07\x1b[2J[red]name.txt"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []
    home = tmp_path / "home"
    home.mkdir()

    def start(*arguments: str, **options: Any) -> Terminal:
        opened.append(Terminal(home, *arguments, **options))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()


def pack(path: Path, members: Mapping[str, bytes], minute: int) -> str:
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 6, 7, minute, 0)), data)
    return str(path)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    lines = "".join(f"value_{n} = {n}\n" for n in range(200))
    a = {"demo/core.py": lines.encode(), HOSTILE: b"old\n", "demo/data.bin": bytes(range(256))}
    b = {
        "demo/core.py": lines.replace("= 150", "= 151").encode(),
        HOSTILE: b"new \x1b]0;pwned\x07\x1b[2J\xe2\x80\xae\n",
        "demo/data.bin": bytes(range(200)) + b"\0\0" + bytes(range(200, 256)),
    }
    return pack(tmp_path / "a" / "demo.zip", a, 0), pack(tmp_path / "b" / "demo.zip", b, 30)


def test_a_person_finds_the_change_reads_help_and_leaves(
    run: Callable[..., Terminal], pair: tuple[str, str]
) -> None:
    terminal = run(*pair)
    terminal.sees("DIFFERENT", "Findings", "source code changed", "times of zip members")
    row = next(n for n, text in enumerate(terminal.text.splitlines()) if "source code ch" in text)
    # The list begins on the fifth line of the screen; the border tells which row the cursor is on.
    terminal.press("g")
    terminal.sees("1 of ")
    terminal.press("j" * (row - 4))
    terminal.sees(f" {row - 3} of ")
    terminal.press("\r")
    terminal.sees("value_150 = 151")
    terminal.press("?")
    terminal.sees("One line down")
    terminal.press("q")
    terminal.sees("Why and fix")
    terminal.press("q")
    assert terminal.leaves() == 1
    # The terminal is given back: the alternate screen is left, the cursor is shown.
    assert terminal.raw.rfind(b"\x1b[?1049l") > terminal.raw.rfind(b"\x1b[?1049h")
    assert terminal.raw.rfind(b"\x1b[?25h") > terminal.raw.rfind(b"\x1b[?25l")


def test_nothing_from_an_artifact_acts_on_the_terminal(
    run: Callable[..., Terminal], pair: tuple[str, str]
) -> None:
    terminal = run(*pair, columns=160, lines=48)
    terminal.sees("DIFFERENT", "times of zip members")
    rows = terminal.text.count("▸")
    assert rows
    terminal.press("g")
    # Unfold everything, and look at each row in each view.
    for _ in range(60):
        terminal.press("lj")
        time.sleep(0.05)
        terminal.press("vvv")
    terminal.sees("pwned", "[red]name.txt")
    terminal.press("q")
    assert terminal.leaves() == 1
    assert b"pwned" in terminal.raw
    # The only operating system command is the app's own, for the shape of the mouse pointer.
    assert set(re.findall(rb"\x1b\](\d*)", terminal.raw)) <= {b"22"}
    assert b"\x1b[2J[red]" not in terminal.raw
    assert "\u202e".encode() not in terminal.raw


def test_identical_artifacts_end_with_success(
    run: Callable[..., Terminal], pair: tuple[str, str]
) -> None:
    terminal = run(pair[0], pair[0])
    terminal.sees("IDENTICAL", "byte for byte the same")
    terminal.press("q")
    assert terminal.leaves() == 0


def test_an_input_that_is_none_is_said_on_the_terminal_that_is_given_back(
    run: Callable[..., Terminal], pair: tuple[str, str], tmp_path: Path
) -> None:
    terminal = run(pair[0], str(tmp_path / "gone.zip"))
    assert terminal.leaves() == 2
    said = terminal.raw.rpartition(b"\x1b[?1049l")[2]
    assert b"error: cannot open" in said
    assert b"hint: check the path" in said
    assert b"Traceback" not in terminal.raw


def test_the_wheel_the_size_and_a_click_work(
    run: Callable[..., Terminal], pair: tuple[str, str]
) -> None:
    terminal = run(*pair)
    terminal.sees("DIFFERENT", "source code changed")
    terminal.lacks("Why and fix")
    terminal.resize(140, 40)
    terminal.sees("Why and fix", "Findings")
    line = next(n for n, text in enumerate(terminal.text.splitlines()) if "source code ch" in text)
    terminal.press(f"\x1b[<0;12;{line + 1}M\x1b[<0;12;{line + 1}m")
    terminal.sees("value_150 = 151")
    # Forty steps of the wheel over the evidence, whose lines end with number 200.
    terminal.press("\x1b[<65;100;8M" * 40)
    terminal.sees("value_199 = 199")
    terminal.press("q")
    assert terminal.leaves() == 1


def test_without_colour_no_colour_is_sent(
    run: Callable[..., Terminal], pair: tuple[str, str]
) -> None:
    terminal = run(*pair, NO_COLOR="1")
    terminal.sees("DIFFERENT", "source code changed")
    terminal.press("q")
    assert terminal.leaves() == 1
    assert b"38;" not in terminal.raw
    assert b"48;" not in terminal.raw
    assert re.search(rb"\x1b\[(?:\d+;)*7[;m]", terminal.raw), "the cursor is not reversed"


def test_names_in_a_folder_and_what_is_typed_act_on_nothing(
    run: Callable[..., Terminal], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    for minute, name in enumerate(("one\x1b]0;pwned\x07[red].zip", "two.zip")):
        pack(home / name, {HOSTILE: b"x"}, minute)
    terminal = run(columns=100, lines=30)
    terminal.sees("Compare two builds", "one\\x1b]0;pwned\\x07[red].zip")
    # A bracketed paste, as a terminal sends a dropped file.
    terminal.press("\x1b[200~pwned\x1b]52;c;eA==\x07\x1b[201~")
    terminal.press("\x1b[200~\x9b2J\u202e\x1b[201~")
    terminal.press("\x15pwned\r")
    terminal.sees("choose the second")
    terminal.press("two\r")
    terminal.sees("DIFFERENT", "times of zip members")
    terminal.press("c")
    terminal.sees("goes into what is copied")
    terminal.press("\x1b[200~\x9b2J[red]\x07pwned\x1b[201~\r")
    terminal.sees("¶ \\u009b2J[red]\\x07pwned")
    terminal.press("/")
    terminal.sees("text, severity:")
    terminal.press("[red]\r")
    terminal.sees("of 2 · /[red]")
    terminal.press("\x1b")
    terminal.sees("Findings by cause")
    terminal.press("q")
    assert terminal.leaves() == 1
    assert set(re.findall(rb"\x1b\](\d*)", terminal.raw)) <= {b"22"}
    assert "\x9b".encode() not in terminal.raw
    assert "\u202e".encode() not in terminal.raw


def test_two_folders_open_as_their_pairs_and_each_as_its_own_view(
    run: Callable[..., Terminal], tmp_path: Path
) -> None:
    for side, minute in (("a", 0), ("b", 30)):
        pack(tmp_path / side / "demo-1-py3-none-any.whl", {"x.py": b"1"}, minute)
        pack(tmp_path / side / "same-1-py3-none-any.whl", {"x.py": b"1"}, 0)
    terminal = run(str(tmp_path / "a"), str(tmp_path / "b"), columns=120, lines=30)
    terminal.sees("all together", "identical", "demo-1-py3-none-any.whl")
    terminal.until(lambda: "waiting" not in terminal.text)
    terminal.press("jj\r")
    # Until the comparison is over, Esc would end that.
    terminal.sees("IDENTICAL", "Findings by cause")
    terminal.press("\x1b")
    terminal.sees("all together")
    terminal.press("q")
    assert terminal.leaves() == 1
