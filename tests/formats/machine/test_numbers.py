"""Tables of numbers that read as short strings, behind others that only one side has."""

import struct
from typing import Final

import pytest

from reprodiff.formats.machine.pieces import behind_texts
from reprodiff.formats.machine.strings import tile

_TABLE: Final = (0x2002, 0x1FE2, 0x80)


def _words(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((0x204A, *_TABLE), (0x1F8A, *_TABLE)),
        ((0x2400, *_TABLE), (0x2380, *_TABLE)),
        ((0x204A, 0x2045, *_TABLE), (0x202A, 0x2025, *_TABLE)),
        ((0x2340, 0x2350, 0x2360, *_TABLE), (0x23C0, 0x23D0, 0x23E0, *_TABLE)),
    ],
)
def test_a_table_begins_with_its_first_word(
    first: tuple[int, ...], second: tuple[int, ...]
) -> None:
    a, b = b"gee\0" + bytes(12) + _words(*first), b"gee\0" + _words(*second)
    assert behind_texts(a, (0, len(a)), b, (0, len(b))) == (16, 4)
    assert behind_texts(b, (0, len(b)), a, (0, len(a))) == (4, 16)


def test_a_string_that_the_other_side_has_is_no_number() -> None:
    a = b"gee\0J \0\0" + _words(0x1FC6, *_TABLE)
    b = b"gee\0\0J \0\0\0\0\0" + _words(0x1FA6, *_TABLE)
    assert behind_texts(a, (0, len(a)), b, (0, len(b))) == (8, 12)


@pytest.mark.parametrize("address", [(0, 0), (0, 4), (0, 8), (4, 8), (8, 0)])
def test_words_of_which_each_side_has_others_are_tiled_once(address: tuple[int, int]) -> None:
    a, b = _words(0x80FF, 0x01002045, 0x20010101), _words(0x2041, 0x2350, 0x80FF)
    for one, two in ((a, b), (b, a)):
        pieces = tile(one, two, only_strings=False, address=address)
        assert sum(piece.size_a for piece in pieces) == len(one)
        assert sum(piece.size_b for piece in pieces) == len(two)
