"""Two PE files as rows of regions, none of their bytes left out."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from reprodiff.formats.machine.proof import Region
from reprodiff.formats.machine.tiling import Place, gaps, in_turn, state
from reprodiff.formats.pe.checks import certificates
from reprodiff.formats.pe.parts import File, Part, PartPair
from reprodiff.formats.pe.symbols import tables
from reprodiff.model import Span


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
        state(self.all(), places)


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

    def region(name: str, key: str, pair: PartPair | None = None) -> Region:
        spans = [side.get(key, Span(0, 0)) for side in found]
        raw = [bytes(d[s.start : s.stop]) for d, s in zip(data, spans, strict=True)]
        if pair is not None and raw != [pair.plain_a, pair.plain_b]:
            pair = None  # its bytes are also those of something else, which stands in front
        return Region(name, raw[0], raw[1], spans[0].start, spans[1].start, pair)

    parts = {
        pair.a.index: region(pair.name, f"part {pair.a.index}", pair)
        if not pair.a.bare
        else Region(pair.name, b"", b"", 0, 0, pair)
        for pair in pairs
    }
    others = gaps(data, places)
    others.append(region("certificates", "certificates"))
    return Tiling(
        region("headers", "headers"), parts, region("symbol table", "symbols"), others,
        _lonely(found, only),
    )  # fmt: skip


def _places(file: File, paired: Iterable[tuple[Part, int]], lonely: Iterable[Part]) -> list[Place]:
    symbols = tables(file.image)[0]
    signed = certificates(file.image)
    wanted: list[Place] = [
        Place(0, file.image.headers_end, "headers"),
        Place(symbols.start, symbols.stop, "symbols"),
        Place(signed.start, signed.stop, "certificates"),
    ]
    wanted += [
        Place(part.body.start, part.body.stop, f"part {index}")
        for part, index in paired
        if not part.bare
    ]
    wanted += [
        Place(part.body.start, part.body.stop, f"only {part.name} {part.index}")
        for part in lonely
        if not part.bare
    ]
    return in_turn(wanted)


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
