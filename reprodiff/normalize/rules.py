"""What is chosen: the time, and what else of a member may be changed."""

import calendar
from typing import Final

from reprodiff.errors import ReprodiffError
from reprodiff.records import dataclass

FIRST: Final = calendar.timegm((1980, 1, 1, 0, 0, 0))
"""The earliest time that a zip can hold (APPNOTE 4.4.6), in seconds since 1970, read as UTC."""
LAST: Final = calendar.timegm((2107, 12, 31, 23, 59, 58))
"""The latest time that a zip can hold."""
DEFAULT_EPOCH: Final = FIRST
"""The time of every member where none is asked for: the earliest that every format can hold."""


def canonical_time(epoch: int) -> int:
    """Return the time that stands for ``epoch`` in every format.

    A zip counts from 1980 to 2107 in steps of two seconds; the others follow it, so that
    bytecode and its source keep one time wherever they are packed.
    """
    return min(max(epoch, FIRST), LAST) // 2 * 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How to normalise.

    ``native_ids`` also takes identifiers and times out of native binaries; nothing else changes
    what a binary holds.
    """

    time: int = DEFAULT_EPOCH
    native_ids: bool = False
    compress: bool = False
    """Whether members are deflated, by our own encoder, instead of stored."""


class RefusedError(ReprodiffError):
    """An artifact has no canonical form; ``reasons`` are all the reasons found, safe to show."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(
            "; ".join(reasons),
            "nothing was written for it: what would be hidden or broken has to be mended first",
        )
        self.args = (reasons,)
        self.reasons = reasons


class Reasons:
    """Collects why an artifact has no canonical form, each reason once with its members."""

    NAMED: Final = 5
    """Members named for one reason."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, None]] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, reason: str, path: str = "") -> None:
        """Take a reason; ``path`` is the display path of the member that it is about."""
        places = self._found.setdefault(reason, {})
        if path:
            places[path] = None

    def all(self) -> tuple[str, ...]:
        """Return one sentence a reason, in the order they were found."""
        return tuple(_sentence(reason, tuple(places)) for reason, places in self._found.items())


def _sentence(reason: str, places: tuple[str, ...]) -> str:
    if not places:
        return reason
    named = ", ".join(place[:200] for place in places[: Reasons.NAMED])
    more = len(places) - Reasons.NAMED
    return f"{reason}: {named}" + (f" and {more} more" if more > 0 else "")
