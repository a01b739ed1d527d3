"""A place in zeros between two constants is one place of the other side, or not known."""

from types import SimpleNamespace
from typing import Any, Final

import pytest

from reprodiff.formats.machine.layout import AddressMap, SectionPair
from reprodiff.formats.machine.pieces import Piece

_A: Final = 0x1000
_B: Final = 0x1000


def _map(first: bytes, pads: tuple[int, int], second: bytes, move: int = 0) -> AddressMap:
    """Return the map of two constants with zeros between them; ``move`` is how far B's are on."""
    a = first + bytes(pads[0]) + second
    b = bytes(move) + first + bytes(pads[1]) + second
    parts: list[Any] = [
        SimpleNamespace(
            index=1, name=".rodata", addr=base, size=len(data), alloc=True, mapped=True, code=False,
            constant=True, bare=False, data=True,
        )
        for base, data in ((_A, a), (_B, b))
    ]  # fmt: skip
    pair: SectionPair[Any] = SectionPair(".rodata", parts[0], parts[1], a, b)
    size = len(first)
    pair.settle(
        [
            Piece(0, 0, 0, move, "pad"),
            Piece(0, move, size, size, "words"),
            Piece(size, move + size, pads[0], pads[1], "pad"),
            Piece(size + pads[0], move + size + pads[1], len(second), len(second), "words"),
        ]
    )
    return AddressMap([pair])


@pytest.mark.parametrize(
    ("first", "pads", "move", "offset", "wanted"),
    [
        # What follows at once belongs to what is in front of it: an empty string, or the end.
        (b"\1\2\3\4\5", (3, 11), 0, 5, 5),
        (b"one\0\2", (11, 3), 0, 5, 5),
        # Behind a string: an index that starts at one, an object that is all zeros.
        (b"one\0", (12, 4), 0, 12, 4),
        (b"one\0", (4, 12), 0, 5, 13),
        # Behind other data: by what it is aligned to, where that tells.
        (b"\1\2\3\4\5", (11, 8), 3, 12, 12),
        (b"\1\2\3\4\5\6\7\1", (8, 5), 3, 12, 12),
        (b"\1\2\3\4\5\6\7\1", (8, 16), 0, 12, None),
        (b"\1\2\3\4\5", (11, 8), 3, 11, None),
    ],
)
def test_a_place_in_zeros_has_one_answer(
    first: bytes, pads: tuple[int, int], move: int, offset: int, wanted: int | None
) -> None:
    found = _map(first, pads, b"\7\1\1\1\1\1\1\1", move)
    good = [at for at in range(64) if found.follows(_A + offset, _B + at)]
    assert good == ([] if wanted is None else [wanted])


def test_zeros_of_one_size_keep_all_places() -> None:
    found = _map(b"\1\2\3", (5, 5), b"\7\1", 16)
    assert all(found.follows(_A + at, _B + at + 16) for at in range(3, 8))
    assert not any(found.follows(_A + at, _B + at + 17) for at in range(3, 7))


def test_an_object_that_is_all_zeros_is_where_its_alignment_puts_it() -> None:
    found = _map(b"\1\2\3\4\5", (27, 18), b"\7\1\1\1\1\1\1\1", 9)
    good = [at for at in range(64) if found.follows(_A + 8, _B + at)]
    assert good == [16]


def test_an_empty_string_goes_to_one_place_among_others() -> None:
    a = b"first\0\0second\0third\0\1\2"
    b = b"first\0second\0third\0\0\0other\0\1\2"
    parts: list[Any] = [
        SimpleNamespace(
            index=1, name=".rodata", addr=base, size=len(data), alloc=True, mapped=True, code=False,
            constant=True, bare=False, data=True,
        )
        for base, data in ((_A, a), (_B, b))
    ]  # fmt: skip
    pieces = [Piece(0, 0, 6, 6, "same"), Piece(6, 6, 1, 0, "pad"), Piece(7, 6, 13, 13, "same"),
              Piece(20, 19, 0, 2, "pad"), Piece(20, 21, 0, 6, "changed"),
              Piece(20, 27, 2, 2, "same")]  # fmt: skip
    for first, second in ((19, 20), (20, 19)):
        pair: SectionPair[Any] = SectionPair(".rodata", parts[0], parts[1], a, b)
        pair.settle(pieces)
        found = AddressMap([pair])
        # The end of a string, and what is in one, is no empty string by itself.
        assert not any(found.follows(_A + 6, _B + at) for at in (5, 6, 12, 18, 21, 26, 27))
        assert found.follows(_A + 6, _B + first)
        assert found.follows(_A + 6, _B + first)
        assert not found.follows(_A + 6, _B + second)
