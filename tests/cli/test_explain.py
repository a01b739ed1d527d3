"""``reprodiff explain``."""

import json

import pytest

from reprodiff.causes.registry import CAUSES
from reprodiff.model import Category
from tests.cli.conftest import Call, refused

HEADINGS = (
    "What it is",
    "How it is recognised",
    "Why it happens",
    "How to fix it",
    "What it is mistaken for",
)


@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_every_cause_is_explained_under_every_heading(call: Call, cause: str) -> None:
    result = call("explain", cause)
    assert (result.status, result.err) == (0, "")
    lines = result.out.splitlines()
    assert cause in lines[0]
    places = [lines.index(heading) for heading in HEADINGS]
    assert places == sorted(places)
    # No heading stands alone: something is said under each.
    assert all(lines[place + 1].startswith("  ") for place in places)


def test_without_a_cause_all_are_listed_by_category(call: Call) -> None:
    lines = call("explain").out.splitlines()
    listed = [line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "]
    assert sorted(listed) == sorted(CAUSES)
    headings = [line for line in lines if line and not line.startswith(" ")]
    used = {cause.category for cause in CAUSES.values()}
    assert headings == [category.value for category in Category if category in used]


def test_a_category_lists_its_causes(call: Call) -> None:
    lines = call("explain", "timestamps").out.splitlines()
    assert lines[0] == "timestamps"
    assert len(lines) == 1 + sum(it.category is Category.TIMESTAMPS for it in CAUSES.values())


def test_json_is_for_programs(call: Call) -> None:
    every = json.loads(call("explain", "--format", "json").out)["causes"]
    assert [one["id"] for one in every] == sorted(CAUSES)
    one = json.loads(call("explain", "zip-member-mtime", "-f", "json").out)
    assert one in every
    assert one["category"] == "timestamps"


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("zip-member-mtimes", "did you mean zip-member-mtime"),
        ("timestamp", "did you mean timestamps"),
        ("xyzzy", "`reprodiff explain` lists them all"),
        ("", "`reprodiff explain` lists them all"),
    ],
)
def test_a_name_that_nobody_has_is_refused_with_a_guess(call: Call, word: str, hint: str) -> None:
    assert refused(call("explain", word), f"there is no cause '{word}'", hint)


def test_it_has_help_of_its_own(call: Call) -> None:
    result = call("explain", "--help")
    assert result.status == 0
    assert "reprodiff explain" in result.out
    assert len(result.out.splitlines()) <= 24


def test_headings_stand_out_where_colour_is_wanted(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b" not in call("explain").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1mtimestamps\x1b[0m" in call("explain").out
