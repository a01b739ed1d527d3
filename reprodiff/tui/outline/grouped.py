"""Findings under the categories of their causes, or under their severities.

Only what is folded or unfolded is kept; the rows of a finding's places are a range of numbers, so
that a hundred thousand of them cost nothing until they are drawn.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reprodiff.model import Finding, Severity
from reprodiff.tui.outline.base import PROBLEMS, Address, Folds, Grouping, Kind, Outline, Row
from reprodiff.tui.selecting.shown import Shown
from reprodiff.tui.store import Store, needs_person, roots

UNPROVEN = "benign, if so"
"""The group of what would be benign, and is not proven."""


def group_of(finding: Finding, grouping: Grouping) -> str:
    """Return the name of the group that a finding stands in."""
    if grouping is Grouping.CAUSE:
        return finding.category.value
    if finding.severity is Severity.BENIGN and needs_person(finding):
        return UNPROVEN
    return finding.severity.value


class _Block(NamedTuple):
    """Rows that follow each other: one, or the places of a finding."""

    row: Row
    numbers: Sequence[int] = (0,)
    """Of the places; of anything else, just one."""


class GroupedOutline(Outline):
    """Groups, findings, what follows from them, their places."""

    def __init__(self, store: Store, folds: Folds, shown: Shown, grouping: Grouping) -> None:
        self._grouping = grouping
        self._store = store
        folded = roots(
            finding for key in shown.places if (finding := store.findings.get(key)) is not None
        )
        self._home = {echo: root for root, echoes in folded.items() for echo in echoes}
        self.folded = folded
        self._blocks = list(self._made(folds, shown, folded))
        self._starts: list[int] = []
        self._places: dict[Address, int] = {}
        at = 0
        for number, block in enumerate(self._blocks):
            self._starts.append(at)
            self._places[block.row.at] = number
            at += len(block.numbers)
        self._size = at

    def __len__(self) -> int:
        return self._size

    def row(self, number: int) -> Row:
        """Return row ``number``, ``0 <= number < len(self)``."""
        at = bisect_right(self._starts, number) - 1
        block = self._blocks[at]
        if block.row.at.kind is not Kind.PLACE:
            return block.row
        place = block.numbers[number - self._starts[at]]
        return block.row._replace(at=block.row.at._replace(number=place))

    def find(self, at: Address) -> int | None:
        """Return the number of the row that stands for ``at``, if it is shown."""
        if at.kind is not Kind.PLACE:
            block = self._places.get(at)
            return None if block is None else self._starts[block]
        block = self._places.get(at._replace(number=0))
        if block is None:
            return None
        numbers = self._blocks[block].numbers
        offset = bisect_left(numbers, at.number)
        found = offset < len(numbers) and numbers[offset] == at.number
        return self._starts[block] + offset if found else None

    def holders(self, at: Address) -> tuple[Address, ...]:
        """Return what ``at`` stands under, the nearest first."""
        if at.kind is Kind.PROBLEM:
            return (PROBLEMS,)
        finding = self._store.findings.get(at.id)
        if finding is None or at.kind in {Kind.GROUP, Kind.PROBLEMS}:
            return ()
        root = self._home.get(at.id, at.id)
        over = [Address(Kind.ECHO, at.id)] if at.kind is Kind.PLACE and root != at.id else []
        if at.kind is not Kind.FINDING or root != at.id:
            over.append(Address(Kind.FINDING, root))
        head = self._store.findings.get(root, finding)
        return (*over, Address(Kind.GROUP, group_of(head, self._grouping)))

    def skip(self, number: int, direction: int) -> int:
        """Return the first row in ``direction`` that is no place of the same finding."""
        at = bisect_right(self._starts, number) - 1
        if direction < 0:
            return self._starts[at] - 1
        return self._starts[at] + len(self._blocks[at].numbers)

    # -- blocks

    def _made(self, folds: Folds, shown: Shown, folded: dict[str, list[str]]) -> Iterator[_Block]:
        findings = self._store.findings
        groups: dict[str, list[str]] = {}
        for key in folded:
            groups.setdefault(group_of(findings[key], self._grouping), []).append(key)
        ranks = {name: _rank(findings[key] for key in keys) for name, keys in groups.items()}
        problems_shown = not (self._store.problems and shown.problems)
        for name in sorted(groups, key=ranks.__getitem__):
            if not problems_shown and ranks[name] > -Severity.ALARM.rank:
                yield from self._problems(folds)
                problems_shown = True
            head = Address(Kind.GROUP, name)
            yield _one(head, 0, folds)
            if folds.is_open(head):
                for key in groups[name]:
                    yield from _finding(folds, shown, key, folded[key])
        if not problems_shown:
            yield from self._problems(folds)

    def _problems(self, folds: Folds) -> Iterator[_Block]:
        yield _one(PROBLEMS, 0, folds)
        if folds.is_open(PROBLEMS):
            for number in range(len(self._store.problems)):
                yield _one(Address(Kind.PROBLEM, number=number), 1, None)


def _rank(findings: Iterator[Finding]) -> float:
    """Return how far up a group stands: the worst first, the unproven before the benign."""
    return -max(
        finding.severity.rank or (0.5 if needs_person(finding) else 0) for finding in findings
    )


def _one(at: Address, depth: int, folds: Folds | None) -> _Block:
    return _Block(Row(at, depth, None if folds is None else folds.is_open(at)))


def _finding(folds: Folds, shown: Shown, key: str, echoes: list[str]) -> Iterator[_Block]:
    head = Address(Kind.FINDING, key)
    yield _one(head, 1, folds)
    if not folds.is_open(head):
        return
    for echo in echoes:
        at = Address(Kind.ECHO, echo)
        yield _one(at, 2, folds)
        if folds.is_open(at):
            yield from _places(shown, echo, 3)
    yield from _places(shown, key, 2)


def _places(shown: Shown, key: str, depth: int) -> Iterator[_Block]:
    if numbers := shown.places[key]:
        yield _Block(Row(Address(Kind.PLACE, key), depth, None), numbers)
