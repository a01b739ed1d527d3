"""The table of trials, the marks it gives, and the fixes it speaks of belong together."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reprodiff.causes.registry import CAUSES
from reprodiff.toolchains.base import Where
from reprodiff.toolchains.registry import all_tools
from reprodiff.toolchains.trials import checked, trials

ROOT = Path(__file__).parents[2]
MARKS = ROOT / "reprodiff" / "toolchains" / "trials.json"
KNOBS = {f"{tool.id}-{knob.slug}": knob for tool in all_tools() for knob in tool.knobs}


def rows() -> list[dict[str, Any]]:
    document: dict[str, Any] = json.loads(MARKS.read_text(encoding="utf-8"))
    return [*document["trials"], *document["same"]]


def script(*code: str) -> subprocess.CompletedProcess[str]:
    start = "import sys; sys.path[:0] = ['trials', 'samples']; import table"
    return subprocess.run(
        [sys.executable, "-c", "\n".join((start, *code))],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )


def test_both_files_are_what_the_suite_writes() -> None:
    said = script(
        "sys.stdout.reconfigure(encoding='utf-8')", "print(table.as_markdown(table.read()))"
    )
    document = (ROOT / "docs" / "trials.md").read_text(encoding="utf-8")
    assert said.stdout.rstrip("\n") == document.rstrip("\n")
    assert script("print(table.as_json(table.read()))").stdout.strip() == MARKS.read_text().strip()


def test_every_fix_that_was_tried_is_there_and_is_for_the_cause() -> None:
    for row in trials():
        assert row.cause in CAUSES, row
        if row.outcome != "failed":
            assert KNOBS[row.fix].removes(row.cause), row


def test_an_outcome_is_told_by_what_kind_of_fix_it_was() -> None:
    for row in trials():
        if row.fix and row.outcome != "failed":
            after = KNOBS[row.fix].where == Where.POST
            assert row.outcome == ("normalized" if after else "rebuilt"), row


def test_each_case_is_told_once() -> None:
    keys = [
        tuple(row.get(key) for key in ("tool", "kind", "varied", "cause", "fix")) for row in rows()
    ]
    assert len(keys) == len(set(keys))


def test_as_many_trials_as_are_claimed_were_rebuilt() -> None:
    settings = [row for row in trials() if row.outcome != "normalized"]
    rebuilt = [row for row in settings if row.outcome == "rebuilt"]
    assert len({(row.tool, row.cause) for row in rebuilt}) >= 40
    assert len(rebuilt) >= 0.95 * len(settings)


def test_nothing_of_the_machine_is_told() -> None:
    text = MARKS.read_text(encoding="utf-8")
    assert "/root" not in text
    assert "/tmp/tr" not in text


def test_a_fix_that_was_rebuilt_carries_the_mark() -> None:
    assert checked("hatchling-epoch", ["zip-mtime-default"], ["hatchling"]) == "rebuilt"
    assert checked("hatchling-epoch", ["zip-dialect"], ["hatchling"]) == "no"


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.parametrize("word", ["flit_core/wheel/time zone", "hatchling/sdist/SOURCE_DATE_EPOCH"])
def test_a_trial_comes_out_as_it_did(word: str, tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("worlds are made on Linux")
    run = subprocess.run(
        [sys.executable, "trials/run.py", "--tools", str(tmp_path), word],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if "SKIPPED" in run.stdout:
        pytest.skip(run.stdout.strip())
    assert run.returncode == 0, run.stdout + run.stderr
    assert "rebuilt" in run.stdout
