"""The benchmark scripts run, and refuse to time a wrong answer; how fast anything is, is not
tested.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent.parent / "benchmarks"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the scripts need a Unix system")


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    copy = tmp_path / "benchmarks"
    copy.mkdir()
    for path in SCRIPTS.iterdir():
        if path.suffix in {".py", ".md"}:
            shutil.copy(path, copy)
    return copy


def run(scripts: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, str(scripts / "run.py"), "--small", "--repeat", "1"),
            *("--diffoscope", str(scripts / "nowhere"), *arguments),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_every_benchmark_runs_and_the_table_goes_into_the_readme(scripts: Path) -> None:
    before = (scripts / "README.md").read_text(encoding="utf-8")
    done = run(scripts, "--write")
    assert (done.returncode, done.stderr) == (0, "")
    after = (scripts / "README.md").read_text(encoding="utf-8")
    head, mark, _ = before.partition("<!-- results -->")
    assert after.startswith(head + mark)
    for row in ("`reprodiff --version`", "43 members", "5 bytecode files", "repacked"):
        assert row in after
    assert "diffoscope | not installed" in " ".join(after.split())
    assert str(scripts.parent) not in after


def test_a_report_that_is_not_right_is_not_timed(scripts: Path) -> None:
    text = (scripts / "inputs.py").read_text(encoding="utf-8")
    changed = text.replace("(2021, 3, 4, 5, 6, 8), 0o600", "(2021, 3, 4, 5, 6, 8), 0o4777")
    assert changed != text
    (scripts / "inputs.py").write_text(changed, encoding="utf-8")
    done = run(scripts, "repacked")
    assert done.returncode == 1
    assert "repacked: verdict on times, modes and order" in done.stderr
