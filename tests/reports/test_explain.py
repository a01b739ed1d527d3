import json

from reprodiff.causes.base import Blame, Cause, Doc
from reprodiff.model import Category, Severity
from reprodiff.reports.explain import cause_json, cause_text, list_json, list_text

CAUSE = Cause(
    id="zz-made-up",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="times of zip members",
    blame=Blame.LEAF,
    doc=Doc(
        what="The times differ.\n\nNothing reads them.",
        recognised="Both sides have a valid time.",
        why="The clock was read.",
        fix=(
            ("setuptools", "`export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)` before it"),
            ("uv_build", "nothing to do"),
        ),
        mistaken_for="A change of content.",
        sources=("APPNOTE.TXT 4.4.6", "https://docs.example/a-long-path/that-is-not-broken"),
    ),
)
OTHER = Cause(
    id="other",
    category=Category.ORDERING,
    severity=Severity.REVIEW,
    title="something else",
    blame=Blame.SOURCE,
    doc=Doc("What.", "How.", "Why.", (("", "nothing can be done about it"),), "Nothing."),
)


def test_a_cause_is_explained_under_the_fixed_headings() -> None:
    assert cause_text(CAUSE) == (
        "Times of zip members  zz-made-up\n"
        "category timestamps, usually benign\n"
        "\n"
        "What it is\n"
        "  The times differ.\n"
        "\n"
        "  Nothing reads them.\n"
        "\n"
        "How it is recognised\n"
        "  Both sides have a valid time.\n"
        "\n"
        "Why it happens\n"
        "  The clock was read.\n"
        "\n"
        "How to fix it\n"
        "  setuptools\n"
        "    `export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)` before it\n"
        "  uv_build\n"
        "    nothing to do\n"
        "\n"
        "What it is mistaken for\n"
        "  A change of content.\n"
        "\n"
        "Sources\n"
        "  - APPNOTE.TXT 4.4.6\n"
        "  - https://docs.example/a-long-path/that-is-not-broken\n"
    )


def test_what_cannot_be_fixed_says_why() -> None:
    assert "How to fix it\n  nothing can be done about it\n" in cause_text(OTHER)
    assert "Sources" not in cause_text(OTHER)


def test_commands_and_addresses_are_not_broken_on_a_narrow_screen() -> None:
    shown = cause_text(CAUSE, 30)
    assert "`export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)`\n" in shown
    assert "https://docs.example/a-long-path/that-is-not-broken\n" in shown


def test_headings_can_stand_out() -> None:
    shown = cause_text(CAUSE, emphasis=str.upper)
    assert "WHAT IT IS\n  The times" in shown


def test_the_list_is_by_category_in_the_order_of_the_contract() -> None:
    assert list_text([OTHER, CAUSE]) == (
        "timestamps\n  zz-made-up  times of zip members\n\nordering\n  other       something else\n"
    )


def test_the_json_of_a_cause_has_every_part() -> None:
    document = json.loads(cause_json(CAUSE))
    assert list(document) == [
        "id",
        "category",
        "severity",
        "title",
        "what",
        "recognised",
        "why",
        "fix",
        "mistaken_for",
        "sources",
    ]
    assert [(row["tool"], row["change"]) for row in document["fix"]] == list(CAUSE.doc.fix)
    assert [one["id"] for one in json.loads(list_json([CAUSE, OTHER]))["causes"]] == [
        "other",
        "zz-made-up",
    ]
