"""Names and paths in the dynamic table that one side alone has, or that stand elsewhere.

Source: gABI, chapter 5, "Dynamic Section".
"""

from collections.abc import Iterator
from typing import Final

from reprodiff.formats.elf.entries import DynamicEntry, dynamic
from reprodiff.formats.elf.layout import SectionPair
from reprodiff.formats.elf.reader import SHT_DYNAMIC
from reprodiff.formats.elf.tables import STRING_TAGS, Work
from reprodiff.formats.machine.proof import Quad
from reprodiff.formats.parsing.align import align
from reprodiff.formats.parsing.native import Pair, fact
from reprodiff.model import Difference

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
        ones, twos = self.entries
        for op in align([x.tag for x in ones], [x.tag for x in twos]):
            if op.tag == "equal":
                for one, two in zip(ones[op.a0 : op.a1], twos[op.b0 : op.b1], strict=True):
                    yield from self.changed(one, two)
                continue
            for side, alone in ((0, ones[op.a0 : op.a1]), (1, twos[op.b0 : op.b1])):
                far = self.place(1 - side, (op.b0, op.a0)[side])
                for entry in alone:
                    if entry.tag in STRING_TAGS:
                        near = self.at(side, entry)
                        span = (near, near + 2 * self.word)
                        ends = (far, far, *span) if side else (*span, far, far)
                        yield self.fact(entry.tag, Quad(*ends), {side: entry})

    def changed(self, one: DynamicEntry, two: DynamicEntry) -> Iterator[Difference]:
        at_a, at_b = self.at(0, one) + self.word, self.at(1, two) + self.word
        quad = Quad(at_a, at_a + self.word, at_b, at_b + self.word)
        if one.tag not in STRING_TAGS or quad not in self.region.wrong:
            return
        if self.text(0, one) == self.text(1, two):
            self.region.wrong.remove(quad)
            self.region.moved.append(quad)
        else:
            yield self.fact(one.tag, quad, {0: one, 1: two})

    def at(self, side: int, entry: DynamicEntry) -> int:
        return entry.at - (self.region.at_a, self.region.at_b)[side]

    def place(self, side: int, number: int) -> int:
        entries = self.entries[side]
        return self.at(side, entries[number]) if number < len(entries) else 0

    def text(self, side: int, entry: DynamicEntry) -> bytes:
        data = (self.names.a, self.names.b)[side]
        stop = data.find(b"\0", entry.value, entry.value + _LONGEST)
        return data[entry.value : stop if stop >= 0 else entry.value + _LONGEST]

    def fact(self, tag: int, quad: Quad, entries: dict[int, DynamicEntry]) -> Difference:
        """State an entry, and with it its text where the other side has nothing in its place."""
        self.region.stated.append(quad)
        places: list[Pair] = [self.region.spans(quad)]
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
