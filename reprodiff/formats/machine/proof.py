"""The account of one region of the two files: what is proven moved, what is not.

A checker walks a region on both sides in step and hands in each word that refers to something.
A word is good if it equals the mapped value, whether its bytes differ or not: a reference that
stayed while its target moved is as wrong as one that changed.  Bytes that no checker speaks of
must be equal.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import lt
from typing import Final, NamedTuple

from reprodiff.formats.machine.layout import AnyPair
from reprodiff.formats.parsing.bytematch import Work
from reprodiff.formats.parsing.remains import left_over
from reprodiff.model import Span
from reprodiff.records import dataclass, field


class Quad(NamedTuple):
    """A run of bytes of each side, in offsets of the region."""

    a0: int
    a1: int
    b0: int
    b1: int


_new: Final = tuple.__new__
_WORD: Final = 8
_DEBUG_WORK: Final = 20_000
"""What is spent on where exactly debug information differs, which nobody reads in bytes.

It is enough for thousands of places; behind them, what differs is told by larger pieces.
"""


@dataclass(slots=True)
class Region:
    """Bytes of A and the bytes of B that are the same thing.

    ``at_a`` and ``at_b`` are their places in the files; ``packed`` regions are plain bytes that
    the files hold compressed as ``packed`` (two places of the files).
    """

    name: str
    a: bytes
    b: bytes
    at_a: int
    at_b: int
    pair: AnyPair | None = None
    packed: tuple[Span, Span] | None = None
    moved: list[Quad] = field(default_factory=list)
    stated: list[Quad] = field(default_factory=list)
    """What facts of their own are about: strings, ids, functions."""
    wrong: list[Quad] = field(default_factory=list)
    """Words that refer to something else than they should, and what could not be read."""
    why: str = ""

    def word(self, a: int, b: int, size: int, good: bool) -> None:  # noqa: FBT001
        """Take a word that refers to something; ``good`` if it refers to the mapped thing."""
        if not good:
            self.wrong.append(Quad(a, a + size, b, b + size))
        elif self.a[a : a + size] != self.b[b : b + size]:
            self.moved.append(_new(Quad, (a, a + size, b, b + size)))

    def fail(self, why: str) -> None:
        """Note that the region cannot be checked; all of it is then unproven."""
        self.why = self.why or why
        self.wrong.append(Quad(0, len(self.a), 0, len(self.b)))

    def spans(self, quad: Quad) -> tuple[Span, Span]:
        """Return a run as places in the files."""
        return self.places([quad])[0]

    def places(self, quads: Sequence[Quad]) -> list[tuple[Span, Span]]:
        """Return runs as places in the files."""
        if self.packed is not None:
            return [self.packed] * len(quads)
        at_a, at_b = self.at_a, self.at_b
        # Tens of thousands for one file, at a third of the cost of ``Span(...)``.
        return [
            (_new(Span, (at_a + a0, at_a + a1)), _new(Span, (at_b + b0, at_b + b1)))
            for a0, a1, b0, b1 in quads
        ]

    def stored(self) -> tuple[Span, Span]:
        """Return where all of it is in the files, as they hold it."""
        if self.packed is not None:
            return self.packed
        return self.spans(Quad(0, len(self.a), 0, len(self.b)))

    def left(self) -> list[Quad]:
        """Return what differs and nothing speaks of, and all words that are wrong."""
        work = Work(_DEBUG_WORK) if self.pair is not None and not self.pair.a.alloc else Work()
        stated = _Cover(self.stated)
        wrong = [quad for quad in self.wrong if not stated.has(quad)]
        # What lies between words is compared by itself, whether they are right or wrong.
        words = [quad for quad in wrong if quad.a1 - quad.a0 <= _WORD]
        claims = unique([*self.moved, *self.stated, *words])
        columns = list(zip(*claims, strict=True)) if claims else [()] * 4
        _, found = left_over(memoryview(self.a), memoryview(self.b), columns, work)
        return sorted({*(_new(Quad, gap) for gap in found), *wrong})


def unique(quads: Iterable[Quad]) -> list[Quad]:
    """Return runs in their order, each once; most are so already."""
    given = list(quads)
    if all(map(lt, given, given[1:])):
        return given
    return [quad for quad, _ in groupby(sorted(given))]


def joined(quads: Iterable[Quad]) -> list[Quad]:
    """Return runs in their order, those that touch on both sides as one."""
    made: list[Quad] = []
    start_a = end_a = start_b = end_b = -1
    for quad in unique(quads):
        a0, a1, b0, b1 = quad
        if a0 == end_a and b0 == end_b:
            made[-1] = _new(Quad, (start_a, a1, start_b, b1))
        else:
            made.append(quad)
            start_a, start_b = a0, b0
        end_a, end_b = a1, b1
    return made


class _Cover:
    """Which runs lie inside of others."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._quads = sorted(quads)
        self._starts = [quad.a0 for quad in self._quads]

    def has(self, quad: Quad) -> bool:
        behind = bisect_right(self._starts, quad.a0)
        for other in self._quads[max(behind - 2, 0) : behind]:
            if (
                other.a0 <= quad.a0
                and quad.a1 <= other.a1
                and other.b0 <= quad.b0
                and quad.b1 <= other.b1
            ):
                return True
        return False
