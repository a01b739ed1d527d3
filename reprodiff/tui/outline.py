"""The rows of the list of findings: groups, findings, what follows from them, their places.

Only what is folded or unfolded is kept; the rows of a finding's places are a range of numbers, so
that a hundred thousand of them cost nothing until they are drawn.
"""

from bisect import bisect_right
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from reprodiff.model import Category, Severity
from reprodiff.tui.store import Store, roots


class Kind(Enum):
    """What a row is."""

    GROUP = 0
    FINDING = 1
    ECHO = 2
    PLACE = 3
    PROBLEMS = 4
    PROBLEM = 5


class Address(NamedTuple):
    """What a row stands for, as long as the list lives: it may move, but not change its meaning."""

    kind: Kind
    id: str = ""
    """A category, or the id of a finding."""
    number: int = 0
    """Of a place or a problem, from 0."""


class Row(NamedTuple):
    """One row of the list."""

    at: Address
    depth: int
    open: bool | None
    """Whether it is unfolded; ``None`` where there is nothing to unfold."""


class _Block(NamedTuple):
    """Rows that follow each other: one, or the places of a finding."""

    row: Row
    size: int


PROBLEMS = Address(Kind.PROBLEMS)


class Folds:
    """What the user has folded and unfolded: groups begin open, findings closed."""

    def __init__(self) -> None:
        self._turned: set[Address] = set()

    def is_open(self, at: Address) -> bool:
        """Whether what stands under ``at`` is shown."""
        return (at.kind in {Kind.GROUP, Kind.PROBLEMS}) != (at in self._turned)

    def set(self, at: Address, *, open_: bool) -> None:
        """Show or hide what stands under ``at``."""
        if self.is_open(at) != open_:
            self._turned ^= {at}


class Outline:
    """The rows, by number and by what they stand for."""

    def __init__(self, store: Store, folds: Folds) -> None:
        self._blocks = list(_blocks(store, folds))
        self._starts: list[int] = []
        self._places: dict[Address, int] = {}
        at = 0
        for number, block in enumerate(self._blocks):
            self._starts.append(at)
            self._places[block.row.at] = number
            at += block.size
        self._size = at

    def __len__(self) -> int:
        return self._size

    def row(self, number: int) -> Row:
        """Return row ``number``, ``0 <= number < len(self)``."""
        block = bisect_right(self._starts, number) - 1
        row = self._blocks[block].row
        if row.at.kind is not Kind.PLACE:
            return row
        return row._replace(at=row.at._replace(number=number - self._starts[block]))

    def find(self, at: Address) -> int | None:
        """Return the number of the row that stands for ``at``, if it is shown."""
        block = self._places.get(at._replace(number=0) if at.kind is Kind.PLACE else at)
        if block is None or (at.kind is Kind.PLACE and at.number >= self._blocks[block].size):
            return None
        return self._starts[block] + (at.number if at.kind is Kind.PLACE else 0)

    def parent(self, number: int) -> int | None:
        """Return the number of the row that holds row ``number``."""
        depth = self.row(number).depth
        block = bisect_right(self._starts, number) - 1
        for above in range(block - 1, -1, -1):
            if self._blocks[above].row.depth < depth:
                return self._starts[above]
        return None

    def first_finding(self) -> int | None:
        """Return the number of the first row that is a finding or a problem."""
        for start, block in zip(self._starts, self._blocks, strict=True):
            if block.row.at.kind in {Kind.FINDING, Kind.PROBLEM}:
                return start
        return None


def _blocks(store: Store, folds: Folds) -> Iterator[_Block]:
    folded = roots(store.findings.values())
    groups: dict[Category, list[str]] = {}
    for key in folded:
        groups.setdefault(store.findings[key].category, []).append(key)
    problems_shown = not store.problems
    for category, keys in groups.items():
        worst = max(store.findings[key].severity.rank for key in keys)
        if not problems_shown and worst < Severity.ALARM.rank:
            yield from _problems(store, folds)
            problems_shown = True
        head = Address(Kind.GROUP, category)
        yield _one(head, 0, folds)
        if folds.is_open(head):
            for key in keys:
                yield from _finding(store, folds, key, folded[key])
    if not problems_shown:
        yield from _problems(store, folds)


def _one(at: Address, depth: int, folds: Folds | None) -> _Block:
    return _Block(Row(at, depth, None if folds is None else folds.is_open(at)), 1)


def _problems(store: Store, folds: Folds) -> Iterator[_Block]:
    yield _one(PROBLEMS, 0, folds)
    if folds.is_open(PROBLEMS):
        for number in range(len(store.problems)):
            yield _one(Address(Kind.PROBLEM, number=number), 1, None)


def _finding(store: Store, folds: Folds, key: str, echoes: list[str]) -> Iterator[_Block]:
    head = Address(Kind.FINDING, key)
    yield _one(head, 1, folds)
    if not folds.is_open(head):
        return
    for echo in echoes:
        at = Address(Kind.ECHO, echo)
        yield _one(at, 2, folds)
        if folds.is_open(at):
            yield from _places(store, echo, 3)
    yield from _places(store, key, 2)


def _places(store: Store, key: str, depth: int) -> Iterator[_Block]:
    count = len(store.locations(key))
    if count:
        yield _Block(Row(Address(Kind.PLACE, key), depth, None), count)
