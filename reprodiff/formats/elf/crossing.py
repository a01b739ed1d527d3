"""Strings of object files that stand in another section because they are longer or shorter.

GCC for x86 aligns a string to a word if it has 31 bytes or more, its zero among them
(``ix86_constant_alignment``), and puts those that are aligned into a section of their own
(``.rodata.str1.1`` and ``.rodata.str1.8``), from which linkers make one.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from reprodiff.formats.elf.layout import SectionPair
from reprodiff.formats.elf.reader import (
    ET_REL,
    SHF_MERGE,
    SHF_STRINGS,
    SHT_PROGBITS,
    Elf,
    Section,
)
from reprodiff.formats.elf.regions import Tiling
from reprodiff.formats.machine import stringkeys
from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.machine.proof import Quad
from reprodiff.model import Span

_LONG: Final = 31


class Place(NamedTuple):
    """A string that one side has in a section, and where it would be in the other side's."""

    section: Section
    start: int
    stop: int
    other: int
    text: bytes
    paired: bool
    """Whether both sides have the section."""


class Crossed(NamedTuple):
    """A string of A and the one of B that stands for it, in another section."""

    a: Place
    b: Place


def crossed(
    a: Elf, b: Elf, pairs: Sequence[SectionPair], only: tuple[Sequence[Section], Sequence[Section]]
) -> list[Crossed]:
    """Return the strings that the alignment of longer ones has put into another section."""
    if a.type != ET_REL:
        return []
    found: list[Crossed] = []
    ones, twos = (list(_lonely(elf, pairs, only[side], side)) for side, elf in enumerate((a, b)))
    for one in ones:
        same = [two for two in twos if _key(two) == _key(one)]
        if len(same) != 1 or sum(_key(x) == _key(one) for x in ones) != 1:
            continue
        two = same[0]
        short, long = sorted((one, two), key=_size)
        if _size(short) < _LONG <= _size(long) and _apart(short.section, long.section, a.word):
            found.append(Crossed(one, two))
    return found


def _key(place: Place) -> bytes:
    return stringkeys.end(place.text.rstrip(b"\0"))


def _size(place: Place) -> int:
    return len(place.text.rstrip(b"\0")) + 1


def _apart(short: Section, long: Section, word: int) -> bool:
    """Whether two sections are those of strings of both kinds, and alike in all else."""
    start = short.name.removesuffix("1")
    return (
        (short.name, long.name) == (f"{start}1", f"{start}{word}")
        and (short.align, long.align) == (1, word)
        and not long.offset % word
        and all((x.addr, x.link, x.info, x.type) == (0, 0, 0, SHT_PROGBITS) for x in (short, long))
        and short.flags == long.flags
    )


def stated(
    strings: Sequence[Crossed], cut: Tiling
) -> Iterator[tuple[str, bytes, bytes, list[tuple[Span, Span]]]]:
    """Yield for each string where it is, what it is on both sides, and its places in the files.

    Those in sections of both sides are noted in their regions.
    """
    lonely = {id(each.section): each for each in cut.one_sided}
    regions = {
        id(part): region
        for region in cut.sections.values()
        if region.pair is not None
        for part in (region.pair.a, region.pair.b)
    }
    for sides in strings:
        places: list[tuple[Span, Span]] = []
        for side, place in enumerate(sides):
            if place.paired:
                own, other = (place.start, place.stop), (place.other, place.other)
                quad = Quad(*other, *own) if side else Quad(*own, *other)
                region = regions[id(place.section)]
                region.stated.append(quad)
                places.append(region.spans(quad))
            else:
                alone = lonely[id(place.section)]
                places.append((alone.a, alone.b))
        one, two = (place.text.rstrip(b"\0") for place in sides)
        yield f"{sides.a.section.name}+{sides.a.start:#x}", one, two, sorted(places)


def _lonely(
    elf: Elf, pairs: Sequence[SectionPair], only: Sequence[Section], side: int
) -> Iterator[Place]:
    """Yield the strings that one side alone has in sections of strings."""
    for pair in pairs:
        if not _of_strings((pair.a, pair.b)[side]):
            continue
        for piece in pair.pieces:
            spans = piece.spans()
            (start, stop), (other, end) = spans[side], spans[1 - side]
            text = (pair.plain_a, pair.plain_b)[side][start:stop]
            section = (pair.a, pair.b)[side]
            if piece.kind == "changed" and other == end and _is_one(text, section):
                yield Place(section, start, stop, other, text, paired=True)
    for section in only:
        text = bytes(elf.content(section))
        if _of_strings(section) and _is_one(text, section):
            yield Place(section, 0, len(text), 0, text, paired=False)


def _of_strings(section: Section) -> bool:
    wanted = SHF_MERGE | SHF_STRINGS
    return section.flags & wanted == wanted and section.entsize == 1 and section.alloc


def _is_one(text: bytes, section: Section) -> bool:
    """Whether bytes are one string with its zero, and zeros that align what is behind it."""
    plain = text.rstrip(b"\0")
    zeros = len(text) - len(plain)
    filled = zeros == 1 or (zeros <= section.align and not len(text) % section.align)
    return bool(plain) and 0 not in plain and zeros > 0 and filled


def texts(pair: SectionPair, piece: Piece) -> tuple[bytes, bytes]:
    """Return the bytes of a piece on both sides."""
    (a0, a1), (b0, b1) = piece.spans()
    return pair.plain_a[a0:a1], pair.plain_b[b0:b1]


def is_renamed(one: bytes, two: bytes) -> bool:
    """Whether two names of sections are those of strings that are aligned, and that are not."""
    ends = {name.rpartition(b".str1.")[2] for name in (one, two)}
    return one.rpartition(b".str1.")[:2] == two.rpartition(b".str1.")[:2] and ends in (
        {b"1\0", b"8\0"}, {b"1\0", b"4\0"}
    )  # fmt: skip
