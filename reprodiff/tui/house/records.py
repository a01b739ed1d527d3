"""What the comparison of two folders tells."""

from typing import NamedTuple

from reprodiff.model import Side


class Item(NamedTuple):
    """An artifact of both folders, or of one: then the other path is empty."""

    name: str
    """As it is shown: the name in A, or the only one."""
    a: str
    b: str

    @property
    def only(self) -> Side | None:
        """The side that alone has it."""
        if self.a and self.b:
            return None
        return Side.A if self.a else Side.B


class Listed(NamedTuple):
    """All artifacts of both folders are known."""

    items: tuple[Item, ...]


class Judged(NamedTuple):
    """A pair was compared; ``verdict`` is empty where it could not be."""

    number: int
    verdict: str
    words: str
    """What was found, or why nothing was."""
    alarms: int = 0


class HouseDone(NamedTuple):
    """All pairs were compared."""
