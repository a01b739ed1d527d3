"""What a row of the list of findings is, and what is folded."""

from abc import ABC, abstractmethod
from enum import Enum, StrEnum
from typing import Final, NamedTuple


class Grouping(StrEnum):
    """What the findings stand under."""

    CAUSE = "cause"
    PATH = "path"
    SEVERITY = "severity"


class Kind(Enum):
    """What a row is."""

    GROUP = 0
    FINDING = 1
    ECHO = 2
    PLACE = 3
    PROBLEMS = 4
    PROBLEM = 5
    PATH = 6


class Address(NamedTuple):
    """What a row stands for, as long as the list lives: it may move, but not change its meaning."""

    kind: Kind
    id: str = ""
    """The name of a group, or the id of a finding."""
    number: int = 0
    """Of a place or a problem, from 0."""
    path: str = ""
    """Of a file, and of what stands under it where the list is grouped by path."""


class Row(NamedTuple):
    """One row of the list."""

    at: Address
    depth: int
    open: bool | None
    """Whether it is unfolded; ``None`` where there is nothing to unfold."""


PROBLEMS: Final = Address(Kind.PROBLEMS)
_OPEN_AT_FIRST: Final = frozenset({Kind.GROUP, Kind.PROBLEMS})


class Folds:
    """What the user has folded and unfolded: groups begin open, the rest closed."""

    def __init__(self) -> None:
        self._open = set(_OPEN_AT_FIRST)
        self._turned: set[Address] = set()

    def is_open(self, at: Address) -> bool:
        """Whether what stands under ``at`` is shown."""
        return (at.kind in self._open) != (at in self._turned)

    def set(self, at: Address, *, open_: bool) -> None:
        """Show or hide what stands under ``at``."""
        if self.is_open(at) != open_:
            self._turned ^= {at}

    def set_all(self, *, open_: bool) -> None:
        """Show or hide everything."""
        self._open = set(Kind) if open_ else set()
        self._turned.clear()

    def begins_open(self, kind: Kind) -> bool:
        """Whether rows of a kind are open, those apart that were turned one by one."""
        return kind in self._open

    def turned(self, kind: Kind) -> frozenset[Address]:
        """Return the rows of a kind that are not as all others of it."""
        return frozenset(at for at in self._turned if at.kind is kind)


class Outline(ABC):
    """The rows, by number and by what they stand for."""

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of rows."""

    @abstractmethod
    def row(self, number: int) -> Row:
        """Return row ``number``, ``0 <= number < len(self)``."""

    @abstractmethod
    def find(self, at: Address) -> int | None:
        """Return the number of the row that stands for ``at``, if it is shown."""

    @abstractmethod
    def holders(self, at: Address) -> tuple[Address, ...]:
        """Return what ``at`` stands under, the nearest first; each may be folded away itself."""

    def nearest(self, at: Address) -> int | None:
        """Return the number of the row of ``at``, or of the nearest that it stands under."""
        for one in (at, *self.holders(at)):
            if (number := self.find(one)) is not None:
                return number
        return None

    def parent(self, number: int) -> int | None:
        """Return the number of the row that holds row ``number``."""
        for one in self.holders(self.row(number).at):
            if (found := self.find(one)) is not None:
                return found
        return None

    def step(self, number: int, direction: int, kinds: frozenset[Kind]) -> int | None:
        """Return the next row of one of ``kinds``, seen from row ``number``."""
        at = number + direction
        while 0 <= at < len(self):
            row = self.row(at)
            if row.at.kind in kinds:
                return at
            at = self.skip(at, direction)
        return None

    @abstractmethod
    def skip(self, number: int, direction: int) -> int:
        """Return the first row in ``direction`` that is no place of the same finding."""

    def first_finding(self) -> int | None:
        """Return the number of the first row that is a finding, a problem or a file."""
        return self.step(-1, 1, frozenset({Kind.FINDING, Kind.PROBLEM, Kind.PATH}))
