"""Rows of which some differ: which of them are shown, and in how many lines."""

from abc import abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from reprodiff.model import Span
from reprodiff.tui.chunks import Chunk, Line, counted
from reprodiff.tui.sources.base import Layout, Source, Target

OPENED: Final = -1
"""Stands for the row the source was opened at; other anchors are numbers of changes or, below
this one, of matches."""
MAX_WRAPPED: Final = 100_000
"""Rows of which it is known how many lines each takes; more are not wrapped."""
_WHOLE: Final = 30
"""A change of at most so many rows is shown from its beginning."""


class Plan(NamedTuple):
    """The rows that are shown.

    ``rows`` has the first row of each item: of one row, or of many that are folded into a line;
    and the number of all rows.  ``lines`` has the first line of each item.
    """

    rows: Sequence[int]
    lines: Sequence[int]

    @property
    def height(self) -> int:
        """The number of lines."""
        return self.lines[-1]

    def item(self, line: int) -> int:
        """Return the item that a line belongs to."""
        if isinstance(self.lines, range):
            return line
        return bisect_right(self.lines, line) - 1

    def folded(self, item: int) -> int:
        """Return how many rows are folded into an item; 0 for a row that is shown."""
        size = self.rows[item + 1] - self.rows[item]
        return size if size > 1 else 0

    def line_of(self, row: int) -> int:
        """Return the first line of a row, or that of what it is folded into."""
        if isinstance(self.rows, range):
            return self.lines[row]
        return self.lines[max(bisect_right(self.rows, row) - 1, 0)]


class RowSource(Source):
    """Rows, each of one line or, where lines are wrapped, of several."""

    split = True
    can_wrap = True
    can_fold = True
    hits_by_line = False

    def __init__(self) -> None:
        self._plans: dict[tuple[object, ...], Plan] = {}
        self._opened: int | None = None
        self._cut = lru_cache(256)(self._parts)

    # -- what the rows are

    @abstractmethod
    def _count(self, layout: Layout) -> int:
        """Return the number of rows."""

    @abstractmethod
    def _changes(self) -> int:
        """Return the number of changes."""

    @abstractmethod
    def _change(self, number: int, layout: Layout) -> Span:
        """Return the rows of a change."""

    @abstractmethod
    def _change_from(self, row: int, layout: Layout) -> int | None:
        """Return the first change that starts at a row or behind it."""

    @abstractmethod
    def _change_before(self, row: int, layout: Layout) -> int | None:
        """Return the last change that starts before a row."""

    @abstractmethod
    def _row(self, row: int, layout: Layout) -> Line:
        """Return a row as one line."""

    @abstractmethod
    def _parts(self, row: int, layout: Layout) -> list[Line]:
        """Return a row as one line or more."""

    @abstractmethod
    def _tall(self, row: int, layout: Layout) -> int:
        """Return how many lines a row takes where lines are wrapped; quick."""

    @abstractmethod
    def _at(self, layout: Layout) -> int | None:
        """Return the row the source is opened at."""

    @abstractmethod
    def _hit_row(self, number: int, layout: Layout) -> int:
        """Return the row of a match."""

    def _column(self, row: int, layout: Layout) -> int:  # noqa: ARG002
        """Return how far to scroll sideways to see what a row is about."""
        return 0

    # -- lines

    def height(self, layout: Layout) -> int:
        """Return the number of lines."""
        return self._plan(layout).height

    def line(self, at: int, layout: Layout) -> Line:
        """Return line ``at``."""
        plan = self._plan(layout)
        item = plan.item(at)
        row = plan.rows[item]
        if folded := plan.folded(item):
            words = f"┄┄┄ {counted(folded, 'line')} that are the same ┄┄┄"
            return [Chunk(words, "dim")]
        if self._wraps(layout):
            parts = self._cut(row, layout._replace(shift=0))
            return parts[min(at - plan.lines[item], len(parts) - 1)]
        return self._row(row, layout)

    def start(self, layout: Layout) -> Target | None:
        """Return what to show first."""
        row = self._at(layout)
        if row is None:
            return self._target(self._change_from(0, layout), layout)
        found = self._change_before(row + 1, layout)
        if found is not None:
            rows = self._change(found, layout)
            if rows.start <= row < rows.stop:
                if rows.size <= _WHOLE:
                    return self._target(found, layout)
                return self._lines(Span(row, row + 1), layout, OPENED)
        return self._lines(Span(row, row + 1), layout, OPENED)

    def step(self, at: int, direction: int, layout: Layout) -> Target | None:
        """Return the next difference in ``direction``."""
        plan = self._plan(layout)
        if at < 0:
            row = 0 if direction > 0 else -1
            return self._target(self._change_from(row, layout), layout) if direction > 0 else None
        item = plan.item(min(at, plan.height - 1)) if plan.height else 0
        row = plan.rows[item]
        if direction > 0:
            return self._target(self._change_from(row + 1, layout), layout)
        return self._target(self._change_before(row, layout), layout)

    def again(self, target: Target, layout: Layout) -> Target | None:
        """Return ``target`` in another layout."""
        if target.anchor == OPENED:
            return self.start(layout)
        if target.anchor < OPENED:
            return self.hit(min(OPENED - 1 - target.anchor, len(self.hits.places) - 1), layout)
        return self._target(target.anchor, layout)

    def status(self, target: Target | None, layout: Layout) -> str:
        """Return which of all differences ``target`` is."""
        total = counted(self._changes(), "change")
        if target is None or target.anchor < OPENED or not self._changes():
            return total
        plan = self._plan(layout)
        row = plan.rows[plan.item(target.first)]
        number = self._change_before(row + 1, layout)
        return f"{(number or 0) + 1:,} of {total}"

    def hit(self, number: int, layout: Layout) -> Target:
        """Return the lines of a match."""
        row = self._hit_row(number, layout)
        return self._lines(Span(row, row + 1), layout, OPENED - 1 - number)

    def _target(self, number: int | None, layout: Layout) -> Target | None:
        if number is None:
            return None
        return self._lines(self._change(number, layout), layout, number)

    def _lines(self, rows: Span, layout: Layout, anchor: int) -> Target:
        plan = self._plan(layout)
        first = plan.line_of(rows.start)
        last = plan.line_of(rows.stop) if rows.stop < self._count(layout) else plan.height
        column = 0 if self._wraps(layout) else self._column(rows.start, layout)
        return Target(first, max(last, first + 1), column, anchor)

    # -- which rows are shown

    def _wraps(self, layout: Layout) -> bool:
        return layout.wrap and self._count(layout) <= MAX_WRAPPED

    def _plan(self, layout: Layout) -> Plan:
        wraps = self._wraps(layout)
        key = (layout.split, wraps, layout.cells if wraps else 0, layout.context)
        if key not in self._plans:
            if len(self._plans) > 8:
                self._plans.clear()
            self._plans[key] = self._planned(layout, wraps=wraps)
        return self._plans[key]

    def _planned(self, layout: Layout, *, wraps: bool) -> Plan:
        count = self._count(layout)
        rows: Sequence[int] = range(count + 1)
        if layout.context is not None and self._changes():
            rows = array("Q", self._near(count, layout.context, layout))
        if not wraps:
            return Plan(rows, range(len(rows)))
        lines = array("Q", [0])
        for row, behind in pairwise(rows):
            tall = 1 if behind - row > 1 else self._tall(row, layout)
            lines.append(lines[-1] + max(tall, 1))
        return Plan(rows, lines)

    def _near(self, count: int, context: int, layout: Layout) -> Iterator[int]:
        """Yield the first row of each item where only what is near a change is shown."""
        at = 0
        for number in range(self._changes()):
            start, stop = self._change(number, layout)
            first = max(start - context, at)
            if first > at:
                yield at
            yield from range(first, min(stop + context, count))
            at = max(at, min(stop + context, count))
        if at < count:
            yield at
        yield count
