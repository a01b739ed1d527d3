"""Data that reads as letters in front of a string is told from it by the other side."""

from typing import Final

import pytest

from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.machine.strings import tile

_TABLE: Final = bytes([1, 9, 3, 0x80, 0, 0x11, 2, 7, 5, 0x13])
_PATHS: Final = b"/tmp/one/code.c\0", b"/tmp/number-two/code.c\0"


def _unpaired(pieces: list[Piece]) -> list[tuple[int, int, str]]:
    return [
        (piece.a, piece.b, piece.kind)
        for piece in pieces
        if piece.kind not in {"same", "moved", "apart", "string"}
    ]


@pytest.mark.parametrize(
    "head", [b'"', b"h", b"/", b'"%&-', b"\0\x22", b"#\0#", b"ABCDEFGHIJKLMNO"]
)
def test_letters_in_front_of_a_string_belong_to_the_table(head: bytes) -> None:
    a = _TABLE + head + _PATHS[0] + b"other\0name\0"
    b = _TABLE + head + b"name\0other\0" + _PATHS[1]
    pieces = tile(a, b, only_strings=False)
    start = len(_TABLE) + len(head)
    assert not _unpaired(pieces)
    found = {(piece.a, piece.b) for piece in pieces}
    assert {(start, start + 11), (start + len(_PATHS[0]) + 6, start)} <= found


def test_no_letters_are_taken_for_data_that_the_other_side_has_not() -> None:
    """A path below a directory, and its last component alone, are two strings."""
    a = b"\1\2\3\4/tmp/one/code.c\0first\0"
    b = b"\1\2\3\4first\0code.c\0"
    texts = {(piece.a, piece.size_a) for piece in tile(a, b, only_strings=False)}
    assert not any(4 < start < 20 for start, size in texts if size)
