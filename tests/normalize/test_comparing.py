"""``reprodiff A B --normalize``: the proof of `equivalent` that needs no trust in reprodiff."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reprodiff.artifacts.opening import open_artifact
from reprodiff.cli.main import main
from reprodiff.engine import Options, compare
from reprodiff.limits import Limits
from reprodiff.model import Fix, Report, Side
from reprodiff.normalize.compare import with_normalized
from reprodiff.normalize.files import digest
from reprodiff.normalize.rules import DEFAULT_EPOCH, RefusedError, Rules
from tests.normalize.support import WHEEL_NAME, wheel

SAMPLES = Path(__file__).parents[2] / "samples"


def sides(sample: str) -> tuple[str, str]:
    a, b = (next((SAMPLES / sample / side).iterdir()) for side in "ab")
    return str(a), str(b)


def normalized(sample: str) -> Report:
    return compare(*sides(sample), Options(normalize=True))


def test_both_digests_are_those_of_the_files_that_normalize_writes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = normalized("clock-setuptools-wheel").normalized
    assert found is not None
    assert found.same
    assert found.epoch == DEFAULT_EPOCH
    for number, path in enumerate(sides("clock-setuptools-wheel")):
        assert main(["normalize", path, "-o", str(tmp_path / f"{number}.whl")]) == 0
        assert capsys.readouterr().out.split()[0] == found.a == found.b


def test_the_digests_do_not_depend_on_source_date_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    before = normalized("gzip-header-clock-pdm").normalized
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert normalized("gzip-header-clock-pdm").normalized == before


def test_a_side_that_contradicts_itself_has_no_form_and_says_why() -> None:
    found = normalized("record-lies").normalized
    assert found is not None
    assert (found.same, found.b) == (False, "")
    assert len(found.a) == 64
    assert found.refused == {Side.B: ("RECORD is not true of a file: demo/units.py",)}


def test_nothing_is_computed_unless_it_is_asked_for() -> None:
    assert compare(*sides("clock-setuptools-wheel")).normalized is None


def test_a_tree_has_no_form(tmp_path: Path) -> None:
    for side in "ab":
        (tmp_path / side).mkdir()
        (tmp_path / side / "x.py").write_text(side)
    report = compare(str(tmp_path / "a"), str(tmp_path / "b"), Options(normalize=True))
    assert report.normalized is not None
    assert set(report.normalized.refused) == {Side.A, Side.B}


def test_a_fix_that_normalises_is_checked_where_the_forms_are_the_same(tmp_path: Path) -> None:
    paths = []
    for name, data in (("a", wheel()), ("b", wheel(backwards=True)), ("c", wheel({"x": b""}))):
        (tmp_path / name).mkdir()
        path = tmp_path / name / WHEEL_NAME
        path.write_bytes(data)
        paths.append(str(path))
    command = "reprodiff normalize dist/* -o canonical/"
    ours = Fix("normalize", "reprodiff", "t", "post-process", command, "w")
    other = Fix("other", "setuptools", "t", "environment", "export X=1", "w")
    report = replace(compare(paths[0], paths[1]), fixes=(ours, other))
    with (
        open_artifact(paths[0], Limits()) as a,
        open_artifact(paths[1], Limits()) as b,
        open_artifact(paths[2], Limits()) as c,
    ):
        shown = with_normalized(report, a, b, Limits())
        hidden = with_normalized(report, a, c, Limits())
    assert [fix.checked for fix in shown.fixes] == ["normalized", "no"]
    assert [fix.checked for fix in hidden.fixes] == ["no", "no"]


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_reports_say_it_in_a_line(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = sides("umask-setuptools-wheel")
    assert main([a, b, "--normalize", "--format", form, "--exit-zero"]) == 0
    printed = capsys.readouterr().out
    assert "Canonical forms: the same bytes" in printed
    assert digest(a, Rules(), Limits()).sha256 in printed


def different() -> Iterator[str]:
    for label in sorted(SAMPLES.glob("*/label.toml")):
        if tomllib.loads(label.read_text(encoding="utf-8"))["verdict"] == "different":
            yield label.parent.name


@pytest.mark.parametrize("sample", list(different()))
def test_builds_that_are_different_never_have_one_form(sample: str) -> None:
    found = []
    for path in sides(sample):
        try:
            found.append(digest(path, Rules(), Limits()).sha256)
        except RefusedError as error:
            found.append(str(error))
    assert found[0] != found[1]


def test_canonical_forms_that_differ_say_in_what(capsys: pytest.CaptureFixture[str]) -> None:
    a, b = sides("crlf-checkout-wheel")
    assert main([a, b, "--normalize", "-o", "-"]) == 1
    assert "Canonical forms: they differ in what is left as it is: line-endings" in (
        capsys.readouterr().out
    )


SMALL = sorted(
    path.name
    for path in SAMPLES.iterdir()
    if path.is_dir()
    and not path.name.startswith(("elf-", "pe-", "macho-", "_", "hidden-change-in-3"))
)


@pytest.mark.parametrize("sample", SMALL)
def test_a_pair_has_one_form_or_a_reason_why_not(sample: str) -> None:
    report = normalized(sample)
    found = report.normalized
    assert found is not None
    assert found.same is not bool(found.kept or found.refused)
    if report.verdict == "different":
        assert not found.same
