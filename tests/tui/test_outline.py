from dataclasses import replace

import pytest

from reprodiff.model import Category, Finding, Problem, Severity
from reprodiff.tui.outline import Address, Folds, Grouping, Kind, Outline
from reprodiff.tui.outline.grouped import GroupedOutline
from reprodiff.tui.records import Grown, Places
from reprodiff.tui.selecting.shown import everything
from reprodiff.tui.store import Store, roots
from tests.tui.factory import findings, location, records, report


def finding(number: int, *, severity: Severity = Severity.BENIGN, follows: str = "") -> Finding:
    base = findings()[-1]
    return replace(
        base,
        id=f"x{number}",
        cause=f"cause-{number}",
        severity=severity,
        derived_from=tuple(follows.split()),
    )


def filled(*found: Finding, problems: int = 0) -> Store:
    store = Store()
    troubles = [Problem(f"m{n}", "compare", "damaged") for n in range(problems)]
    for batch in records(report(found or findings(), problems=troubles)):
        store.apply(batch)
    return store


def outlined(store: Store, folds: Folds, grouping: Grouping = Grouping.CAUSE) -> GroupedOutline:
    return GroupedOutline(store, folds, everything(store), grouping)


def kinds(outline: Outline) -> list[str]:
    return [outline.row(at).at.kind.name.lower() for at in range(len(outline))]


def test_groups_with_what_matters_most_come_first_and_problems_before_what_is_benign() -> None:
    outline = outlined(filled(problems=2), Folds())
    heads = [
        outline.row(at).at.id or "problems"
        for at in range(len(outline))
        if not outline.row(at).depth
    ]
    assert heads == [
        "integrity",
        "problems",
        "content",
        "native-code",
        "unexplained",
        "embedded-paths",
        "timestamps",
    ]


def test_while_it_runs_alarms_are_on_top_as_well() -> None:
    store = Store()
    store.apply([Grown(item) for item in reversed(findings())])
    assert next(iter(store.findings.values())).severity is Severity.ALARM
    assert store.ledger.differing_bytes == sum(item.bytes for item in findings())


def test_what_follows_folds_under_its_root_even_through_others() -> None:
    found = [finding(0), finding(1, follows="x0"), finding(2, follows="x1")]
    assert roots(found) == {"x0": ["x1", "x2"]}


def test_a_finding_that_matters_more_than_its_reasons_is_not_folded_away() -> None:
    found = [finding(0), finding(1, severity=Severity.ALARM, follows="x0")]
    assert roots(found) == {"x0": [], "x1": []}


def test_a_benign_echo_folds_under_a_benign_reason_if_it_has_one() -> None:
    found = [finding(0, severity=Severity.REVIEW), finding(1), finding(2, follows="x0 x1")]
    assert roots(found) == {"x0": [], "x1": ["x2"]}


@pytest.mark.parametrize("chain", ["x0", "x1", "gone"])
def test_reasons_in_a_circle_or_unknown_lose_no_finding(chain: str) -> None:
    found = [finding(0, follows=chain), finding(1, follows="x0"), finding(2, follows="x1")]
    folded = roots(found)
    assert sorted([*folded, *(echo for echoes in folded.values() for echo in echoes)]) == [
        "x0",
        "x1",
        "x2",
    ]


def test_places_are_rows_of_their_finding_only_when_it_is_unfolded() -> None:
    store, folds = filled(), Folds()
    at = Address(Kind.FINDING, "f07")
    closed = len(outlined(store, folds))
    folds.set(at, open_=True)
    outline = outlined(store, folds)
    assert len(outline) == closed + 3
    row = outline.find(at)
    assert row is not None
    assert [outline.row(row + n + 1).at.number for n in range(3)] == [0, 1, 2]
    assert outline.find(Address(Kind.PLACE, "f07", 2)) == row + 3
    assert outline.find(Address(Kind.PLACE, "f07", 3)) is None
    assert outline.parent(row + 3) == row


def test_each_row_is_found_by_what_it_stands_for() -> None:
    store, folds = filled(problems=3), Folds()
    for item in store.findings:
        folds.set(Address(Kind.FINDING, item), open_=True)
        folds.set(Address(Kind.ECHO, item), open_=True)
    outline = outlined(store, folds)
    assert {"group", "finding", "echo", "place", "problems", "problem"} == set(kinds(outline))
    for at in range(len(outline)):
        assert outline.find(outline.row(at).at) == at


def test_folding_a_group_hides_all_in_it() -> None:
    store, folds = filled(), Folds()
    before = len(outlined(store, folds))
    folds.set(Address(Kind.GROUP, Category.EMBEDDED_PATHS), open_=False)
    assert len(outlined(store, folds)) == before - 1
    folds.set(Address(Kind.GROUP, Category.EMBEDDED_PATHS), open_=True)
    assert len(outlined(store, folds)) == before


def test_places_that_are_void_are_forgotten() -> None:
    store = Store()
    store.apply([Grown(finding(0)), Places("x0", 0, (location(1), location(2), location(3)))])
    store.apply([Places("x0", 1, (location(9),))])
    assert store.locations("x0") == [location(1), location(9)]


def test_the_report_is_the_last_word() -> None:
    store = Store()
    store.apply([Grown(finding(99)), Places("x99", 0, (location(1),))])
    whole = report(findings())
    for batch in records(whole):
        store.apply(batch)
    assert list(store.findings) == [item.id for item in whole.findings]
    assert store.locations("x99") == ()
    assert store.verdict is whole.verdict
    assert store.ledger == whole.summary.ledger
