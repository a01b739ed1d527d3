"""No cause without documentation, something that shows it, and a fix or the reason for none."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from reprodiff.causes.registry import CAUSES
from reprodiff.model import Severity
from reprodiff.toolchains.remedies import remedies
from tests.samples.labels import samples

ROOT = Path(__file__).parents[2]
_LISTED = tomllib.loads(Path(__file__).with_name("shown.toml").read_text(encoding="utf-8"))
_SHOWING = ("artifacts", "causes", "engine", "formats", "hostile", "native", "platforms")
SHOWN, REASONS = _LISTED["tests"], _LISTED["reasons"]


def in_samples() -> set[str]:
    return {finding.cause for sample in samples() for finding in sample.report.findings}


def in_tests() -> set[str]:
    """Causes that a test of formats, causes or the engine names."""
    text = "".join(
        path.read_text(encoding="utf-8")
        for folder in _SHOWING
        for path in (ROOT / "tests" / folder).rglob("*.py")
    )
    return {cause for cause in CAUSES if re.search(rf"[\"']{re.escape(cause)}[\"']", text)}


def test_every_cause_is_shown_by_a_sample_or_by_a_test() -> None:
    unshown = set(CAUSES) - in_samples() - in_tests() - set(SHOWN) - set(REASONS)
    assert unshown == set(), "add a sample, a test, or a line to tests/causes/shown.toml"
    assert all(len(reason.split()) > 3 for reason in REASONS.values())


def test_what_is_listed_is_a_cause_and_listed_once() -> None:
    assert set(SHOWN) | set(REASONS) <= set(CAUSES)
    assert set(SHOWN) & set(REASONS) == set()


@pytest.mark.parametrize("cause", sorted(SHOWN))
def test_the_test_that_shows_a_cause_is_there(cause: str) -> None:
    path, _, name = SHOWN[cause].partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("cause", sorted(CAUSES))
def test_every_cause_is_documented_and_has_a_fix_or_a_reason(cause: str) -> None:
    one = CAUSES[cause]
    doc = one.doc
    for text in (one.title, doc.what, doc.recognised, doc.why, doc.mistaken_for):
        assert text
    found = remedies(one)
    assert found
    for remedy in found:
        assert remedy.change
    if one.severity is Severity.BENIGN:
        # A benign one is removed by a setting that can be copied, or nothing removes it.
        assert any(r.snippet for r in found) or any(not r.tool for r in found)
