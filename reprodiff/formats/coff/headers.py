"""Checks of an object's header and section headers: each field follows from what is there.

Source: Microsoft, "PE Format", COFF File Header and Section Table.
"""

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from typing import Final

from reprodiff.formats.coff.parts import PartPair, Work
from reprodiff.formats.coff.reader import Object, Section
from reprodiff.formats.coff.symbols import ALIGNS, true_length
from reprodiff.formats.machine.proof import Region
from reprodiff.model import Span

_NAME, _SIZE, _BODY, _LINKS, _LINES, _FLAGS = 0, 16, 20, 24, 28, 36
_FIELDS: Final = {
    False: {"sections": (2, 2), "table": (8, 4), "symbols": (12, 4)},
    True: {"sections": (44, 4), "table": (48, 4), "symbols": (52, 4)},
}


def check_headers(work: Work, region: Region, pairs: Sequence[PartPair]) -> None:
    """Check all headers.

    The places of sections, relocations and symbols may differ: no two of them share a byte on
    either side, and what stands there is compared.
    """
    a, b = work.a.object, work.b.object
    fields = _FIELDS[a.large]
    # Sections and symbols of one side are stated by themselves.
    for name in ("sections", "table", "symbols"):
        at, size = fields[name]
        same = region.a[at : at + size] == region.b[at : at + size]
        region.word(at, at, size, same or name == "table" or _counts(a, b, name))
    lengths = _lengths(a), _lengths(b)
    numbers = {pair.a.index: pair.b.index for pair in pairs}
    edges = _edges(a, numbers), _edges(b, {number: number for number in numbers.values()})
    none: frozenset[tuple[str, int]] = frozenset()
    for pair in pairs:
        one, two = a.sections[pair.a.index - 1], b.sections[pair.b.index - 1]
        at_a, at_b = one.header, two.header
        region.word(at_a + _NAME, at_b + _NAME, 8, one.name == two.name)
        sized = one.number in lengths[0] and two.number in lengths[1] and bool(pair.pieces)
        region.word(at_a + _SIZE, at_b + _SIZE, 4, one.size == two.size or sized)
        if one.flags != two.flags:
            region.word(at_a + _FLAGS, at_b + _FLAGS, 4, _longer_string(a, one, two, pair))
        for at, ones, twos in (
            (_BODY, one.body, two.body),
            (_LINKS, one.relocations, two.relocations),
            (_LINES, one.lines, two.lines),
        ):
            placed = bool(ones.size) == bool(twos.size)
            told = _word(a, at_a + at), _word(b, at_b + at)
            # A section without bytes may be said to be where others end.
            same = told[0] == told[1] and not told[0]
            still = same or bool(edges[0].get(told[0], none) & edges[1].get(told[1], none))
            put = still or (_put(ones, edges[0]) and _put(twos, edges[1]))
            region.word(at_a + at, at_b + at, 4, placed and (put if ones.size else still))


def _longer_string(a: Object, one: Section, two: Section, pair: PartPair) -> bool:
    """Whether a string constant is aligned otherwise only because it is longer or shorter.

    Compilers for Windows on ARM64 align data by its size: from 64 bytes on to 16, from 8 on to 8,
    from 2 on to 4 (clang's ``getMinGlobalAlign`` says so of Microsoft's).
    """
    if (one.flags ^ two.flags) & ~(0xF << ALIGNS) or a.machine != _ARM64:
        return False
    if [piece.kind for piece in pair.pieces] != ["string"]:
        return False
    return all(
        each.flags >> ALIGNS & 0xF == 1 + next((n for n, size in _BY_SIZE if each.size >= size), 0)
        for each in (one, two)
    )


_ARM64: Final = 0xAA64
_BY_SIZE: Final = ((4, 64), (3, 8), (2, 2))
"""Powers of two, and the sizes from which on data is aligned to them."""


def _counts(a: Object, b: Object, name: str) -> bool:
    """Whether counts differ because what is counted does."""
    if name == "sections":
        return len(a.sections) != len(b.sections)
    return a.table.size != b.table.size


def _word(source: Object, at: int) -> int:
    return int.from_bytes(source.data[at : at + 4], "little")


def _lengths(source: Object) -> set[int]:
    """Return the numbers of the sections whose symbols say how long they are."""
    return {
        symbol.section
        for symbol in source.symbols
        if symbol.of_section
        and source.section(symbol.section) is not None
        and true_length(source, symbol)
    }


def _put(place: Span, edges: Container[int]) -> bool:
    """Whether something stands where tools put it: behind another thing, or at a whole word.

    Zeros in front of what has zeros itself are told from it by that alone.
    """
    return place.start in edges or not place.start % 4


def _edges(source: Object, numbers: Mapping[int, int]) -> dict[int, set[tuple[str, int]]]:
    """Return what of an object ends at a place, with the numbers that sections have in B."""
    found: dict[int, set[tuple[str, int]]] = defaultdict(set)
    found[source.headers_end].add(("headers", 0))
    found[source.table.stop].add(("symbols", 0))
    for section in source.sections:
        for name, span in zip(("body", "links", "lines"), _places(section), strict=True):
            if span.size:
                found[span.stop].add((name, numbers.get(section.number, -1)))
    return found


def overlaps(source: Object) -> bool:
    """Whether parts of an object share bytes, so that one byte is two things."""
    places = [Span(0, source.headers_end), source.table, source.strings]
    for section in source.sections:
        places += _places(section)
    stop = 0
    for place in sorted(each for each in places if each.size):
        if place.start < stop:
            return True
        stop = place.stop
    return False


def _places(section: Section) -> tuple[Span, Span, Span]:
    return section.body, section.relocations, section.lines
