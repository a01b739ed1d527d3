"""Two COFF objects as rows of regions, none of their bytes left out."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from reprodiff.formats.coff.parts import Part, PartPair
from reprodiff.formats.coff.reader import Object, Section
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.machine.tiling import Place, gaps, in_turn
from reprodiff.model import Span

ROW: Final = 40
"""Bytes of a section header."""


class OneSided(NamedTuple):
    """A section that one object has, with the places of its bytes, relocations and header."""

    part: Part
    side: int
    places: list[tuple[Span, Span]]


class Tiling(NamedTuple):
    """All regions of a pair of objects."""

    headers: Region
    parts: dict[int, Region]
    """By the number of the section in A, with the strings as 0."""
    links: dict[int, Region]
    """Tables of relocations, by the same numbers."""
    table: Region
    others: list[Region]
    one_sided: list[OneSided]

    def all(self) -> list[Region]:
        """Return all regions."""
        rest = (*self.parts.values(), *self.links.values(), self.table, *self.others)
        return [self.headers, *rest]


def tiling(
    objects: tuple[Object, Object],
    pairs: Sequence[PartPair],
    texts: PartPair,
    only: tuple[Sequence[Part], Sequence[Part]],
) -> Tiling:
    """Cut both objects into regions that are the same thing."""
    places = [_places(source, side, pairs, only[side]) for side, source in enumerate(objects)]
    found = [{key: Span(start, stop) for start, stop, key in side} for side in places]
    data = objects[0].data, objects[1].data

    def region(name: str, key: str, pair: PartPair | None = None) -> Region:
        spans = [side.get(key, Span(0, 0)) for side in found]
        raw = [bytes(d[s.start : s.stop]) for d, s in zip(data, spans, strict=True)]
        return Region(name, raw[0], raw[1], spans[0].start, spans[1].start, pair)

    parts = {pair.a.index: region(pair.name, f"part {pair.a.index}", pair) for pair in pairs}
    links = {
        pair.a.index: region(f"relocations of {pair.name}", f"links {pair.a.index}")
        for pair in pairs
    }
    numbers = [region(f"line numbers of {pair.name}", f"lines {pair.a.index}") for pair in pairs]
    parts[texts.a.index] = region(texts.name, "strings", texts)
    headers = region("headers", "headers")
    table = region("symbol table", "symbols")
    lonely = _lonely(objects, pairs, found, only)
    return Tiling(headers, parts, links, table, [*numbers, *gaps(data, places)], lonely)


def _places(
    source: Object, side: int, pairs: Sequence[PartPair], only: Sequence[Part]
) -> list[Place]:
    wanted = [
        Place(0, source.headers_end, "headers"),
        Place(*source.table, "symbols"),
        Place(*source.strings, "strings"),
    ]
    for pair in pairs:
        section = source.sections[(pair.a, pair.b)[side].index - 1]
        wanted += _of_section(section, str(pair.a.index))
    for part in only:
        section = source.sections[part.index - 1]
        wanted += _of_section(section, f"only {side} {part.index}")
    return in_turn(wanted)


def _of_section(section: Section, key: str) -> list[Place]:
    return [
        Place(*section.body, f"part {key}"),
        Place(*section.relocations, f"links {key}"),
        Place(*section.lines, f"lines {key}"),
    ]


def _lonely(
    objects: tuple[Object, Object],
    pairs: Sequence[PartPair],
    found: Sequence[dict[str, Span]],
    only: tuple[Sequence[Part], Sequence[Part]],
) -> list[OneSided]:
    made: list[OneSided] = []
    for side, parts in enumerate(only):
        mine, other = found[side], found[1 - side]
        reach = _reach((span.stop, other[key].stop) for key, span in mine.items() if key in other)
        partner = {(pair.a, pair.b)[side].index: (pair.b, pair.a)[side].index for pair in pairs}
        before = _reach((own, number) for own, number in partner.items())
        for part in parts:
            places: list[tuple[Span, Span]] = []
            for kind in ("part", "links", "lines"):
                span = mine.get(f"{kind} only {side} {part.index}")
                if span is not None:
                    at = reach(span.start)
                    places.append(_turned(span, Span(at, at), side))
            at = objects[1 - side].head + ROW * before(part.index)
            header = objects[side].sections[part.index - 1].header
            places.append(_turned(Span(header, header + ROW), Span(at, at), side))
            made.append(OneSided(part, side, places))
    return made


def _reach(pairs: Iterable[tuple[int, int]]) -> Callable[[int], int]:
    """Return what tells the highest second number of those whose first is up to a value."""
    ordered = sorted(pairs)
    firsts = [first for first, _ in ordered]
    highest = [0, *accumulate((second for _, second in ordered), max)]
    return lambda value: highest[bisect_right(firsts, value)]


def _turned(own: Span, other: Span, side: int) -> tuple[Span, Span]:
    return (other, own) if side else (own, other)


def headers_stated(lonely: OneSided) -> Quad:
    """Return the header of a section of one side as a run of the region of headers."""
    one, two = lonely.places[-1]
    return Quad(*one, *two)
