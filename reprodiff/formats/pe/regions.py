"""Two PE files as rows of regions, none of their bytes left out."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.pe.checks import certificates
from reprodiff.formats.pe.parts import File, Part, PartPair
from reprodiff.formats.pe.symbols import tables
from reprodiff.model import Span

Place = tuple[int, int, str]


class OneSided(NamedTuple):
    """A part that one file has; the other span is the empty place where it would be."""

    part: Part
    a: Span
    b: Span


class Tiling(NamedTuple):
    """All regions of a pair of files."""

    headers: Region
    parts: dict[int, Region]
    symbols: Region
    others: list[Region]
    one_sided: list[OneSided]

    def all(self) -> list[Region]:
        """Return all regions."""
        return [self.headers, *self.parts.values(), self.symbols, *self.others]

    def state(self, places: Iterable[tuple[Span, Span]]) -> None:
        """Note bytes that a fact of its own is about, in the regions they lie in."""
        regions = [region for region in self.all() if region.a or region.b]
        for one, two in places:
            for region in regions:
                quad = Quad(
                    one.start - region.at_a, one.stop - region.at_a,
                    two.start - region.at_b, two.stop - region.at_b,
                )  # fmt: skip
                if 0 <= quad.a0 <= quad.a1 <= len(region.a) and (
                    0 <= quad.b0 <= quad.b1 <= len(region.b)
                ):
                    region.stated.append(quad)
                    break


def tiling(
    a: File, b: File, pairs: Sequence[PartPair], only: tuple[Sequence[Part], Sequence[Part]]
) -> Tiling:
    """Cut both files into regions that are the same thing."""
    places = [
        _places(file, [((pair.a, pair.b)[side], pair.a.index) for pair in pairs], only[side])
        for side, file in enumerate((a, b))
    ]
    data = a.image.data, b.image.data
    found = [{key: Span(start, stop) for start, stop, key in side} for side in places]
    stops = [{key: stop for _, stop, key in side} for side in places]

    def region(name: str, key: str, pair: PartPair | None = None) -> Region:
        spans = [side.get(key, Span(0, 0)) for side in found]
        raw = [bytes(d[s.start : s.stop]) for d, s in zip(data, spans, strict=True)]
        return Region(name, raw[0], raw[1], spans[0].start, spans[1].start, pair)

    parts = {
        pair.a.index: region(pair.name, f"part {pair.a.index}", pair)
        if not pair.a.bare
        else Region(pair.name, b"", b"", 0, 0, pair)
        for pair in pairs
    }
    others: list[Region] = []
    gaps = [_gaps(side, len(d)) for side, d in zip(places, data, strict=True)]
    for key in dict.fromkeys([*gaps[0], *gaps[1]]):
        spans = [
            side.get(key) or Span(stop.get(key, 0), stop.get(key, 0))
            for side, stop in zip(gaps, stops, strict=True)
        ]
        raw = [bytes(d[s.start : s.stop]) for d, s in zip(data, spans, strict=True)]
        gap = Region("between sections", raw[0], raw[1], spans[0].start, spans[1].start)
        behind = any(s.stop == len(d) for s, d in zip(spans, data, strict=True))
        if raw[0] != raw[1] and not (raw[0] + raw[1]).strip(b"\0") and not behind:
            gap.moved.append(Quad(0, len(raw[0]), 0, len(raw[1])))
        others.append(gap)
    others.append(region("certificates", "certificates"))
    return Tiling(
        region("headers", "headers"), parts, region("symbol table", "symbols"), others,
        _lonely(found, only),
    )  # fmt: skip


def _places(file: File, paired: Iterable[tuple[Part, int]], lonely: Iterable[Part]) -> list[Place]:
    symbols, strings = tables(file.image)
    signed = certificates(file.image)
    wanted: list[Place] = [
        (0, file.image.headers_end, "headers"),
        (symbols.start, symbols.stop, "symbols"),
        (signed.start, signed.stop, "certificates"),
    ]
    wanted += [
        (part.body.start, part.body.stop, f"part {index}")
        for part, index in paired
        if not part.bare
    ]
    wanted += [
        (part.body.start, part.body.stop, f"only {part.name} {part.index}")
        for part in lonely
        if not part.bare
    ]
    del strings
    kept: list[Place] = []
    at = 0
    for start, stop, key in sorted(wanted):
        if start >= at and stop > start:
            kept.append((start, stop, key))
            at = stop
    return kept


def _gaps(places: Sequence[Place], size: int) -> dict[str, Span]:
    """Return what no place covers, by what stands in front of it."""
    found: dict[str, Span] = {}
    at, key = 0, "start"
    for start, stop, name in places:
        if start > at:
            found[key] = Span(at, start)
        at, key = stop, name
    if size > at:
        found[key] = Span(at, size)
    return found


def _lonely(
    found: Sequence[dict[str, Span]], only: tuple[Sequence[Part], Sequence[Part]]
) -> list[OneSided]:
    made: list[OneSided] = []
    for side, parts in enumerate(only):
        mine, other = found[side], found[1 - side]
        for part in parts:
            if part.bare:
                continue
            span = mine.get(f"only {part.name} {part.index}")
            if span is None:
                continue
            before = [key for key, s in mine.items() if s.stop <= span.start and key in other]
            at = max((other[key].stop for key in before), default=0)
            empty = Span(at, at)
            made.append(OneSided(part, *((empty, span) if side else (span, empty))))
    return made
