"""The symbol table of a Mach-O file: names for places, and its own check.

Source: Apple, mach-o/nlist.h and mach-o/stab.h.  Stabs name sources and object files (N_SO, N_OSO);
an N_OSO has the time of its object file for a value.
"""

import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final, NamedTuple

from reprodiff.formats.machine.functions import MAX_FUNCTIONS, Function, Names, runs
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.macho.image import LOAD_DYLIB
from reprodiff.formats.macho.linkedit import Export
from reprodiff.formats.macho.parts import STRINGS, SYMBOLS, File, Part, PartPair, Work, content
from reprodiff.formats.parsing.align import align
from reprodiff.model import Span

N_SO, N_OSO = 0x64, 0x66
PATHS: Final = frozenset({N_SO, N_OSO})
_STAB, _KIND, _SECT = 0xE0, 0x0E, 0x0E
_FORMS: Final = {True: struct.Struct("<IBBHQ"), False: struct.Struct("<IBBHI")}
_MAX: Final = 2_000_000


class Symbol(NamedTuple):
    """An entry of the table; ``at`` is its place in the table."""

    name: bytes
    name_at: int
    type: int
    section: int
    desc: int
    value: int
    at: int

    @property
    def place(self) -> bool:
        """Whether its value is an address in a section."""
        stab = bool(self.type & _STAB)
        return self.section != 0 and (stab or self.type & _KIND == _SECT)


def symbols(file: File) -> Iterator[Symbol]:
    """Yield the symbols of a file; a name outside of the strings is empty."""
    table, strings = file.linked(SYMBOLS), file.linked(STRINGS)
    form = _FORMS[file.image.wide]
    whole = min(len(table) // form.size, _MAX) * form.size
    at = 0
    for place, kind, section, desc, value in form.iter_unpack(table[:whole]):
        stop = strings.find(b"\0", place)
        name = strings[place : stop if stop >= 0 else len(strings)]
        yield Symbol(name, place, kind, section, desc, value, at)
        at += form.size


def named(file: File, exports: dict[bytes, Export]) -> dict[int, list[bytes]]:
    """Return the names of places: from the symbols, and from the exports."""
    found: dict[int, list[bytes]] = defaultdict(list)
    for symbol in symbols(file):
        plain = not symbol.type & _STAB and symbol.place and symbol.name
        if plain and symbol.name not in found[symbol.value]:
            found[symbol.value].append(symbol.name)
    for name, export in exports.items():
        if export.address is not None and name not in found[export.address]:
            found[export.address].append(name)
    return found


def functions(
    file: File, starts: list[int], names: dict[int, list[bytes]], part: Part
) -> list[Function]:
    """Return what a code section is made of; no size is recorded, so each goes up to the next."""
    found: dict[int, tuple[int, list[bytes]]] = {}
    for source in (starts, names):
        for address in source:
            inside = address - part.addr
            if 0 <= inside < part.size and len(found) < MAX_FUNCTIONS:
                found[inside] = (0, names.get(address, []))
    return runs(found, content(file, part))


def name_places(file: File, names: dict[int, list[bytes]]) -> Names:
    """Return all names with sizes: each place goes on to the next name, or to the section's end."""
    items: list[tuple[int, int, bytes]] = []
    for part in file.parts:
        if part.linked:
            continue
        inside = sorted(at for at in names if part.addr <= at < part.addr + part.size)
        for start, stop in pairwise([*inside, part.addr + part.size]):
            items.append((start, stop - start, names[start][0]))
    return Names(items)


class Times(NamedTuple):
    """Times of object files that differ: the first pair, and all places in the two files."""

    first: tuple[int, int]
    places: list[tuple[Span, Span]]


def check_symbols(
    work: Work, pair: PartPair, strings: PartPair | None, libraries: Mapping[int, int]
) -> Times:
    """Check the symbol table; return the times of object files that differ.

    ``libraries`` leads from numbers of libraries that A loads to those of B.
    """
    region = work.region(pair)
    size = _FORMS[work.a.image.wide].size
    list_a, list_b = list(symbols(work.a)), list(symbols(work.b))
    times = Times((0, 0), [])
    first: list[tuple[int, int]] = []
    for op in align([_key(x, libraries) for x in list_a], [_key(x) for x in list_b]):
        ones, twos = list_a[op.a0 : op.a1], list_b[op.b0 : op.b1]
        if op.tag == "equal":
            for one, two in zip(ones, twos, strict=True):
                _symbol(work, region, strings, one, two)
                if one.type == N_OSO and one.value != two.value:
                    quad = Quad(one.at + 8, one.at + size, two.at + 8, two.at + size)
                    region.stated.append(quad)
                    times.places.append(region.spans(quad))
                    first.append((one.value, two.value))
            continue
        at_a, at_b = op.a0 * size, op.b0 * size
        quad = Quad(at_a, at_a + size * len(ones), at_b, at_b + size * len(twos))
        region.stated.append(quad)
        shown = [b", ".join(x.name for x in each[:20] if x.name) for each in (ones, twos)]
        if shown[0] == shown[1] and len(ones) == len(twos) == 1:
            shown = [each + b", from " + _library(file, x) for each, file, x in
                     zip(shown, (work.a, work.b), (*ones, *twos), strict=True)]  # fmt: skip
        work.added.append((shown[0], shown[1], quad, region))
    return Times(first[0], times.places) if first else times


def _library(file: File, symbol: Symbol) -> bytes:
    """Return the name of the library that an undefined symbol is looked for in."""
    number = symbol.desc >> 8
    loaded = [each for each in file.image.commands if each.cmd in LOAD_DYLIB]
    name = file.image.text(loaded[number - 1]) if 0 < number <= len(loaded) else None
    return name or b"library %d" % number


def numbers(a: File, b: File) -> dict[int, int]:
    """Return which symbol of B each of A is, by their numbers in the tables."""
    ones, twos = ([_key(symbol) for symbol in symbols(file)] for file in (a, b))
    return {
        op.a0 + step: op.b0 + step
        for op in align(ones, twos)
        if op.tag == "equal"
        for step in range(op.a1 - op.a0)
    }


def _key(symbol: Symbol, libraries: Mapping[int, int] | None = None) -> tuple[object, ...]:
    name = b"" if symbol.type in PATHS else symbol.name
    desc = symbol.desc
    if libraries and not symbol.type & (_STAB | _KIND) and not symbol.value:
        # An undefined name has the number of the library that it is looked for in.
        desc = desc & 0xFF | libraries.get(desc >> 8, desc >> 8) << 8
    return name, symbol.type, symbol.section, desc


def _symbol(work: Work, region: Region, strings: PartPair | None, one: Symbol, two: Symbol) -> None:
    expected = one.name_at if strings is None else strings.forward(one.name_at)
    named_alike = expected == two.name_at or (
        expected is None and one.name == two.name and bool(one.name)
    )
    region.word(one.at, two.at, 4, named_alike)
    region.word(one.at + 6, two.at + 6, 2, good=True)  # the key has it
    if one.type == N_OSO:
        return
    good = one.value == two.value
    if one.place and one.value:
        good = work.map.follows(one.value, two.value)
    region.word(one.at + 8, two.at + 8, work.a.word, good)
