"""What every test may rely on: a known environment, bounded random tests, and named needs."""

import os
import subprocess
import sys
import tempfile
from functools import cache

import pytest
from hypothesis import HealthCheck, settings

# No deadline: a busy machine must not fail a test. In CI the examples are the same every time, so
# that a red run means a change in the code; on a desk they vary, and find something new.
settings.register_profile(
    "desk", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

# Set on a person's or a CI's machine, these change what the program prints or how it starts.
_AMBIENT = {
    "CI",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "FORCE_COLOR",
    "LINES",
    "NO_COLOR",
    "SOURCE_DATE_EPOCH",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-network",
        action="store_true",
        help="leave out the tests that need the package index",
    )
    parser.addoption(
        "--update-docs",
        action="store_true",
        help="put what the program prints into the documents that show it",
    )


@cache
def index_answers() -> bool:
    """Whether a small package can be fetched; asked once, and without patience."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        command += ["--retries", "0", "--timeout", "10", "download", "--no-deps", "-d", folder]
        try:
            asked = subprocess.run(
                [*command, "iniconfig==2.1.0"], check=False, capture_output=True, timeout=60
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return asked.returncode == 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave slow tests out of the coverage: measuring it makes them three times slower."""
    for item in items:
        if "slow" in item.keywords:
            item.add_marker("no_cover")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if "network" not in item.keywords:
        return
    if item.config.getoption("--no-network"):
        pytest.skip("needs the package index, and --no-network was given")
    if not index_answers():
        pytest.skip("needs the package index, and there is none here")


@pytest.fixture(autouse=True)
def known_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name in _AMBIENT or name.startswith(("REPRODIFF_", "TEXTUAL_")):
            monkeypatch.delenv(name)
    # The readline that pytest loads puts these two where child processes see them, and only they.
    for name in ("COLUMNS", "LINES"):
        os.unsetenv(name)
