"""What the comparison of machine code found, as data."""

from collections.abc import Sequence

from reprodiff.formats.machine.functions import Function, FunctionPair
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.records import dataclass, field


@dataclass(slots=True)
class Change:
    """A function that differs beyond its references; texts are a few instructions of each side."""

    name: str
    region: Region
    a: str
    b: str
    parts: list[Quad] = field(default_factory=list)
    targets: tuple[int, int] | None = None
    """What the two refer to, where only that differs; the texts are then made of it."""
    start: int = -1
    """Where the function starts in its section of A; -1 where only what it refers to differs."""


@dataclass(slots=True)
class Result:
    """What the comparison of machine code found."""

    changes: list[Change] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    targets: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    """Places in A that code refers to: the place in B, and the function's start and stop in A."""
    held: set[tuple[int, int]] = field(default_factory=set)
    """Places in A and in B that code refers to, and that stand for each other for certain."""


def label(item: Function, region: Region) -> str:
    """Return what a function is called; without a name it is a place in its section."""
    if item.name:
        return item.name.decode("utf-8", "surrogateescape")
    return f"{region.name}+{item.start:#x}"


def unread(region: Region, items: Sequence[FunctionPair], why: str, result: Result) -> None:
    """Note functions that could not be compared; their bytes are then unproven."""
    for one, two, _ in items:
        quad = Quad(one.start, one.start + one.size, two.start, two.start + two.size)
        region.wrong.append(quad)
    region.why = region.why or why
    if why not in result.problems:
        result.problems.append(why)
