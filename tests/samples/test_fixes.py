"""Every benign root finding of every sample has a fix, or says why it has none; plans are sound."""

import pytest

from reprodiff.model import Report, Severity
from tests.samples.labels import Sample, samples

EACH = pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)


def roots(report: Report) -> list[str]:
    return [each.id for each in report.findings if not each.derived_from]


@EACH
def test_every_benign_root_finding_has_a_fix_or_a_reason(sample: Sample) -> None:
    known = {fix.id for fix in sample.report.fixes}
    for finding in sample.report.findings:
        assert set(finding.fixes) <= known
        if finding.severity is Severity.BENIGN and not finding.derived_from:
            assert finding.fixes or finding.no_fix, finding.cause


@EACH
def test_the_plan_covers_each_finding_once_or_says_why_not(sample: Sample) -> None:
    plan = sample.report.plan
    covered = [id_ for change in plan.changes for id_ in change.findings]
    left = [each.finding for each in plan.left]
    by_id = {finding.id: finding for finding in sample.report.findings}
    for id_ in roots(sample.report):
        echo = by_id[id_].no_fix and not by_id[id_].fixes
        assert covered.count(id_) + left.count(id_) == 1 or echo, by_id[id_].cause
    assert set(covered) | set(left) <= by_id.keys()
    assert all(each.reason for each in plan.left)


@EACH
def test_changes_are_of_known_fixes_and_what_removes_most_stands_first(sample: Sample) -> None:
    known = {fix.id: fix for fix in sample.report.fixes}
    sizes = [change.bytes for change in sample.report.plan.changes]
    assert sizes == sorted(sizes, reverse=True)
    for change in sample.report.plan.changes:
        assert change.text
        assert any(id_ in known for id_ in change.fixes)


@EACH
def test_the_plan_is_the_same_when_a_and_b_change_places(sample: Sample) -> None:
    # What is pinned is what made A, so only the versions may differ.
    for mine, theirs in zip(sample.report.plan.changes, sample.swapped.plan.changes, strict=True):
        assert (mine.file, mine.findings, mine.bytes) == (
            theirs.file,
            theirs.findings,
            theirs.bytes,
        )
        assert mine.fixes == theirs.fixes
