"""Two runs of bytes in hexadecimal, each byte over the one it corresponds to.

Both sides are laid out along common *columns*: where one side has bytes that the other lacks, the
other has a gap.  Only the places where a gap begins or ends are kept; whether a byte differs is
seen when its row is made.  So a pair of any size opens at once.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from reprodiff.formats.parsing import byteruns
from reprodiff.formats.parsing.align import Op, align_bytes
from reprodiff.model import Side, Span

GAP: Final = -1
"""In place of a byte, where a side has none."""
MAX_ALIGNED: Final = 1 << 20
"""Larger pairs are laid out by anchors and their common ends: so they open at once."""
MAX_FITTED: Final = 256 << 10
"""Largest part between two anchors that is aligned byte by byte."""
_NEAR: Final = 16
"""Fewer equal bytes than this between two changes do not part them."""
_WINDOW: Final = 64 * 1024
_MAX_CHANGE: Final = 4 << 20
"""The end of a change is not looked for any further than this."""


class Stretch(NamedTuple):
    """Columns from ``start`` on; the side with fewer bytes has its gap at the end."""

    start: int
    a: int
    a_size: int
    b: int
    b_size: int

    @property
    def size(self) -> int:
        """Number of columns."""
        return max(self.a_size, self.b_size)


class HexRow(NamedTuple):
    """A row of bytes: one value (or :data:`GAP`) for each column of each side.

    The offset of a side is that of its first byte in the row, or of the one that would follow.
    """

    offset_a: int
    offset_b: int
    a: tuple[int, ...]
    b: tuple[int, ...]

    @property
    def changed(self) -> tuple[bool, ...]:
        """For each column, whether the two sides differ."""
        return tuple(x != y for x, y in zip(self.a, self.b, strict=True))


class HexPair:
    """Two buffers, laid out along common columns.

    Made from two buffers alone, the columns are their offsets.
    """

    def __init__(self, a: memoryview, b: memoryview, ops: Iterable[Op] | None = None) -> None:
        self.a, self.b = a, b
        self._stretches = _stretches(ops or [Op("replace", 0, len(a), 0, len(b))])
        self._starts = [stretch.start for stretch in self._stretches]
        last = self._stretches[-1]
        self.size = last.start + last.size

    @classmethod
    def aligned(cls, a: memoryview, b: memoryview) -> "HexPair":
        """Lay two buffers out so that what is the same stands together."""
        if max(len(a), len(b)) <= MAX_ALIGNED:
            return cls(a, b, align_bytes(a, b, merge=4))
        return cls.anchored(a, b, ())

    @classmethod
    def anchored(
        cls, a: memoryview, b: memoryview, anchors: Iterable[tuple[Span, Span]]
    ) -> "HexPair":
        """Lay two buffers out by pairs of spans that are known to stand for each other.

        What lies between two anchors is laid out straight where it is as long on both sides;
        where it is not, and is small, its bytes are aligned.  Nothing else is read, so that a
        pair of any size opens at once.
        """
        chain = _chain(anchors, len(a), len(b))
        if all(one.start == two.start for one, two in chain):
            return cls(a, b)
        return cls(a, b, _between(a, b, chain))

    def row(self, start: int, count: int) -> HexRow:
        """Return the ``count`` columns from ``start`` on (fewer at the end)."""
        number = max(bisect_right(self._starts, start) - 1, 0)
        left: list[int] = []
        right: list[int] = []
        stretch = self._stretches[number]
        within = min(start - stretch.start, stretch.size)
        offset_a = stretch.a + min(within, stretch.a_size)
        offset_b = stretch.b + min(within, stretch.b_size)
        at, stop = start, min(start + count, self.size)
        while at < stop:
            stretch = self._stretches[number]
            first = at - stretch.start
            last = min(stretch.size, stop - stretch.start)
            left += _cells(self.a, stretch.a, stretch.a_size, first, last)
            right += _cells(self.b, stretch.b, stretch.b_size, first, last)
            at = stretch.start + last
            number += 1
        return HexRow(offset_a, offset_b, tuple(left), tuple(right))

    def column_of(self, side: Side, offset: int) -> int:
        """Return the column of the byte at ``offset`` of one side."""
        if side is Side.A:
            number = bisect_right(self._stretches, offset, key=lambda s: s.a) - 1
        else:
            number = bisect_right(self._stretches, offset, key=lambda s: s.b) - 1
        stretch = self._stretches[max(number, 0)]
        within = offset - (stretch.a if side is Side.A else stretch.b)
        return stretch.start + min(max(within, 0), max(stretch.size - 1, 0))

    def offset_of(self, side: Side, column: int) -> int:
        """Return the offset of the byte of one side in a column, or of the one that follows."""
        number = max(bisect_right(self._starts, column) - 1, 0)
        stretch = self._stretches[number]
        start, size = (stretch.a, stretch.a_size) if side is Side.A else (stretch.b, stretch.b_size)
        return start + min(max(column - stretch.start, 0), size)

    def change_from(self, column: int) -> Span | None:
        """Return the columns of the first change that is at ``column`` or behind it."""
        start = self._first(column)
        return None if start is None else Span(start, self._end(start))

    def change_before(self, column: int) -> Span | None:
        """Return the columns of the last change that begins before ``column``."""
        last = self._last(column)
        if last is None:
            return None
        start = self._begin(last)
        return Span(start, self._end(start))

    def _first(self, column: int) -> int | None:
        """Return the first column from ``column`` on in which the sides differ."""
        for stretch in self._stretches[max(bisect_right(self._starts, column) - 1, 0) :]:
            skip = max(column - stretch.start, 0)
            both = min(stretch.a_size, stretch.b_size)
            if skip < both:
                skip += byteruns.common_head(
                    self.a[stretch.a + skip : stretch.a + both],
                    self.b[stretch.b + skip : stretch.b + both],
                )
            if skip < stretch.size:
                return stretch.start + skip
        return None

    def _last(self, column: int) -> int | None:
        """Return the last column before ``column`` in which the sides differ."""
        for stretch in reversed(self._stretches[: bisect_right(self._starts, column)]):
            stop = min(column - stretch.start, stretch.size)
            both = min(stretch.a_size, stretch.b_size)
            if stop > both:
                return stretch.start + stop - 1
            stop -= byteruns.common_tail(
                self.a[stretch.a : stretch.a + stop], self.b[stretch.b : stretch.b + stop]
            )
            if stop > 0:
                return stretch.start + stop - 1
        return None

    def _runs(self, start: int, stop: int) -> list[tuple[int, int]]:
        """Return the changed columns between ``start`` and ``stop`` as runs, near ones as one."""
        runs: list[tuple[int, int]] = []
        number = max(bisect_right(self._starts, start) - 1, 0)
        for stretch in self._stretches[number:]:
            if stretch.start >= stop:
                break
            first, last = max(start - stretch.start, 0), min(stop - stretch.start, stretch.size)
            both = min(stretch.a_size, stretch.b_size, last)
            if first < both:
                a = self.a[stretch.a + first : stretch.a + both]
                b = self.b[stretch.b + first : stretch.b + both]
                at = stretch.start + first
                found = byteruns.differing_runs(a, b, _NEAR, _WINDOW)
                runs += [(at + x, at + y) for x, y in found]
            if max(first, both) < last:
                runs.append((stretch.start + max(first, both), stretch.start + last))
        return _joined(runs)

    def _end(self, start: int) -> int:
        """Return where the change that begins at ``start`` ends."""
        stop = start
        while stop < self.size and stop - start < _MAX_CHANGE:
            edge = min(stop + _WINDOW, self.size)
            runs = self._runs(stop, edge)
            if not runs or (runs[0][0] - stop >= _NEAR and stop > start):
                return stop
            stop = runs[0][1]
            if edge - stop >= _NEAR:
                return stop
        return stop

    def _begin(self, last: int) -> int:
        """Return where the change begins that has its last byte at ``last``."""
        start = last
        while start > 0 and last - start < _MAX_CHANGE:
            edge = max(start - _WINDOW, 0)
            runs = self._runs(edge, start + 1)
            if not runs:
                return start
            start = runs[-1][0]
            if start - edge >= _NEAR or edge == 0:
                return start
        return start


def _chain(
    anchors: Iterable[tuple[Span, Span]], size_a: int, size_b: int
) -> list[tuple[Span, Span]]:
    """Return the anchors that follow each other on both sides, and the end of both."""
    chain: list[tuple[Span, Span]] = []
    at_a = at_b = 0
    for one, two in sorted(anchors):
        inside = one.stop <= size_a and two.stop <= size_b
        if inside and one.start >= at_a and two.start >= at_b:
            chain.append((one, two))
            at_a, at_b = one.stop, two.stop
    chain.append((Span(size_a, size_a), Span(size_b, size_b)))
    return chain


def _between(a: memoryview, b: memoryview, chain: list[tuple[Span, Span]]) -> Iterator[Op]:
    at_a = at_b = 0
    for one, two in chain:
        gap_a, gap_b = one.start - at_a, two.start - at_b
        if gap_a == gap_b:
            yield Op("replace", at_a, one.start, at_b, two.start)
        else:
            yield from _fitted(a, b, Span(at_a, one.start), Span(at_b, two.start))
        if one.size or two.size:
            yield Op("replace", one.start, one.stop, two.start, two.stop)
        at_a, at_b = one.stop, two.stop


def _fitted(a: memoryview, b: memoryview, one: Span, two: Span) -> Iterator[Op]:
    """Lay out what is longer on one side, and what no anchor tells of."""
    part_a, part_b = a[one.start : one.stop], b[two.start : two.stop]
    if max(len(part_a), len(part_b)) <= MAX_FITTED:
        ops = align_bytes(part_a, part_b, merge=4)
    else:
        head = byteruns.common_head(part_a, part_b)
        tail = byteruns.common_tail(part_a[head:], part_b[head:])
        stop_a, stop_b = len(part_a) - tail, len(part_b) - tail
        ops = [
            Op("equal", 0, head, 0, head),
            Op("replace", head, stop_a, head, stop_b),
            Op("equal", stop_a, len(part_a), stop_b, len(part_b)),
        ]
    for op in ops:
        yield Op(op.tag, one.start + op.a0, one.start + op.a1, two.start + op.b0, two.start + op.b1)


def _cells(data: memoryview, offset: int, size: int, first: int, last: int) -> list[int]:
    """Return the columns ``first`` to ``last`` of a stretch of one side."""
    stop = min(last, size)
    cells = list(data[offset + first : offset + stop]) if first < stop else []
    return cells + [GAP] * (last - first - len(cells))


def _joined(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return sorted runs with those that are near each other made one."""
    joined: list[tuple[int, int]] = []
    for start, stop in runs:
        if joined and start - joined[-1][1] < _NEAR:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined


def _stretches(ops: Iterable[Op]) -> list[Stretch]:
    """Join ops as long as both sides go on without a gap."""
    stretches: list[Stretch] = []
    start = 0
    for op in ops:
        a_size, b_size = op.a1 - op.a0, op.b1 - op.b0
        last = stretches[-1] if stretches else None
        if last is not None and last.a_size == last.b_size:
            stretches[-1] = Stretch(
                last.start, last.a, last.a_size + a_size, last.b, last.b_size + b_size
            )
        else:
            stretches.append(Stretch(start, op.a0, a_size, op.b0, b_size))
        start += max(a_size, b_size)
    return stretches or [Stretch(0, 0, 0, 0, 0)]
