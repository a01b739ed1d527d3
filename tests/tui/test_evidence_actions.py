"""What keys do in the evidence: views, files, wrapping, room, the user's own programs."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from reprodiff.model import Location, Span
from reprodiff.tui import outside
from reprodiff.tui.sources.base import View
from reprodiff.tui.widgets.lineview import LineView
from reprodiff.views.fields import INTO
from tests.tui.driving import Driver, Scenario, drive, make_app
from tests.tui.factory import CONTENTS, TEXT_A, TEXT_B, Shelf, findings, report

SOURCE = ("j", "j")
"""From the first finding to the one whose text changed."""


def typed(text: str) -> list[str]:
    """Return the keys that type a text."""
    return ["space" if char == " " else char for char in text]


def lines(driver: Driver) -> LineView:
    return driver.app._main._evidence.lines


async def at_source(driver: Driver) -> None:
    await driver.ready("source text changed")
    await driver.press(*SOURCE)
    await driver.until(lambda: lines(driver).source.view is View.TEXT)


def test_capital_v_goes_back_and_capital_b_to_the_bytes() -> None:
    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("V")
        await driver.until(lambda: lines(driver).source.view is View.FIELDS)
        await driver.press("B")
        await driver.until(lambda: lines(driver).source.view is View.BYTES)
        await driver.sees("63 6f 6d 70 75 74 65")

    drive(scenario)


def test_bytes_of_any_finding_are_one_key_away() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("machine code changed")
        await driver.press(*"jj", "B")
        await driver.until(lambda: lines(driver).source.view is View.BYTES)
        await driver.sees("A 000", "B 000")

    drive(scenario)


def test_the_view_stays_for_the_places_of_a_finding_and_ends_with_it() -> None:
    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("V", "l", "j")
        await driver.until(lambda: lines(driver).source.view is View.FIELDS)
        await driver.sees("value = compute(1)")
        await driver.press("j", "j", "j")
        await driver.until(lambda: lines(driver).source.view is View.BYTES)

    drive(scenario)


def spread() -> Scenario:
    async def scenario(driver: Driver) -> None:
        await driver.ready("source text changed")
        await driver.press("right_curly_bracket")
        await driver.sees(f"other.py{INTO}line 1")
        await driver.until(lambda: lines(driver).source.view is View.TEXT)
        await driver.sees("second file")
        await driver.press("right_curly_bracket")
        await driver.sees("in no other file that way")
        await driver.press("left_curly_bracket")
        await driver.sees(f"core.py{INTO}line 30", "compute(22)")

    return scenario


def test_braces_go_through_the_files_of_a_finding() -> None:
    first = findings()[1]
    other = Location("demo_ext/other.py", "line 1", "x", "y", Span(0, 1), Span(0, 1))
    spots = (*first.locations, other)
    finding = replace(first, locations=spots, location_count=3)
    contents = {**CONTENTS, "demo_ext/other.py": (b"x = 1  # second file\n", b"y = 1\n")}
    app = make_app(whole=report([finding]))
    app._main._evidence._library = Shelf(contents)
    drive(spread(), app)


def test_long_lines_are_broken_and_go_on_to_the_right_again() -> None:
    long_a = b"short\n" + b"word " * 80 + b"end\n"
    long_b = long_a.replace(b"end", b"END")
    app = make_app(whole=report([findings()[1]]))
    app._main._evidence._library = Shelf({"demo_ext/core.py": (long_a, long_b)})

    async def scenario(driver: Driver) -> None:
        await driver.ready("source text changed")
        await driver.until(lambda: lines(driver).source.view is View.TEXT)
        before = lines(driver).virtual_size.height
        await driver.press("w")
        await driver.sees("Long lines are broken", "END", "short")
        assert lines(driver).virtual_size.height > before
        await driver.press("w")
        await driver.until(lambda: lines(driver).virtual_size.height == before)

    drive(scenario, app)


def test_scrolling_to_a_change_far_to_the_right_leaves_short_lines_where_they_are() -> None:
    long_a = b"short one\n" + b"word " * 80 + b"end\n"
    app = make_app(whole=report([findings()[1]]))
    contents = {"demo_ext/core.py": (long_a, long_a.replace(b"end", b"END"))}
    app._main._evidence._library = Shelf(contents)

    async def scenario(driver: Driver) -> None:
        await driver.ready("source text changed")
        await driver.sees("END", "short one", "…")

    drive(scenario, app)


def test_only_lines_near_a_change_are_shown_if_wanted() -> None:
    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("a")
        await driver.sees("that are the same", "compute(22)", "line 50 changed")
        driver.lacks("line 40")
        await driver.press("right_square_bracket")
        await driver.sees("2 of 2 changes")
        await driver.press("a")
        await driver.until(lambda: "that are the same" not in driver.text)

    drive(scenario, size=(120, 60))


def test_a_pane_gets_more_room_and_gives_it_back() -> None:
    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("enter", "plus")
        driver.lacks("─ Findings ")
        await driver.sees("Why and fix")
        await driver.press("plus")
        driver.lacks("Why and fix")
        assert lines(driver).size.height > 25
        await driver.press("tab")
        await driver.sees("Why and fix")
        driver.lacks("compute(22)")
        await driver.press("underscore", "underscore")
        await driver.sees("Findings", "compute(22)")

    drive(scenario)


def test_in_a_narrow_terminal_one_step_gives_a_pane_all_the_room() -> None:
    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("enter", "plus")
        driver.lacks("Why and fix")
        await driver.press("underscore")
        await driver.sees("Why and fix")

    drive(scenario, size=(80, 24))


def test_the_list_can_have_all_the_room() -> None:
    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("plus")
        driver.lacks("compute(22)")
        await driver.press("enter")
        await driver.sees("compute(22)")

    drive(scenario)


# -- the user's own programs


def test_the_pager_gets_what_is_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[list[str], str]] = []
    monkeypatch.setattr(outside, "pager", lambda _: ["less"])
    monkeypatch.setattr("textual.app.App.suspend", lambda _app: _Nothing())
    monkeypatch.setattr(outside, "run", lambda command, paths: seen.append(_read(command, paths)))

    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("o")
        assert seen[0][0] == ["less"]
        assert "+ value = compute(22)" in seen[0][1]

    drive(scenario)


def test_the_editor_gets_both_files_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[Path]] = []

    def run(_command: object, paths: list[Path]) -> int:
        assert [path.name for path in paths] == ["A.py", "B.py"]
        assert [path.read_text(encoding="utf-8") for path in paths] == [TEXT_A, TEXT_B]
        assert stat.S_IMODE(paths[0].parent.stat().st_mode) & 0o077 == 0
        seen.append(paths)
        return 3

    monkeypatch.setattr(outside, "editor", lambda _: ["ed"])
    monkeypatch.setattr("textual.app.App.suspend", lambda _app: _Nothing())
    monkeypatch.setattr(outside, "run", run)

    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("O")
        await driver.sees("ed ended with status 3")
        assert not any(path.exists() for path in seen[0])

    drive(scenario)


def test_a_terminal_that_cannot_be_given_away_is_said_to_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outside, "pager", lambda _: ["less"])

    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("o")
        await driver.sees("cannot be given to another program")

    drive(scenario)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("demo/x.py", "A.py"),
        ("demo/../../etc/passwd", "A.bin"),
        ("x.p;rm -rf", "A.bin"),
        ("a.verylongsuffix", "A.bin"),
        (".hidden", "A.hidden"),
        ("", "A.bin"),
    ],
)
def test_a_copy_has_a_name_of_ours(path: str, name: str) -> None:
    assert outside.safe_name("a", path) == name


def test_a_command_that_is_not_there_is_passed_over() -> None:
    found = outside.editor({"VISUAL": "no-such-program-at-all", "EDITOR": "'broken"})
    assert found is None or found[0] in {"nano", "vi", "notepad"}


class _Nothing:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


def _read(command: object, paths: list[Path]) -> tuple[list[str], str]:
    assert isinstance(command, list)
    return command, paths[0].read_text(encoding="utf-8")


# -- searching


def test_a_slash_finds_in_the_evidence_with_a_count_and_n_goes_on() -> None:
    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("enter", "slash", *typed("LINE 4"))
        # It begins where the eye is: at line 40, behind line 4.
        await driver.sees("2 of 11 matches")
        await driver.press("enter")
        assert lines(driver).has_focus
        await driver.press("n")
        await driver.sees("3 of 11 matches")
        await driver.press("N", "N", "N")
        await driver.sees("11 of 11 matches")
        await driver.press("escape")
        await driver.until(lambda: "matches" not in driver.text)
        assert lines(driver).has_focus

    drive(scenario)


def test_what_is_found_is_marked_and_brought_into_view() -> None:
    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("enter", "slash", *typed("line 58"))
        await driver.sees("1 of 1 matches", "line 58")
        view = lines(driver)
        at = view.source.hit(0, view.layout_now).first
        found = view.source.highlighted(view.source.line(at, view.layout_now))
        assert "".join(chunk.text for chunk in found if chunk.role == "found") == "line 58"

    drive(scenario)


def test_a_search_for_what_is_not_there_says_so_and_escape_ends_it() -> None:
    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("enter", "n")
        await driver.sees("/ begins")
        await driver.press("slash", *"nowhere")
        await driver.sees("no match")
        await driver.press("escape")
        assert lines(driver).has_focus
        await driver.press("escape")
        assert driver.app._main._findings.has_focus

    drive(scenario)


def test_a_slash_in_the_list_still_filters_it() -> None:
    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("slash", *"machine")
        await driver.until(lambda: "RECORD denies" not in driver.text)
        await driver.sees("machine code changed")

    drive(scenario)


def test_another_finding_ends_the_search() -> None:
    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("enter", "slash", *"line", "enter", "tab", "tab")
        await driver.sees("matches")
        await driver.press("j", "j")
        await driver.until(lambda: "matches" not in driver.text)
        assert not driver.app._main._search_row.display

    drive(scenario)


def test_a_page_can_be_searched() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("question_mark", "slash", *"aligned")
        await driver.sees("The bytes of both sides, aligned")
        await driver.press("escape")
        await driver.sees("The bytes of both sides, aligned")
        await driver.press("escape")
        await driver.sees("Findings")

    drive(scenario, size=(120, 24))


def test_the_reason_can_be_searched_too() -> None:
    async def scenario(driver: Driver) -> None:
        await at_source(driver)
        await driver.press("tab", "tab", "slash", *"commit", "enter")
        view = driver.app._main._reason
        await driver.until(lambda: view.match is not None)
        assert view.has_focus

    drive(scenario)
