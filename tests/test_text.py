"""The border: what comes out of an artifact is one line that acts on nothing and hides nothing."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.formats.parsing.unicode import hidden_characters
from reprodiff.text import MAX_SHOWN, name, plain

ANYTHING = st.text(st.characters(exclude_categories=())) | st.sampled_from(
    [
        *("\x1b[2J\x1b]52;c;ZXZpbA==\x07", "\x9b31m\x85\x90q\x9c", "\u202egnp\u2066x\u2069"),
        *("a\u200bb\u200d\u2060\ufeff", "\udc1b\udc9b\ud800", "\U000e0041\U000e0101", "a\rb\nc\t"),
        *("\u3164\u2800\u115f", "\u00ad\u061c", "\u0301\u0489", "\\x1b", "\\\\", "\\u202e"),
    ]
)
RAW = st.binary(max_size=30) | ANYTHING.map(lambda text: text.encode("utf-8", "surrogatepass"))


def assert_harmless(text: str) -> None:
    assert "\n" not in text
    for char in text:
        assert char == " " or unicodedata.category(char)[0] not in "CZ", ascii(char)
    # An emoji may keep the marks that are part of it; a name cannot tell.
    assert hidden_characters(text) == []
    text.encode("utf-8")


@settings(max_examples=500)
@given(ANYTHING | RAW | st.integers() | st.floats() | st.none() | st.tuples(ANYTHING, RAW))
def test_nothing_acts_and_nothing_is_hidden(value: object) -> None:
    assert_harmless(plain(value))
    assert_harmless(plain(value, 40))


@settings(max_examples=500)
@given(RAW)
def test_a_name_is_harmless_and_one_to_one(raw: bytes) -> None:
    shown = name(raw)
    assert_harmless(shown)
    assert restored(shown) == raw


_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([nrt\\]))")


def restored(shown: str) -> bytes:
    """The bytes a display path stands for; there is no second reading."""

    def one(found: re.Match[str]) -> str:
        byte, short, long, other = found.groups()
        if byte is not None:
            code = int(byte, 16)
            return chr(code) if code < 0x80 else chr(0xDC00 + code)
        if other is not None:
            return {"n": "\n", "r": "\r", "t": "\t"}.get(other, other)
        return chr(int(short or long, 16))

    text = _ESCAPE.sub(one, shown)
    assert "\\" not in _ESCAPE.sub("", shown)
    return text.encode("utf-8", "surrogateescape")


@given(st.lists(RAW, unique=True, max_size=20))
def test_two_names_never_have_one_path(raws: list[bytes]) -> None:
    assert len({name(raw) for raw in raws}) == len(raws)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"demo/core.py", "demo/core.py"),
        ("demo/\u00e4\u65e5.py".encode(), "demo/\u00e4\u65e5.py"),
        (b"a b", "a b"),
        (b"a\xff", "a\\xff"),
        (b"a\\xff", "a\\\\xff"),
        (b"\x1b[31m", "\\x1b[31m"),
        (b"\xc2\x9b", "\\u009b"),
        ("\u202e".encode(), "\\u202e"),
        ("\u00a0\u2003".encode(), "\\u00a0\\u2003"),
        ("\U000e0101".encode(), "\\U000e0101"),
        (b"a\nb\rc\td", "a\\nb\\rc\\td"),
        (b"", ""),
    ],
)
def test_names_as_they_are_shown(raw: bytes, shown: str) -> None:
    assert name(raw) == shown


def test_values_as_they_are_shown() -> None:
    assert plain(None) == ""
    assert plain(b"\x00\xff") == "\\x00\\xff"
    assert plain((1, "a\x1b", None)) == "1, a\\x1b, "
    assert plain(memoryview(b"ab")) == "ab"
    assert plain("[red]<b>") == "[red]<b>"


@given(st.text(min_size=1), st.integers(30, 200))
def test_a_long_text_is_cut_in_the_middle_and_says_so(part: str, limit: int) -> None:
    text = part * (limit + 1)
    shown = plain(text, limit)
    if len(text) > limit:
        assert " more … " in shown
        missing = int(re.findall(r" … (\d+) more … ", shown)[0])
        assert 0 < missing < len(text)
        assert missing >= len(text) - limit


def test_a_cut_never_lets_an_escape_out() -> None:
    """What is cut is the text; each character left of it is escaped whole."""
    for size in range(MAX_SHOWN - 5, MAX_SHOWN + 30):
        assert_harmless(plain("\x1b" * size, MAX_SHOWN))
        assert plain("\x1b" * size, MAX_SHOWN).replace("\\x1b", "").strip(" …more0123456789") == ""
