import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.model import Side
from reprodiff.views.pieces import Mark, plain_text
from reprodiff.views.rows import Change, TextRow
from reprodiff.views.text import TextPair, readable

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "", "long line"]), max_size=12).map(
    lambda lines: "".join(f"{line}\n" for line in lines).encode()
)


def pair(a: bytes, b: bytes, *, python: bool = False) -> TextPair:
    return TextPair(memoryview(a), memoryview(b), python=python)


def rows(texts: TextPair, *, split: bool) -> list[TextRow]:
    return [texts.row(at, split=split) for at in range(texts.size(split=split))]


@given(TEXTS, TEXTS, st.booleans())
@settings(max_examples=150)
def test_every_line_of_each_side_has_one_row_in_its_order(a: bytes, b: bytes, split: bool) -> None:
    seen = rows(pair(a, b), split=split)
    for side, data in (("a", a), ("b", b)):
        lines = [line for row in seen if (line := getattr(row, side)) is not None]
        assert [line.number for line in lines] == list(range(1, len(lines) + 1))
        assert [plain_text(line.pieces) for line in lines] == data.decode().splitlines()


@given(TEXTS, TEXTS, st.booleans())
@settings(max_examples=100)
def test_a_row_is_equal_only_where_the_lines_are(a: bytes, b: bytes, split: bool) -> None:
    for row in rows(pair(a, b), split=split):
        if row.change is Change.EQUAL:
            assert row.a is not None
            assert row.b is not None
            assert row.a.pieces == row.b.pieces


@given(TEXTS, TEXTS, st.booleans())
@settings(max_examples=100)
def test_going_forth_meets_each_change_once_and_back_again(a: bytes, b: bytes, split: bool) -> None:
    texts = pair(a, b)
    met: list[int] = []
    at = 0
    while (found := texts.change_from(at, split=split)) is not None:
        met.append(found)
        at = texts.change_rows(found, split=split).start + 1
    assert met == list(range(texts.changes))
    at = texts.size(split=split)
    while (found := texts.change_before(at, split=split)) is not None:
        assert found == met.pop()
        at = texts.change_rows(found, split=split).start
    assert met == []


def test_a_replaced_line_stands_beside_its_other_and_over_it() -> None:
    texts = pair(b"one\nold\nlast\n", b"one\nnew\nlast\n")
    beside = texts.row(1, split=True)
    assert (beside.change, beside.a is not None, beside.b is not None) == (
        Change.REPLACE,
        True,
        True,
    )
    over = rows(texts, split=False)
    assert [row.change for row in over] == [
        Change.EQUAL,
        Change.DELETE,
        Change.INSERT,
        Change.EQUAL,
    ]


def test_a_line_ending_that_changed_is_named() -> None:
    row = pair(b"same\n", b"same\r\n").row(0, split=True)
    assert row.a is not None
    assert row.b is not None
    assert row.a.pieces[-1] == ("\\n", Mark.CHANGED)
    assert row.b.pieces[-1] == ("\\r\\n", Mark.CHANGED)


def test_a_missing_line_feed_at_the_end_is_said() -> None:
    row = pair(b"same\n", b"same").row(0, split=True)
    assert row.b is not None
    assert row.b.pieces[-1] == (" no line ending", Mark.NOTE)


def test_the_same_characters_in_another_encoding_are_said_to_be_so() -> None:
    row = pair("é\n".encode("latin-1"), "é\n".encode()).row(0, split=True)
    assert row.a is not None
    assert row.b is not None
    assert "another encoding" in plain_text(row.a.pieces)
    assert "another encoding" in plain_text(row.b.pieces)


def test_a_byte_order_mark_can_be_seen() -> None:
    row = pair(b"\xef\xbb\xbfx\n", b"x\n").row(0, split=True)
    assert row.a is not None
    assert plain_text(row.a.pieces) == "\\ufeffx"


def test_text_in_sixteen_bits_is_read() -> None:
    texts = pair("one\ntwo\n".encode("utf-16"), "one\nTWO\n".encode("utf-16"))
    row = texts.row(1, split=True)
    assert row.b is not None
    assert plain_text(row.b.pieces) == "TWO"


def test_a_side_that_is_empty_leaves_the_other_alone() -> None:
    texts = pair(b"", b"one\ntwo\n")
    assert [row.change for row in rows(texts, split=True)] == [Change.INSERT, Change.INSERT]
    assert texts.changes == 1


@pytest.mark.parametrize("split", [True, False])
def test_an_offset_leads_to_the_row_that_shows_it(split: bool) -> None:
    a = b"one\ntwo\nthree\nfour\n"
    b = b"one\nTWO\nthree\nfour\nfive\n"
    texts = pair(a, b)
    for side, data in ((Side.A, a), (Side.B, b)):
        for offset in range(len(data)):
            row = texts.row(
                texts.row_of_line(side, texts.line_at(side, offset), split=split), split=split
            )
            line = row.a if side is Side.A else row.b
            assert line is not None
            assert line.number == data.count(b"\n", 0, offset) + 1


def test_what_acts_on_a_terminal_is_escaped() -> None:
    row = pair(b"x\x1b]0;title\x07\n", "x\u202e\n".encode()).row(0, split=True)
    assert row.a is not None
    assert row.b is not None
    assert plain_text(row.a.pieces) == "x\\x1b]0;title\\x07"
    assert plain_text(row.b.pieces) == "x\\u202e"


def test_only_text_is_readable() -> None:
    assert readable(memoryview(b"import this\n"))
    assert not readable(memoryview(b"\x7fELF\0\0\0"))
