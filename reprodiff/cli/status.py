"""Exit statuses: what a shell or a CI job learns."""

from enum import IntEnum, StrEnum

from reprodiff.model import Finding, Report, Severity, Verdict


class Exit(IntEnum):
    """What the program ends with."""

    SAME = 0
    """Identical, or nothing that counts by ``--fail-on``."""
    DIFFERENT = 1
    """Something differs, or could not be compared."""
    ERROR = 2
    """The call was wrong, an input could not be opened, a report not written, or it failed."""
    INTERRUPTED = 130
    """Ctrl-C."""


class FailOn(StrEnum):
    """From which severity on a difference counts."""

    ANY = "any"
    REVIEW = "review"
    ALARM = "alarm"


def exit_status(report: Report, fail_on: FailOn, *, selected: bool) -> Exit:
    """Return the status for the findings that are left in ``report``.

    ``selected`` says that some may have been left out on purpose.  What could not be read might
    hide anything, so a problem counts whatever the threshold.  A benign cause that is not proven
    counts as one to review.
    """
    if report.verdict is Verdict.IDENTICAL:
        return Exit.SAME
    if report.problems or any(_counts(finding, fail_on) for finding in report.findings):
        return Exit.DIFFERENT
    if fail_on is FailOn.ANY and not selected:
        return Exit.DIFFERENT
    return Exit.SAME


def _counts(finding: Finding, fail_on: FailOn) -> bool:
    match fail_on:
        case FailOn.ANY:
            return True
        case FailOn.REVIEW:
            from reprodiff.reports.words import needs_person  # noqa: PLC0415 - words of reports

            return needs_person(finding)
        case FailOn.ALARM:
            return finding.severity is Severity.ALARM
