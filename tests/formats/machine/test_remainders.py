"""What is left between strings that stand in another order."""

from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.machine.remainders import remainders
from reprodiff.formats.machine.strings import tile

_LONG = b"/a/rather/long/path.c\0"


def _left(data: bytes) -> list[tuple[int, int]]:
    at = data.find(_LONG)
    return [
        (start, stop) for start, stop in ((0, at), (at + len(_LONG), len(data))) if start < stop
    ]


def _parts(a: bytes, b: bytes) -> list[tuple[bytes, bytes, str]]:
    found = remainders(a, b, (_left(a), _left(b)), (len(a), len(b)))
    return [(a[x0:x1], b[y0:y1], kind) for x0, x1, y0, y1, kind in found]


def test_short_strings_keep_their_order_around_one_that_moved() -> None:
    a, b = b"up\0" + _LONG + b"\0ok\0", b"up\0\0ok\0" + _LONG
    assert _parts(a, b) == [(b"up\0", b"up\0", "same"), (b"\0ok\0", b"\0ok\0", "same")]


def test_zeros_that_align_belong_to_neither_side() -> None:
    a = b"up\0\0\0" + _LONG + b"\0\0\x07\x01"
    b = _LONG + b"up\0\0\0\0\0\x08\x02"
    assert _parts(a, b) == [
        (b"up\0", b"up\0", "same"),
        (b"\0\0", b"", "pad"),
        (b"\0\0\x07\x01", b"\0\0\0\0\x08\x02", "data"),
    ]


def test_what_has_no_partner_is_left() -> None:
    parts = _parts(b"up\0" + _LONG + b"\x07", b"up\0" + _LONG)
    assert parts[-1] == (b"\x07", b"", "data")


def test_a_path_that_crosses_short_strings_leaves_them_paired_one_by_one() -> None:
    a = b"first text\0ab\0/tmp/one/code.c\0\0cd\0last text\0"
    b = b"first text\0ab\0\0cd\0/tmp/number-two/code.c\0last text\0"
    pieces = tile(a, b, only_strings=False)
    assert {piece.kind for piece in pieces} == {"same", "apart"}
    taken = {}
    for piece in pieces:
        for step in range(piece.size_a if piece.kind == "same" else 0):
            taken[piece.a + step] = piece.b + step
    assert taken[a.index(b"\0\0cd") + 1] == b.index(b"\0\0cd") + 1


def test_two_short_strings_in_each_others_place_are_not_the_same() -> None:
    a = b"first text\0ab\0/tmp/one/code.c\0cd\0last text\0"
    b = b"first text\0cd\0ab\0/tmp/number-two/code.c\0last text\0"
    pieces = tile(a, b, only_strings=False)
    where = {piece.a: piece.b for piece in pieces if piece.size_a == piece.size_b}
    assert where.get(a.index(b"ab\0")) in {None, b.index(b"ab\0")}
    assert Piece(11, 11, 3, 3, "same") not in pieces
