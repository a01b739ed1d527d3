"""What to change, and how to build again: the fix plan and the lines of a recipe as data."""

from reprodiff.records import dataclass
from reprodiff.vocabulary import Confidence


@dataclass(frozen=True, slots=True)
class Change:
    """One step of a plan: all that goes into one file or place."""

    file: str
    where: str
    """As in :class:`Fix`."""
    language: str
    """What ``text`` is written in; ``diff`` for a patch against the project's own file."""
    text: str
    fixes: tuple[str, ...]
    """Ids of the fixes it is made of."""
    findings: tuple[str, ...]
    """Ids of the findings that it removes, with what follows from them."""
    bytes: int = 0
    """Differing bytes that go with them."""


@dataclass(frozen=True, slots=True)
class Left:
    """A finding that no change of a plan removes, and why."""

    finding: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The smallest set of changes known to cover all findings that have a fix."""

    changes: tuple[Change, ...] = ()
    """What removes most stands first."""
    left: tuple[Left, ...] = ()
    """What will still differ."""


@dataclass(frozen=True, slots=True)
class RecipeLine:
    """One thing to set in order to build an artifact again as it is."""

    key: str
    value: str
    confidence: Confidence
    reason: str
    member: str = ""
    """Path of the member it was read from, if it was one."""
