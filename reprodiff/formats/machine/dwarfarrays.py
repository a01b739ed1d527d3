"""How long debug information says that strings are: an array of characters has their number.

The name of a source in an array is one byte longer for each that its directory is longer, and LLVM
since 17 describes every string of a program so, as a variable without a name.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from reprodiff.formats.machine.dwarfexpr import Damage, Reader
from reprodiff.formats.machine.dwarfinfo import BLOCKS, FIXED, LEBS, Shape, abbreviations
from reprodiff.formats.machine.proof import Region
from reprodiff.formats.machine.work import AnyWork
from reprodiff.records import dataclass, field

_MOST: Final = 1 << 24
"""Bytes of .debug_info that are walked for this."""
_ARRAY, _UNIT, _SUBRANGE, _CONST, _VARIABLE = 0x01, 0x11, 0x21, 0x26, 0x34
_LOCATION, _UPPER, _COUNT, _TYPE, _ADDRESSES = 0x02, 0x2F, 0x37, 0x49, 0x73
_WANTED: Final = frozenset({_LOCATION, _UPPER, _COUNT, _TYPE, _ADDRESSES})
_NUMBERS: Final = frozenset({0x05, 0x06, 0x07, 0x0B, 0x0F})
"""Forms of a number: data2, data4, data8, data1, udata."""
_REFS: Final = frozenset({0x11, 0x12, 0x13, 0x14, 0x15})
_OP_ADDR, _OP_ADDRX = 0x03, 0xA1


class Value(NamedTuple):
    """What an attribute has: its form, its place and size, and the number or nothing."""

    form: int
    at: int
    size: int
    number: int


@dataclass(slots=True)
class _Entry:
    at: int
    tag: int
    parent: int
    values: dict[int, Value]


@dataclass(slots=True)
class Arrays:
    """Of each array type with one dimension, its number of elements, and what is of that type."""

    sizes: dict[int, Value] = field(default_factory=dict)
    variables: dict[int, list[int]] = field(default_factory=dict)
    """Addresses of the variables; -1 for one that has none."""


def check_arrays(work: AnyWork, region: Region) -> None:
    """Take numbers of characters that differ as the strings do that they are said of."""
    shapes = work.map.by_name.get(".debug_abbrev")
    if shapes is None or len(region.a) > _MOST or not work.lengths:
        return
    table = work.map.by_name.get(".debug_addr")
    plain = (shapes.plain_a, shapes.plain_b)
    others = (table.plain_a, table.plain_b) if table is not None else (b"", b"")
    try:
        ones, twos = (
            read_arrays(data, known, addresses, big=work.a.big)
            for data, known, addresses in zip((region.a, region.b), plain, others, strict=True)
        )
    except (Damage, ValueError):
        return
    for (one, size_a), (two, size_b) in zip(ones.sizes.items(), twos.sizes.items(), strict=False):
        users = ones.variables.get(one, []), twos.variables.get(two, [])
        if not users[0] or len(users[0]) != len(users[1]) or size_a.size != size_b.size:
            continue
        numbers = [_number(work, *places, size_a.number) for places in zip(*users, strict=True)]
        if None not in numbers and numbers != [size_a.number] * len(numbers):
            good = numbers == [size_b.number] * len(numbers)
            region.word(size_a.at, size_b.at, size_a.size, good)


def resized(work: AnyWork) -> frozenset[tuple[int, int]]:
    """Return the sizes of strings among constants that stand for ones of another size."""
    return frozenset(
        (piece.size_a, piece.size_b)
        for pair in work.map.pairs
        if pair.a.constant
        for piece in pair.pieces
        if piece.kind in {"string", "apart"} and piece.size_a != piece.size_b
    )


def _number(work: AnyWork, one: int, two: int, size: int) -> int | None:
    """Return the size of the string at an address of B for which one of ``size`` stands in A.

    ``None`` is for what is no such string.
    """
    pair = work.map.containing(one)
    if pair is None or not pair.a.constant:
        return None
    piece = pair.piece(one - pair.a.addr)
    if piece is None or piece.kind not in {"string", "apart"} or piece.size_a != size:
        return None
    places = one - pair.a.addr, two - pair.b.addr
    return piece.size_b if (piece.a, piece.b) == places else None


def read_arrays(data: bytes, shapes: bytes, table: bytes, *, big: bool) -> Arrays:
    """Return the arrays of .debug_info with those of .debug_abbrev and .debug_addr it goes by.

    Raises :class:`~reprodiff.formats.machine.dwarfexpr.Damage` where it cannot be read.
    """
    found = Arrays()
    types: dict[int, int] = {}
    variables: list[tuple[int, int]] = []
    for entry in _entries(data, shapes, table, big=big):
        values = entry.values
        if entry.tag == _SUBRANGE:
            _size(found, entry)
        elif entry.tag == _CONST and _TYPE in values:
            types[entry.at] = values[_TYPE].number
        elif entry.tag == _VARIABLE and _TYPE in values:
            at = values[_LOCATION].number if _LOCATION in values else -1
            variables.append((values[_TYPE].number, at))
    for of, at in variables:
        found.variables.setdefault(types.get(of, of), []).append(at)
    return found


def _size(found: Arrays, entry: _Entry) -> None:
    """Note the number of elements; an array of two dimensions has none that counts."""
    value = entry.values.get(_COUNT)
    last = entry.values.get(_UPPER)
    if value is None and last is not None:
        value = last._replace(number=last.number + 1)
    if entry.parent < 0 or value is None or value.form not in _NUMBERS:
        return
    if entry.parent in found.sizes:
        value = value._replace(number=-1)
    found.sizes[entry.parent] = value


def _entries(data: bytes, shapes: bytes, table: bytes, *, big: bool) -> Iterator[_Entry]:
    known: dict[int, dict[int, Shape]] = {}
    reader = Reader(data, 0, big=big)
    while reader.at < len(data):
        start = reader.at
        length, wide = reader.length()
        stop = reader.at + length
        if stop > len(data):
            raise Damage
        version = reader.number(2)
        kind, word = 1, 0
        if version >= 5:
            kind, word = reader.number(1), reader.number(1)
        at = reader.number(wide)
        word = word or reader.number(1)
        reader.at += 8 if kind in {4, 5} else 8 + wide if kind in {2, 6} else 0
        if at not in known:
            known[at] = dict(abbreviations(shapes, at, big=big))
        unit = _Unit(reader, start, version, word, wide, table, big)
        yield from unit.entries(stop, known[at])
        reader.at = stop


class _Unit(NamedTuple):
    reader: Reader
    start: int
    version: int
    word: int
    wide: int
    table: bytes
    big: bool

    def entries(self, stop: int, shapes: dict[int, Shape]) -> Iterator[_Entry]:
        """Yield what matters of a unit, with the array that each entry is in."""
        parents: list[int] = []
        base = 0
        reader = self.reader
        while reader.at < stop:
            at = reader.at
            code = reader.leb()
            if not code:
                if parents:
                    parents.pop()
                continue
            if code not in shapes:
                raise Damage
            tag, children, steps = shapes[code]
            values = {}
            for name, form in steps:
                value = self.value(form, base)
                if name in _WANTED:
                    values[name] = value
            if tag == _UNIT and _ADDRESSES in values:
                base = values[_ADDRESSES].number
            if tag in {_SUBRANGE, _CONST, _VARIABLE}:
                yield _Entry(at, tag, parents[-1] if parents else -1, values)
            if children:
                parents.append(at if tag == _ARRAY else -1)

    def value(self, form: int, base: int) -> Value:
        """Read an attribute; the number of a location is the address that it is."""
        reader, at, number = self.reader, self.reader.at, -1
        if form in _NUMBERS or form in _REFS:
            number = reader.number(FIXED[form]) if form in FIXED else reader.leb()
            number += self.start if form in _REFS else 0
        elif form in FIXED:
            reader.at += FIXED[form]
        elif form in LEBS:
            reader.leb()
        elif form in BLOCKS:
            size = reader.number(BLOCKS[form]) if BLOCKS[form] else reader.leb()
            number = self.address(size, base)
            reader.at += size
        elif form == 0x08:
            reader.string()
        elif form == 0x01:
            reader.at += self.word
        elif form in {0x0E, 0x1F, 0x10, 0x17}:
            size = self.word if form == 0x10 and self.version == 2 else self.wide
            number = reader.number(size)
        else:
            raise Damage
        return Value(form, at, reader.at - at, number)

    def address(self, size: int, base: int) -> int:
        """Return the address that is all of an expression, or -1."""
        reader = self.reader
        if not size or reader.at + size > len(reader.data):
            return -1
        code, at = reader.data[reader.at], reader.at + 1
        if code == _OP_ADDR and size == 1 + self.word:
            return reader.peek(at, self.word)
        if code != _OP_ADDRX:
            return -1
        inner = Reader(reader.data, at, big=self.big)
        index = inner.leb()
        if inner.at != reader.at + size:
            return -1
        return Reader(self.table, 0, big=self.big).peek(base + index * self.word, self.word)
