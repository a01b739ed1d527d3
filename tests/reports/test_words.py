import pytest

from reprodiff.model import ArtifactKind, Confidence, Problem, Severity
from reprodiff.reports import words
from reprodiff.reports.selection import LeftOut
from tests.reports.factory import finding, report, times


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_960, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (2_500_000_000, "2.5 GB"),
        (10**22, "10000 EB"),
    ],
)
def test_sizes_have_two_or_three_figures(number: int, said: str) -> None:
    assert words.size(number) == said


def test_the_verdict_says_what_it_rests_on() -> None:
    alarm = finding(severity=Severity.ALARM)
    review = finding("other")
    unproven = finding("b", severity=Severity.BENIGN, confidence=Confidence.LIKELY)
    trouble = (Problem("x", "open", "cut off"),)
    assert words.verdict(report()) == "byte for byte the same"
    assert words.verdict(report(kind=ArtifactKind.TREE)) == "nothing differs"
    assert words.verdict(report([times()])) == "every difference is proven benign"
    assert words.verdict(report([alarm, review])) == "1 alarm, 1 finding to review"
    assert words.verdict(report([alarm, review, unproven])) == (
        "1 alarm, 1 finding to review, 1 not proven"
    )
    assert words.verdict(report([unproven])) == "all looks benign, but 1 finding is not proven"
    assert (
        words.verdict(report([times()], problems=trouble))
        == "1 problem kept part of it from being compared"
    )


def test_a_different_verdict_without_its_findings_says_that_they_were_left_out() -> None:
    whole = report([finding(), times()])
    rest = report([times()], whole.verdict)
    assert words.verdict(rest, LeftOut(1, 1, "--ignore content")) == (
        "what needs a person has been left out"
    )


def test_the_counts_agree_in_number() -> None:
    assert words.counts(report([finding(), times()])) == (
        "2 causes found",
        "1 needs you",
        "0 bytes unexplained",
    )
