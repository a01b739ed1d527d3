"""The two files as rows of regions, none of their bytes left out."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reprodiff.formats.elf.layout import SectionPair
from reprodiff.formats.elf.reader import SHT_NOBITS, Elf, Section
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.model import Span
from reprodiff.records import dataclass, field


class OneSided(NamedTuple):
    """A section that one file has; the other span is the empty place where it would be."""

    section: Section
    a: Span
    b: Span
    header_a: Span
    header_b: Span


@dataclass(slots=True)
class Tiling:
    """All regions of a pair of files."""

    header: Region
    segments: Region
    headers: Region
    sections: dict[int, Region] = field(default_factory=dict)
    gaps: list[Region] = field(default_factory=list)
    overlay: Region | None = None
    one_sided: list[OneSided] = field(default_factory=list)

    def all(self) -> list[Region]:
        """Return all regions."""
        rest = [] if self.overlay is None else [self.overlay]
        return [
            self.header, self.segments, *self.sections.values(), self.headers, *self.gaps, *rest,
        ]  # fmt: skip


Place = tuple[int, int, str]


def tiling(
    a: Elf,
    b: Elf,
    pairs: Sequence[SectionPair],
    only_a: Sequence[Section],
    only_b: Sequence[Section],
) -> Tiling:
    """Cut both files into regions that are the same thing."""
    heads = [_table_spans(elf) for elf in (a, b)]
    header, segments, headers = (
        _region(name, a, b, heads[0][at], heads[1][at])
        for at, name in enumerate(("ELF header", "program headers", "section headers"))
    )
    made = Tiling(header, segments, headers)
    for pair in pairs:
        packed = (pair.a.body, pair.b.body) if pair.packed else None
        made.sections[pair.a.index] = Region(
            pair.name, pair.plain_a, pair.plain_b, pair.a.body.start, pair.b.body.start,
            pair, packed,
        )  # fmt: skip
    places_a = _places(a, heads[0], [(p.a, f"s{p.a.index}") for p in pairs], only_a)
    places_b = _places(b, heads[1], [(p.b, f"s{p.a.index}") for p in pairs], only_b)
    gaps_a, end_a = _gaps(places_a, len(a.data))
    gaps_b, end_b = _gaps(places_b, len(b.data))
    for key, span in gaps_a.items():
        other = gaps_b.pop(key, None)
        if other is None:
            start = _stop(places_b, key)
            other = Span(start, start)
        made.gaps.append(_gap(a, b, span, other))
    for key, span in gaps_b.items():
        start = _stop(places_a, key)
        made.gaps.append(_gap(a, b, Span(start, start), span))
    if end_a.size or end_b.size:
        made.overlay = _region("behind the end", a, b, end_a, end_b)
    _lonely(made, (a, b), (places_a, places_b), only_a, only_b)
    return made


def _region(name: str, a: Elf, b: Elf, one: Span, two: Span) -> Region:
    return Region(
        name, bytes(a.data[one.start : one.stop]), bytes(b.data[two.start : two.stop]),
        one.start, two.start,
    )  # fmt: skip


def _gap(a: Elf, b: Elf, one: Span, two: Span) -> Region:
    region = _region("between sections", a, b, one, two)
    if region.a != region.b and not region.a.strip(b"\0") and not region.b.strip(b"\0"):
        region.moved.append(Quad(0, len(region.a), 0, len(region.b)))
    return region


def _table_spans(elf: Elf) -> tuple[Span, Span, Span]:
    size = 64 if elf.bits == 64 else 52
    segments = Span(size, size)
    if elf.segments:
        segments = Span(elf.segments[0].header.start, elf.segments[-1].header.stop)
    headers = Span(len(elf.data), len(elf.data))
    if elf.sections:
        headers = Span(elf.sections[0].header.start, elf.sections[-1].header.stop)
    return Span(0, size), segments, headers


def _places(
    elf: Elf,
    tables: tuple[Span, Span, Span],
    paired: Iterable[tuple[Section, str]],
    lonely: Iterable[Section],
) -> list[Place]:
    places = [
        (span.start, span.stop, key)
        for span, key in zip(tables, ("header", "segments", "headers"), strict=True)
        if span.size
    ]
    for section, key in paired:
        if section.type != SHT_NOBITS and section.body.size:
            places.append((section.body.start, section.body.stop, key))
    places += [
        (section.body.start, section.body.stop, f"only {section.name} {section.index}")
        for section in lonely
        if section.body.size
    ]
    if not elf.sections:
        # Nothing but segments says what the file is made of.
        places += [
            (s.offset, min(s.offset + s.filesz, len(elf.data)), f"p{s.index}")
            for s in elf.segments
            if s.filesz and s.offset < len(elf.data)
        ]
    return sorted(places)


def _gaps(places: Sequence[Place], size: int) -> tuple[dict[str, Span], Span]:
    found: dict[str, Span] = {}
    at, key = 0, "start"
    for start, stop, name in places:
        if start > at:
            found[key] = Span(at, start)
        if stop > at:
            at, key = stop, name
    return found, Span(min(at, size), size)


def _stop(places: Sequence[Place], key: str) -> int:
    return next((stop for _, stop, name in places if name == key), 0)


def _lonely(
    made: Tiling,
    elves: tuple[Elf, Elf],
    places: tuple[list[Place], list[Place]],
    only_a: Sequence[Section],
    only_b: Sequence[Section],
) -> None:
    stops_a = {key: stop for _, stop, key in places[0]}
    stops_b = {key: stop for _, stop, key in places[1]}
    for side, sections in enumerate((only_a, only_b)):
        mine, other = places[side], (stops_b, stops_a)[side]
        elf, far = elves[side], elves[1 - side]
        for section in sections:
            at = 0
            for start, _, key in mine:
                if start >= section.body.start:
                    break
                at = max(at, other.get(key, 0))
            empty = Span(at, at)
            # The first header of each table is that of no section.
            head = far.sections[0].header.stop if far.sections else far.shoff
            for item in elf.sections[: section.index]:
                pair_at = _header_stop(made, item, side)
                head = max(head, pair_at)
            no_head = Span(head, head)
            spans = (section.body, empty, section.header, no_head)
            if side:
                spans = (empty, section.body, no_head, section.header)
            made.one_sided.append(OneSided(section, *spans))


def _header_stop(made: Tiling, item: Section, side: int) -> int:
    for region in made.sections.values():
        pair: SectionPair | None = region.pair
        if pair is not None and (pair.a, pair.b)[side] is item:
            return (pair.b, pair.a)[side].header.stop
    return 0
