"""Exit statuses, and what a user sees of errors."""

import errno

import pytest

from reprodiff.errors import InputError, LimitError, ReprodiffError
from reprodiff.model import Confidence, Finding, Problem, Severity, Verdict
from tests.cli.conftest import Call, Engine, refused
from tests.reports.factory import HOSTILE, finding, report, times

BENIGN = times()
LIKELY = finding("likely", severity=Severity.BENIGN, confidence=Confidence.LIKELY)
REVIEW = finding("review")
ALARM = finding("alarm", severity=Severity.ALARM)
TROUBLE = Problem("demo/x.so", "compare", "cut off")


@pytest.mark.parametrize(
    ("findings", "problems", "verdict", "statuses"),
    [
        # The statuses for --fail-on any, review and alarm.
        ((), (), Verdict.IDENTICAL, (0, 0, 0)),
        ((BENIGN,), (), Verdict.EQUIVALENT, (1, 0, 0)),
        ((LIKELY,), (), Verdict.DIFFERENT, (1, 1, 0)),
        ((BENIGN, REVIEW), (), Verdict.DIFFERENT, (1, 1, 0)),
        ((BENIGN, ALARM), (), Verdict.DIFFERENT, (1, 1, 1)),
        ((BENIGN,), (TROUBLE,), Verdict.INCOMPLETE, (1, 1, 1)),
        ((), (TROUBLE,), Verdict.INCOMPLETE, (1, 1, 1)),
    ],
)
def test_the_status_follows_the_findings_and_the_threshold(
    call: Call,
    engine: Engine,
    findings: tuple[Finding, ...],
    problems: tuple[Problem, ...],
    verdict: Verdict,
    statuses: tuple[int, int, int],
) -> None:
    engine.report = report(findings, problems=problems)
    assert engine.report.verdict is verdict
    found = [call("a", "b", "--fail-on", it).status for it in ("any", "review", "alarm")]
    assert tuple(found) == statuses
    assert call("a", "b").status == statuses[0]
    assert call("a", "b", "--exit-zero").status == 0


def test_a_threshold_changes_the_status_and_not_the_report(call: Call, engine: Engine) -> None:
    engine.report = report([BENIGN])
    assert call("a", "b", "--fail-on", "alarm").out == call("a", "b").out


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (("--ignore", "timestamps"), 1),
        (("--ignore", "content"), 1),
        (("--ignore", "content", "--fail-on", "review"), 0),
        (("--ignore", "content", "--ignore", "timestamps"), 0),
        (("--only", "timestamps", "--fail-on", "review"), 0),
        (("--only", "integrity"), 0),
    ],
)
def test_the_status_counts_the_findings_that_are_left(
    call: Call, engine: Engine, options: tuple[str, ...], status: int
) -> None:
    engine.report = report([BENIGN, REVIEW])
    assert call("a", "b", *options).status == status


def test_a_problem_counts_even_where_all_findings_are_left_out(call: Call, engine: Engine) -> None:
    engine.report = report([BENIGN], problems=(TROUBLE,))
    assert call("a", "b", "--ignore", "timestamps", "--fail-on", "alarm").status == 1


def test_an_input_that_cannot_be_opened_is_two_even_with_exit_zero(
    call: Call, engine: Engine
) -> None:
    engine.error = InputError("there is no file 'a'", "check the path")
    assert refused(call("a", "b"), "there is no file 'a'", "check the path")
    assert refused(call("a", "b", "--exit-zero", "-q"), "there is no file 'a'")


def test_a_limit_names_the_option_that_raises_it(call: Call, engine: Engine) -> None:
    engine.error = LimitError("there are more than 5 entries", "raise the limit", "max_entries")
    assert refused(call("a", "b"), "there are more than 5 entries", "--max-entries")
    engine.error = LimitError("the disk is full", "make room")
    assert refused(call("a", "b"), "the disk is full", "make room")


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        (ReprodiffError("no"), "no", ""),
        (MemoryError(), "not enough memory", "--max-member-size"),
        (OSError(errno.ENOSPC, "No space left on device", "x"), "x: No space left", ""),
        (KeyError("x"), "this is a bug in reprodiff: KeyError: 'x'", "--debug"),
        (RecursionError(), "this is a bug in reprodiff: RecursionError", "--debug"),
        (ValueError(HOSTILE), "\\x1b]0;owned", "--debug"),
    ],
)
def test_whatever_fails_is_one_line_and_no_traceback(
    call: Call, engine: Engine, error: Exception, message: str, hint: str
) -> None:
    engine.error = error
    result = call("a", "b")
    assert refused(result, message, hint)
    assert all(line.isprintable() for line in result.err.splitlines())


def test_debug_adds_the_traceback_and_nothing_hostile(call: Call, engine: Engine) -> None:
    engine.error = ValueError(HOSTILE)
    result = call("a", "b", "--debug")
    assert result.status == 2
    assert "Traceback (most recent call last):" in result.err
    assert "in run" in result.err
    assert all(line.isprintable() for line in result.err.splitlines())


def test_interrupting_is_130_and_silent(call: Call, engine: Engine) -> None:
    engine.error = KeyboardInterrupt()
    assert call("a", "b") == (130, "", "")
