"""Names and paths in the dynamic table that one side alone has, or that stand elsewhere.

Source: gABI, chapter 5, "Dynamic Section".
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.formats.elf.entries import DynamicEntry, dynamic
from reprodiff.formats.elf.layout import SectionPair
from reprodiff.formats.elf.reader import SHT_DYNAMIC
from reprodiff.formats.elf.tables import STRING_TAGS, Work
from reprodiff.formats.machine.proof import Quad
from reprodiff.formats.parsing.align import align
from reprodiff.formats.parsing.native import Pair, fact
from reprodiff.model import Difference

_NEEDED: Final = 1
_LONGEST: Final = 4096
"""Bytes of a name or path that are shown."""


def one_sided(work: Work, path: str) -> Iterator[Difference]:
    """Yield a fact for each entry of one side alone, and for each with another text.

    An entry whose text is the same at another place of the table of strings says the same.
    """
    for pair in work.map.pairs:
        if pair.a.type == pair.b.type == SHT_DYNAMIC and pair.a.link in work.map.by_index:
            yield from _Table(work, path, pair).facts()


class _Table:
    """One dynamic table of both sides with its strings."""

    def __init__(self, work: Work, path: str, pair: SectionPair) -> None:
        self.path, self.word = path, work.a.word
        self.entries = dynamic(work.a, pair.a), dynamic(work.b, pair.b)
        self.region = work.region(pair)
        self.names = work.region(work.map.by_index[pair.a.link])

    def facts(self) -> Iterator[Difference]:
        """Yield the facts; names of needed libraries are told by what they are, not by place."""
        ones, twos = self.entries
        alone: list[tuple[int, DynamicEntry, Quad]] = []
        for op in align([x.tag for x in ones], [x.tag for x in twos]):
            if op.tag == "equal":
                for one, two in zip(ones[op.a0 : op.a1], twos[op.b0 : op.b1], strict=True):
                    quad = self.changed(one, two)
                    if quad is not None and one.tag == _NEEDED:
                        alone += [(0, one, quad), (1, two, quad)]
                    elif quad is not None:
                        yield self.fact(one.tag, [quad], {0: one, 1: two})
                continue
            for side, entries in ((0, ones[op.a0 : op.a1]), (1, twos[op.b0 : op.b1])):
                far = self.place(1 - side, (op.b0, op.a0)[side])
                for entry in entries:
                    if entry.tag in STRING_TAGS:
                        near = self.at(side, entry)
                        span = (near, near + 2 * self.word)
                        ends = (far, far, *span) if side else (*span, far, far)
                        alone.append((side, entry, Quad(*ends)))
        yield from self.matched(alone)

    def matched(self, alone: Sequence[tuple[int, DynamicEntry, Quad]]) -> Iterator[Difference]:
        """Put two names of one library together, and tell apart what only stands elsewhere."""
        texts = [
            {self.text(side, entry) for entry in self.entries[side] if entry.tag == _NEEDED}
            for side in (0, 1)
        ]
        waiting: dict[bytes, list[tuple[DynamicEntry, Quad]]] = {}
        rest: list[tuple[int, DynamicEntry, Quad]] = []
        kept = []
        for side, entry, quad in alone:
            if entry.tag == _NEEDED and self.text(side, entry) in texts[1 - side]:
                kept.append(quad)
            elif entry.tag == _NEEDED and side:
                waiting.setdefault(_stem(self.text(1, entry)), []).append((entry, quad))
            else:
                rest.append((side, entry, quad))
        told: list[Quad] = []
        for side, entry, quad in rest:
            partner = waiting.get(_stem(self.text(0, entry)), []) if entry.tag == _NEEDED else []
            entries, quads = {side: entry}, [quad]
            if partner:
                entries[1], place = partner.pop(0)
                quads += [place] if place != quad else []
            told += quads
            yield self.fact(entry.tag, quads, entries)
        for left in waiting.values():
            for entry, quad in left:
                told.append(quad)
                yield self.fact(entry.tag, [quad], {1: entry})
        if rows := [quad for quad in kept if quad not in told]:
            both = texts[0] & texts[1]
            names = [
                [self.text(side, e) for e in self.entries[side] if e.tag == _NEEDED]
                for side in (0, 1)
            ]
            if len({tuple(name for name in each if name in both) for each in names}) == 1:
                self.region.wrong[:] = [quad for quad in self.region.wrong if quad not in rows]
                self.region.moved += rows
                return
            listed = [b" ".join(each) for each in names]
            self.region.stated += rows
            places = [self.region.spans(quad) for quad in dict.fromkeys(rows)]
            yield fact(("elf.needed", self.path, "order of NEEDED"), listed, places)

    def changed(self, one: DynamicEntry, two: DynamicEntry) -> Quad | None:
        """Return the place of a text that is another one on both sides."""
        at_a, at_b = self.at(0, one) + self.word, self.at(1, two) + self.word
        quad = Quad(at_a, at_a + self.word, at_b, at_b + self.word)
        if one.tag not in STRING_TAGS or quad not in self.region.wrong:
            return None
        if self.text(0, one) != self.text(1, two):
            return quad
        self.region.wrong.remove(quad)
        self.region.moved.append(quad)
        return None

    def at(self, side: int, entry: DynamicEntry) -> int:
        return entry.at - (self.region.at_a, self.region.at_b)[side]

    def place(self, side: int, number: int) -> int:
        entries = self.entries[side]
        return self.at(side, entries[number]) if number < len(entries) else 0

    def text(self, side: int, entry: DynamicEntry) -> bytes:
        data = (self.names.a, self.names.b)[side]
        stop = data.find(b"\0", entry.value, entry.value + _LONGEST)
        return data[entry.value : stop if stop >= 0 else entry.value + _LONGEST]

    def fact(self, tag: int, quads: Sequence[Quad], entries: dict[int, DynamicEntry]) -> Difference:
        """State an entry, and with it its text where the other side has nothing in its place."""
        self.region.stated += quads
        places: list[Pair] = self.region.places(quads)
        texts = {side: self.text(side, entry) for side, entry in entries.items()}
        for side, entry in entries.items():
            span = entry.value, entry.value + len(texts[side]) + 1
            for left in self.names.left():
                near, far = ((left.a0, left.a1), left.b0), ((left.b0, left.b1), left.a0)
                (start, stop), other = far if side else near
                if start <= span[0] and span[1] <= stop:
                    ends = (other, other, *span) if side else (*span, other, other)
                    self.names.stated.append(Quad(*ends))
                    places.append(self.names.spans(Quad(*ends)))
                    break
        what = f"elf.{STRING_TAGS[tag].lower()}"
        values = texts.get(0), texts.get(1)
        return fact((what, self.path, STRING_TAGS[tag]), values, places)


def _stem(name: bytes) -> bytes:
    """Return what the names of a library have in common, whatever its version and hash."""
    return re.split(rb"[.-]", name, maxsplit=1)[0]
