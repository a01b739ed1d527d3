"""The symbols of a COFF object: which of A is which of B, and whether each says the same.

Source: Microsoft, "PE Format", COFF Symbol Table and Auxiliary Symbol Records.
"""

import zlib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Container
from itertools import islice, pairwise
from typing import Final

from reprodiff.errors import DamagedError
from reprodiff.formats.coff.literals import is_literal, is_name_of
from reprodiff.formats.coff.parts import File, Part, PartPair, Work
from reprodiff.formats.coff.reader import (
    CODE,
    COMDAT,
    Object,
    kind,
    read_object,
)
from reprodiff.formats.machine import stringkeys
from reprodiff.formats.machine.functions import MAX_FUNCTIONS, Function, Names, runs
from reprodiff.formats.machine.model import STRINGS
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.parsing.align import align
from reprodiff.formats.parsing.coffsymbols import EXTERNAL, FILE, STATIC, Symbol

COMPILER: Final = b"@comp.id"
_WEAK: Final = 105
ALIGNS: Final = 20
"""The bit of a section's flags where its alignment starts."""


def named(file: File) -> dict[int, list[bytes]]:
    """Return the names of places, by made-up address."""
    found: dict[int, list[bytes]] = defaultdict(list)
    for symbol in file.object.symbols:
        part = file.parts.get(symbol.section)
        if part is None or symbol.storage not in {STATIC, EXTERNAL} or symbol.of_section:
            continue
        if not symbol.name.startswith((b".", b"$")):
            found[part.addr + symbol.value].append(symbol.name)
    return found


def by_section(file: File, names: dict[int, list[bytes]]) -> dict[int, dict[int, list[bytes]]]:
    """Return the names of places by the number of the section that each is in."""
    found: dict[int, dict[int, list[bytes]]] = defaultdict(dict)
    parts = sorted(file.parts.values(), key=lambda part: part.addr)
    starts = [part.addr for part in parts]
    for at in sorted(names):
        index = bisect_right(starts, at) - 1
        if index >= 0:
            found[parts[index].index][at] = names[at]
    return found


def functions(file: File, names: dict[int, list[bytes]], part: Part) -> list[Function]:
    """Return what a code section is made of; no size is recorded, so each goes up to the next.

    ``names`` are those of the section, by made-up address.
    """
    starts = {
        at - part.addr: (0, known)
        for at, known in islice(names.items(), MAX_FUNCTIONS)
        if 0 <= at - part.addr < part.size
    }
    return runs(starts, file.object.body(file.object.sections[part.index - 1]))


def name_places(file: File, names: dict[int, list[bytes]]) -> Names:
    """Return all names with sizes: each place goes on to the next name, or to the section's end."""
    items: list[tuple[int, int, bytes]] = []
    known = sorted(names)
    ends = sorted((part.addr, part.addr + part.size) for part in file.parts.values())
    at = 0
    for start, stop in ends:
        while at < len(known) and known[at] < start:
            at += 1
        first = at
        while at < len(known) and known[at] < stop:
            at += 1
        for one, two in pairwise([*known[first:at], stop]):
            items.append((one, two - one, names[one][0]))
    return Names(items)


class Symbols:
    """The symbols of two objects in step."""

    def __init__(self, a: Object, b: Object, sections: dict[int, int]) -> None:
        """Take ``sections``, which lead from section numbers of A to those of B."""
        self.sections = sections
        self.texts = _texts(a), _texts(b)
        ones, twos = list(a.symbols), list(b.symbols)
        names = stringkeys.keys([x.name + b"\0" for x in ones], [x.name + b"\0" for x in twos])
        keys_a = [
            _key(x, name, sections.get(x.section, -9), self.texts[0])
            for x, name in zip(ones, names[0], strict=True)
        ]
        keys_b = [
            _key(x, name, x.section, self.texts[1]) for x, name in zip(twos, names[1], strict=True)
        ]
        self.both: list[tuple[Symbol, Symbol]] = []
        self.apart: list[tuple[list[Symbol], list[Symbol], int, int]] = []
        """Symbols of one side alone, with where they would stand on either."""
        for op in align(keys_a, keys_b):
            left, right = ones[op.a0 : op.a1], twos[op.b0 : op.b1]
            if op.tag == "equal":
                self.both += zip(left, right, strict=True)
                continue
            at_a = left[0].at if left else _place(a, op.a0)
            at_b = right[0].at if right else _place(b, op.b0)
            self.apart.append((left, right, at_a, at_b))
        self.numbers = {one.number: two.number for one, two in self.both}
        keys = [
            {x.number: key for x, key in zip(side, known, strict=True)}
            for side, known in ((ones, keys_a), (twos, keys_b))
        ]
        self.turned = _crossing(self.apart, keys[0], keys[1])
        """Symbols of A that stand elsewhere in B, by their numbers."""
        self.numbers |= self.turned
        self.places: list[tuple[Region, Quad]] = []
        """Where the tables have symbols that stand in another order."""
        self.files: list[tuple[Region, Quad]] = []
        """Names of source files that differ, in the table of symbols."""
        self.read = False
        """Whether all of both string tables is names that are compared one by one."""

    def follow(self, work: Work, region: Region, sections: Container[int]) -> bool:
        """Whether symbols out of turn are those of some sections of A, and say the same in B."""
        known = {x.number: x for x in work.b.object.symbols}
        trial = Region(region.name, region.a, region.b, region.at_a, region.at_b)
        texts = Region(STRINGS, b"", b"", 0, 0)
        for one in work.a.object.symbols:
            if one.number not in self.turned:
                continue
            two = known[self.turned[one.number]]
            if one.section not in sections or one.name != two.name:
                return False
            self._symbol(work, trial, texts, (one, two))
            at_a, at_b = one.at - region.at_a, two.at - region.at_b
            quad = Quad(at_a, at_a + one.size, at_b, at_b + two.size)
            inside = [each for each in trial.moved if quad.a0 <= each.a0 < quad.a1]
            if not _told(region, quad, inside):
                return False
        return not trial.wrong

    def check(self, work: Work, region: Region, strings: PartPair) -> None:
        """Check the table of symbols, and that of their names."""
        texts = work.region(strings)
        self.read = are_names_used(work.a.object) and are_names_used(work.b.object)
        if self.read and texts.a != texts.b:
            # Names are compared one by one; where they stand says no more.
            texts.moved.append(Quad(0, len(texts.a), 0, len(texts.b)))
        for left, right, at_a, at_b in self.apart:
            at_a, at_b = at_a - region.at_a, at_b - region.at_b  # noqa: PLW2901
            sizes = [sum(x.size for x in each) for each in (left, right)]
            quad = Quad(at_a, at_a + sizes[0], at_b, at_b + sizes[1])
            region.stated.append(quad)
            here = {x.number for x in left} <= self.turned.keys()
            if here and {x.number for x in right} <= set(self.turned.values()):
                self.places.append((region, quad))
                continue
            shown = [b", ".join(x.name for x in each[:20]) for each in (left, right)]
            work.added.append((shown[0], shown[1], quad, region))
        for one, two in self.both:
            self._symbol(work, region, texts, (one, two))

    def _symbol(
        self, work: Work, region: Region, texts: Region, pair: tuple[Symbol, Symbol]
    ) -> None:
        one, two = pair
        row = work.a.object.row
        at_a, at_b = one.at - region.at_a, two.at - region.at_b
        self._name(work, region, texts, pair)
        region.word(at_a + 8, at_b + 8, 4, self._value(work, one, two))
        width = 4 if work.a.object.large else 2
        region.word(at_a + 12, at_b + 12, width, good=True)  # the key has the section
        if one.of_section and work.a.object.section(one.section) is not None:
            self._section(work, region, pair)
        elif one.storage == FILE and one.more != two.more:
            count = row - 1
            region.word(at_a + count, at_b + count, 1, good=len(one.more) != len(two.more))
            quad = Quad(at_a + row, at_a + one.size, at_b + row, at_b + two.size)
            region.stated.append(quad)
            self.files.append((region, quad))
        elif one.storage == _WEAK and one.more:
            tags = [int.from_bytes(each.more[:4], "little") for each in pair]
            region.word(at_a + row, at_b + row, 4, self.numbers.get(tags[0]) == tags[1])

    def _name(self, work: Work, region: Region, texts: Region, pair: tuple[Symbol, Symbol]) -> None:
        """Check where a name stands; one that another stands for is stated."""
        one, two = pair
        at_a, at_b = one.at - region.at_a, two.at - region.at_b
        if one.name == two.name:
            good = self.read or one.name_at == two.name_at
            region.word(at_a, at_b, 8, good)
            return
        if one.number in self.texts[0] and two.number in self.texts[1]:
            region.word(at_a, at_b, 8, good=self.read)
            return
        if one.name_at and two.name_at and self.read:
            region.word(at_a, at_b, 8, good=True)
            places = one.name_at, one.name_at + len(one.name) + 1, two.name_at
            quad = Quad(*places, two.name_at + len(two.name) + 1)
            texts.stated.append(quad)
            work.strings.append((texts, quad))
            return
        quad = Quad(at_a, at_a + 8, at_b, at_b + 8)
        region.stated.append(quad)
        work.added.append((one.name, two.name, quad, region))

    def _value(self, work: Work, one: Symbol, two: Symbol) -> bool:
        """Whether two values stand for each other: offsets in sections, or plain numbers."""
        pair = work.map.by_index.get(one.section)
        if one.section > 0 and pair is not None:
            # A section's own symbol is where it begins, whatever stands there first.
            begins = one.of_section and two.of_section
            return begins or pair.forward(one.value) == two.value
        if one.storage == two.storage == FILE:
            # The value of a file is the number of the next file's record, or zero for the last.
            return one.value == two.value or self.numbers.get(one.value) == two.value
        return one.value == two.value

    def _section(self, work: Work, region: Region, pair: tuple[Symbol, Symbol]) -> None:
        """Check the auxiliary record of a section: its size, how many relocations, a checksum."""
        one, two = pair
        row = work.a.object.row
        at_a, at_b = one.at - region.at_a + row, two.at - region.at_b + row
        sides = ((work.a.object, one), (work.b.object, two))
        said = [source.definition(symbol) for source, symbol in sides]
        bodies = [source.body(source.sections[symbol.section - 1]) for source, symbol in sides]
        sized = said[0].length == said[1].length
        if not sized and all(true_length(source, symbol) for source, symbol in sides):
            # What was there before it was filled up ends in as many zeros on both sides.
            rests = [
                each.length - len(body.rstrip(b"\0"))
                for each, body in zip(said, bodies, strict=True)
            ]
            sized = rests[0] == rests[1] >= 0
        region.word(at_a, at_b, 4, sized)
        # Not every compiler sums what is in the file: it is enough that both say the same then.
        true = [each.checksum == checksum(body) for body, each in zip(bodies, said, strict=True)]
        same = said[0].checksum == said[1].checksum and (
            bodies[0] == bodies[1] or not said[0].checksum or not any(true)
        )
        region.word(at_a + 8, at_b + 8, 4, same or all(true))
        number = self.sections.get(said[0].number) == said[1].number
        region.word(at_a + 12, at_b + 12, 2, number)
        if work.a.object.large:
            region.word(at_a + 16, at_b + 16, 2, number)


def _told(region: Region, quad: Quad, words: list[Quad]) -> bool:
    """Whether two runs of a table are the same bytes but for the words that were checked."""
    if quad.a1 - quad.a0 != quad.b1 - quad.b0:
        return False
    taken = {at - quad.a0 for each in words for at in range(each.a0, each.a1)}
    one, two = region.a[quad.a0 : quad.a1], region.b[quad.b0 : quad.b1]
    return all(x == y or at in taken for at, (x, y) in enumerate(zip(one, two, strict=True)))


def _crossing(
    apart: list[tuple[list[Symbol], list[Symbol], int, int]],
    keys_a: dict[int, "_Key"],
    keys_b: dict[int, "_Key"],
) -> dict[int, int]:
    """Return which symbols out of turn are the same, by their keys, each of which occurs once."""
    ones = [keys_a[x.number] for left, _, _, _ in apart for x in left]
    twos = [keys_b[x.number] for _, right, _, _ in apart for x in right]
    once = {key for key, n in Counter(ones).items() if n == 1}
    once &= {key for key, n in Counter(twos).items() if n == 1}
    there = {keys_b[x.number]: x.number for _, right, _, _ in apart for x in right}
    return {
        x.number: there[keys_a[x.number]]
        for left, _, _, _ in apart
        for x in left
        if keys_a[x.number] in once
    }


def are_names_used(source: Object) -> bool:
    """Whether all strings are names of symbols or sections, and their size is true."""
    raw = bytes(source.data[source.strings.start : source.strings.stop])
    if int.from_bytes(raw[:4], "little") != len(raw):
        return False
    places = {symbol.name_at for symbol in source.symbols if symbol.name_at}
    for section in source.sections:
        own = bytes(source.data[section.header : section.header + 8]).rstrip(b"\0")
        if own[:1] == b"/" and own[1:].isdigit():
            places.add(int(own[1:]))
    at = 4
    for place in sorted(places):
        if place > at or place < 4:
            return False  # bytes that are no name
        stop = raw.find(b"\0", place) + 1
        if not stop:
            return False
        at = max(at, stop)
    return at == len(raw)


def true_length(source: Object, symbol: Symbol) -> bool:
    """Whether the symbol of a section says how long that is, as it is or before it was filled up.

    GNU's assembler fills sections up to their alignment, and says the size from before.
    """
    section = source.sections[symbol.section - 1]
    length = source.definition(symbol).length
    power = (section.flags >> ALIGNS & 0xF) or 1
    align_to = 1 << power - 1
    return section.size in {length, -(-length // align_to) * align_to}


def checksum(body: bytes) -> int:
    """Return the checksum of a section: a CRC-32 that starts with zeros and is not turned over."""
    return zlib.crc32(body, 0xFFFF_FFFF) ^ 0xFFFF_FFFF


_Key = tuple[object, ...]


def _texts(source: Object) -> frozenset[int]:
    """Return the numbers of symbols whose names are those of the strings that they stand for."""
    found: set[int] = set()
    for symbol in source.symbols:
        if symbol.value or not is_literal(symbol.name) or symbol.section <= 0:
            continue
        if symbol.section <= len(source.sections):
            section = source.sections[symbol.section - 1]
            if section.flags & COMDAT and not section.flags & CODE and is_name_of(
                symbol.name, source.body(section)
            ):  # fmt: skip
                found.add(symbol.number)
    return frozenset(found)


def literals_of(data: memoryview) -> frozenset[bytes]:
    """Return the names of an object's symbols that are made of the strings they stand for."""
    if kind(data) not in {"object", "large"}:
        return frozenset()
    try:
        source = read_object(data)
    except DamagedError:
        return frozenset()
    numbers = _texts(source)
    return frozenset(symbol.name for symbol in source.symbols if symbol.number in numbers)


def _key(symbol: Symbol, name: bytes, section: int, texts: frozenset[int]) -> _Key:
    if symbol.storage == FILE:
        return b".file", symbol.section, symbol.type, symbol.storage
    if symbol.number in texts:
        name = b"\0text"
    return name, section, symbol.type, symbol.storage, len(symbol.more)


def _place(source: Object, index: int) -> int:
    symbols = source.symbols
    return symbols[index].at if index < len(symbols) else source.table.stop
