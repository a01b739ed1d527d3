"""Words in data that are addresses: each leads to the mapped place."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from reprodiff.formats.machine.proof import Quad
from reprodiff.formats.machine.work import AnyWork

_SHORT: Final = 8
"""Bytes of a string that need not be one."""


class Word(NamedTuple):
    """A word of ``size`` bytes at an address, and the address that it means."""

    size: int
    target: int
    pinned: bool = False
    """Whether the loader adjusts it: an absolute address, that code may have as an operand."""
    more: tuple[object, ...] = ()
    """What else the word says; it must be the same on both sides."""


def check_words(
    work: AnyWork, ones: Mapping[int, Word], twos: Mapping[int, Word]
) -> list[tuple[int, int, Word, Word]]:
    """Check each word of A (by its address) against the one in the mapped place of B.

    Returns the pairs that are right, as (address in A, address in B, word of A, word of B); those
    in code are noted for the comparison of code.
    """
    right: list[tuple[int, int, Word, Word]] = []
    for at, one in ones.items():
        pair = work.map.containing(at)
        if pair is None or pair.a.bare:
            continue
        inside = at - pair.a.addr
        place = pair.forward(inside)
        if place is None or place + one.size > pair.size_b or inside + one.size > pair.size_a:
            continue
        two = twos.get(pair.b.addr + place)
        region = work.region(pair)
        if two is None or two.size != one.size:
            region.wrong.append(Quad(inside, inside + one.size, place, place + one.size))
            continue
        good = one.more == two.more and work.map.follows(one.target, two.target)
        region.word(inside, place, one.size, good)
        if good:
            right.append((at, pair.b.addr + place, one, two))
            if one.pinned and two.pinned and pair.a.code:
                work.hints.pinned.setdefault(pair.a.index, []).append((inside, place, one.size))
    return right


def check_copies(work: AnyWork) -> None:
    """Check that something leads to each short string that one side has by itself.

    In zeros that align something, a byte that is none makes the end of many a string.
    """
    if work.map.relocatable:
        return
    for pair in work.map.pairs:
        if not pair.a.mapped or not pair.tails:
            continue
        for piece in pair.pieces:
            if piece.kind == "tail" and piece.size_a + piece.size_b <= _SHORT:
                one, two = piece.spans()
                if not any(one[0] <= a < one[1] or two[0] <= b < two[1] for a, b in pair.led):
                    work.region(pair).wrong.append(Quad(*one, *two))
