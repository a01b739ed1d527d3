"""What .debug_info refers to (DWARF 5, sections 7.5 and 7.7): offsets, addresses, lists."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from reprodiff.formats.machine.dwarfexpr import Damage, Reader, addresses
from reprodiff.formats.machine.layout import AnyPair
from reprodiff.formats.machine.pieces import Piece
from reprodiff.records import dataclass, field


class Token(NamedTuple):
    """A word that refers to something.

    ``kind`` is ``addr``, ``end`` (the address behind something), ``id`` (of another file),
    ``length`` (the value is then the bytes it leaves for what has one size on both sides),
    ``string``, ``number`` (that stands for itself), or the name of a section.
    """

    at: int
    size: int
    kind: str
    value: int


class Listing(NamedTuple):
    """A list of ranges or locations that .debug_info leads to."""

    section: str
    at: int
    version: int
    word: int
    base: int
    wide: int = 4
    unit: int | None = None
    """Where the unit starts, if offsets in it are to be checked as well."""


# What one attribute takes: a fixed number of bytes, a LEB128 number, a block, a token.
_SKIP, _LEB, _BLOCK, _EXPR, _STRING, _TOKEN, _ADDR, _LIST, _ID, _REF, _NUMBER = range(11)
_CONST_VALUE: Final = 0x1C
FIXED: Final = {
    0x0B: 1, 0x05: 2, 0x06: 4, 0x07: 8, 0x1E: 16, 0x0C: 1, 0x19: 0, 0x11: 1, 0x12: 2, 0x13: 4,
    0x14: 8, 0x20: 8, 0x25: 1, 0x26: 2, 0x27: 3, 0x28: 4, 0x29: 1, 0x2A: 2, 0x2B: 3, 0x2C: 4,
    0x21: 0,
}  # fmt: skip
_REFS: Final = frozenset({0x11, 0x12, 0x13, 0x14})
LEBS: Final = frozenset({0x0D, 0x0F, 0x15, 0x1A, 0x1B, 0x22, 0x23})
BLOCKS: Final = {0x0A: 1, 0x03: 2, 0x04: 4, 0x09: 0, 0x18: 0}
_LOCATIONS: Final = frozenset(
    {0x02, 0x19, 0x2A, 0x2E, 0x38, 0x40, 0x46, 0x48, 0x4A, 0x4D, 0x7E, 0x83, 0x84, 0x2111, 0x2112}
)
_OFFSETS: Final = {
    0x10: ".debug_line", 0x43: ".debug_macinfo", 0x79: ".debug_macro", 0x2119: ".debug_macro",
    0x72: ".debug_str_offsets", 0x73: ".debug_addr", 0x74: ".debug_rnglists",
    0x8C: ".debug_loclists", 0x2132: ".debug_ranges", 0x2133: ".debug_addr",
}  # fmt: skip
_RANGES, _LOCVIEWS, _LOW_PC, _DWO_ID = 0x55, 0x2137, 0x11, 0x2131

Step = tuple[int, int, str]


@dataclass(slots=True)
class _Unit:
    version: int = 0
    word: int = 8
    wide: int = 4
    base: int = 0
    start: int | None = None


class Shape(NamedTuple):
    """What entries with one abbreviation have (DWARF 5, section 7.5.3)."""

    tag: int
    children: bool
    attributes: list[tuple[int, int]]
    """Name and form of each."""


def abbreviations(data: bytes, offset: int, *, big: bool) -> Iterator[tuple[int, Shape]]:
    """Yield the abbreviations of the set at ``offset`` of .debug_abbrev by their codes.

    Raises :class:`~reprodiff.formats.machine.dwarfexpr.Damage` where the section ends too soon.
    """
    reader = Reader(data, offset, big=big)
    while code := reader.leb():
        tag, children = reader.leb(), reader.number(1)
        attributes: list[tuple[int, int]] = []
        while True:
            name, form = reader.leb(), reader.leb()
            if form == 0x21:
                reader.leb()
            if not name and not form:
                break
            attributes.append((name, form))
        yield code, Shape(tag, bool(children), attributes)


@dataclass(slots=True)
class Shapes:
    """The abbreviations of .debug_abbrev, read when a unit asks for them."""

    data: bytes
    big: bool
    whole: bool = False
    """Whether strings in place have other lengths: all offsets in a unit are then told as well."""
    known: dict[tuple[int, int, int, int], dict[int, list[Step]]] = field(default_factory=dict)
    numbers: bool = False
    """Whether numbers that stand for themselves are told: values of variables and arguments."""

    def at(self, offset: int, unit: _Unit) -> dict[int, list[Step]]:
        """Return the steps of each abbreviation in the set at ``offset``."""
        key = (offset, unit.version, unit.word, unit.wide)
        if key not in self.known:
            self.known[key] = self._read(offset, unit)
        return self.known[key]

    def _read(self, offset: int, unit: _Unit) -> dict[int, list[Step]]:
        found: dict[int, list[Step]] = {}
        for code, shape in abbreviations(self.data, offset, big=self.big):
            steps: list[Step] = []
            for name, form in shape.attributes:
                step = _step(name, form, unit)
                # One that stands with the abbreviation takes no bytes.
                number = step[0] == _LEB or (step[0] == _SKIP and step[1])
                if self.numbers and name == _CONST_VALUE and number:
                    step = (_NUMBER, step[1], "")
                if steps and step[0] == _SKIP == steps[-1][0]:
                    steps[-1] = (_SKIP, steps[-1][1] + step[1], "")
                else:
                    steps.append(step)
            found[code] = steps
        return found


def _step(name: int, form: int, unit: _Unit) -> Step:  # noqa: PLR0911
    wide = unit.wide
    offset = form == 0x17 or (unit.version < 4 and form in {0x06, 0x07})
    if offset and name == _RANGES:
        return _LIST, wide, ".debug_rnglists" if unit.version >= 5 else ".debug_ranges"
    if offset and name in _LOCATIONS and (form == 0x17 or name in {0x02, 0x40, 0x38}):
        return _LIST, wide, ".debug_loclists" if unit.version >= 5 else ".debug_loc"
    if offset and name == _LOCVIEWS:
        return _TOKEN, wide, ".debug_loclists" if unit.version >= 5 else ".debug_loc"
    if offset and name in _OFFSETS:
        return _TOKEN, wide, _OFFSETS[name]
    if name == _DWO_ID and form == 0x07:
        return _ID, 8, ""
    if form in FIXED:
        return _REF if unit.start is not None and form in _REFS else _SKIP, FIXED[form], ""
    if form in LEBS:
        return _LEB, 0, ""
    if form in BLOCKS:
        expression = form == 0x18 or (unit.version < 4 and name in _LOCATIONS)
        return _EXPR if expression else _BLOCK, BLOCKS[form], ""
    if form == 0x01:
        return _ADDR, unit.word, "low" if name == _LOW_PC else ""
    if form == 0x08:
        return _STRING, 0, ""
    targets = {0x0E: ".debug_str", 0x1F: ".debug_line_str", 0x10: ".debug_info"}
    if form in targets:
        size = unit.word if form == 0x10 and unit.version == 2 else wide
        return _TOKEN, size, targets[form]
    raise Damage


def units(data: bytes, shapes: Shapes, lists: list[Listing], *, types: bool) -> Iterator[Token]:
    """Yield what the units refer to; note in ``lists`` where lists start."""
    reader = Reader(data, 0, big=shapes.big, numbers=shapes.numbers)
    while reader.at < len(data):
        unit = _Unit(start=reader.at if shapes.whole else None)
        length, unit.wide = reader.length()
        first = reader.at
        stop = first + length
        if stop > len(data):
            raise Damage
        unit.version = reader.number(2)
        if not 2 <= unit.version <= 5:
            raise Damage
        kind = 2 if types else 1
        if unit.version >= 5:
            kind = reader.number(1)
            unit.word = reader.number(1)
        place = reader.at
        offset = reader.number(unit.wide)
        yield Token(place, unit.wide, ".debug_abbrev", offset)
        if unit.version < 5:
            unit.word = reader.number(1)
        if kind in {4, 5}:
            yield Token(reader.at, 8, "id", reader.number(8))
        elif kind in {2, 6}:
            reader.at += 8 + unit.wide
        for token in _entries(reader, stop, shapes.at(offset, unit), unit, lists):
            yield token
            if token.kind == "string":
                length -= token.size
        if unit.start is not None:
            if reader.at != stop:
                raise Damage
            yield Token(first - unit.wide, unit.wide, "length", length)
        reader.at = stop


def _entries(  # noqa: C901, PLR0912
    reader: Reader, stop: int, shapes: dict[int, list[Step]], unit: _Unit, lists: list[Listing]
) -> Iterator[Token]:
    first = True
    pending: list[tuple[str, int]] = []
    while reader.at < stop:
        code = reader.leb()
        if not code:
            continue
        steps = shapes.get(code)
        if steps is None:
            raise Damage
        for kind, size, target in steps:
            if kind == _SKIP:
                reader.at += size
            elif kind == _TOKEN:
                yield Token(reader.at, size, target, reader.number(size))
            elif kind == _LIST:
                place, value = reader.at, reader.number(size)
                yield Token(place, size, target, value)
                if first:
                    pending.append((target, value))
                else:
                    lists.append(_listing(target, value, unit))
            elif kind == _ADDR:
                place, value = reader.at, reader.number(size)
                if first and target:
                    unit.base = value
                yield Token(place, size, "addr", value)
            elif kind == _LEB:
                reader.leb()
            elif kind == _ID:
                yield Token(reader.at, 8, "id", reader.number(8))
            elif kind == _STRING:
                place = reader.at
                reader.string()
                if unit.start is not None:
                    yield Token(place, reader.at - place, "string", 0)
            elif kind == _NUMBER:
                place = reader.at
                value = reader.number(size) if size else reader.leb()
                yield Token(place, reader.at - place, "number", value)
            elif kind == _REF:
                place, value = reader.at, reader.number(size)
                yield Token(place, size, ".debug_info", (unit.start or 0) + value)
            else:
                length = reader.number(size) if size else reader.leb()
                if kind == _EXPR:
                    yield from pointed(reader, length, unit.word, unit.wide, unit.start)
                reader.at += length
        if first:
            lists += [_listing(target, value, unit) for target, value in pending]
            first = False


def _listing(target: str, value: int, unit: _Unit) -> Listing:
    return Listing(target, value, unit.version, unit.word, unit.base, unit.wide, unit.start)


def pointed(reader: Reader, length: int, word: int, wide: int, unit: int | None) -> Iterator[Token]:
    """Yield what an expression refers to; types of the unit at ``unit`` as well, if it is told."""
    for place, width, what in addresses(reader, length, word, wide, types=unit is not None):
        if what in {"literal", "leb"}:
            value = Reader(reader.data, place, big=False).leb()
            yield Token(place, width, "number", value - (0x30 if what == "literal" else 0))
            continue
        if what != "type" or unit is None:
            yield Token(place, width, what, reader.peek(place, width))
            continue
        value = Reader(reader.data, place, big=False).leb()
        # Zero is no type of the unit, but the one that all values have.
        yield Token(place, width, ".debug_info" if value else "length", value and unit + value)


def map_info(pair: AnyPair, shapes: AnyPair, *, big: bool) -> None:
    """Map .debug_info with strings in place, as without sections that a linker merges."""
    a, b = pair.plain_a, pair.plain_b
    changed = [Piece(0, 0, len(a), len(b), "changed")]
    try:
        ones, twos = (
            [
                (token.at, token.at + token.size)
                for token in units(data, Shapes(known, big, whole=True), [], types=False)
                if token.kind == "string"
            ]
            for data, known in ((a, shapes.plain_a), (b, shapes.plain_b))
        )
    except (Damage, ValueError):
        pair.settle(changed)
        return
    pieces: list[Piece] = []
    at_a = at_b = 0
    for one, two in zip([*ones, (len(a), len(a))], [*twos, (len(b), len(b))], strict=False):
        if a[slice(*one)] == b[slice(*two)] and one[0] < len(a):
            continue
        size = one[0] - at_a
        if size != two[0] - at_b:
            pair.settle(changed)
            return
        pieces.append(Piece(at_a, at_b, size, size, "words"))
        pieces.append(Piece(one[0], two[0], one[1] - one[0], two[1] - two[0], "string"))
        at_a, at_b = one[1], two[1]
    pair.settle(pieces if len(ones) == len(twos) else changed)
