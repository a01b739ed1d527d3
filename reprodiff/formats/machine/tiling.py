"""Two files as rows of regions that are the same thing, none of their bytes left out."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.model import Span


class Place(NamedTuple):
    """Bytes of one file that are ``key``; the other file has the same under the same key."""

    start: int
    stop: int
    key: str


def in_turn(wanted: Iterable[Place]) -> list[Place]:
    """Return places by where they start; one that overlaps another before it is left out."""
    kept: list[Place] = []
    at = 0
    for place in sorted(wanted):
        if place.start >= at and place.stop > place.start:
            kept.append(place)
            at = place.stop
    return kept


def gaps(data: tuple[memoryview, memoryview], places: Sequence[Sequence[Place]]) -> list[Region]:
    """Return what no place covers, paired by what stands in front of it.

    Zeros between two places fill something up, and their number follows from it.
    """
    found = [_gaps(side, len(d)) for side, d in zip(places, data, strict=True)]
    stops = [{place.key: place.stop for place in side} for side in places]
    made: list[Region] = []
    for key in dict.fromkeys([*found[0], *found[1]]):
        spans = [
            side.get(key) or Span(stop.get(key, 0), stop.get(key, 0))
            for side, stop in zip(found, stops, strict=True)
        ]
        raw = [bytes(d[s.start : s.stop]) for d, s in zip(data, spans, strict=True)]
        gap = Region("between sections", raw[0], raw[1], spans[0].start, spans[1].start)
        behind = any(s.size and s.stop == len(d) for s, d in zip(spans, data, strict=True))
        if raw[0] != raw[1] and not (raw[0] + raw[1]).strip(b"\0") and not behind:
            gap.moved.append(Quad(0, len(raw[0]), 0, len(raw[1])))
        made.append(gap)
    return made


def _gaps(places: Sequence[Place], size: int) -> dict[str, Span]:
    found: dict[str, Span] = {}
    at, key = 0, "start"
    for start, stop, name in places:
        if start > at:
            found[key] = Span(at, start)
        at, key = stop, name
    if size > at:
        found[key] = Span(at, size)
    return found


def state(regions: Iterable[Region], places: Iterable[tuple[Span, Span]]) -> None:
    """Note bytes that a fact of its own is about, in the regions they lie in."""
    known = [region for region in regions if region.a or region.b]
    for one, two in places:
        for region in known:
            quad = Quad(
                one.start - region.at_a, one.stop - region.at_a,
                two.start - region.at_b, two.stop - region.at_b,
            )  # fmt: skip
            if 0 <= quad.a0 <= quad.a1 <= len(region.a) and (
                0 <= quad.b0 <= quad.b1 <= len(region.b)
            ):
                region.stated.append(quad)
                break


def out_of_turn(regions: Iterable[Region]) -> list[Region]:
    """Return the regions that stand in another order in the two files.

    Of two that changed places both are returned: what is equal in a region that nothing is said
    of would otherwise be sought in front of the other.
    """
    filled = sorted(
        (region for region in regions if region.a and region.b),
        key=lambda region: (region.at_a, region.at_b),
    )
    before = accumulate((region.at_b for region in filled), max)
    behind = [*accumulate((region.at_b for region in reversed(filled)), min)][::-1]
    return [
        region
        for region, most, least in zip(filled, before, behind, strict=True)
        if most > region.at_b or least < region.at_b
    ]
