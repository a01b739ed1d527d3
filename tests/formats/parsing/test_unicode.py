import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.formats.parsing.unicode import Hidden, hidden_characters


@pytest.mark.parametrize(
    ("char", "kind", "name"),
    [
        ("\u202e", "bidi", "RIGHT-TO-LEFT OVERRIDE"),
        ("\u2066", "bidi", "LEFT-TO-RIGHT ISOLATE"),
        ("\u200f", "bidi", "RIGHT-TO-LEFT MARK"),
        ("\u061c", "bidi", "ARABIC LETTER MARK"),
        ("\u200b", "invisible", "ZERO WIDTH SPACE"),
        ("\u200d", "invisible", "ZERO WIDTH JOINER"),
        ("\u2063", "invisible", "INVISIBLE SEPARATOR"),
        ("\ufeff", "invisible", "ZERO WIDTH NO-BREAK SPACE"),
        ("\u00ad", "invisible", "SOFT HYPHEN"),
        ("\u3164", "invisible", "HANGUL FILLER"),
        ("\u1160", "invisible", "HANGUL JUNGSEONG FILLER"),
        ("\u2800", "invisible", "BRAILLE PATTERN BLANK"),
        ("\u2028", "invisible", "LINE SEPARATOR"),
        ("\U000e0041", "tag", "TAG LATIN CAPITAL LETTER A"),
        ("\U000e0002", "tag", "reserved-E0002"),
        ("\ufe00", "variation", "VARIATION SELECTOR-1"),
        ("\ufe0f", "variation", "VARIATION SELECTOR-16"),
        ("\U000e0100", "variation", "VARIATION SELECTOR-17"),
        ("\x1b", "control", "control-001B"),
        ("\x00", "control", "control-0000"),
        ("\x0b", "control", "control-000B"),
        ("\x7f", "control", "control-007F"),
        ("\x9b", "control", "control-009B"),
    ],
)
def test_what_hides_is_named_with_its_place(char: str, kind: str, name: str) -> None:
    (found,) = hidden_characters(f"if a{char}b:")
    assert found == Hidden(4, ord(char), name, found.kind)
    assert found.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "plain\ttext\r\n\f",
        "Grüße, 你好, שלום, नमस्ते",
        "\ufeffa mark at the start",
        "\u2764\ufe0f \u2600\ufe0e",
        "1\ufe0f\u20e3 #\ufe0f\u20e3",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f3f3\ufe0f\u200d\U0001f308",
        "\u8fba\U000e0100",
        "no-break\u00a0space",
    ],
)
def test_visible_text_is_left_alone(text: str) -> None:
    assert hidden_characters(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "a\ufe0fb",
        "1\ufe0f2",
        "a\u200d\U0001f469",
        "\U0001f469\u200da",
        "1\u200d2",
        "a\U000e0100",
        "\u2764\ufe0f\ufe0f",
        "x\ufeff",
    ],
)
def test_a_selector_or_joiner_out_of_place_is_hidden(text: str) -> None:
    assert len(hidden_characters(text)) == 1


@given(st.text(max_size=80))
def test_all_format_and_control_characters_are_found(text: str) -> None:
    seen = {found.offset for found in hidden_characters(f"a{text}a")}
    for offset, char in enumerate(f"a{text}a"):
        # Those of scripts that need them are visible by what they do to their neighbours.
        script = char in "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2" or (
            0x11000 <= ord(char) <= 0x1343F
        )
        if unicodedata.category(char) in ("Cc", "Cf") and not script and char != "\u200d":
            assert (offset in seen) is (char not in "\t\n\r\f")
        assert offset not in seen or not char.isalnum() or char in "\u115f\u1160\u3164\uffa0"


def test_a_flood_is_cut() -> None:
    assert len(hidden_characters("\u200b" * 50_000)) == 10_000
    assert [found.offset for found in hidden_characters("\u200b" * 5, limit=2)] == [0, 1]
