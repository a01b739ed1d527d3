"""What a person can do on the main screen, one action at a time."""

import re
from dataclasses import replace
from threading import Event

import pytest

from reprodiff.model import Location, Problem, Verdict
from reprodiff.tui.evidence import Contents
from reprodiff.tui.records import Failed
from reprodiff.tui.screens.pages import PageScreen
from reprodiff.tui.sources.base import View
from reprodiff.tui.store import Phase
from tests.tui.driving import Driver, cursor, drive, make_app
from tests.tui.factory import CONTENTS, ListFeed, Shelf, findings, records, report

WIDE = (120, 40)
NARROW = (80, 24)


async def ready(driver: Driver) -> None:
    await driver.ready("DIFFERENT", "RECORD denies a file", "This is why")


def test_it_opens_on_what_matters_most_with_its_reason_beside_it() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        assert cursor(driver) == "finding record-mismatch"
        await driver.sees("▲ alarm", "proven", "two places agree")
        assert "1 alarm, 3 to review" in driver.screen[1]
        assert "unexplained" in driver.screen[1]
        assert "3,600 bytes differ" in driver.screen[2]
        assert "demo_ext 0.4.0" in driver.screen[0]

    drive(scenario)


@pytest.mark.parametrize("key", ["j", "down"])
def test_down_goes_to_the_next_row(key: str) -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press(key, key)
        assert cursor(driver) == "finding source-changed"
        await driver.sees("source text changed", "value = compute(22)")

    drive(scenario)


@pytest.mark.parametrize("key", ["k", "up"])
def test_up_goes_to_the_row_before_and_no_further_than_the_first(key: str) -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("j", key, key, key)
        assert cursor(driver) == "group integrity"

    drive(scenario)


@pytest.mark.parametrize(("last", "first"), [("G", "g"), ("end", "home")])
def test_the_ends_are_one_key_away(last: str, first: str) -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press(last)
        assert cursor(driver) == "finding zip-member-mtime"
        await driver.press(first)
        assert cursor(driver) == "group integrity"

    drive(scenario)


def test_pages_and_half_pages_move_by_what_is_on_the_screen() -> None:
    app = make_app(whole=report(findings(500)))

    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("G", "l", "l")
        assert cursor(driver) == "place zip-member-mtime"
        height = driver.app._main._findings.size.height
        await driver.press("pagedown")
        assert cursor(driver) == f"place zip-member-mtime {height - 1}"
        await driver.press("ctrl+d")
        assert cursor(driver) == f"place zip-member-mtime {height - 1 + (height - 1) // 2}"
        await driver.press("ctrl+u", "pageup")
        assert cursor(driver) == "place zip-member-mtime"

    drive(scenario, app)


@pytest.mark.parametrize(("opens", "closes"), [("l", "h"), ("right", "left"), ("space", "space")])
def test_a_finding_unfolds_to_its_places_and_folds_again(opens: str, closes: str) -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        outline = driver.app._main._findings
        rows = len(outline.outline)
        await driver.press("G", opens)
        assert len(outline.outline) == rows + 3
        await driver.press("G")
        assert cursor(driver) == "place zip-member-mtime 2"
        await driver.press("h", closes)
        assert len(outline.outline) == rows

    drive(scenario)


def test_closing_a_place_goes_up_to_its_finding_and_from_there_to_its_group() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("G", "l", "l", "j")
        assert cursor(driver) == "place zip-member-mtime 1"
        await driver.press("h")
        assert cursor(driver) == "finding zip-member-mtime"
        await driver.press("h", "h")
        assert cursor(driver) == "group timestamps"

    drive(scenario)


def test_what_follows_from_a_cause_is_folded_under_it() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        assert "↳2" in driver.line_with("build directory in debug info")
        driver.lacks("build-id follows")
        await driver.press(*"jjjjjjjj", "l")
        assert cursor(driver) == "finding build-path"
        await driver.sees("↳ · build-id follows", "↳ · RECORD row follows")
        await driver.press("l")
        assert cursor(driver) == "echo build-id"
        await driver.sees("It follows from:", "- build directory in debug info")

    drive(scenario)


def test_a_group_folds_with_enter() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("k", "enter")
        assert cursor(driver) == "group integrity"
        driver.lacks("▸ ▲ RECORD denies a file")
        await driver.press("enter")
        await driver.sees("▸ ▲ RECORD denies a file")

    drive(scenario)


def test_problems_are_listed_and_told() -> None:
    whole = report(
        findings(),
        verdict=Verdict.DIFFERENT,
        problems=[Problem("demo_ext/x.so", "compare", "damaged deflate stream", "b")],
    )

    async def scenario(driver: Driver) -> None:
        await ready(driver)
        assert "1 problem" in driver.screen[1]
        await driver.press("j", "j")
        await driver.sees("demo_ext/x.so of B", "damaged deflate stream", "Stage: compare.")

    drive(scenario, make_app(whole=whole))


def test_in_a_narrow_terminal_enter_goes_in_and_escape_comes_out() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "source text changed")
        driver.lacks("Why and fix")
        await driver.press("j", "j", "enter")
        await driver.sees("Why and fix", "value = compute(22)")
        driver.lacks("Findings")
        await driver.press("escape")
        await driver.sees("Findings")
        driver.lacks("Why and fix")
        assert cursor(driver) == "finding source-changed"

    drive(scenario, size=NARROW)


def test_evidence_that_was_read_while_it_was_hidden_opens_at_its_change() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "source text changed")
        await driver.press("j", "j")
        lines = driver.app._main._evidence.lines
        await driver.until(lambda: lines.source.view is View.TEXT)
        assert lines.size.width == 0
        await driver.press("enter")
        await driver.sees("+ value = compute(22)")

    drive(scenario, size=NARROW)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_tab_goes_round_the_panes(size: tuple[int, int]) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        seen = []
        for key in ("tab", "tab", "tab", "shift+tab"):
            await driver.press(key)
            focused = driver.app.focused
            assert focused is not None
            assert focused.size.width > 0
            seen.append(focused.id)
        assert seen == ["lines", "reason", "findings", "reason"]

    drive(scenario, size=size)


def test_brackets_go_from_difference_to_difference() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("j", "j")
        await driver.sees("1 of 2 changes")
        lines = driver.app._main._evidence.lines
        first = lines.target
        await driver.press("right_square_bracket")
        await driver.sees("2 of 2 changes", "line 50 changed")
        assert lines.target is not None
        assert first is not None
        assert lines.target.first > first.first
        await driver.press("right_square_bracket")
        await driver.sees("There is no other difference that way")
        await driver.press("left_square_bracket")
        await driver.sees("1 of 2 changes")

    drive(scenario)


def test_the_evidence_is_put_side_by_side_and_back_at_the_same_change() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("j", "j")
        await driver.sees("1 of 2 changes")
        await driver.press("right_square_bracket")
        await driver.sees("2 of 2 changes")
        driver.lacks("A | B")
        await driver.press("s")
        await driver.sees("A | B", "2 of 2 changes")
        line = driver.line_with("line 50 changed")
        assert re.search(r"- line 50 +│ +50 \+ line 50 changed", line)
        await driver.press("s")
        await driver.sees("+ line 50 changed", "2 of 2 changes")
        driver.lacks("A | B")

    drive(scenario)


def test_wide_evidence_stands_side_by_side_by_itself() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("j", "j")
        await driver.sees("A | B")

    drive(scenario, size=(200, 60))


def test_v_goes_through_the_views() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("j", "j")
        lines = driver.app._main._evidence.lines
        await driver.until(lambda: lines.source.view is View.TEXT)
        await driver.press("v")
        await driver.until(lambda: lines.source.view is View.NORMAL)
        await driver.press("v")
        await driver.until(lambda: lines.source.view is View.BYTES)
        await driver.sees("76 61 6c 75 65")
        await driver.press("v")
        await driver.until(lambda: lines.source.view is View.FIELDS)
        await driver.press("v")
        await driver.until(lambda: lines.source.view is View.TEXT)

    drive(scenario)


def test_a_finding_without_bytes_says_so_instead_of_another_view() -> None:
    nowhere = Location("", "project", "demo", "demo-ext")
    found = [replace(findings()[0], locations=(nowhere,), location_count=1)]

    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("v")
        await driver.sees("only its fields", "(the artifact itself)")

    drive(scenario, make_app(whole=report(found)))


def test_binary_evidence_is_aligned_bytes() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press(*"jjjj")
        await driver.sees("40 41 ·· ·· ·· ··", "40 41 ff fe fd fc", "likely")

    drive(scenario)


def test_e_explains_the_cause_and_q_closes_the_page() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("G", "e")
        await driver.sees("How it is recognised", "zip-member-mtime")
        await driver.press("q")
        await ready_again(driver)

    async def ready_again(driver: Driver) -> None:
        await driver.until(lambda: not isinstance(driver.app.screen, PageScreen))
        await driver.sees("Findings")

    drive(scenario)


@pytest.mark.parametrize("closes", ["question_mark", "escape", "q"])
def test_help_opens_scrolls_and_closes(closes: str) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("question_mark")
        await driver.sees("One line down")
        await driver.press("G")
        await driver.sees("the difference at hand")
        await driver.press("g", "j")
        driver.lacks(" Move ")
        await driver.press(closes)
        await driver.until(lambda: not isinstance(driver.app.screen, PageScreen))

    drive(scenario, size=NARROW)


def test_t_offers_themes_and_the_chosen_one_is_used() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("t")
        await driver.sees("Search for themes")
        await driver.press(*"gruvbox")
        await driver.sees("gruvbox")
        await driver.press("down", "enter")
        await driver.until(lambda: driver.app.theme == "gruvbox")

    drive(scenario)


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        (Verdict.IDENTICAL, 0),
        (Verdict.EQUIVALENT, 1),
        (Verdict.DIFFERENT, 1),
        (Verdict.INCOMPLETE, 1),
    ],
)
def test_q_quits_with_the_verdicts_status(verdict: Verdict, status: int) -> None:
    found = [] if verdict is Verdict.IDENTICAL else findings()

    async def scenario(driver: Driver) -> None:
        await driver.ready(verdict.value.upper())
        assert ("Both have the same bytes" in driver.text) == (verdict is Verdict.IDENTICAL)
        await driver.press("q")

    app = drive(scenario, make_app(whole=report(found, verdict=verdict)))
    assert app.outcome == status


def test_leaving_before_the_verdict_is_not_a_success() -> None:
    feed = ListFeed(records(report([], verdict=Verdict.IDENTICAL)), hold=0)

    async def scenario(driver: Driver) -> None:
        await driver.sees("COMPARING", "appears on the left while the comparison runs")
        await driver.press("q")

    app = drive(scenario, make_app(feed))
    feed.release()
    assert app.outcome == 1


def test_escape_cancels_a_running_analysis_and_keeps_what_was_found() -> None:
    batches = records(report(findings()))
    feed = ListFeed(batches, hold=len(batches) - 1)

    async def scenario(driver: Driver) -> None:
        await driver.sees("COMPARING", "RECORD denies a file")
        await driver.press("escape")
        await driver.sees("CANCELLED", "RECORD denies a file")
        await driver.until(lambda: feed.stopped)
        assert driver.app.store.phase is Phase.CANCELLED

    assert drive(scenario, make_app(feed)).outcome == 1


def test_an_analysis_that_died_is_seen_and_what_it_found_stays() -> None:
    told = records(report(findings()))[:-1]
    feed = ListFeed([*told, [Failed("the analysis was ended by signal 9", "compare again")]])

    async def scenario(driver: Driver) -> None:
        await driver.ready("STOPPED", "ended by signal 9", "RECORD denies a file", "1 problem")

    assert drive(scenario, make_app(feed)).outcome == 2


def test_an_input_that_cannot_be_opened_ends_the_app() -> None:
    refusal = Failed("cannot open 'x.whl'", "check the path", refused=True)

    async def scenario(driver: Driver) -> None:
        await driver.until(lambda: not driver.app.is_running)

    app = drive(scenario, make_app(ListFeed([[refusal]])))
    assert app.outcome == 2
    assert app.refused == refusal


def test_the_cursor_stays_on_its_finding_while_others_come_in() -> None:
    batches = records(report(findings()))
    feed = ListFeed(batches, hold=len(batches) - 1)

    async def scenario(driver: Driver) -> None:
        await driver.sees("COMPARING", "RECORD row follows")
        while cursor(driver) != "finding record-echo":
            await driver.press("j")
        feed.release()
        await driver.ready("DIFFERENT")
        # It has become what follows from another, and is folded under that.
        assert cursor(driver) == "finding build-path"

    drive(scenario, make_app(feed))


def test_evidence_that_is_being_read_stays_where_it_was_scrolled_while_more_comes_in() -> None:
    batches = records(report(findings(60)))
    feed = ListFeed(batches, hold=len(batches) - 1)

    async def scenario(driver: Driver) -> None:
        await driver.sees("COMPARING", "zip member times")
        while cursor(driver) != "finding zip-member-mtime":
            await driver.press("j")
        await driver.press("enter", "pagedown")
        lines = driver.app._main._evidence.lines
        before = lines.scroll_offset.y
        assert before > 0
        feed.release()
        await driver.ready("DIFFERENT")
        assert lines.scroll_offset.y == before

    drive(scenario, make_app(feed))


def test_resizing_keeps_the_finding_and_the_difference_at_hand() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("j", "j")
        await driver.sees("1 of 2 changes")
        await driver.press("right_square_bracket", "enter")
        await driver.sees("2 of 2 changes")
        for size in ((80, 24), (200, 60), (40, 10), (120, 40)):
            await driver.pilot.resize_terminal(*size)
            await driver.pilot.pause()
            assert cursor(driver) == "finding source-changed"
        await driver.sees("2 of 2 changes", "line 50 changed", "Findings")

    drive(scenario)


def test_content_that_cannot_be_read_says_so_in_its_place() -> None:
    app = make_app()
    app._first.library._shelf.clear()  # type: ignore[attr-defined]

    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("j", "j")
        await driver.sees("A: its stored bytes are damaged", "B: its stored bytes are damaged")

    drive(scenario, app)


def test_bytes_that_take_long_are_said_to_be_read_and_come_too_late_for_another_finding() -> None:
    gate = Event()

    class Slow(Shelf):
        def contents(self, location: Location) -> Contents:
            gate.wait(30)
            return super().contents(location)

    app = make_app()
    app._main._evidence._library = Slow(CONTENTS)

    async def scenario(driver: Driver) -> None:
        await ready(driver)
        await driver.press("j", "j")
        await driver.sees("Reading …")
        await driver.press("k", "k")
        await driver.sees("RECORD denies a file", "module_00001.py")
        gate.set()
        await driver.pilot.pause(0.2)
        await driver.sees("module_00001.py")
        driver.lacks("compute(22)")

    drive(scenario, app)


def test_a_hundred_thousand_places_are_rows_but_only_those_on_the_screen_are_made() -> None:
    app = make_app(whole=report(findings(100_000)))

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT", "zip member times")
        await driver.until(lambda: len(app.store.locations("f07")) == 100_000)
        await driver.press("G", "l", "G")
        await driver.sees("module_99999.py", "100,012 of 100,012")
        assert cursor(driver) == "place zip-member-mtime 99999"

    drive(scenario, app)


def test_a_click_selects_a_row_and_one_on_its_sign_unfolds_it() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        pane = driver.app._main._findings
        await driver.pilot.click(pane, offset=(12, 4))
        assert cursor(driver) == "finding source-changed"
        rows = len(pane.outline)
        await driver.pilot.click(pane, offset=(3, 4))
        await driver.pilot.pause()
        assert len(pane.outline) == rows + 2

    drive(scenario)


def test_a_click_on_a_key_in_the_bar_does_what_the_key_does() -> None:
    async def scenario(driver: Driver) -> None:
        await ready(driver)
        at = driver.screen[-1].index("explain")
        await driver.pilot.click(offset=(at, 39))
        await driver.until(lambda: isinstance(driver.app.screen, PageScreen))

    drive(scenario)


def test_a_fault_of_the_app_leaves_no_traceback_on_the_screen(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()

    async def scenario(driver: Driver) -> None:
        await ready(driver)
        monkeypatch.setattr(app._main._findings, "move", None)
        await driver.press("j")

    with pytest.raises(TypeError):
        drive(scenario, app)
    assert isinstance(app.broken, TypeError)
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize("size", [(1, 1), (12, 4), (30, 9)])
def test_a_terminal_that_is_far_too_small_breaks_nothing(size: tuple[int, int]) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready()
        await driver.press(*"jjlj", "enter", "right_square_bracket", "s", "v", "tab", "G")
        await driver.press("question_mark", "j", "q", "e", "G", "q")
        await driver.pilot.resize_terminal(120, 40)
        await driver.sees("Findings", "Why and fix")

    drive(scenario, size=size)
