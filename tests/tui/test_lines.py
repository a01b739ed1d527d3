"""What is drawn, without what draws it: it fits, it says what it must, it acts on nothing."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.causes.registry import CAUSES
from reprodiff.events import Opened
from reprodiff.model import (
    ArtifactInfo,
    ArtifactKind,
    Category,
    Finding,
    LedgerTotals,
    Location,
    MadeBy,
    Side,
    Verdict,
)
from reprodiff.tui import masthead
from reprodiff.tui.chunks import (
    Chunk,
    Line,
    fitted,
    shifted,
    shortened,
    shortened_path,
    size_text,
    titled,
    width,
)
from reprodiff.tui.outline import Folds, Grouping, Outline
from reprodiff.tui.outline.grouped import GroupedOutline
from reprodiff.tui.outline.paths import PathIndex, PathOutline
from reprodiff.tui.reasons import explanation, reason
from reprodiff.tui.rows import Rows
from reprodiff.tui.selecting.shown import everything
from reprodiff.tui.sources.base import Layout, Source, Target, wrapped
from reprodiff.tui.sources.dumps import BytesSource
from reprodiff.tui.sources.pages import Page, flowed
from reprodiff.tui.sources.places import PlaceSource, TableSource
from reprodiff.tui.sources.texts import TextSource
from reprodiff.tui.store import Store
from reprodiff.tui.triage.decisions import Decisions
from reprodiff.views.hexdump import HexPair
from reprodiff.views.text import TextPair
from tests.tui.factory import PATHS, findings, records, report

HOSTILE = "evil\x1b]0;pwned\x07[red]\u202e\x9b31m[/]\r\n"
WORDS = st.lists(st.sampled_from(["a", "word", "日本語", "x" * 30, "[b]", ""]), max_size=12).map(
    " ".join
)


def width_of(text: str) -> int:
    return width([Chunk(text)])


def text_of(line: Line) -> str:
    return "".join(chunk.text for chunk in line)


def filled(verdict: Verdict = Verdict.DIFFERENT, found: list[Finding] | None = None) -> Store:
    store = Store()
    for batch in records(report(findings() if found is None else found, verdict)):
        store.apply(batch)
    return store


@given(st.integers(20, 220), st.sampled_from(["empty", *Verdict]))
@settings(max_examples=80)
def test_the_lines_on_top_fit_any_width(cells: int, verdict: str) -> None:
    store = Store() if verdict == "empty" else filled(Verdict(verdict))
    assert width(masthead.title(store, PATHS, cells)) <= cells
    assert width(masthead.verdict(store, Decisions(), cells)) <= cells
    assert width(masthead.ledger(store, cells)) <= cells


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=21), st.integers(21, 200))
def test_the_bar_is_shared_out_whole_and_no_category_vanishes(
    weights: list[int], cells: int
) -> None:
    sizes = masthead.shares(weights, cells)
    assert sum(sizes) == cells
    assert all(sizes)


def test_the_unexplained_part_is_in_the_bar_however_small_and_has_its_own_sign() -> None:
    store = filled()
    store.ledger = LedgerTotals(
        10**9, 10**9 - 1, 1, {Category.CONTENT: 10**9 - 1, Category.UNEXPLAINED: 1}
    )
    line = masthead.ledger(store, 80)
    assert [chunk.text for chunk in line if chunk.role == "unexplained"] == ["?"]
    assert text_of(line).index("?") > text_of(line).index("content")


def test_neighbours_in_the_bar_differ_by_more_than_colour() -> None:
    line = masthead.ledger(filled(), 100)
    fills = [chunk.text[0] for chunk in line if chunk.role.removeprefix("share-").isdigit()]
    assert len(fills) > 3
    assert all(one != other for one, other in pairwise(fills))


def test_two_artifacts_of_one_name_are_told_apart() -> None:
    paths = {side: f"/srv/ci/runs/{side}/dist/demo-1.0-py3-none-any.whl" for side in Side}
    line = text_of(masthead.title(Store(), paths, 80))
    assert "…/a/dist" in line
    assert "…/b/dist" in line


def test_names_of_artifacts_act_on_nothing() -> None:
    store = Store()
    info = ArtifactInfo(path=HOSTILE, kind=ArtifactKind.FILE, name=HOSTILE, version=HOSTILE)
    store.apply([Opened(Side.A, info)])
    assert text_of(masthead.title(store, {Side.A: "a", Side.B: HOSTILE}, 200)).isprintable()


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.IDENTICAL, "= IDENTICAL   byte for byte the same"),
        (Verdict.EQUIVALENT, "≈ EQUIVALENT   every difference is proven benign"),
        (Verdict.DIFFERENT, "≠ DIFFERENT   1 alarm, 3 to review"),
        (Verdict.INCOMPLETE, "? INCOMPLETE   something could not be read"),
    ],
)
def test_a_verdict_has_a_sign_a_word_and_a_reason(verdict: Verdict, words: str) -> None:
    found = [] if verdict is Verdict.IDENTICAL else findings()
    assert words in text_of(masthead.verdict(filled(verdict, found), Decisions(), 120))


@given(WORDS, st.integers(1, 40))
def test_a_fitted_line_is_as_wide_as_asked(words: str, cells: int) -> None:
    assert width(fitted([Chunk(words), Chunk("end")], cells)) == cells


@given(WORDS, st.integers(0, 50))
def test_a_shifted_line_loses_that_many_cells_and_no_more(words: str, by: int) -> None:
    assert width(shifted([Chunk(words)], by)) == max(width_of(words) - by, 0)


@given(WORDS, st.integers(0, 40))
def test_a_shortened_path_fits_and_keeps_its_end(words: str, cells: int) -> None:
    short = shortened(words, cells)
    assert width_of(short) <= cells
    if cells >= 8:
        assert short[-2:] == words[-2:]


@pytest.mark.parametrize("cells", [20, 30, 60])
def test_a_place_that_is_too_long_keeps_what_is_inside_the_member(cells: int) -> None:
    place = Location("deep/er/and/deeper/" * 5 + "module.so", ".text+0x40", "", "")
    title = titled(place, cells)
    assert width_of(title) <= cells
    assert title.endswith("\u203a .text+0x40")


@pytest.mark.parametrize(
    ("path", "cells", "shown"),
    [
        ("PIL/_imagingcms.cpython-311-x86_64-linux-gnu.so", 30, "…/_imagingcms.….so"),
        ("PIL/_imagingft.cp311-win_amd64.pyd", 24, "…/_imagingft.….pyd"),
        ("p.libs/libbrotlicommon-c43ca8d5.so.1.1.0", 30, "…/libbrotlicommon-….so.1.1.0"),
        ("p.libs/libbrotlicommon-c43ca8d5.so.1.1.0", 20, "…/libbrotlico….1.1.0"),
    ],
)
def test_a_tag_gives_way_before_what_a_library_is_called(path: str, cells: int, shown: str) -> None:
    assert shortened_path(path, cells) == shown


@pytest.mark.parametrize("cells", [24, 40, 60, 70])
def test_a_row_on_another_file_keeps_what_that_is_called(cells: int) -> None:
    row = "row numpy/_core/_multiarray_tests.cpython-311-x86_64-linux-gnu.so"
    title = titled(Location("numpy-2.3.5.dist-info/RECORD", row, "", ""), cells)
    assert width_of(title) <= cells
    assert "_multi" in title
    assert cells < 40 or "_multiarray_tests" in title


def test_values_that_are_cut_say_so_on_both_sides() -> None:
    long = "GCC: (GNU) {} (Red Hat and a long tail of words that has no room)"
    place = Location("a.so", ".comment", long.format("10.2.1"), long.format("14.2.1"))
    for cells in (60, 100):
        line = text_of(TableSource([place]).line(0, Layout(cells, split=True)))
        assert width_of(line) == cells
        assert line.endswith("…")
    assert text_of(TableSource([place]).line(2, Layout(40, split=False))).endswith("…")


@given(WORDS, st.integers(8, 60))
def test_flowing_text_fits_and_loses_no_word(words: str, cells: int) -> None:
    lines = flowed([Chunk(words)], cells)
    assert all(width(line) <= cells + 1 for line in lines)  # a space may hang over the edge
    assert all(width_of(text_of(line).rstrip()) <= cells for line in lines)
    assert "".join(map(text_of, lines)).replace(" ", "") == words.replace(" ", "")


@given(WORDS, st.integers(2, 60))
def test_wrapped_values_fit_and_lose_nothing(words: str, cells: int) -> None:
    lines = wrapped([Chunk(words)], cells)
    assert all(width(line) <= cells for line in lines)
    assert "".join(map(text_of, lines)) == words


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (21_400, "21 kB"), (999_700, "1.0 MB")],
)
def test_sizes_have_a_unit_and_at_most_three_digits(size: int, said: str) -> None:
    assert size_text(size) == said


def sources() -> list[Source]:
    text_a = memoryview(f"same\n{HOSTILE}old\n".encode())
    text_b = memoryview(f"same\n{HOSTILE}new\nmore\n".encode())
    places = [Location(HOSTILE, HOSTILE, HOSTILE, "b"), Location("x", "", "", "")]
    return [
        TextSource(TextPair(text_a, text_b), None),
        BytesSource(HexPair.aligned(text_a, text_b), None),
        TableSource(places),
        PlaceSource(places[0]),
        Page(reason(filled(), replace(findings()[0], explanation=HOSTILE, evidence=(HOSTILE,)))),
        Page(explanation(filled(), replace(findings()[0], title=HOSTILE))),
    ]


@pytest.mark.parametrize("number", range(len(sources())))
@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("cells", [1, 20, 60, 160])
def test_no_source_lets_a_control_through_at_any_width(
    number: int, split: bool, cells: int
) -> None:
    source = sources()[number]
    layout = Layout(cells, split and source.split)
    lines = [text_of(source.line(at, layout)) for at in range(source.height(layout))]
    assert lines
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("split", [True, False])
def test_differences_are_kept_across_layouts(number: int, split: bool) -> None:
    source = sources()[number]
    one, other = Layout(100, split), Layout(100, not split)
    target = source.step(-1, 1, one)
    assert target is not None
    there = source.again(target, other)
    assert there is not None
    back = source.again(there, one)
    assert back == target


def test_each_row_of_bytes_shows_both_sides_of_the_same_columns() -> None:
    pair = HexPair.aligned(memoryview(b"abcdef"), memoryview(b"abXcdef"))
    source = BytesSource(pair, None)
    wide = Layout(100, split=True)
    assert text_of(source.line(0, wide)).startswith("00000000  61 62 ·· 63 64 65 66")
    stacked = Layout(60, split=False)
    assert [text_of(source.line(at, stacked))[:1] for at in range(2)] == ["A", "B"]
    assert source.start(wide) == Target(0, 1, anchor=2)


def rows_of(store: Store, grouping: Grouping = Grouping.CAUSE) -> tuple[Outline, Rows]:
    """Return all there is to see of a store, unfolded."""
    folds, shown = Folds(), everything(store)
    folds.set_all(open_=True)
    outline: Outline = GroupedOutline(store, folds, shown, grouping)
    if grouping is Grouping.PATH:
        outline = PathOutline(store, folds, shown, PathIndex(store, shown))
    return outline, Rows(store, Decisions(), shown, outline, grouping)


@pytest.mark.parametrize("grouping", list(Grouping))
def test_every_row_of_the_list_fits_and_acts_on_nothing(grouping: Grouping) -> None:
    hostile = [
        replace(item, title=HOSTILE, locations=(Location(HOSTILE, HOSTILE, "", ""),))
        for item in findings()
    ]
    outline, rows = rows_of(filled(found=hostile), grouping)
    for cells in (10, 34, 80):
        for number in range(len(outline)):
            line = text_of(rows.drawn(outline.row(number), cells))
            assert line.isprintable()
            assert width_of(line) <= max(cells, 24)


def test_a_benign_finding_that_is_not_proven_says_so_in_its_row() -> None:
    outline, rows = rows_of(filled())
    assert not any(
        "likely?" in text_of(rows.drawn(outline.row(n), 60)) for n in range(len(outline))
    )
    benign = [replace(findings()[-1], confidence=findings()[2].confidence)]
    outline, rows = rows_of(filled(found=benign))
    assert "likely?" in text_of(rows.drawn(outline.row(1), 60))


def test_the_fix_for_the_tool_that_made_the_artifact_comes_first() -> None:
    store = filled(found=[replace(findings()[-1], fixes=())])
    tools = [tool for tool, _ in CAUSES["zip-member-mtime"].doc.fix]
    assert len(tools) > 1
    store.infos = {
        side: replace(info, made_by=MadeBy(tools[-1])) for side, info in store.infos.items()
    }
    page = Page(reason(store, store.findings["f07"]))
    layout = Layout(200, split=False)
    lines = [text_of(page.line(at, layout)) for at in range(page.height(layout))]
    first = lines[lines.index("Fix") + 1]
    assert first.startswith(f"  - {tools[-1]} (made this):")


def test_a_fix_of_the_report_is_shown_with_its_snippet_and_how_it_was_checked() -> None:
    store = filled()
    page = Page(reason(store, store.findings["f07"]))
    layout = Layout(100, split=False)
    lines = [text_of(page.line(at, layout)) for at in range(page.height(layout))]
    assert "  │ export SOURCE_DATE_EPOCH=1700000000" in lines
    assert "  │ python -m build" in lines
    assert any("checked by normalising" in line for line in lines)


def test_places_with_short_values_have_a_line_each_and_long_ones_three() -> None:
    def lines(value: str, cells: int) -> list[str]:
        view = TableSource([Location("demo/x.py", "mode", value, value + "1")])
        layout = Layout(cells, cells >= view.split_from, 0, False, None)
        return ["".join(c.text for c in view.line(n, layout)) for n in range(view.height(layout))]

    (line,) = lines("10060", 60)
    assert line.startswith("demo/x.py ")
    assert line.endswith(" 10060   100601")
    assert len(lines("x" * 40, 60)) == 3
    assert len(lines("x" * 40, 88)) == 1
