"""The account of one region of the two files: what is proven moved, what is not.

A checker walks a region on both sides in step and hands in each word that refers to something.
A word is good if it equals the mapped value, whether its bytes differ or not: a reference that
stayed while its target moved is as wrong as one that changed.  Bytes that no checker speaks of
must be equal.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, groupby
from operator import le
from typing import Final, NamedTuple

from reprodiff.formats.machine.layout import AnyPair
from reprodiff.formats.machine.ranges import Range, without
from reprodiff.formats.parsing.align import changed_bytes, unequal
from reprodiff.formats.parsing.bytematch import Work
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

    def left(self) -> list[Quad]:
        """Return what differs and nothing speaks of, and all words that are wrong."""
        work = Work(_DEBUG_WORK) if self.pair is not None and not self.pair.a.alloc else Work()
        stated = _Cover(self.stated)
        wrong = [quad for quad in self.wrong if not stated.has(quad)]
        claims = unique([*self.moved, *self.stated])
        # What lies between words is compared by itself, whether they are right or wrong.
        words = [quad for quad in wrong if quad.a1 - quad.a0 <= _WORD]
        if words and _in_turn(cut := unique([*claims, *words])):
            claims = cut
        elif not _in_turn(claims):
            # Strings that a linker put into another order: what is left without them is equal.
            rest_a = _rest(len(self.a), ((quad.a0, quad.a1) for quad in claims))
            rest_b = _rest(len(self.b), ((quad.b0, quad.b1) for quad in claims))
            return sorted({*_unlike(self.a, rest_a, self.b, rest_b, work), *wrong})
        starts_a, stops_a, starts_b, stops_b = zip(*claims, strict=True) if claims else ((),) * 4
        ends = (*starts_a, len(self.a)), (*starts_b, len(self.b))
        gaps = list(zip((0, *stops_a), ends[0], (0, *stops_b), ends[1], strict=True))
        found = [
            _new(Quad, (a0 + x0, a0 + x1, b0 + y0, b0 + y1))
            for a0, a1, b0, b1 in unequal(self.a, self.b, gaps)
            for x0, x1, y0, y1 in changed_bytes(self.a[a0:a1], self.b[b0:b1], work)
        ]
        return sorted({*found, *wrong})


def _in_turn(quads: Sequence[Quad]) -> bool:
    """Whether runs are in one order on both sides, and none overlaps another."""
    if not quads:
        return True
    starts_a, stops_a, starts_b, stops_b = zip(*quads, strict=True)
    return all(map(le, stops_a, starts_a[1:])) and all(map(le, stops_b, starts_b[1:]))


def unique(quads: Iterable[Quad]) -> list[Quad]:
    """Return runs in their order, each once; most are in their order already, which a set loses."""
    return [quad for quad, _ in groupby(sorted(quads))]


def _rest(size: int, spans: Iterable[Range]) -> list[Range]:
    """Return what is left of ``size`` bytes without some runs of them."""
    return without(0, size, list(spans))


def _unlike(a: bytes, rest_a: list[Range], b: bytes, rest_b: list[Range], work: Work) -> list[Quad]:
    """Return where what is left of two regions differs, each as one row of bytes."""
    rows = [
        b"".join(data[slice(*run)] for run in runs) for data, runs in ((a, rest_a), (b, rest_b))
    ]
    if rows[0] == rows[1]:
        return []
    placed_a, placed_b = _placed(rest_a), _placed(rest_b)
    return [
        Quad(*placed_a(x0, x1), *placed_b(y0, y1))
        for x0, x1, y0, y1 in changed_bytes(rows[0], rows[1], work)
    ]


def _placed(runs: list[Range]) -> Callable[[int, int], Range]:
    """Return what tells where a part of a row of runs stands, from its first byte to its last."""
    ends = [0, *accumulate(high - low for low, high in runs)]

    def place(at: int) -> int:
        number = min(bisect_right(ends, at), len(runs)) - 1
        return runs[number][0] + at - ends[number] if runs else 0

    def placed(start: int, stop: int) -> Range:
        first = place(start)
        return first, place(stop - 1) + 1 if stop > start else first

    return placed


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
