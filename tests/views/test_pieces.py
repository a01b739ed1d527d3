import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reprodiff.text import plain
from reprodiff.views.pieces import (
    MAX_LINE,
    Mark,
    Pieces,
    compare,
    first_change,
    plain_text,
    shown,
    whole,
)

LINES = st.text(
    st.one_of(st.sampled_from("abc _=.0"), st.characters(exclude_characters="\n\r\t")), max_size=60
)


def changed(pieces: Pieces) -> list[str]:
    return [piece.text for piece in pieces if piece.mark is Mark.CHANGED]


def test_the_word_that_differs_is_marked_and_nothing_else() -> None:
    a, b = compare("export PATH=/tmp/build-aaa/x", "export PATH=/tmp/build-bbb/x")
    assert changed(a) == ["aaa"]
    assert changed(b) == ["bbb"]


def test_what_only_one_side_has_is_marked_on_that_side_only() -> None:
    a, b = compare("call(one)", "call(one, two)")
    assert changed(a) == []
    assert "".join(changed(b)) == ", two"


def test_texts_with_little_in_common_are_marked_between_their_common_ends() -> None:
    a, b = compare("(alpha beta gamma)", "(x.y.z.0.1.2.3)")
    assert changed(a) == ["alpha beta gamma"]
    assert changed(b) == ["x.y.z.0.1.2.3"]


@given(LINES, LINES)
@settings(max_examples=150)
@example("a b", "a b")
def test_no_text_is_lost_and_none_acts_on_a_terminal(a: str, b: str) -> None:
    left, right = compare(a, b)
    assert (plain_text(left), plain_text(right)) == (plain(a), plain(b))
    assert (plain_text(left) + plain_text(right)).isprintable()


@given(LINES, LINES)
@settings(max_examples=100)
def test_swapped_sides_give_swapped_pieces(a: str, b: str) -> None:
    left, right = compare(a, b)
    assert compare(b, a) == (right, left)


@given(LINES, LINES)
@settings(max_examples=100)
def test_texts_that_differ_are_never_shown_as_the_same(a: str, b: str) -> None:
    if a != b:
        left, right = compare(a, b)
        assert changed(left) or changed(right)


def test_a_change_deep_in_a_long_line_is_what_is_shown_of_it() -> None:
    body = "x" * 50_000
    a, b = compare(f"{body}old{body}", f"{body}new{body}")
    assert changed(a) == ["old"]
    assert changed(b) == ["new"]
    assert len(plain_text(a)) < MAX_LINE
    assert "49,880 more characters" in plain_text(a)


def test_a_change_that_is_long_itself_is_cut_and_says_so() -> None:
    a, _ = compare("<" + "a" * 100_000 + ">", "<>")
    assert len(plain_text(a)) < 2 * MAX_LINE
    assert "98,000 more characters" in plain_text(a)
    assert plain_text(a).endswith(">")


def test_a_long_line_that_is_the_same_is_cut() -> None:
    assert plain_text(whole("y" * 3000)) == "y" * MAX_LINE + " … 1,000 more characters … "


@pytest.mark.parametrize(
    ("text", "seen"), [("\tx", "→   x"), ("ab\tx", "ab→ x"), ("abcd\tx", "abcd→   x")]
)
def test_a_tab_is_visible_and_goes_to_its_stop(text: str, seen: str) -> None:
    assert plain_text(shown([(text, Mark.SAME)])) == seen


def test_a_tab_in_place_of_spaces_is_a_change_that_can_be_seen() -> None:
    a, b = compare("\tvalue = 1", "    value = 1")
    assert changed(a) == ["→   "]
    assert changed(b) == ["    "]


def test_the_first_change_is_found_by_its_column() -> None:
    _, b = compare("same old", "same new")
    assert first_change(b) == 5
    assert first_change(whole("nothing")) is None
