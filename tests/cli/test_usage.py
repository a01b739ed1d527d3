"""How the command is called: help, mistakes, values of options."""

import math
import re
from pathlib import Path

import pytest

import reprodiff
from reprodiff.cli import compare, explain, normalize, recipe
from reprodiff.cli.arguments import Command
from reprodiff.cli.options import LIMITS, size
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
    for each in compare.COMMAND.options:
        for name in each.all_names:
            assert name in result.out
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
        (("a", "b", "-qx"), "there is no option -x", "see reprodiff --help"),
        (("a", "b", "--form", "json"), "there is no option --form", "did you mean --format"),
        (("a", "b", "-1"), "there is no option -1", ""),
        (("a", "b", "--limit", "-1"), "'-1' is not a whole number of 0 or more", "--help"),
        (("a", "b", "--limit", "1.5"), "'1.5' is not a whole number", ""),
        (("a", "b", "--limit="), "'' is not a whole number", ""),
        (("a", "b", "--limit"), "option '--limit' requires an argument", "see reprodiff --help"),
        (("a", "b", "-qf"), "option '-f' requires an argument", ""),
        (("a", "b", "--quiet=1"), "option '--quiet' does not take a value", ""),
        (("a", "b", "-f", "xml", "-f", "json"), "invalid value for '-f' / '--format'", ""),
        (("--version", "--formt"), "there is no option --formt", ""),
        (("a", "b", "--fail-on", "benign"), "'benign' is not one of", ""),
        (("a", "b", "--max-member-size", "many"), "'many' is not a size", ""),
        (("a", "b", "--max-member-size", "0"), "'0' is not a size", ""),
        (("a", "b", "--timeout", "0"), "--timeout", ""),
        (("a", "b", "--timeout", "nan"), "'nan' is not a number above 0", ""),
        (("a", "b", "--max-ratio", "0.5"), "--max-ratio", ""),
        (("a", "b", "--tui"), "the app needs a terminal", "leave out --tui"),
        (("a", "b", "--tui", "-q"), "--tui and --quiet exclude each other", ""),
        (("explain", "x", "y"), "unexpected extra argument", "reprodiff explain --help"),
        (("explain", "x", "y", "z"), "unexpected extra arguments (y z)", ""),
        (("explain", "--formt"), "there is no option --formt", "--format"),
        (("normalize", "a", "-o"), "option '-o' requires", "see reprodiff normalize --help"),
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


def test_options_may_stand_anywhere_and_have_their_values_in_three_ways(
    call: Call, engine: Engine
) -> None:
    engine.report = report([times()])
    expected = call("a", "b", "--format", "json")
    assert call("--format", "json", "a", "b") == expected
    assert call("a", "-fjson", "b") == expected
    assert call("a", "--format=json", "--", "b") == expected
    assert call("a", "b", "-qfjson") == (1, "", "")
    assert call("a", "b", "-f", "text", "--format=json") == expected


def test_a_word_behind_the_end_of_the_options_is_none(call: Call, engine: Engine) -> None:
    call("-q", "--", "--help", "-q")
    call("-", "b")
    assert [asked[:2] for asked in engine.asked] == [("--help", "-q"), ("-", "b")]


def test_the_first_text_that_is_asked_for_is_printed_whatever_else_is_given(call: Call) -> None:
    version = call("--version")
    assert call("--limit", "x", "--version", "--help", "a", "b", "c") == version
    assert call("--help", "--version") == call("--help")
    assert call("explain", "a", "b", "-h") == call("explain", "--help")


@pytest.mark.parametrize("command", [explain.COMMAND, normalize.COMMAND, recipe.COMMAND])
def test_a_subcommand_has_help_that_names_its_options(call: Call, command: Command) -> None:
    result = call(command.name, "--help")
    lines = result.out.splitlines()
    assert (result.status, result.err) == (0, "")
    assert lines[0] == f"Usage: reprodiff {command.name} [OPTIONS] {command.operands}"
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 80
    for option in command.options:
        for name in option.all_names if option.help else ():
            assert name in result.out


def test_the_help_is_no_wider_than_the_terminal(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = call("normalize", "--help").out.splitlines()
    assert max(map(len, lines)) <= 58
    assert "                    SOURCE_DATE_EPOCH, or 315532800:" in lines


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
    given = [*compare.COMMAND.options, *recipe.COMMAND.options]
    known = {name for each in given for name in each.all_names}
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
