"""Findings under the files they are in.

There may be a hundred thousand files.  What is in which is worked out once for what is shown; for
what is folded only the number of rows of each file is kept.
"""

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import NamedTuple

from reprodiff.model import Severity
from reprodiff.tui.outline.base import PROBLEMS, Address, Folds, Kind, Outline, Row
from reprodiff.tui.selecting.shown import Shown
from reprodiff.tui.store import Store


class Inside(NamedTuple):
    """What is in a file: the places of each finding, by number."""

    severity: Severity
    """The worst of them."""
    places: dict[str, list[int]]

    @property
    def total(self) -> int:
        """Return the number of places."""
        return sum(map(len, self.places.values()))


class PathIndex:
    """The files that are shown, what matters most first, then by name."""

    def __init__(self, store: Store, shown: Shown) -> None:
        files: dict[str, dict[str, list[int]]] = {}
        worst: dict[str, Severity] = {}
        ordered = [store.findings[key] for key in shown.places if key in store.findings]
        # The first finding to name a file is then the worst in it.
        ordered.sort(key=lambda finding: -finding.severity.rank)
        for finding in ordered:
            locations = store.locations(finding.id)
            if not shown.places[finding.id]:
                # None has come in, or it is about the artifact as a whole.
                files.setdefault("", {})[finding.id] = []
                worst.setdefault("", finding.severity)
            for number in shown.places[finding.id]:
                path = locations[number].path
                if (inside := files.get(path)) is None:
                    inside = files[path] = {}
                    worst[path] = finding.severity
                inside.setdefault(finding.id, []).append(number)
        self.names = sorted(files, key=lambda path: (-worst[path].rank, path))
        self._files = files
        self._worst = worst
        self.places = {name: number for number, name in enumerate(self.names)}

    def inside(self, path: str) -> Inside:
        """Return what is in a file."""
        return Inside(self._worst[path], self._files[path])


class PathOutline(Outline):
    """Problems, then files with their findings and places."""

    def __init__(self, store: Store, folds: Folds, shown: Shown, index: PathIndex) -> None:
        self._folds = folds
        self.index = index
        problems: list[Row] = []
        if store.problems and shown.problems:
            problems.append(Row(PROBLEMS, 0, folds.is_open(PROBLEMS)))
            if folds.is_open(PROBLEMS):
                problems += [
                    Row(Address(Kind.PROBLEM, number=number), 1, None)
                    for number in range(len(store.problems))
                ]
        self._problems = problems
        sizes = self._sizes()
        self._starts = list(accumulate(sizes, initial=len(problems)))

    def __len__(self) -> int:
        return self._starts[-1]

    def row(self, number: int) -> Row:
        """Return row ``number``, ``0 <= number < len(self)``."""
        if number < len(self._problems):
            return self._problems[number]
        at = bisect_right(self._starts, number) - 1
        path = self.index.names[at]
        head = Address(Kind.PATH, path=path)
        offset = number - self._starts[at]
        if offset == 0:
            return Row(head, 0, self._folds.is_open(head))
        for key, numbers in self.index.inside(path).places.items():
            address = Address(Kind.FINDING, key, path=path)
            foldable = len(numbers) > 1
            if offset == 1:
                return Row(address, 1, self._folds.is_open(address) if foldable else None)
            size = self._size(address, numbers)
            if offset <= size:
                return Row(Address(Kind.PLACE, key, numbers[offset - 2], path), 2, None)
            offset -= size
        raise IndexError(number)

    def find(self, at: Address) -> int | None:
        """Return the number of the row that stands for ``at``, if it is shown."""
        if at.kind in {Kind.PROBLEMS, Kind.PROBLEM}:
            rows = [row.at for row in self._problems]
            return rows.index(at) if at in rows else None
        number = self.index.places.get(at.path)
        if number is None or at.kind in {Kind.GROUP, Kind.ECHO}:
            return None
        start = self._starts[number]
        if at.kind is Kind.PATH:
            return start
        if not self._folds.is_open(Address(Kind.PATH, path=at.path)):
            return None
        row = start + 1
        for key, numbers in self.index.inside(at.path).places.items():
            address = Address(Kind.FINDING, key, path=at.path)
            if key != at.id:
                row += self._size(address, numbers)
            elif at.kind is Kind.FINDING:
                return row
            else:
                offset = bisect_left(numbers, at.number)
                open_ = self._size(address, numbers) > 1
                found = open_ and offset < len(numbers) and numbers[offset] == at.number
                return row + 1 + offset if found else None
        return None

    def holders(self, at: Address) -> tuple[Address, ...]:
        """Return what ``at`` stands under, the nearest first."""
        if at.kind is Kind.PROBLEM:
            return (PROBLEMS,)
        over = Address(Kind.PATH, path=at.path)
        if at.kind is Kind.PLACE:
            return (Address(Kind.FINDING, at.id, path=at.path), over)
        return (over,) if at.kind is Kind.FINDING else ()

    def skip(self, number: int, direction: int) -> int:
        """Return the next row: the rows of a file are few."""
        return number + direction

    def _size(self, address: Address, numbers: list[int]) -> int:
        """Return how many rows a finding in a file has."""
        many = len(numbers) > 1 and self._folds.is_open(address)
        return 1 + len(numbers) if many else 1

    def _sizes(self) -> list[int]:
        """Return how many rows each file has."""
        if self._folds.begins_open(Kind.PATH):
            return [self._rows_of(path) for path in self.index.names]
        sizes = [1] * len(self.index.names)
        for at in self._folds.turned(Kind.PATH):
            if (number := self.index.places.get(at.path)) is not None:
                sizes[number] = self._rows_of(at.path)
        return sizes

    def _rows_of(self, path: str) -> int:
        if not self._folds.is_open(Address(Kind.PATH, path=path)):
            return 1
        return 1 + sum(
            self._size(Address(Kind.FINDING, key, path=path), numbers)
            for key, numbers in self.index.inside(path).places.items()
        )
