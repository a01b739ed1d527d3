"""What a baseline accepts, and what it must not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff import baseline
from reprodiff.baseline import Entry
from reprodiff.errors import InputError
from reprodiff.model import Category, Finding, Location, Report, Severity
from tests.reports.factory import report, times

CHANGED = replace(
    times(),
    id="changed",
    cause="source-changed",
    category=Category.CONTENT,
    severity=Severity.REVIEW,
    locations=(Location("demo/a.py", "", "1", "2"), Location("demo/deep/b.py", "", "1", "2")),
    location_count=2,
    derived_from=(),
)
ALARM = replace(
    CHANGED,
    id="alarm",
    cause="record-mismatch",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
)
LEFT_OVER = replace(CHANGED, id="left", cause="unexplained", category=Category.UNEXPLAINED)
ECHO = replace(
    CHANGED,
    id="echo",
    cause="record-echo",
    category=Category.CHECKSUMS,
    severity=Severity.BENIGN,
    derived_from=("changed",),
)


def left(entry: Entry, *findings: Finding) -> list[tuple[str, int]]:
    found, _ = baseline.apply([entry], of(*findings))
    return [(finding.id, finding.location_count) for finding in found.findings]


def of(*findings: Finding) -> Report:
    return replace(report(), findings=findings)


@pytest.mark.parametrize(
    ("entry", "stays"),
    [
        (Entry("why", cause="source-changed"), []),
        (Entry("why", category="content"), []),
        (Entry("why", path="demo/"), []),
        (Entry("why", path="*"), []),
        (Entry("why", "source-changed", path="demo/a.py"), [("changed", 1)]),
        (Entry("why", "source-changed", path="demo/deep/"), [("changed", 1)]),
        (Entry("why", "source-changed", path="other/*"), [("changed", 2)]),
        (Entry("why", cause="other"), [("changed", 2)]),
        (Entry("why", category="timestamps", path="demo/*"), [("changed", 2)]),
    ],
)
def test_an_entry_covers_what_it_names(entry: Entry, stays: list[tuple[str, int]]) -> None:
    assert left(entry, CHANGED) == stays


@pytest.mark.parametrize("finding", [ALARM, LEFT_OVER])
@pytest.mark.parametrize(
    "entry",
    [
        Entry("why", category="integrity"),
        Entry("why", category="unexplained"),
        Entry("why", cause="record-mismatch"),
        Entry("why", cause="unexplained"),
        Entry("why", path="demo/*"),
        Entry("why", path="*"),
        Entry("why", "record-mismatch", path="*"),
        Entry("why", "unexplained", path="**/*"),
        Entry("why", "unexplained", path="?*"),
    ],
)
def test_what_nobody_has_seen_is_not_covered_by_a_broad_entry(
    finding: Finding, entry: Entry
) -> None:
    assert left(entry, finding) == [(finding.id, 2)]


def test_an_alarm_is_covered_where_its_cause_and_its_path_are_named() -> None:
    entry = Entry("looked at", "record-mismatch", path="demo/a.py")
    assert left(entry, ALARM, CHANGED) == [("alarm", 1), ("changed", 2)]


def test_what_merely_follows_from_what_is_accepted_goes_with_it() -> None:
    chain = replace(ECHO, id="further", derived_from=("echo",))
    both = replace(ECHO, id="both", derived_from=("changed", "alarm"))
    entry = Entry("why", cause="source-changed")
    assert left(entry, CHANGED, ECHO, chain, both, ALARM) == [("both", 2), ("alarm", 2)]
    # Something that matters does not go with a harmless reason, nor with half of one.
    loud = replace(ECHO, severity=Severity.REVIEW)
    assert left(entry, CHANGED, loud) == [("echo", 2)]
    assert left(Entry("why", "source-changed", path="demo/a.py"), CHANGED, ECHO) == [
        ("changed", 1),
        ("echo", 2),
    ]


def test_it_is_told_how_much_is_gone_and_which_entries_cover_nothing() -> None:
    good = Entry("why", "source-changed", path="demo/a.py")
    stale = Entry("why", cause="zip-member-mtime")
    _, taken = baseline.apply([good, stale], of(CHANGED))
    assert (taken.findings, taken.locations, taken.stale) == (0, 1, (stale,))


ENTRIES = st.builds(
    Entry,
    st.text(min_size=1).filter(str.strip).map(str.strip),
    st.sampled_from(["", "zip-member-mtime"]),
    st.sampled_from(["", "content"]),
    st.text(),
)


@given(st.lists(ENTRIES, max_size=4))
def test_entries_are_read_as_they_were_written(entries: list[Entry]) -> None:
    text = ""
    for entry in entries:
        text = baseline.added(text, entry)
    again = baseline.parse(text, "b.toml")
    assert [one.words for one in again] == [one.words for one in entries]
    for entry in reversed(again):
        shorter = baseline.removed(text, entry)
        assert shorter is not None
        text = shorter
    assert baseline.parse(text, "b.toml") == ()


def test_what_a_person_wrote_in_the_file_stays() -> None:
    text = '# ours\n[[ignore]]\ncause = "other"  # why not\nreason = "r"\n'
    entry = Entry("why", cause="source-changed")
    longer = baseline.added(text, entry)
    assert longer.startswith(text)
    assert baseline.removed(longer, entry) == text
    assert baseline.removed(text, Entry("r", cause="other")) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = ", "is no TOML"),
        ("[other]", "no key 'other'"),
        ("ignore = 1", "must be a list"),
        ("ignore = [1]", "entry 1 is no table"),
        ('[[ignore]]\ncause = "x"', "entry 1 gives no reason"),
        ('[[ignore]]\ncause = "x"\nreason = "  "', "gives no reason"),
        ('[[ignore]]\nreason = "x"', "would ignore everything"),
        ('[[ignore]]\ncuase = "x"\nreason = "x"', "no key 'cuase'"),
        ('[[ignore]]\ncause = 1\nreason = "x"', "cause must be a string"),
        ('[[ignore]]\ncategory = "clocks"\nreason = "x"', "no category 'clocks'"),
        ('[[ignore]]\ncategory = "\\u001b[31m"\nreason = "x"', "no category '\\x1b[31m'"),
    ],
)
def test_a_file_that_says_something_wrong_is_refused_with_the_place(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        baseline.parse(text, "b\x1b.toml")
    assert said in str(caught.value).replace("\\\\", "\\")
    assert "b\\x1b.toml" in str(caught.value)
    assert str(caught.value).isprintable()
    assert caught.value.hint
