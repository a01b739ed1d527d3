"""Which part of one file goes with which of another, by name."""

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Named(Protocol):
    """A section, or what stands for one."""

    @property
    def index(self) -> int:
        """Its number in the file."""

    @property
    def name(self) -> str:
        """Its name, which others may share."""

    @property
    def bare(self) -> bool:
        """Whether it has no bytes in the file."""


Found = TypeVar("Found", bound=Named)


def match(
    a: Iterable[Found], b: Iterable[Found]
) -> tuple[list[tuple[Found, Found]], list[Found], list[Found]]:
    """Pair the parts of one name, the first with the first; return those of one side, too."""
    waiting: dict[tuple[str, bool], list[Found]] = {}
    for part in sorted(b, key=lambda part: part.index, reverse=True):
        waiting.setdefault((part.name, part.bare), []).append(part)
    pairs: list[tuple[Found, Found]] = []
    only_a: list[Found] = []
    for part in a:
        if queue := waiting.get((part.name, part.bare)):
            pairs.append((part, queue.pop()))
        else:
            only_a.append(part)
    rest = [part for queue in waiting.values() for part in queue]
    return pairs, only_a, sorted(rest, key=lambda part: part.index)
