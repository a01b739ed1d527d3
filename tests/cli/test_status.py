"""Exit statuses, and what a user sees of errors."""

import errno
import json
from collections.abc import Callable
from pathlib import Path

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


@pytest.fixture
def accepted(tmp_path: Path) -> Callable[[str], tuple[str, str]]:
    def made(entry: str) -> tuple[str, str]:
        path = tmp_path / "accepted.toml"
        path.write_text(f'[[ignore]]\n{entry}\nreason = "looked at"\n')
        return ("--baseline", str(path))

    return made


def test_the_status_follows_what_a_baseline_leaves(
    call: Call, engine: Engine, accepted: Callable[[str], tuple[str, str]]
) -> None:
    engine.report = report([BENIGN, REVIEW])
    by_cause = accepted(f'cause = "{REVIEW.cause}"')
    assert call("a", "b", *by_cause).status == 1
    assert call("a", "b", *by_cause, "--fail-on", "review").status == 0
    result = call("a", "b", *accepted('path = "*"'))
    assert result.status == 0
    assert "left out by --baseline" in result.out
    assert "2 findings" in " ".join(result.out.split())
    engine.report = report([ALARM])
    assert call("a", "b", *accepted('path = "*"'), "--fail-on", "alarm").status == 1
    engine.report = report([BENIGN], problems=(TROUBLE,))
    assert call("a", "b", *accepted('path = "*"')).status == 1


def test_every_place_is_asked_for_where_a_baseline_chooses(
    call: Call, engine: Engine, accepted: Callable[[str], tuple[str, str]]
) -> None:
    call("a", "b", *accepted('path = "demo/*"'))
    assert engine.asked[-1][2].location_limit is None


def test_what_a_baseline_leaves_out_is_counted_and_stale_entries_are_told(
    call: Call, engine: Engine, accepted: Callable[[str], tuple[str, str]]
) -> None:
    engine.report = report([BENIGN, REVIEW])
    options = accepted('cause = "gone"')
    assert "covers nothing by: cause gone (looked at)" in " ".join(
        call("a", "b", *options).out.split()
    )
    assert "cause gone (looked at)" in call("a", "b", *options, "-f", "markdown").out
    document = json.loads(call("a", "b", *options, "-f", "json", "--only", "timestamps").out)
    assert document["left_out"]["findings"] == 1
    assert document["left_out"]["stale"] == ["cause gone (looked at)"]
    assert document["left_out"]["by"].startswith("--baseline ")
    assert document["left_out"]["by"].endswith("--only timestamps")


def test_a_baseline_that_cannot_be_followed_is_refused_before_any_work(
    call: Call, engine: Engine, tmp_path: Path
) -> None:
    assert refused(call("a", "b", "--baseline", str(tmp_path / "no.toml")), "cannot read the base")
    bad = tmp_path / "bad.toml"
    bad.write_text('[[ignore]]\ncause = "x"\n')
    assert refused(call("a", "b", "--baseline", str(bad)), "entry 1 gives no reason", "add reason")
    bad.write_bytes(b"\xff\xfe")
    assert refused(call("a", "b", "--baseline", str(bad)), "no text")
    assert engine.asked == []
