"""Two listings that a program has made of bytes: instructions, fields of objects.

A line of a listing has a *key*.  Lines of equal keys are the same thing; where their texts differ
all the same, they differ in what follows from something else (an address that has moved), unless
it is said of them that they do not.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from reprodiff.formats.parsing.align import Op, align
from reprodiff.model import Side, Span
from reprodiff.views.pieces import Mark, Piece, Pieces, compare, whole
from reprodiff.views.rows import LinePair

_CACHED: Final = 1024

Follows = Callable[[int, int], bool]
"""Whether a line of A and one of B of the same key differ only in what has moved."""


class ListingLine(NamedTuple):
    """A line: ``label`` is its place for people, ``at`` its bytes in the file."""

    label: str
    text: str
    key: str
    at: Span | None = None
    heading: bool = False


def _always(_line_a: int, _line_b: int) -> bool:
    return True


class ListingPair(LinePair):
    """Two listings, aligned by their keys."""

    def __init__(
        self, a: Sequence[ListingLine], b: Sequence[ListingLine], follows: Follows = _always
    ) -> None:
        self.a, self.b = a, b
        super().__init__(list(_parted(align_keys(a, b), a, b, follows)))
        self._compare = lru_cache(_CACHED)(self._compare_lines)

    @property
    def moved(self) -> bool:
        """Whether lines of equal keys have other texts: something they refer to has moved."""
        return any(
            self.a[op.a0 + at].text != self.b[op.b0 + at].text and not self.a[op.a0 + at].heading
            for op in self._ops
            if op.tag == "equal"
            for at in range(op.a1 - op.a0)
        )

    def side(self, side: Side) -> Sequence[ListingLine]:
        """Return the lines of one side."""
        return self.a if side is Side.A else self.b

    def line_count(self, side: Side) -> int:
        """Return the number of lines of one side."""
        return len(self.side(side))

    def label(self, side: Side, line: int) -> str:
        """Return the place of a line."""
        return self.side(side)[line].label

    def raw(self, side: Side, line: int) -> str:
        """Return the text of a line."""
        return self.side(side)[line].text

    def heading(self, side: Side, line: int) -> bool:
        """Whether a line is the name of those below it."""
        return self.side(side)[line].heading

    def found(self, side: Side, wanted: str) -> Iterator[int]:
        """Yield the lines of one side that ``wanted`` stands in, in any case, in order."""
        low = wanted.casefold()
        for number, line in enumerate(self.side(side)):
            if low in line.text.casefold() or low in line.label.casefold():
                yield number

    def line_at(self, side: Side, offset: int) -> int | None:
        """Return the line whose bytes hold ``offset``, or the last one before it."""
        best: int | None = None
        for number, line in enumerate(self.side(side)):
            if line.at is None or line.at.start > offset:
                continue
            if offset < line.at.stop:
                return number
            best = number
        return best

    def _equal(self, line_a: int, line_b: int) -> tuple[Pieces, Pieces]:
        one, two = self.a[line_a].text, self.b[line_b].text
        if one == two:
            pieces = whole(one)
            return pieces, pieces
        a, b = self._compare(line_a, line_b)
        return _following(a), _following(b)

    def _compared(self, line_a: int | None, line_b: int | None) -> tuple[Pieces, Pieces]:
        return self._compare(line_a, line_b)

    def _compare_lines(self, line_a: int | None, line_b: int | None) -> tuple[Pieces, Pieces]:
        if line_a is None or line_b is None:
            a = whole(self.a[line_a].text, Mark.CHANGED) if line_a is not None else ()
            b = whole(self.b[line_b].text, Mark.CHANGED) if line_b is not None else ()
            return a, b
        return compare(self.a[line_a].text, self.b[line_b].text)


def align_keys(a: Sequence[ListingLine], b: Sequence[ListingLine]) -> list[Op]:
    """Return which lines of two listings are the same thing."""
    return align([line.key for line in a], [line.key for line in b])


def _following(pieces: Pieces) -> Pieces:
    return tuple(
        Piece(text, Mark.FOLLOWS if mark is Mark.CHANGED else mark) for text, mark in pieces
    )


def _parted(
    ops: Sequence[Op], a: Sequence[ListingLine], b: Sequence[ListingLine], follows: Follows
) -> Iterator[Op]:
    """Part lines of equal keys whose texts differ in more than what has moved from the others."""
    for op in ops:
        if op.tag != "equal":
            yield op
            continue
        shift = op.b0 - op.a0
        differs = [
            a[at].text != b[at + shift].text and not follows(at, at + shift)
            for at in range(op.a0, op.a1)
        ]
        at = op.a0
        for differ, run in groupby(differs):
            stop = at + len(list(run))
            yield Op("replace" if differ else "equal", at, stop, at + shift, stop + shift)
            at = stop
