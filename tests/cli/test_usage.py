"""How the command is called: help, mistakes, values of options."""

import math
import re
from pathlib import Path

import pytest

import reprodiff
from reprodiff.cli.compare import compare
from reprodiff.cli.options import LIMITS, size
from reprodiff.cli.recipe import recipe
from reprodiff.limits import Limits
from tests.cli.conftest import Call, Engine, refused
from tests.reports.factory import report, times


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_fits_a_screen_and_names_every_option(call: Call, option: str) -> None:
    result = call(option)
    lines = result.out.splitlines()
    assert (result.status, result.err) == (0, "")
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    for param in compare.params:
        for name in param.opts + param.secondary_opts:
            assert name == "artifacts" or name in result.out
    assert "explain" in result.out


def test_the_version_is_printed(call: Call) -> None:
    assert call("--version") == (0, f"reprodiff {reprodiff.__version__}\n", "")


def test_the_schema_is_printed(call: Call) -> None:
    result = call("--print-schema")
    assert result.status == 0
    assert '"https://json-schema.org/draft/2020-12/schema"' in result.out


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ((), "two artifacts to compare are missing", "reprodiff A.whl B.whl"),
        (("a.whl",), "there is nothing to compare 'a.whl' with", "reprodiff A.whl B.whl"),
        (("a", "b", "c"), "3 artifacts are too many", "folder"),
        (("a", "b", "--formt", "json"), "there is no option --formt", "did you mean --format"),
        (("a", "b", "--exit-zer"), "there is no option --exit-zer", "--exit-zero"),
        (("a", "b", "-x"), "there is no option -x", "see reprodiff --help"),
        (
            ("a", "b", "--format", "xml"),
            "'xml' is not one of 'text', 'json', 'markdown', 'html'",
            "",
        ),
        (("a", "b", "--limit", "-1"), "--limit", "see reprodiff --help"),
        (("a", "b", "--limit"), "--limit", ""),
        (("a", "b", "--fail-on", "benign"), "'benign' is not one of", ""),
        (("a", "b", "--max-member-size", "many"), "'many' is not a size", ""),
        (("a", "b", "--max-member-size", "0"), "'0' is not a size", ""),
        (("a", "b", "--timeout", "0"), "--timeout", ""),
        (("a", "b", "--max-ratio", "0.5"), "--max-ratio", ""),
        (("a", "b", "--tui"), "the app needs a terminal", "leave out --tui"),
        (("a", "b", "--tui", "-q"), "--tui and --quiet exclude each other", ""),
        (("explain", "x", "y"), "unexpected extra argument", "reprodiff explain --help"),
        (("explain", "--formt"), "there is no option --formt", "--format"),
    ],
)
def test_a_mistake_is_said_in_one_line_with_what_to_do(
    call: Call, engine: Engine, arguments: tuple[str, ...], message: str, hint: str
) -> None:
    assert refused(call(*arguments), message, hint)
    assert engine.asked == []


def test_a_file_named_like_the_subcommand_can_be_compared(call: Call, engine: Engine) -> None:
    call("./explain", "b")
    call("--", "explain", "b")
    call("-q", "explain", "b")
    call("A B", "b")
    assert [asked[:2] for asked in engine.asked] == [
        ("./explain", "b"),
        ("explain", "b"),
        ("explain", "b"),
        ("A B", "b"),
    ]


def test_options_may_stand_anywhere(call: Call, engine: Engine) -> None:
    engine.report = report([times()])
    expected = call("a", "b", "--format", "json")
    assert call("--format", "json", "a", "b") == expected
    assert call("a", "-fjson", "b") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("500000", 500_000),
        ("64K", 64 << 10),
        ("64k", 64 << 10),
        ("1.5G", 3 << 29),
        ("2MB", 2 << 20),
        ("2MiB", 2 << 20),
        ("1T", 1 << 40),
    ],
)
def test_sizes_have_units(text: str, expected: int) -> None:
    assert size(text) == expected


def test_every_limit_reaches_the_engine(call: Call, engine: Engine) -> None:
    values = {
        "max_member_bytes": ("1M", 1 << 20),
        "max_total_bytes": ("2G", 2 << 30),
        "max_ratio": ("100", 100.0),
        "max_entries": ("7", 7),
        "max_nesting": ("3", 3),
        "max_seconds": ("1.5", 1.5),
    }
    arguments = [part for it in LIMITS for part in (it.option, values[it.field][0])]
    call("a", "b", *arguments)
    call("a", "b")
    (_, _, given), (_, _, default) = engine.asked
    assert given.limits == Limits(**{name: value for name, (_, value) in values.items()})  # type: ignore[arg-type]
    assert default.limits == Limits()


def test_the_guide_knows_every_option_and_no_other() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "usage.md").read_text("utf-8")
    said = set(re.findall(r"--[a-z][a-z-]+", guide))
    given = [*compare.params, *recipe.params]
    known = {name for param in given for name in (*param.opts, *param.secondary_opts)}
    assert said == {name for name in known if name.startswith("--")} - {"--help", "--version"}


def test_the_guide_names_the_limits_as_they_are() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "usage.md").read_text("utf-8")
    rows = dict(re.findall(r"(?m)^\| `(--[a-z-]+)` \| [^|]+ \| (\S+) \|$", guide))
    assert set(rows) == {limit.option for limit in LIMITS}
    for limit in LIMITS:
        default = getattr(Limits(), limit.field)
        said = rows[limit.option]
        assert (math.inf if said == "none" else size(said)) == default


def test_a_subcommand_that_is_misspelt_is_guessed(call: Call) -> None:
    result = call("explan", "zip-member-mtime")
    assert result.status == 2
    assert result.out == ""
    assert "there is no file and no command 'explan'" in result.err
    assert "did you mean explain?" in result.err


def test_a_file_that_is_named_almost_like_a_subcommand_is_compared(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "explan").write_text("x")
    assert "no command" not in call("explan", "b").err
