"""Relocations of a Mach-O object: each is about the same place, and its word means the same.

Sources: Apple, mach-o/reloc.h, mach-o/x86_64/reloc.h, mach-o/arm64/reloc.h and mach-o/arm/reloc.h.
An object has addresses of its own: a word holds one of them where the relocation names a section,
and what is added to a symbol where it names that.  Instructions of arm64 hold nothing.
"""

import struct
from typing import Final, NamedTuple

from reprodiff.formats.machine.model import AARCH64, ARM, X86, X86_64
from reprodiff.formats.machine.proof import Region
from reprodiff.formats.macho.nlist import Symbol, numbers, symbols
from reprodiff.formats.macho.parts import File, Part, PartPair, Work, content

_SCATTERED: Final = 0x8000_0000
_PLACE: Final = 0x00FF_FFFF
_SUBTRACTOR: Final = {X86_64: 5, AARCH64: 1}
_ADDEND: Final = 10
_POINTERS: Final = {X86_64: frozenset({0}), AARCH64: frozenset({0, 7, 11})}
"""Types of words that are whole numbers and no part of an instruction, counted from nothing."""
_BEHIND: Final = {1: 0, 2: 0, 3: 0, 4: 0, 6: 1, 7: 2, 8: 4, 9: 0}
"""Relative types of x86-64: bytes of the instruction behind the word."""
_DIFFERENCES: Final = {X86: frozenset({2, 4}), ARM: frozenset({2, 3, 9})}
_HALVES: Final = frozenset({8, 9})
_PAIR: Final = 1
_HALF: Final = 0xFFFF
_THUMB: Final = 2


class Row(NamedTuple):
    """A relocation; ``at`` is its place in the table, ``value`` an address if it is scattered."""

    at: int
    place: int
    symbol: int
    type: int
    length: int
    relative: bool
    extern: bool
    scattered: bool
    value: int


def rows(data: bytes, *, wide: bool) -> list[Row]:
    """Return the rows of a table; those of 32 bits may be scattered."""
    found: list[Row] = []
    for number, (first, second) in enumerate(struct.iter_unpack("<2I", data[: len(data) // 8 * 8])):
        at = 8 * number
        if first & _SCATTERED and not wide:
            kind, length = first >> 24 & 0xF, first >> 28 & 3
            relative = bool(first >> 30 & 1)
            row = Row(at, first & _PLACE, 0, kind, length, relative, False, True, second)  # noqa: FBT003
        else:
            relative, extern = bool(second >> 24 & 1), bool(second >> 27 & 1)
            kind, length = second >> 28, second >> 25 & 3
            row = Row(at, first, second & _PLACE, kind, length, relative, extern, False, 0)  # noqa: FBT003
        found.append(row)
    return found


def marked(file: File, part: Part) -> list[tuple[int, int]]:
    """Return where a section has words that relocations are about, and their sizes."""
    links = next((p for p in file.parts if p.linked and p.section == part.section), None)
    if links is None:
        return []
    return [(row.place, 1 << row.length) for row in rows(content(file, links), wide=file.word == 8)]


class _Both(NamedTuple):
    """A row of each side with the one behind it, which may belong to it."""

    x: Row
    y: Row
    behind: tuple[Row, Row] | None


class Check:
    """The check of all relocations of two objects."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.arch = work.a.arch
        self.numbers = numbers(work.a, work.b)
        self.symbols = list(symbols(work.a)), list(symbols(work.b))

    def section(self, links: PartPair) -> None:
        """Check the relocations of one section."""
        pair: PartPair | None = self.work.map.by_index.get(links.a.section - 1)
        table = self.work.region(links)
        wide = self.work.a.word == 8
        ones, twos = rows(table.a, wide=wide), rows(table.b, wide=wide)
        if pair is None or len(ones) != len(twos) or table.pair is None:
            return  # what differs is left over
        taken: tuple[int, int] | None = None
        for number, (x, y) in enumerate(zip(ones, twos, strict=True)):
            after = number + 1 < len(ones)
            behind = (ones[number + 1], twos[number + 1]) if after else None
            before = (ones[number - 1], twos[number - 1]) if number else None
            self._row(table, pair, _Both(x, y, behind), before)
            if x.type != y.type or self._belongs(x):
                continue
            taken = self._values(x, y) if x.type == _SUBTRACTOR.get(self.arch) else taken
            if x.type == _SUBTRACTOR.get(self.arch):
                continue
            self._held(pair, _Both(x, y, behind), before, taken)
            taken = None

    def _belongs(self, row: Row) -> bool:
        """Whether a row only says more about the one before it, or behind it."""
        if self.arch in {X86, ARM}:
            return row.type == _PAIR
        return self.arch == AARCH64 and row.type == _ADDEND

    # -- the table ------------------------------------------------------------------------------

    def _row(
        self, table: Region, pair: PartPair, both: _Both, before: tuple[Row, Row] | None
    ) -> None:
        """Check the two words of a row: the place, and the symbol, section or address."""
        x, y = both.x, both.y
        stands = pair.forward(x.place) == y.place
        if self._belongs(x) and self.arch in {X86, ARM}:
            # The place of one that only belongs to another is nothing, or the other half.
            stands = x.place == y.place or self._halves(pair, before, x, y)
        alike = (x.type, x.length, x.relative, x.scattered) == (
            y.type, y.length, y.relative, y.scattered
        )  # fmt: skip
        table.word(x.at, y.at, 4, stands and alike)
        if x.scattered or y.scattered:
            good = x.scattered and y.scattered and self.work.map.follows(x.value, y.value)
        elif self.arch == AARCH64 and x.type == _ADDEND and both.behind is not None:
            ends = _signed(x.symbol, 24), _signed(y.symbol, 24)
            good = self._added(*both.behind, *ends)
        elif x.extern:
            good = self.numbers.get(x.symbol) == y.symbol
        else:
            good = self._section_number(x.symbol) == y.symbol
        table.word(x.at + 4, y.at + 4, 4, good and alike and x.extern == y.extern)

    def _section_number(self, number: int) -> int | None:
        if number in {0, _PLACE}:
            return number
        pair = self.work.map.by_index.get(number - 1)
        return None if pair is None else pair.b.section

    def _halves(self, pair: PartPair, before: tuple[Row, Row] | None, x: Row, y: Row) -> bool:
        """Whether the other halves of two addresses follow: numbers of 16 bits in their rows."""
        if self.arch != ARM or before is None or before[0].type not in _HALVES:
            return False
        values = _whole(pair.plain_a, before[0], x), _whole(pair.plain_b, before[1], y)
        return x.place >> 16 == y.place >> 16 and self._differs(before, (x, y), values)

    # -- the words ------------------------------------------------------------------------------

    def _held(
        self,
        pair: PartPair,
        both: _Both,
        before: tuple[Row, Row] | None,
        taken: tuple[int, int] | None,
    ) -> None:
        """Check what a word holds, on top of what its relocation says."""
        x, y = both.x, both.y
        size = 1 << x.length if not (self.arch == ARM and x.type in _HALVES) else 4
        if pair.forward(x.place) != y.place or size != (1 << y.length if size != 4 else 4):
            return
        raw = [plain[at : at + size] for plain, at in ((pair.plain_a, x.place),
                                                      (pair.plain_b, y.place))]  # fmt: skip
        values = [int.from_bytes(each, "little", signed=True) for each in raw]
        if self.arch in {X86, ARM}:
            good = self._old(pair, both, (values[0], values[1]))
        elif x.type not in _POINTERS.get(self.arch, ()) and self.arch == AARCH64:
            good = raw[0] == raw[1]
        else:
            good = self._plain(pair, both, (values[0], values[1]), taken)
        del before
        region = self.work.region(pair)
        region.word(x.place, y.place, size, good)
        if good and pair.a.code:
            pinned = self.work.hints.pinned.setdefault(pair.a.index, [])
            pinned.append((x.place, y.place, size))

    def _plain(
        self, pair: PartPair, both: _Both, values: tuple[int, int], taken: tuple[int, int] | None
    ) -> bool:
        """Check a word of x86-64, or a pointer of arm64."""
        x, y = both.x, both.y
        if x.extern:
            more = _BEHIND.get(x.type, 0) if x.relative else 0
            return self._added(x, y, values[0] + more, values[1] + more)
        ends = list(values)
        if taken is not None:
            ends = [end + base for end, base in zip(ends, taken, strict=True)]
        elif x.relative:
            more = 4 + _BEHIND.get(x.type, 0)
            ends = [ends[0] + pair.a.addr + x.place + more, ends[1] + pair.b.addr + y.place + more]
        return self.work.map.follows(ends[0], ends[1])

    def _old(self, pair: PartPair, both: _Both, values: tuple[int, int]) -> bool:
        """Check a word of 32-bit x86 or Arm."""
        x, y = both.x, both.y
        if x.type in _DIFFERENCES[self.arch]:
            if both.behind is None or both.behind[0].type != _PAIR:
                return False
            if x.type in _HALVES:
                values = (
                    _whole(pair.plain_a, x, both.behind[0]),
                    _whole(pair.plain_b, y, both.behind[1]),
                )
                if not _same_but_half(pair, x, y):
                    return False
            return self._differs((x, y), both.behind, values)
        if x.type:
            # Branches of Arm, and what is not known: right if they are equal and nothing moved.
            return values[0] == values[1] and self._still(pair, x)
        if x.scattered:
            moves = values[0] - x.value, values[1] - y.value
            return moves[0] == moves[1] and self.work.map.follows(x.value, y.value)
        ends = list(values)
        if x.relative:
            width = 1 << x.length
            ends[0] += pair.a.addr + x.place + width
            ends[1] += pair.b.addr + y.place + width
        if x.extern:
            return self._added(x, y, ends[0], ends[1])
        mask = 0xFFFF_FFFF
        return self.work.map.follows(ends[0] & mask, ends[1] & mask)

    def _differs(
        self, rows_: tuple[Row, Row], others: tuple[Row, Row], values: tuple[int, int]
    ) -> bool:
        """Whether two distances are those between places that stand for each other."""
        x, y = rows_
        follows = self.work.map.follows
        moves = [
            (value - (row.value - other.value)) & 0xFFFF_FFFF
            for value, row, other in zip(values, rows_, others, strict=True)
        ]
        return (
            x.scattered and y.scattered and others[0].scattered and others[1].scattered
            and moves[0] == moves[1]
            and follows(x.value, y.value)
            and follows(others[0].value, others[1].value)
        )  # fmt: skip

    def _still(self, pair: PartPair, row: Row) -> bool:
        """Whether neither a section nor what a row of it names has moved."""
        target = pair if row.extern else self.work.map.by_index.get(row.symbol - 1)
        if target is None:
            return False
        return all(each.straight and each.a.addr == each.b.addr for each in (pair, target))

    def _values(self, x: Row, y: Row) -> tuple[int, int] | None:
        """Return the addresses of the two symbols that are subtracted."""
        one, two = self._symbol(0, x), self._symbol(1, y)
        if not x.extern or one is None or two is None:
            return None
        return one.value, two.value

    def _symbol(self, side: int, row: Row) -> Symbol | None:
        known = self.symbols[side]
        return known[row.symbol] if row.symbol < len(known) else None

    def _added(self, x: Row, y: Row, first: int, second: int) -> bool:
        """Whether what is added to two symbols leads to the same place."""
        one, two = self._symbol(0, x), self._symbol(1, y)
        if one is None or two is None or not (one.place and two.place):
            return first == second
        if not first and not second:
            return True  # the symbols themselves are compared
        return self.work.map.follows(one.value + first, two.value + second)


def _signed(value: int, width: int) -> int:
    return value - (1 << width) if value >> width - 1 else value


def _whole(plain: bytes, row: Row, other: Row) -> int:
    """Return the number that two instructions of Arm have a half of each (MOVW and MOVT)."""
    half = _immediate(plain[row.place : row.place + 4], thumb=bool(row.length & _THUMB))
    rest = other.place & _HALF
    return half << 16 | rest if row.length & 1 else rest << 16 | half


def _immediate(raw: bytes, *, thumb: bool) -> int:
    """Return the 16 bits that MOVW or MOVT holds (ARMv7-A, A8.8.102 and A8.8.106)."""
    if thumb:
        first, second = (int.from_bytes(raw[at : at + 2], "little") for at in (0, 2))
        high = (first & 0xF) << 12 | (first >> 10 & 1) << 11
        return high | (second >> 12 & 7) << 8 | second & 0xFF
    word = int.from_bytes(raw, "little")
    return (word >> 16 & 0xF) << 12 | word & 0xFFF


def _same_but_half(pair: PartPair, x: Row, y: Row) -> bool:
    """Whether two instructions are the same but for the 16 bits that they hold."""
    mask = bytes((0xF0, 0xFB, 0x00, 0x8F)) if x.length & _THUMB else bytes((0x00, 0xF0, 0xF0, 0xFF))
    sides = (pair.plain_a, x.place), (pair.plain_b, y.place)
    one, two = (
        bytes(byte & keep for byte, keep in zip(plain[at : at + 4], mask, strict=False))
        for plain, at in sides
    )
    return one == two


def place_of(data: bytes, at: int, *, wide: bool) -> int | None:
    """Return the place that the relocation is about whose row is ``at`` bytes into a table."""
    start = at // 8 * 8
    found = rows(data[start : start + 8], wide=wide)
    return found[0].place if found else None
