"""Published wheels of popular pure packages against rebuilds of them from their sdists.

What is downloaded and built is kept in a cache (``REPRODIFF_TEST_CACHE``, or the user's cache
directory), so that a second run needs no network.  Build backends are whatever the index serves
on the day: what is asserted holds for any of them.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.model import Category, Verdict

pytestmark = [pytest.mark.network, pytest.mark.slow]

PACKAGES = (
    "attrs==25.3.0",
    "certifi==2025.4.26",
    "click==8.1.8",
    "idna==3.10",
    "iniconfig==2.1.0",
    "jinja2==3.1.6",
    "packaging==25.0",
    "pluggy==1.5.0",
    "requests==2.32.3",
    "rich==14.0.0",
    "typing_extensions==4.13.2",
    "urllib3==2.4.0",
)


# Read now: the tests' environment is cleared of everything that begins with the program's name.
NAMED_CACHE = os.environ.get("REPRODIFF_TEST_CACHE")


def cache() -> Path:
    base = Path(NAMED_CACHE) if NAMED_CACHE else Path.home() / ".cache" / "reprodiff-tests"
    base.mkdir(parents=True, exist_ok=True)
    return base


def pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"pip {arguments[0]} did not work here: {error}")


def artifact(requirement: str, kind: str) -> Path:
    """Return the published wheel or sdist, or the wheel rebuilt from the sdist."""
    folder = cache() / requirement / kind
    found = [path for path in folder.glob("*") if path.suffix in {".whl", ".gz"}]
    if not found:
        folder.mkdir(parents=True, exist_ok=True)
        to = str(folder)
        if kind == "published":
            pip("download", "--no-deps", "--only-binary", ":all:", "-d", to, requirement)
        elif kind == "sdist":
            pip("download", "--no-deps", "--no-binary", ":all:", "-d", to, requirement)
        else:
            pip("wheel", "--no-deps", "-w", to, str(artifact(requirement, "sdist")))
        found = [path for path in folder.glob("*") if path.suffix in {".whl", ".gz"}]
    assert len(found) == 1
    return found[0]


@pytest.fixture(scope="session", autouse=True)
def _pip() -> None:
    if subprocess.run(
        [sys.executable, "-m", "pip", "--version"], check=False, capture_output=True
    ).returncode:
        pytest.skip("there is no pip in this environment")


@pytest.mark.parametrize("requirement", PACKAGES)
def test_a_rebuild_is_accounted_for_to_the_last_byte(requirement: str) -> None:
    report = compare(str(artifact(requirement, "published")), str(artifact(requirement, "rebuilt")))
    assert report.problems == ()
    assert report.verdict is not Verdict.INCOMPLETE
    assert report.summary.ledger.unexplained_bytes == 0
    found = {finding.category for finding in report.findings}
    assert Category.INTEGRITY not in found
    assert "source-changed" not in {finding.cause for finding in report.findings}
