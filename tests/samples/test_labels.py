"""Every labelled pair of real artifacts: what its label promises, both ways, in every run."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.model import Finding, Report, Severity, Verdict
from reprodiff.reports.json import to_json
from tests.samples.labels import ALL_PLACES, Sample, named, samples, worst

NATIVE = {
    "vendored-library-version": "pairing a vendored library with its other build takes rules on "
    "native files: until then it stands on one side only, which is for review",
}
"""Samples whose labels need more of native files than is read, and what holds instead."""

EACH = pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
LABELLED = pytest.mark.parametrize(
    "sample",
    [sample for sample in samples() if sample.name not in NATIVE],
    ids=lambda sample: sample.name,
)


def test_every_exception_is_a_sample_that_holds_machine_code() -> None:
    compiled = {sample.name for sample in samples() if "gcc" in sample.label["made_with"]}
    assert set(NATIVE) <= compiled


@EACH
def test_the_verdict_is_that_of_the_label(sample: Sample) -> None:
    assert sample.report.verdict == sample.verdict


@LABELLED
def test_what_the_label_expects_is_found(sample: Sample) -> None:
    for expected in sample.label.get("expect", []):
        found = [each for each in sample.report.findings if _fits(each, expected)]
        assert found, expected
        places = {place for each in found for place in _places(each)}
        assert {path.rstrip("/") for path in expected.get("paths", [])} <= places, expected


def _fits(finding: Finding, expected: dict[str, str]) -> bool:
    return all(
        getattr(finding, key) == expected[key]
        for key in ("category", "severity", "confidence")
        if key in expected
    )


def _places(finding: Finding) -> set[str]:
    """Paths of a finding; a directory goes by its name without the slash that some writers add."""
    return {place.path.rstrip("/") for place in finding.locations}


@LABELLED
def test_nothing_is_claimed_that_the_label_forbids(sample: Sample) -> None:
    forbidden = {each["category"] for each in sample.label.get("forbid", [])}
    claimed = {finding.category.value: finding.locations[:3] for finding in sample.report.findings}
    assert {category: claimed[category] for category in forbidden & claimed.keys()} == {}


@pytest.mark.parametrize(
    "sample",
    [each for each in samples() if "first" in each.label and each.name not in NATIVE],
    ids=lambda sample: sample.name,
)
def test_what_matters_most_comes_first(sample: Sample) -> None:
    first = sample.report.findings[0]
    assert first.severity is worst(sample.report)
    assert first.category == sample.label["first"]


@LABELLED
def test_every_differing_byte_is_accounted_for(sample: Sample) -> None:
    ledger = sample.report.summary.ledger
    assert ledger.unexplained_bytes == 0
    assert ledger.explained_bytes == ledger.differing_bytes
    assert sum(ledger.by_category.values()) == ledger.differing_bytes
    assert (ledger.differing_bytes == 0) == (sample.verdict == "identical")


@EACH
def test_a_hidden_change_is_never_benign(sample: Sample) -> None:
    if sample.verdict == "different":
        assert worst(sample.report) is not Severity.BENIGN
    assert sample.report.problems == ()


@EACH
def test_a_and_b_changed_over_give_the_mirrored_report(sample: Sample) -> None:
    report, back = sample.report, sample.swapped
    assert back.verdict is report.verdict
    assert back.summary.ledger == report.summary.ledger
    assert back.summary.categories == report.summary.categories
    assert (back.a, back.b) == (report.b, report.a)
    assert [_account(each) for each in back.findings] == [
        _account(each) for each in report.findings
    ]
    for finding, other in zip(report.findings, back.findings, strict=True):
        # A place is told by A's names: those with the version in them are not the same.
        said = Counter((_plain(p.inside, report), p.a, p.b) for p in finding.locations)
        mirrored = Counter((_plain(p.inside, report), p.b, p.a) for p in other.locations)
        assert said == mirrored, finding.cause


def _plain(inside: str, report: Report) -> str:
    if report.a.version == report.b.version:
        return inside
    return inside.replace(report.a.version, "*").replace(report.b.version, "*")


def _account(finding: Finding) -> tuple[object, ...]:
    return (
        *(finding.id, finding.cause, finding.severity, finding.confidence, finding.title),
        *(finding.bytes, finding.location_count, finding.derived_from),
    )


@EACH
def test_an_artifact_is_identical_to_its_copy(sample: Sample, tmp_path: Path) -> None:
    for artifact in (sample.a, sample.b):
        copy = tmp_path / artifact.name
        shutil.copyfile(artifact, copy)
        report = compare(str(artifact), str(copy))
        assert report.verdict is Verdict.IDENTICAL
        assert report.findings == ()
        assert report.summary.members.differing == 0


@EACH
def test_the_report_is_the_same_byte_for_byte_in_every_run(sample: Sample) -> None:
    again = compare(str(sample.a), str(sample.b), ALL_PLACES)
    assert to_json(again, None) == to_json(sample.report, None)


@EACH
def test_what_follows_stands_behind_its_cause(sample: Sample) -> None:
    """Ids in ``derived_from`` are those of findings in the report, and never of itself."""
    report: Report = sample.report
    ids = {finding.id for finding in report.findings}
    for finding in report.findings:
        assert set(finding.derived_from) <= ids - {finding.id}


def test_there_are_samples_of_every_verdict_a_pair_can_have() -> None:
    assert named("identical")
    assert len(named("equivalent")) > 10
    assert len(named("different")) > 10
