from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.machine.strings import tile

OBJECT = b"\x11\x22\x33\x44\x55\x66\x77\x88"


def kinds(pieces: list[Piece]) -> list[str]:
    return [piece.kind for piece in pieces]


def test_a_replaced_string_is_one_piece_between_equal_ones() -> None:
    pieces = tile(b"one\0/a/x.c\0two\0", b"one\0/bbb/x.c\0two\0", only_strings=True)
    assert pieces == [
        Piece(0, 0, 4, 4, "same"),
        Piece(4, 4, 7, 9, "string"),
        Piece(11, 13, 4, 4, "same"),
    ]


def test_a_text_that_no_zero_ends_is_read_once() -> None:
    text = b"a" * (1 << 20)
    pieces = tile(text + b"\1one\0", text + b"\1two\0", only_strings=False)
    assert [piece.size_a for piece in pieces] == [len(text) + 5]


@pytest.mark.parametrize("text", ["näme", "名前です", "a😀bc"])
def test_a_text_in_any_script_is_a_string(text: str) -> None:
    a, b = (b"\1\xff" + path.encode() + text.encode() + b"\0\2" for path in ("/a/", "/bb/"))
    pieces = tile(a, b, only_strings=False)
    assert [(piece.a, piece.kind) for piece in pieces] == [
        (0, "same"), (2, "string"), (len(a) - 1, "same"),
    ]  # fmt: skip


def test_strings_in_another_order_are_found() -> None:
    a, b = b"/a/x.c\0first\0second\0", b"first\0second\0/bbb/x.c\0"
    found = {piece.kind for piece in tile(a, b, only_strings=True)}
    assert found == {"apart", "same"}


def test_an_object_behind_a_longer_string_keeps_its_alignment() -> None:
    a = b"/tmp/a/x.c\0".ljust(16, b"\0") + OBJECT
    b = b"/tmp/bbbbbbbb/x.c\0".ljust(24, b"\0") + OBJECT
    pieces = tile(a, b, only_strings=False)
    assert kinds(pieces) == ["string", "pad", "words"] or kinds(pieces) == ["string", "pad", "same"]
    assert pieces[-1][:4] == (16, 24, 8, 8)


@pytest.mark.parametrize("at", [20, 28])
def test_a_value_that_moved_among_zeros_is_no_padding(at: int) -> None:
    a = bytearray(b"/tmp/a/x.c\0".ljust(16, b"\0") + bytes(32))
    b = bytearray(b"/tmp/bbbbbbbb/x.c\0".ljust(24, b"\0") + bytes(32))
    a[16], b[24] = 1, 1
    a[at], b[at + 12] = 7, 7
    assert "pad" not in kinds(tile(bytes(a), bytes(b), only_strings=False))[2:]


_ROWS = st.binary(max_size=80) | st.lists(
    st.sampled_from(
        [b"\0", b"\1", b"no\0", b"name\0", b"other\0", b"/a/x.c\0", b"/bbb/x.c\0", b"/a/y.c k\0"]
    ),
    max_size=10,
).map(b"".join)


@given(_ROWS, _ROWS, st.booleans())
@example(b"\0\1", b"\1\1", True)
@settings(max_examples=200)
def test_pieces_cover_both_sides_once(a: bytes, b: bytes, only_strings: bool) -> None:
    pieces = tile(a, b, only_strings=only_strings)
    for spans, size in (
        ([(p.a, p.a + p.size_a) for p in pieces if p.size_a], len(a)),
        ([(p.b, p.b + p.size_b) for p in pieces if p.size_b], len(b)),
    ):
        ordered = sorted(spans)
        assert sum(stop - start for start, stop in ordered) == size
        assert all(x[1] <= y[0] for x, y in pairwise(ordered))
    for piece in pieces:
        left = a[piece.a : piece.a + piece.size_a]
        right = b[piece.b : piece.b + piece.size_b]
        if piece.kind in {"same", "moved"}:
            assert left == right
        if piece.kind == "pad":
            assert not left.strip(b"\0")
            assert not right.strip(b"\0")
