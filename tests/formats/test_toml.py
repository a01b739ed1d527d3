"""TOML and INI: files that say the same are one fact, all others are text."""

import pytest

from reprodiff.formats import ini, toml
from reprodiff.formats.base import Content
from reprodiff.model import ArtifactKind
from tests.formats.accounts import account


def kinds(a: str, b: str, path: str = "a.toml") -> list[str]:
    one, two = a.encode(), b.encode()
    content = Content(path, path, memoryview(one), memoryview(two), ArtifactKind.WHEEL)
    form = toml.FORMAT if path.endswith(".toml") else ini.FORMAT
    assert form.applies(content)
    found = list(form.compare(content))
    assert account(one, two, found).explained
    return [fact.what for fact in found]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("a = 1\nb = 2\n", "b = 2\na = 1\n"),
        ("a = 'x'\n", 'a = "x"\n'),
        ("a.b = 1\n", "[a]\nb = 1\n"),
        ("a = 1000\n", "a = 1_000\n"),
        ("a = 1 # one\n", "a = 1 # two\n"),
        ("a = 0x10\n", "a = 16\n"),
    ],
)
def test_equal_tables_are_another_form(a: str, b: str) -> None:
    assert kinds(a, b) == ["toml.format"]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("a = 1\n", "a = 2\n"),
        ("a = 1\n", "a = 1.0\n"),
        ("a = 1\n", "a = '1'\n"),
        ("a = 0.0\n", "a = -0.0\n"),
        ("a = [1, 2]\n", "a = [2, 1]\n"),
        ("a = 1979-05-27\n", "a = 1979-05-27T00:00:00\n"),
        ("a = 1\n", "a = \n"),
        ("a = 1\nb = \n", "a = 1\nb =\n"),
        ("a = 1\n", "a = 1\na = 1\n"),
        ("[[a]]\n[[a]]\n", "[[a]]\n"),
    ],
)
def test_other_tables_and_what_is_no_toml_are_text(a: str, b: str) -> None:
    assert "toml.format" not in kinds(a, b)
    assert "toml.format" not in kinds(b, a)


def test_line_endings_alone_stay_line_endings() -> None:
    assert kinds("a = 1\n", "a = 1\r\n") == ["text.eol"]
    assert kinds("[a]\nb = 1\n", "[a]\r\nb = 1\r\n", "a.ini") == ["text.eol"]


@pytest.mark.parametrize("path", ["a.toml", "a.cfg"])
def test_a_character_in_a_comment_that_is_not_seen_is_still_told(path: str) -> None:
    found = kinds("[a]\n# x\nb = 1\n", "[a]\n# \u202ex\nb = 1\n", path)
    assert "text.hidden" in found


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("[a]\nb = 1\n", "[a]\nb: 1\n", True),
        ("[a]\nb = 1\nc = 2\n", "[a]\nc = 2\nb = 1\n", True),
        ("[a]\nb =\n  x\n", "[a]\nb =\n    x\n", True),
        ("[a]\nb = 1\n", "[a]\nB = 1\n", False),
        ("[a]\nb = 1\n", "[A]\nb = 1\n", False),
        ("[a]\nb = 1\n", "[a]\nb = 1 ; x\n", False),
        ("[a]\nb = x  y\n", "[a]\nb = x y\n", False),
        ("[a]\nb = 1\n", "[a]\nb = 1\nb = 1\n", False),
        ("[a]\nb = 1\n", "b = 1\n[a]\n", False),
        ("[a]\nb = 1\n", "[a] c\nb = 1\n", False),
        ("[a]\nb = 1\n\n c\n", "[a]\nb = 1\n c\n", False),
    ],
)
def test_options_are_equal_to_the_last_character(a: str, b: str, same: bool) -> None:
    assert (kinds(a, b, "a.cfg") == ["ini.format"]) is same
    assert (kinds(b, a, "a.cfg") == ["ini.format"]) is same


def test_a_comment_that_is_not_utf8_keeps_a_file_from_being_read() -> None:
    a, b = b"[a]\nb = 1\n# x\n", b"[a]\nb = 1\n# \xe9\n"
    for one, two in ((a, b), (b, a)):
        content = Content("a.cfg", "a.cfg", memoryview(one), memoryview(two), ArtifactKind.WHEEL)
        assert "ini.format" not in {fact.what for fact in ini.FORMAT.compare(content)}
