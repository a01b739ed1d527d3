"""Which bytes of a section in A are which in B, where strings in it have other lengths.

A section is a row of strings with other data between them.  Equal strings are found by alignment,
replaced ones stand between the same neighbours, and data between two paired strings is the same
data if it has the same size, or if what is too much is zeros that align what follows.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Final

from reprodiff.formats.machine import stringkeys
from reprodiff.formats.machine.heads import texts_of
from reprodiff.formats.machine.pieces import (
    SHORT,
    Kind,
    Piece,
    behind_texts,
    crossing,
    doubtful,
    ends,
    leading_texts,
    one_sided,
    texts_stop,
)
from reprodiff.formats.machine.ranges import Range, cut, divided, filled, split, without
from reprodiff.formats.machine.realigned import Known, Run, agreeing, objects, realigned
from reprodiff.formats.machine.remainders import remainders
from reprodiff.formats.parsing.align import align

_APART: Final = frozenset({"moved", "apart"})
_SLASH: Final = ord("/")
_FEW: Final = 8
"""Strings that nothing tells apart and that are then paired in their order."""
_ALIGNED: Final = 64
MAX_STRINGS: Final = 2_000_000


def tile(  # noqa: PLR0913  (what each format knows of its own)
    a: bytes,
    b: bytes,
    *,
    only_strings: bool,
    address: tuple[int, int] = (0, 0),
    known: Sequence[tuple[int, int]] = (),
    texts: bool = True,
    cuts: tuple[Sequence[int], Sequence[int]] = ((), ()),
    named: Callable[[], Sequence[Known]] = tuple,
) -> list[Piece]:
    """Return pieces that tile both sides in their order.

    ``only_strings`` says that the section has nothing but strings, each ended by a zero;
    ``address`` is where the two are loaded; ``known`` are places of strings in A and B that stand
    for each other, because something else says so.  Without ``texts`` what looks like a short
    string is none: among what a program writes there are addresses.  ``cuts`` are where strings
    are known to start or stop without a zero, and ``named`` tells the objects with a name.
    """
    if a == b:
        return [Piece(0, 0, len(a), len(b), "same")] if a else []
    tiler = _Tiler(a, b, address, known)
    tiler.texts, tiler.named = texts, named
    if a.count(0) + b.count(0) > MAX_STRINGS:
        tiler.gap(0, len(a), 0, len(b))
        return tiler.pieces
    if only_strings:
        tiler.run(list(split(a)), list(split(b)))
    else:
        found = texts_of(a, b, address)
        tiler.run(*(list(divided(own, at)) for own, at in zip(found, cuts, strict=True)))
    return tiler.pieces


class _Tiler:
    def __init__(
        self,
        a: bytes,
        b: bytes,
        address: tuple[int, int],
        known: Sequence[tuple[int, int]] = (),
    ) -> None:
        self.known = known
        self.a, self.b = a, b
        self.address = address
        self.texts = True
        self.named: Callable[[], Sequence[Known]] = tuple
        self.pieces: list[Piece] = []
        self.apart_a: dict[int, Range] = {}
        self.apart_b: dict[int, Range] = {}
        self.out_a: list[Range] = []
        self.out_b: list[Range] = []
        """What is apart, in its order."""
        self.keys_a: dict[Range, bytes] = {}
        self.keys_b: dict[Range, bytes] = {}

    def add(self, a0: int, a1: int, b0: int, b1: int, kind: Kind) -> None:
        if a0 == a1 and b0 == b1:
            return
        last = self.pieces[-1] if self.pieces else None
        if (
            kind == "same"
            and last is not None
            and last.kind == "same"
            and (last.a + last.size_a, last.b + last.size_b) == (a0, b0)
        ):
            self.pieces.pop()
            a0, b0 = last.a, last.b
        self.pieces.append(Piece(a0, b0, a1 - a0, b1 - b0, kind))

    def run(self, texts_a: list[Range], texts_b: list[Range]) -> None:
        values = [[data[slice(*text)] for text in texts]
                  for data, texts in ((self.a, texts_a), (self.b, texts_b))]  # fmt: skip
        keys = stringkeys.keys(*values)
        for number, places in enumerate(self.known):
            for texts, own, at in zip((texts_a, texts_b), keys, places, strict=True):
                index = bisect_left(texts, (at, 0))
                if index < len(texts) and texts[index][0] == at:
                    own[index] = b"\3%d" % number
        pairs = list(stringkeys.pairs(texts_a, texts_b, *keys))
        self.keys_a = dict(zip(texts_a, keys[0], strict=True))
        self.keys_b = dict(zip(texts_b, keys[1], strict=True))
        self.crossing(texts_a, texts_b, pairs)
        self.fill(pairs)
        loose = [pair for pair in pairs if not self.alike(*pair)]
        paths = all(_SLASH in self.a[slice(*one)] and _SLASH in self.b[slice(*two)]
                    for one, two in loose)  # fmt: skip
        if loose and paths and (before := doubtful(self.pieces)):
            # Paths that stand for each other may be in turn by chance alone.
            first = self.pieces
            self.pieces = [piece for piece in first if piece.kind in _APART]
            for pair in loose:
                self.apart(*pair)
            self.fill([pair for pair in pairs if self.alike(*pair)])
            if doubtful(self.pieces) >= before or not crossing(self.pieces, self.a):
                self.pieces = first
        if self.texts:
            self.swapped()
        # What is nothing in A comes before what stands at its place: a lookup takes the last.
        self.pieces.sort(key=lambda piece: (piece.a, piece.size_a > 0, piece.b))

    def alike(self, one: Range, two: Range) -> bool:
        """Whether two strings are the same."""
        return self.a[slice(*one)] == self.b[slice(*two)]

    def fill(self, pairs: list[tuple[Range, Range]]) -> None:
        """Tile both sides along pairs that are in turn."""
        at_a = at_b = 0
        self.out_a, self.out_b = sorted(self.apart_a.values()), sorted(self.apart_b.values())
        for one, two in pairs:
            if one[0] > at_a or two[0] > at_b:
                self.gap(at_a, one[0], at_b, two[0])
            self.add(*one, *two, "same" if self.alike(one, two) else "string")
            at_a, at_b = one[1], two[1]
        self.gap(at_a, len(self.a), at_b, len(self.b))

    def crossing(
        self, texts_a: list[Range], texts_b: list[Range], pairs: list[tuple[Range, Range]]
    ) -> None:
        """Pair strings that stand elsewhere: a linker may order them by their hashes.

        Those with the same bytes first, then those with the same last component of a path, where
        there are as many on both sides.
        """
        taken_a, taken_b = {one for one, _ in pairs}, {two for _, two in pairs}
        free_a = [text for text in texts_a if text not in taken_a]
        free_b = [text for text in texts_b if text not in taken_b]
        for key in (bytes, stringkeys.end):
            ones, twos = (
                stringkeys.by_key(self.keys_a, free_a, key),
                stringkeys.by_key(self.keys_b, free_b, key),
            )
            for name, places in ones.items():
                others = twos.get(name, [])
                if len(places) != len(others):
                    continue
                for one, two in zip(places, others, strict=True):
                    self.apart(one, two)
            free_a = [text for text in free_a if text[0] not in self.apart_a]
            free_b = [text for text in free_b if text[0] not in self.apart_b]
        if len(free_a) != len(free_b):
            known = [Piece(x, y, x1 - x, y1 - y, "string") for (x, x1), (y, y1) in pairs]
            free = one_sided([*self.pieces, *known], self.a, self.b, (free_a, free_b))
            free_a, free_b = free[0]
        if 0 < len(free_a) == len(free_b) <= _FEW:
            for one, two in zip(free_a, free_b, strict=True):
                if (self.a[one[0]] == _SLASH) == (self.b[two[0]] == _SLASH):
                    self.apart(one, two)

    def swapped(self) -> None:
        """Pair short strings that stand before a string on one side, and behind it on the other.

        Compilers put long strings into a section of their own, and linkers that one before the
        other or behind it: a path that has become long changes places with all short ones, and
        with the name of its function behind it.  They must be the same ones in the same order.
        What is no text behind them is data in one place.
        """
        lone: list[Piece] = []
        ones: list[Range] = []
        twos: list[Range] = []
        for piece in self.pieces:
            if piece.kind not in {"changed", "words"}:
                continue
            one, two = piece.spans()
            cut_a, cut_b = behind_texts(self.a, one, self.b, two)
            if piece.kind == "words" and self.same_texts((one[0], cut_a), (two[0], cut_b)):
                continue
            if (cut_a < one[1]) != (cut_b < two[1]):
                return
            lone.append(piece)
            ones.append((one[0], cut_a))
            twos.append((two[0], cut_b))
        here = self.pieces, self.a, self.b
        texts = filled(self.a, ones), filled(self.b, twos)
        (short_a, short_b), (tails_a, tails_b) = one_sided(*here, texts)
        if [self.a[slice(*x)] for x in short_a] != [self.b[slice(*x)] for x in short_b]:
            return
        self.pieces = [piece for piece in self.pieces if piece not in lone]
        for one, two in zip(short_a, short_b, strict=True):
            self.apart(one, two)
        for piece, one, two in zip(lone, ones, twos, strict=True):
            for start, stop in cut(tails_a, one):
                self.pieces.append(Piece(start, piece.b, stop - start, 0, "tail"))
            for start, stop in cut(tails_b, two):
                self.pieces.append(Piece(piece.a, start, 0, stop - start, "tail"))
            for start, stop in without(*one, cut([*short_a, *tails_a], one)):
                self.pieces.append(Piece(start, piece.b, stop - start, 0, "pad"))
            for start, stop in without(*two, cut([*short_b, *tails_b], two)):
                self.pieces.append(Piece(piece.a, start, 0, stop - start, "pad"))
            self.between(one[1], piece.a + piece.size_a, two[1], piece.b + piece.size_b)

    def apart(self, one: Range, two: Range) -> None:
        """Pair two strings that stand out of turn."""
        self.apart_a[one[0]], self.apart_b[two[0]] = one, two
        kind: Kind = "moved" if self.alike(one, two) else "apart"
        self.pieces.append(Piece(one[0], two[0], one[1] - one[0], two[1] - two[0], kind))

    def gap(self, a0: int, a1: int, b0: int, b1: int) -> None:
        """Tile what stands between two paired strings; of it, what is paired elsewhere is out."""
        apart_a, apart_b = _inside(self.out_a, a0, a1), _inside(self.out_b, b0, b1)
        if not apart_a and not apart_b:
            self.between(a0, a1, b0, b1)
            return
        rest_a, rest_b = without(a0, a1, apart_a), without(b0, b1, apart_b)
        if self.remaining(rest_a, a1, rest_b, b1):
            return
        if len(rest_a) == len(rest_b) == 1:
            self.between(*rest_a[0], *rest_b[0])
            return
        data_a = [rest for rest in rest_a if texts_stop(self.a, *rest) < rest[1]]
        data_b = [rest for rest in rest_b if texts_stop(self.b, *rest) < rest[1]]
        if len(data_a) != len(data_b):
            for start, stop in rest_a:
                self.add(start, stop, b0, b0, "changed")
            for start, stop in rest_b:
                self.add(a0, a0, start, stop, "changed")
            return
        # Zeros and short strings stand between others; what is no text is in the order it had.
        texts_a = [rest for rest in rest_a if rest not in data_a]
        texts_b = [rest for rest in rest_b if rest not in data_b]
        for one, two in zip(data_a, data_b, strict=True):
            cut_a, cut_b = behind_texts(self.a, one, self.b, two)
            texts_a.append((one[0], cut_a))
            texts_b.append((two[0], cut_b))
            self.between(cut_a, one[1], cut_b, two[1])
        for start, stop in texts_a:
            self.add(start, stop, b0, b0, "changed" if any(self.a[start:stop]) else "pad")
        for start, stop in texts_b:
            self.add(a0, a0, start, stop, "changed" if any(self.b[start:stop]) else "pad")

    def remaining(self, rest_a: list[Range], stop_a: int, rest_b: list[Range], stop_b: int) -> bool:
        """Tile what is left as the same strings and data in the same order; say whether it is."""
        parts = list(remainders(self.a, self.b, (rest_a, rest_b), (stop_a, stop_b)))
        for a0, a1, b0, b1, kind in parts:
            texts = (a0, texts_stop(self.a, a0, a1)), (b0, texts_stop(self.b, b0, b1))
            if kind == "data" and (a0 == a1 or b0 == b1 or not self.same_texts(*texts)):
                return False
        for a0, a1, b0, b1, kind in parts:
            if kind == "data":
                self.between(a0, a1, b0, b1)
            else:
                self.add(a0, a1, b0, b1, kind)
        return True

    def between(self, a0: int, a1: int, b0: int, b1: int) -> None:
        """Tile data that is in one place on both sides."""
        a, b = self.a[a0:a1], self.b[b0:b1]
        if a == b:
            self.add(a0, a1, b0, b1, "same")
        elif len(a) == len(b) and (b0 + self.address[1] - a0 - self.address[0]) % _ALIGNED == 0:
            self.add(a0, a1, b0, b1, "words")
        elif not a.strip(b"\0") and not b.strip(b"\0"):
            self.add(a0, a1, b0, b1, "pad")
        elif (
            found := objects((self.a, a0, a1), (self.b, b0, b1), self.address, self.named())
        ) is not None:
            self.pieces += [Piece(*each) for each in found]
        elif self.texts and self.other_texts(a0, a1, b0, b1):
            return
        elif runs := realigned(a, b, (self.address[0] + a0, self.address[1] + b0)):
            self.gapped(a0, a1, b0, b1, runs)
        elif len(a) == len(b):
            self.add(a0, a1, b0, b1, "words")
        elif (pieces := self.tails(a0, a1, b0, b1)) is not None:
            self.pieces += pieces
        elif size := leading_texts((self.a, a0, a1), (self.b, b0, b1)):
            self.add(a0, a0 + size, b0, b0 + size, "same")
            self.between(a0 + size, a1, b0 + size, b1)
        else:
            self.padded(a0, a1, b0, b1)

    def same_texts(self, one: Range, two: Range) -> bool:
        """Whether two runs of strings and zeros have the same strings."""
        return [self.a[slice(*x)] for x in filled(self.a, [one])] == [
            self.b[slice(*y)] for y in filled(self.b, [two])
        ]

    def other_texts(self, a0: int, a1: int, b0: int, b1: int) -> bool:
        """Tile data behind short strings that are others on the two sides; say whether it is so."""
        cut_a, cut_b = texts_stop(self.a, a0, a1), texts_stop(self.b, b0, b1)
        if cut_a == a1 or cut_b == b1 or self.same_texts((a0, cut_a), (b0, cut_b)):
            return False
        cut_a, cut_b = behind_texts(self.a, (a0, a1), self.b, (b0, b1))
        if (cut_a, cut_b) == (a0, b0):
            return False
        self.add(a0, cut_a, b0, b0, "changed")
        self.add(a0, a0, b0, cut_b, "changed")
        self.between(cut_a, a1, cut_b, b1)
        return True

    def gapped(self, a0: int, a1: int, b0: int, b1: int, runs: list[Run]) -> None:
        """Tile runs with gaps between them; nothing in a gap of one side stands for the other's."""
        at_a, at_b = a0, b0
        for one, two, size in [*runs, (a1 - a0, b1 - b0, 0)]:
            self.add(at_a, a0 + one, at_b, at_b, "pad")
            self.add(a0 + one, a0 + one, at_b, b0 + two, "pad")
            at_a, at_b = a0 + one + size, b0 + two + size
            self.add(a0 + one, at_a, b0 + two, at_b, "words")

    def tails(self, a0: int, a1: int, b0: int, b1: int) -> list[Piece] | None:
        """Tile short strings of which one side has more, because a linker shares ends.

        What is too much on one side must be the end of a string on the other.
        """
        if not (SHORT.fullmatch(self.a, a0, a1) and SHORT.fullmatch(self.b, b0, b1)):
            return None
        ones = [(x + a0, y + a0) for x, y in split(self.a[a0:a1])]
        twos = [(x + b0, y + b0) for x, y in split(self.b[b0:b1])]
        pieces: list[Piece] = []
        for op in align([self.a[slice(*x)] for x in ones], [self.b[slice(*y)] for y in twos]):
            if op.tag == "equal":
                for x, y in zip(ones[op.a0 : op.a1], twos[op.b0 : op.b1], strict=True):
                    pieces.append(Piece(x[0], y[0], x[1] - x[0], y[1] - y[0], "same"))
                continue
            at_a = ones[op.a0][0] if op.a0 < len(ones) else a1
            at_b = twos[op.b0][0] if op.b0 < len(twos) else b1
            for mine, other, texts in (
                (self.a, self.b, ones[op.a0 : op.a1]), (self.b, self.a, twos[op.b0 : op.b1])
            ):  # fmt: skip
                for start, stop in texts:
                    if not any(ends(other, mine[start:stop])):
                        return None
                    size = stop - start
                    pieces.append(
                        Piece(start, at_b, size, 0, "tail")
                        if mine is self.a
                        else Piece(at_a, start, 0, size, "tail")
                    )
        return pieces

    def padded(self, a0: int, a1: int, b0: int, b1: int) -> None:
        """Tile data of two sizes: one side may have more zeros in front of it, or behind it."""
        size = min(a1 - a0, b1 - b0)
        extra_a, extra_b = a1 - a0 - size, b1 - b0 - size
        front = not any(self.a[a0 : a0 + extra_a]) and not any(self.b[b0 : b0 + extra_b])
        back = not any(self.a[a1 - extra_a : a1]) and not any(self.b[b1 - extra_b : b1])
        if front and back:
            # Where either would do, the one that leaves more of the data as it is.
            front = agreeing(self.a[a1 - size : a1], self.b[b1 - size : b1]) >= agreeing(
                self.a[a0 : a0 + size], self.b[b0 : b0 + size]
            )
        if front:
            self.add(a0, a1 - size, b0, b1 - size, "pad")
            self.between(a1 - size, a1, b1 - size, b1)
        elif back:
            self.between(a0, a0 + size, b0, b0 + size)
            self.add(a0 + size, a1, b0 + size, b1, "pad")
        else:
            self.add(a0, a1, b0, b1, "changed")


def _inside(ordered: list[Range], start: int, stop: int) -> list[Range]:
    """Return those of some ranges that start between two places."""
    return ordered[bisect_left(ordered, (start, 0)) : bisect_left(ordered, (stop, 0))]
