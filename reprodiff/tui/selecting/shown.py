"""Which findings, and which of their places, the list shows."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from reprodiff.tui.store import Store


class Shown(NamedTuple):
    """What is left of a comparison."""

    places: Mapping[str, Sequence[int]]
    """The ids of the findings, in order, with the numbers of their places."""
    problems: bool = True
    """Whether the problems are shown."""
    hidden_findings: int = 0
    """Findings that are not shown because they are ignored."""
    hidden_places: int = 0
    """Places that are not shown because they are ignored, those of hidden findings included."""


def everything(store: Store) -> Shown:
    """Return all there is."""
    return Shown({key: range(len(store.locations(key))) for key in store.findings})
