"""The parser by itself, on a command with one option of each kind."""

import contextlib
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.cli.arguments import Arguments, Command, Option, parse
from reprodiff.cli.errors import UsageError

COMMAND = Command(
    name="try",
    run=lambda _: 0,
    options=(
        Option(("-o", "--output"), metavar="FILE", repeatable=True),
        Option(("-f", "--format"), metavar="NAME", choices=("text", "json")),
        Option(("-q", "--quiet")),
        Option(("-v", "--verbose")),
        Option(("--limit",), metavar="N", read=int, default="10"),
        Option(("--app",), opposite="--no-app"),
        Option(("--theme",), metavar="NAME", variable="TRY_THEME"),
        Option(("--version",), tell=lambda _command, _value: "1.0"),
    ),
    operands="FILES",
)
NOTHING = {
    "output": (),
    "format": None,
    "quiet": False,
    "verbose": False,
    "limit": "10",
    "app": None,
    "theme": None,
}


def parsed(*words: str) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The operands, and the values that are not what they are without any option."""
    found = parse(COMMAND, words)
    assert isinstance(found, Arguments)
    assert found.values.keys() == NOTHING.keys()
    return found.operands, {
        key: value for key, value in found.values.items() if value != NOTHING[key]
    }


@pytest.mark.parametrize(
    ("words", "operands", "values"),
    [
        ((), (), {}),
        (("",), ("",), {}),
        (("-",), ("-",), {}),
        (("a", "-q", "b"), ("a", "b"), {"quiet": True}),
        (("--", "-q", "--", "--output"), ("-q", "--", "--output"), {}),
        (("-oa", "-o", "b", "--output=c", "--output", "d"), (), {"output": tuple("abcd")}),
        (("-o", "-q"), (), {"output": ("-q",)}),
        (("-o", "--"), (), {"output": ("--",)}),
        (("-o", ""), (), {"output": ("",)}),
        (("--output=",), (), {"output": ("",)}),
        (("--output=a=b",), (), {"output": ("a=b",)}),
        (("-o=a",), (), {"output": ("=a",)}),
        (("-qv",), (), {"quiet": True, "verbose": True}),
        (("-qf", "json"), (), {"quiet": True, "format": "json"}),
        (("-qfjson", "a"), ("a",), {"quiet": True, "format": "json"}),
        (("-fjson", "--format", "text"), (), {"format": "text"}),
        (("-q", "-q", "--quiet"), (), {"quiet": True}),
        (("--limit", "-1"), (), {"limit": -1}),
        (("--limit=-1",), (), {"limit": -1}),
        (("--limit", "1", "--limit", "2"), (), {"limit": 2}),
        (("--app",), (), {"app": True}),
        (("--app", "--no-app"), (), {"app": False}),
        (("--no-app", "--app"), (), {"app": True}),
        (("a\udcff", "-ob\udcff"), ("a\udcff",), {"output": ("b\udcff",)}),
        (("a b", "c\nd", "é"), ("a b", "c\nd", "é"), {}),
    ],
)
def test_words_are_told_apart(
    words: tuple[str, ...], operands: tuple[str, ...], values: dict[str, Any]
) -> None:
    assert parsed(*words) == (operands, values)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("-x",), "there is no option -x"),
        (("-1",), "there is no option -1"),
        (("-q-",), "there is no option --"),
        (("--=x",), "there is no option --"),
        (("---",), "there is no option ---"),
        (("--quie",), "there is no option --quie"),
        (("--Quiet",), "there is no option --Quiet"),
        (("--\udcff",), "there is no option --"),
        (("-qo",), "option '-o' requires an argument"),
        (("--output",), "option '--output' requires an argument"),
        (("--quiet=",), "option '--quiet' does not take a value"),
        (("--no-app=1",), "option '--no-app' does not take a value"),
        (("-f", "xml", "-f", "json"), "'xml' is not one of 'text', 'json'"),
        (("-f", ""), "'' is not one of"),
        (("--limit", "x"), "invalid value for '--limit'"),
        (("--limit", "x", "--limit", "1"), "invalid value for '--limit'"),
    ],
)
def test_what_the_command_does_not_take_is_refused(words: tuple[str, ...], reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(COMMAND, words)
    assert reason in caught.value.message
    assert caught.value.hint


def test_a_variable_counts_where_the_option_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "TRY_THEME", "dark")
    assert parsed() == ((), {"theme": "dark"})
    assert parsed("--theme=light") == ((), {"theme": "light"})
    monkeypatch.setitem(os.environ, "TRY_THEME", "")
    assert parsed() == ((), {})


def test_a_text_to_print_goes_before_wrong_values_and_after_wrong_names() -> None:
    assert parse(COMMAND, ["a", "--limit", "x", "--version"]) == "1.0"
    with pytest.raises(UsageError):
        parse(COMMAND, ["--version", "--nothing"])


WORDS = st.text(st.characters(exclude_categories=()), max_size=8)


@given(st.lists(WORDS))
def test_behind_the_end_of_the_options_every_word_is_an_operand(words: list[str]) -> None:
    assert parsed("--", *words) == (tuple(words), {})


@given(WORDS, st.lists(WORDS.filter(lambda word: not word.startswith("-"))))
def test_a_value_may_be_any_word_wherever_its_option_stands(value: str, words: list[str]) -> None:
    for at in range(len(words) + 1):
        for given_as in (["-o", value], ["--output", value], [f"--output={value}"]):
            found = parsed(*words[:at], *given_as, *words[at:])
            assert found == (tuple(words), {"output": (value,)})


@given(st.lists(WORDS))
def test_no_words_bring_anything_but_a_usage_error(words: list[str]) -> None:
    with contextlib.suppress(UsageError):
        assert isinstance(parse(COMMAND, words), Arguments | str)
