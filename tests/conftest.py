"""What every test may rely on: a known environment, bounded random tests, and named needs."""

import os

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
        "--network",
        action="store_true",
        help="run the tests that need the package index",
    )
    parser.addoption(
        "--update-docs",
        action="store_true",
        help="put what the program prints into the documents that show it",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--network"):
        return
    without = pytest.mark.skip(reason="needs the package index: run pytest --network")
    for item in items:
        if "network" in item.keywords:
            item.add_marker(without)


@pytest.fixture(autouse=True)
def known_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name in _AMBIENT or name.startswith(("REPRODIFF_", "TEXTUAL_")):
            monkeypatch.delenv(name)
    # The readline that pytest loads puts these two where child processes see them, and only they.
    for name in ("COLUMNS", "LINES"):
        os.unsetenv(name)
