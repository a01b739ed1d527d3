"""Matching runs of bytes: in place where nothing moved, by content where something did."""

from itertools import pairwise
from typing import Final

from reprodiff.formats.parsing.anchors import MAX_BLOCK, Match, joined, matches
from reprodiff.formats.parsing.byteruns import (
    MAX_BITS,
    MIN_BITS,
    chunks,
    common_head,
    common_tail,
    differing_runs,
)
from reprodiff.records import NamedTuple

MAX_MATCHES: Final = 200_000
"""Most matches returned; where there would be more, the changes nearest to each other are joined.
"""
_MAX_CHUNKS: Final = 200_000
_CELLS: Final = 4096 * 4096  # largest region for a minimal alignment: 2 MB, 3 ms
_WINDOW: Final = 64 * 1024  # longest side of such a region
# One unit of work is about a microsecond: one chunk hashed, or this many cells of a region.
_WORK: Final = 4_000_000
_CELLS_PER_UNIT: Final = 8192
APART: Final = 64
"""Equal bytes that part one changed region from the next, when asked whether a region was shifted.

Shorter ones are never asked.
"""
_CHANCE: Final = 4
"""Shortest match inside a region changed throughout that means something."""


class _Region(NamedTuple):
    a0: int
    a1: int
    b0: int
    b1: int
    bits: int = 0
    """Size of the chunks that found it, as a power of two; 0 before the first try."""

    @property
    def sizes(self) -> tuple[int, int]:
        return self.a1 - self.a0, self.b1 - self.b0

    def chance(self) -> int:
        """Return the shortest match inside that means something.

        Of all pairs of places in two unrelated regions, one in 2**k agrees in k bits by chance;
        text and code have some four bits of news in a byte.
        """
        return max(_CHANCE, (self.sizes[0] * self.sizes[1]).bit_length() // 4)


class Work:
    """What is left of the work allowed for one pair; counted, not timed, so always the same."""

    def __init__(self, units: int = _WORK) -> None:
        self._left = units

    def take(self, units: int) -> bool:
        """Take some of it, if that much is left; say whether it was."""
        if units > self._left:
            return False
        self._left -= units
        return True


def byte_matches(a: memoryview, b: memoryview, merge: int, work: Work | None = None) -> list[Match]:
    """Return matching runs ``(a, b, size)`` in order, none of them empty.

    Between two changes no match is shorter than ``merge``.  The same pairs are found when the
    sides are swapped.
    """
    work = work or Work()
    head = common_head(a, b)
    tail = common_tail(a[head:], b[head:])
    region = _Region(head, len(a) - tail, head, len(b) - tail)
    if not all(region.sizes):
        found = []
    elif region.sizes[0] == region.sizes[1]:
        found = _in_place(a, b, region, merge, work)
    else:
        found = _shifted(a, b, region, work)
    while True:
        found = [match for match in found if match[2] >= merge]
        if len(found) <= MAX_MATCHES:
            return joined([(0, 0, head), *found, (region.a1, region.b1, tail)])
        merge = max(2 * merge, 8)


def _in_place(a: memoryview, b: memoryview, region: _Region, merge: int, work: Work) -> list[Match]:
    """Compare a region whose sides have one length, cluster of changes by cluster."""
    a0, a1, b0, b1, _ = region
    runs = differing_runs(a[a0:a1], b[b0:b1], merge, MAX_MATCHES)
    found: list[Match] = []
    before = 0
    for cluster in _clusters(runs):
        start, stop = cluster[0][0], cluster[-1][1]
        found.append((a0 + before, b0 + before, start - before))
        inside = [(a0 + x, b0 + x, y - x) for (_, x), (y, _) in pairwise(cluster)]
        part = _Region(a0 + start, a0 + stop, b0 + start, b0 + stop)
        found += _better(a, b, part, inside, work)
        before = stop
    return joined(found)


def _clusters(runs: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Group the runs that may belong to one shifted region.

    Inside of a shifted region a fill or a table looks unmoved, so a long cluster bridges longer
    gaps than a short one.
    """
    clusters: list[list[tuple[int, int]]] = []
    for run in runs:
        if clusters:
            first, last = clusters[-1][0][0], clusters[-1][-1][1]
            if run[0] - last < max(APART, (last - first) // 8):
                clusters[-1].append(run)
                continue
        clusters.append([run])
    return clusters


def _better(
    a: memoryview, b: memoryview, region: _Region, inside: list[Match], work: Work
) -> list[Match]:
    """Return the matches of a region in place, or shifted if that matches an eighth more of it."""
    size = region.sizes[0]
    unmoved = sum(match[2] for match in inside)
    if size < APART or unmoved * 4 >= size * 3:
        return inside
    shifted = _shifted(a, b, region, work)
    if 8 * sum(match[2] for match in shifted) >= 8 * unmoved + size:
        return shifted
    # One byte in 256 of random data, one in 16 of hexadecimal digits agrees by chance.
    return [match for match in inside if match[2] >= _CHANCE or unmoved * 8 > size]


def _shifted(a: memoryview, b: memoryview, region: _Region, work: Work) -> list[Match]:
    """Match content wherever it has gone, as long as it kept its order."""
    found: list[Match] = []
    regions = [region]
    while regions:
        a0, a1, b0, b1, bits = regions.pop()
        left, right = a[a0:a1], b[b0:b1]
        head = common_head(left, right)
        tail = common_tail(left[head:], right[head:])
        found += [(a0, b0, head), (a1 - tail, b1 - tail, tail)]
        part = _Region(a0 + head, a1 - tail, b0 + head, b1 - tail)
        small, large = sorted(part.sizes)
        if not small:
            continue
        cells = small * large
        if cells <= _CELLS and large <= _WINDOW:
            if work.take(1 + cells // _CELLS_PER_UNIT):
                found += _minimal(a, b, part)
            continue
        # Some 16,000 chunks, or finer ones where those found nothing.
        fitting = min(max(large.bit_length() - 14, MIN_BITS), MAX_BITS)
        bits = min(bits - 3, fitting) if bits else fitting
        if bits >= MIN_BITS:
            if work.take((small + large) >> bits):
                regions += _chunked(a, b, part._replace(bits=bits), found)
        elif cells <= MAX_BLOCK and work.take(cells // _CELLS_PER_UNIT):
            # A table of one repeated entry: no chunk in it is unlike the others.
            found += _minimal(a, b, part)
    return joined(sorted(found))


def _chunked(a: memoryview, b: memoryview, region: _Region, found: list[Match]) -> list[_Region]:
    """Add the chunks that match to ``found``; return the regions between them."""
    a0, a1, b0, b1, bits = region
    left = chunks(a[a0:a1], bits, _MAX_CHUNKS)
    right = chunks(b[b0:b1], bits, _MAX_CHUNKS)
    if left is None or right is None:
        return []
    starts_a, starts_b = [0, *left[0]], [0, *right[0]]
    regions: list[_Region] = []
    at_a, at_b, chance = a0, b0, region.chance()
    for i, j, size in matches(left[1], right[1]):
        x, y = a0 + starts_a[i], b0 + starts_b[j]
        length = starts_a[i + size] - starts_a[i]
        if length >= chance:
            found.append((x, y, length))
            regions.append(_Region(at_a, x, at_b, y, bits))
            at_a, at_b = x + length, y + length
    regions.append(_Region(at_a, a1, at_b, b1, bits))
    return regions


def _minimal(a: memoryview, b: memoryview, region: _Region) -> list[Match]:
    # Costs 30 ms to import, and most pairs of artifacts need it for nothing.
    from rapidfuzz.distance import Indel  # noqa: PLC0415

    left, right = bytes(a[region.a0 : region.a1]), bytes(b[region.b0 : region.b1])
    a0, b0, chance = region.a0, region.b0, region.chance()
    # Of equally good alignments the same one must be found when the sides are swapped.
    if right < left:
        found = Indel.editops(right, left).as_matching_blocks()
        return [(a0 + x, b0 + y, size) for y, x, size in found if size >= chance]
    found = Indel.editops(left, right).as_matching_blocks()
    return [(a0 + x, b0 + y, size) for x, y, size in found if size >= chance]
