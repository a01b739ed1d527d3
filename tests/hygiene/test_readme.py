"""What the README shows is what the program prints."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
SAMPLE = ROOT / "samples" / "hidden-change-in-300"


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="an sdist is shipped without the samples")
def test_the_first_look_is_the_real_output(pytestconfig: pytest.Config) -> None:
    readme = README.read_text(encoding="utf-8")
    shown = re.search(r"```console\n\$ reprodiff (.+)\n((?s:.+?))```", readme)
    assert shown is not None
    run = subprocess.run(
        [sys.executable, "-m", "reprodiff", *shlex.split(shown[1])],
        cwd=SAMPLE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert (run.returncode, run.stderr) == (1, "")
    if pytestconfig.getoption("--update-docs"):
        before, after = readme[: shown.start(2)], readme[shown.end(2) :]
        README.write_text(before + run.stdout + after, encoding="utf-8")
    else:
        assert shown[2] == run.stdout, "run `make docs` if this change is meant"
