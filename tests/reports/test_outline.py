import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.model import Category, LedgerTotals, Severity
from reprodiff.reports.outline import Share, cells, groups, percent, shares
from tests.reports.factory import finding

BENIGN, REVIEW, ALARM = Severity.BENIGN, Severity.REVIEW, Severity.ALARM


def ids(found: object) -> list[tuple[str, list[str]]]:
    assert isinstance(found, tuple)
    return [(group.root.cause, [echo.cause for echo in group.echoes]) for group in found]


def test_an_echo_stands_under_the_first_of_its_reasons() -> None:
    first = finding("first")
    second = finding("second")
    echo = finding("echo", severity=BENIGN, follows=(second.id, first.id))
    assert ids(groups([first, second, echo])) == [("first", ["echo"]), ("second", [])]


def test_an_echo_of_an_echo_stands_under_the_root() -> None:
    root = finding("root")
    middle = finding("middle", follows=(root.id,))
    last = finding("last", severity=BENIGN, follows=(middle.id,))
    assert ids(groups([root, middle, last])) == [("root", ["middle", "last"])]


def test_what_matters_more_than_its_reason_is_not_folded_under_it() -> None:
    harmless = finding("harmless", severity=BENIGN)
    alarm = finding("alarm", severity=ALARM, follows=(harmless.id,))
    assert ids(groups([harmless, alarm])) == [("alarm", []), ("harmless", [])]


def test_an_echo_whose_reason_is_not_shown_stands_on_its_own() -> None:
    assert ids(groups([finding("echo", follows=("gone",))])) == [("echo", [])]


def test_findings_that_follow_from_each_other_are_all_shown_once() -> None:
    one = finding("one", follows=("two-rpr",))
    two = finding("two", follows=("one-rpr",))
    tail = finding("tail", follows=("two-rpr",))
    assert ids(groups([one, two, tail])) == [("one", ["two", "tail"])]


@given(st.integers(0, 2**32))
def test_every_finding_is_shown_exactly_once_whatever_follows_from_what(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - a test picks at random
    names = [f"cause-{number}" for number in range(8)]
    severities = {name: dice.choice([BENIGN, REVIEW, ALARM]) for name in names}
    known = [f"{name}-{severities[name][0]}pr" for name in names]
    found = [
        finding(
            name,
            severity=severities[name],
            follows=tuple(dice.sample(known, dice.randint(0, 2))),
        )
        for name in names
    ]
    made = groups(found)
    shown = [cause for root, echoes in ids(made) for cause in (root, *echoes)]
    assert sorted(shown) == names
    ranks = [group.root.severity.rank for group in made]
    assert ranks == sorted(ranks, reverse=True)
    for group in made:
        assert all(echo.severity.rank <= group.root.severity.rank for echo in group.echoes)


def ledger(**weights: int) -> LedgerTotals:
    by_category = {Category(name.replace("_", "-")): n for name, n in weights.items()}
    return LedgerTotals(sum(weights.values()), 0, 0, by_category)


def test_shares_are_largest_first_and_what_is_unexplained_last() -> None:
    found = shares(ledger(content=5, unexplained=90, timestamps=5, checksums=100))
    assert [share.label for share in found] == [
        "checksums",
        "timestamps",
        "content",
        "unexplained",
    ]
    assert [share.percent for share in found] == ["50%", "3%", "3%", "45%"]


def test_many_small_categories_are_drawn_as_one_but_never_what_is_unexplained() -> None:
    weights = {category: 10 + n for n, category in enumerate(Category)}
    weights[Category.UNEXPLAINED] = 1
    found = shares(LedgerTotals(0, 0, 0, weights))
    assert [share.label for share in found][-2:] == ["other", "unexplained"]
    assert len(found) == 7
    assert sum(share.bytes for share in found) == sum(weights.values())


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 10, "0%"),
        (10, 10, "100%"),
        (1, 100_000, "<1%"),
        (99_999, 100_000, ">99%"),
        (1, 3, "33%"),
        (1, 8, "13%"),
    ],
)
def test_percentages_never_say_all_or_nothing_of_what_is_only_nearly_so(
    part: int, whole: int, said: str
) -> None:
    assert percent(part, whole) == said


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=8), st.integers(8, 200))
def test_a_bar_fills_its_width_and_shows_every_share(weights: list[int], width: int) -> None:
    made = cells([Share(str(weight), weight, "") for weight in weights], width)
    assert sum(made) == width
    assert min(made) >= 1
    by_weight = sorted(zip(weights, made, strict=True))
    lengths = [length for _, length in by_weight]
    # The last cells go to the larger remainders: one cell is all that can stand out of order.
    assert all(later >= earlier - 1 for earlier, later in pairwise(lengths))
