"""A byte slipped in beside a benign difference: a real change is never hidden.

Each benign pair is compared again with one byte of B changed.  The report may be ``equivalent``
only if whoever reads the artifact gets the same from it, and it then names the place.
"""

from collections import Counter
from pathlib import Path
from random import Random
from zlib import crc32

import pytest

from reprodiff.engine import compare
from reprodiff.errors import InputError
from reprodiff.model import Location, Report, Severity, Verdict
from tests.samples.labels import ALL_PLACES, Sample, named
from tests.samples.slips import (
    Slip,
    content_slips,
    means_the_same,
    raw_slips,
    tar_slips,
    untarred,
    unzipped,
)

pytestmark = pytest.mark.slow

BENIGN = named("equivalent", "identical")
WHEELS = [sample for sample in BENIGN if sample.b.suffix == ".whl"]
SDISTS = [sample for sample in BENIGN if sample.b.suffix == ".gz"]


def of(samples: list[Sample]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("sample", samples, ids=lambda sample: sample.name)


def random_for(sample: Sample) -> Random:
    """The same slips in every run, other ones for each sample."""
    return Random(crc32(sample.name.encode()))  # noqa: S311


def report_on(sample: Sample, slip: Slip, where: Path) -> Report | None:
    """Compare A with the slipped B; ``None`` if that is refused."""
    artifact = where / sample.b.name
    artifact.write_bytes(slip.data)
    try:
        return compare(str(sample.a), str(artifact), ALL_PLACES)
    except InputError:
        return None


def places(report: Report) -> Counter[Location]:
    return Counter(place for finding in report.findings for place in finding.locations)


@of(WHEELS)
def test_a_byte_of_a_wheel(sample: Sample, tmp_path: Path) -> None:
    original = sample.b.read_bytes()
    known = places(sample.report)
    for slip in raw_slips(random_for(sample), original, 60):
        report = report_on(sample, slip, tmp_path)
        if report is None or report.verdict in {Verdict.DIFFERENT, Verdict.INCOMPLETE}:
            continue
        assert report.verdict is Verdict.EQUIVALENT, slip.at
        assert unzipped(slip.data) == unzipped(original), slip.at
        new = places(report) - known
        spans = [place.span_b for place in new if place.span_b]
        covered = any(span.start <= slip.at < span.stop for span in spans)
        # Where the member's content differs anyway, so does its stream; it has no finding.
        silent = not new and known
        assert covered or silent, (slip.at, new)


@of(SDISTS)
def test_a_byte_of_a_compressed_sdist(sample: Sample, tmp_path: Path) -> None:
    original = sample.b.read_bytes()
    for slip in raw_slips(random_for(sample), original, 60):
        report = report_on(sample, slip, tmp_path)
        if report is None or report.verdict in {Verdict.DIFFERENT, Verdict.INCOMPLETE}:
            continue
        assert report.verdict is Verdict.EQUIVALENT, slip.at
        assert untarred(slip.data) == untarred(original), slip.at


@of(SDISTS)
def test_a_byte_of_a_tar(sample: Sample, tmp_path: Path) -> None:
    original = sample.b.read_bytes()
    for slip in tar_slips(random_for(sample), original, 160):
        report = report_on(sample, slip, tmp_path)
        if report is None or report.verdict in {Verdict.DIFFERENT, Verdict.INCOMPLETE}:
            continue
        assert report.verdict is Verdict.EQUIVALENT, slip.at
        assert untarred(slip.data) == untarred(original), slip.at


@of(WHEELS)
def test_a_byte_of_a_member_with_a_record_that_fits(sample: Sample, tmp_path: Path) -> None:
    for slip in content_slips(random_for(sample), sample.b.read_bytes(), 12):
        report = report_on(sample, slip, tmp_path)
        assert report is not None
        if report.verdict is not Verdict.DIFFERENT:
            assert report.verdict is Verdict.EQUIVALENT, slip[:1] + slip[2:]
            assert means_the_same(slip.member, slip.before, slip.after), slip[:1] + slip[2:]


@of(WHEELS)
def test_a_byte_of_a_member_that_record_denies(sample: Sample, tmp_path: Path) -> None:
    """Whatever the change is, a RECORD that is not true of it is an alarm."""
    for slip in content_slips(random_for(sample), sample.b.read_bytes(), 3, honest=False):
        report = report_on(sample, slip, tmp_path)
        assert report is not None
        alarms = [each for each in report.findings if each.severity is Severity.ALARM]
        told = {place.path for each in alarms for place in each.locations}
        assert slip.member in told, slip[:1] + slip[2:]
        assert report.verdict is Verdict.DIFFERENT
