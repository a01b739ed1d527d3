"""What tests on compiled files ask: a report on two of them, and what it says."""

import subprocess
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.model import Report, Verdict


def run(place: Path, *command: str) -> None:
    """Run a build tool in ``place``; a tool that cannot do it here is no failure of the test."""
    made = subprocess.run(command, cwd=place, capture_output=True, check=False, timeout=120)
    if made.returncode:
        said = (made.stderr or made.stdout).decode(errors="replace")
        pytest.skip(f"{command[0]}: {said[-300:]}")


def report(a: Path, b: Path) -> Report:
    """Compare two files."""
    return compare(str(a), str(b))


def causes(found: Report) -> set[str]:
    """Return the ids of all causes that were found."""
    return {finding.cause for finding in found.findings}


def places(found: Report, cause: str) -> set[str]:
    """Return where inside of the files a cause was found."""
    return {
        location.inside
        for finding in found.findings
        if finding.cause == cause
        for location in finding.locations
    }


def assert_proven(found: Report, *expected: str) -> None:
    """Assert that all is benign and proven, to the last byte, and for the causes expected."""
    assert found.verdict is Verdict.EQUIVALENT, [
        (f.cause, f.confidence, f.locations[:3]) for f in found.findings
    ]
    assert found.summary.ledger.unexplained_bytes == 0
    assert set(expected) <= causes(found)
