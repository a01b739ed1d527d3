"""Lengths of strings beside their addresses: slices of Rust, string views of C++.

A panic in Rust names its place in the sources by the address of a path, the number of its bytes,
a line and a column (``core::panic::Location``).  Where the path is another one, so is its length.
"""

from typing import Final

from reprodiff.formats.elf.reader import SHT_NOBITS
from reprodiff.formats.elf.tables import Work

_TEXT: Final = frozenset({"string", "apart"})


def check_length(work: Work, places: tuple[int, int], targets: tuple[int, int]) -> None:
    """Check the word behind an address that leads to a string which another one stands for.

    ``places`` are where the address stands in A and B, ``targets`` what it leads to.  Only a word
    that is the length of its string on one side is held to be one; it must be so on both.
    """
    one = _length(work, targets[0])
    if one is None:
        return
    length_a, length_b, start_b = one
    if targets[1] != start_b or length_a == length_b:
        return
    pair = work.map.containing(places[0])
    if pair is None or pair.a.type == SHT_NOBITS:
        return
    word = work.a.word
    at_a, at_b = places[0] + word - pair.a.addr, places[1] + word - pair.b.addr
    if at_a + word > len(pair.plain_a) or not 0 <= at_b <= len(pair.plain_b) - word:
        return
    values = [
        int.from_bytes(data[at : at + word], "big" if work.a.big else "little")
        for data, at in ((pair.plain_a, at_a), (pair.plain_b, at_b))
    ]
    for more in (0, 1):  # without the zero behind the string, or with it
        is_length = values[0] == length_a + more, values[1] == length_b + more
        if any(is_length):
            work.region(pair).word(at_a, at_b, word, all(is_length))
            return


def _length(work: Work, address: int) -> tuple[int, int, int] | None:
    """Return the lengths of the string of A at an address and of B's, and where B's stands."""
    pair = work.map.containing(address)
    if pair is None or pair.a.code or not pair.pieces:
        return None
    offset = address - pair.a.addr
    piece = pair.piece(offset)
    if piece is None or piece.kind not in _TEXT or piece.a != offset:
        return None
    sides = (
        pair.plain_a[piece.a : piece.a + piece.size_a],
        pair.plain_b[piece.b : piece.b + piece.size_b],
    )
    one, two = (len(text.rstrip(b"\0")) for text in sides)
    return one, two, pair.b.addr + piece.b
