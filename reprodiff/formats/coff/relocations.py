"""Relocations of a COFF object: each is about the same place, by the same symbol.

What its word holds leads to the same thing, too.  Source: Microsoft, "PE Format", COFF Relocations;
the number that is added to the symbol's place is in the word itself.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from reprodiff.formats.coff.parts import File, PartPair, Work
from reprodiff.formats.coff.reader import RELOCATION, Relocation
from reprodiff.formats.machine.model import AARCH64, ARM, X86, X86_64
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.parsing.coffsymbols import Symbol

# Type -> bytes of the word, for words that are a plain number.
_X86_64: Final = {
    1: 8, 2: 4, 3: 4, **dict.fromkeys(range(4, 10), 4), 10: 2, 11: 4, 12: 1, 13: 4, 14: 4, 16: 4,
}  # fmt: skip
_X86: Final = {1: 2, 2: 2, 6: 4, 7: 4, 9: 2, 10: 2, 11: 4, 12: 4, 13: 1, 20: 4}
_AARCH64: Final = {1: 4, 2: 4, 8: 4, 12: 4, 13: 2, 14: 8, 17: 4}
_ARM: Final = {1: 4, 2: 4, 10: 4, 14: 2, 15: 4}
_SIZES: Final = {X86_64: _X86_64, X86: _X86, AARCH64: _AARCH64, ARM: _ARM}
_SECTIONS: Final = {X86_64: 10, X86: 10, AARCH64: 13, ARM: 14}
"""The type whose word is the number of a section, and holds nothing."""
_IGNORED: Final = 0
# Instructions of AArch64: high parts of an address hold all of it, low parts the last 12 bits.
_BRANCHES: Final = {3: (0, 26), 15: (5, 19), 16: (5, 14)}
_PAGE, _NEAR = 4, 5
_LOW: Final = frozenset({6, 7, 9, 11})
_HIGH_TLS: Final = 10
_IMMEDIATE: Final = 0x60FF_FFE0
_TWELVE: Final = 0x003F_FC00


class Held(NamedTuple):
    """What the word of a relocation holds: a number to add, and the other bits of the word."""

    size: int
    addend: int
    other: int = 0
    low: bool = False
    """Whether the number is only the end of one that another relocation tells."""


def held(arch: str, raw: bytes, kind: int) -> Held | None:
    """Return what the word at the start of ``raw`` holds; ``None`` if the type is not known."""
    if kind == _IGNORED:
        return Held(0, 0)
    size = _SIZES.get(arch, {}).get(kind)
    if size is not None:
        return Held(size, int.from_bytes(raw[:size], "little", signed=True))
    if arch != AARCH64:
        return None
    word = int.from_bytes(raw[:4], "little")
    if kind in _BRANCHES:
        shift, width = _BRANCHES[kind]
        mask = (1 << width) - 1 << shift
        return Held(4, 4 * _signed((word & mask) >> shift, width), word & ~mask)
    if kind in {_PAGE, _NEAR}:
        value = (word >> 5 & 0x7FFFF) << 2 | word >> 29 & 3
        return Held(4, _signed(value, 21), word & ~_IMMEDIATE)
    if kind in _LOW:
        scale = _scale(word) if kind in {7, 11} else 0
        return Held(4, (word >> 10 & 0xFFF) << scale, word & ~_TWELVE, low=True)
    if kind == _HIGH_TLS:
        return Held(4, (word >> 10 & 0xFFF) << 12, word & ~_TWELVE, low=True)
    return None


def _signed(value: int, width: int) -> int:
    return value - (1 << width) if value >> width - 1 else value


def _scale(word: int) -> int:
    """Return by how many bits a load or store shifts the distance that it holds."""
    vector = word >> 26 & 1 and word >> 23 & 1 and not word >> 30
    return 4 if vector else word >> 30


def place_of(file: File, symbol: Symbol) -> int | None:
    """Return the made-up address of a symbol; ``None`` if it is of another object."""
    part = file.parts.get(symbol.section)
    return None if part is None else part.addr + symbol.value


class Check:
    """The check of all relocations of two objects."""

    def __init__(self, work: Work, numbers: Mapping[int, int]) -> None:
        """Take ``numbers``, which lead from symbols of A to those of B."""
        self.work = work
        self.numbers = numbers
        self.symbols: tuple[dict[int, Symbol], dict[int, Symbol]] = (
            {symbol.number: symbol for symbol in work.a.object.symbols},
            {symbol.number: symbol for symbol in work.b.object.symbols},
        )

    def section(self, pair: PartPair, region: Region) -> None:
        """Check the relocations of one section; ``region`` is their table."""
        objects = self.work.a.object, self.work.b.object
        one, two = (
            source.sections[part.index - 1]
            for source, part in zip(objects, (pair.a, pair.b), strict=True)
        )
        list_a, list_b = objects[0].relocations(one), objects[1].relocations(two)
        if one.counted or two.counted:
            counts = [len(rows) + 1 for rows in (list_a, list_b)]
            told = [int.from_bytes(raw[:4], "little") for raw in (region.a, region.b)]
            region.word(0, 0, 4, one.counted and two.counted and told == counts)
        if len(list_a) != len(list_b):
            return  # what is too much on one side is left over
        waiting: list[tuple[Relocation, Relocation, tuple[int, int, int], Held, Held]] = []
        pages: set[tuple[int, int, int]] = set()
        for x, y in zip(list_a, list_b, strict=True):
            at_a, at_b = x.at - region.at_a, y.at - region.at_b
            stands = pair.forward(x.offset) == y.offset
            region.word(at_a, at_b, 4, stands)
            named = self.numbers.get(x.symbol) == y.symbol
            region.word(at_a + 4, at_b + 4, 4, named)
            if not stands or x.type != y.type:
                continue
            first, second = (
                held(self.work.a.arch, plain[at : at + 8], row.type)
                for plain, at, row in (
                    (pair.plain_a, x.offset, x), (pair.plain_b, y.offset, y)
                )
            )  # fmt: skip
            if first is None or second is None:
                self._unknown(pair, x, y)
                continue
            if first.low:
                waiting.append((x, y, (x.symbol, first.addend, second.addend), first, second))
                continue
            good = first.other == second.other and self._leads(x, y, first.addend, second.addend)
            if good and x.type == _PAGE and self.work.a.arch == AARCH64:
                pages.add((x.symbol, first.addend & 0xFFF, second.addend & 0xFFF))
            self._word(pair, x, y, first.size, good=good)
        for x, y, key, first, second in waiting:
            good = first.other == second.other and (key in pages or self._low(x, y, key))
            self._word(pair, x, y, 4, good=good)

    def _low(self, x: Relocation, y: Relocation, key: tuple[int, int, int]) -> bool:
        """Whether two low parts by themselves lead to the same: as numbers in small sections."""
        return self._leads(x, y, key[1], key[2])

    def _leads(self, x: Relocation, y: Relocation, first: int, second: int) -> bool:
        """Whether what two words hold, on top of their symbols, is the same thing."""
        one, two = self.symbols[0].get(x.symbol), self.symbols[1].get(y.symbol)
        if one is None or two is None:
            return first == second
        places = place_of(self.work.a, one), place_of(self.work.b, two)
        if places[0] is None or places[1] is None or x.type == _SECTIONS.get(self.work.a.arch):
            return first == second
        if not first and not second and not one.of_section:
            return True  # the symbols themselves are compared
        return self.work.map.follows(places[0] + first, places[1] + second)

    def _word(self, pair: PartPair, x: Relocation, y: Relocation, size: int, *, good: bool) -> None:
        region = self.work.region(pair)
        region.word(x.offset, y.offset, size, good)
        if good and size and pair.a.code:
            pinned = self.work.hints.pinned.setdefault(pair.a.index, [])
            pinned.append((x.offset, y.offset, size))

    def _unknown(self, pair: PartPair, x: Relocation, y: Relocation) -> None:
        """A type that is not known: right if nothing can have moved, and the word is equal."""
        symbol = self.symbols[0].get(x.symbol)
        target = self.work.map.by_index.get(symbol.section) if symbol is not None else None
        if target is not None and not target.straight:
            region = self.work.region(pair)
            region.wrong.append(Quad(x.offset, x.offset + 4, y.offset, y.offset + 4))


def words(file: File, part: int) -> list[tuple[int, int]]:
    """Return where a section has words that relocations are about, and their sizes."""
    source = file.object
    section = source.sections[part - 1]
    raw = source.body(section)
    found: list[tuple[int, int]] = []
    for row in source.relocations(section):
        word = held(file.arch, raw[row.offset : row.offset + 8], row.type)
        found.append((row.offset, 4 if word is None else word.size))
    return found


def offset_of(file: File, part: int, at: int) -> int | None:
    """Return the place that the relocation is about whose record is ``at`` bytes into a table."""
    source = file.object
    section = source.sections[part - 1]
    rows = source.relocations(section)
    number = at // RELOCATION.size - section.counted
    return rows[number].offset if 0 <= number < len(rows) else None
