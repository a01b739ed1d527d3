"""The COFF symbol table that MinGW leaves in images: names for places, and its own check.

Source: Microsoft, "PE Format", COFF Symbol Table: records of 18 bytes; a record may have auxiliary
ones behind it, that say how long a section is, or hold the name of a source file.
"""

import struct
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from reprodiff.formats.machine.functions import MAX_FUNCTIONS, Function, Names, runs
from reprodiff.formats.machine.layout import SectionPair
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.parsing.align import align
from reprodiff.formats.pe.image import Image
from reprodiff.formats.pe.known import Known
from reprodiff.formats.pe.parts import File, Part, Work
from reprodiff.model import Span

SIZE: Final = 18
_FORM: Final = struct.Struct("<IIIhHBB")
MAX_SYMBOLS: Final = 1_000_000
_STATIC, _EXTERNAL, _FILE = 3, 2, 103
_FUNCTION: Final = 0x20


class Symbol(NamedTuple):
    """A record of the table; ``at`` is its place in the file, ``more`` its auxiliary bytes."""

    name: bytes
    name_at: int
    """Where the name stands in the string table; 0 if it is in the record."""
    value: int
    section: int
    type: int
    storage: int
    more: bytes
    at: int

    @property
    def size(self) -> int:
        """Bytes of the record with what belongs to it."""
        return SIZE + len(self.more)


def tables(image: Image) -> tuple[Span, Span]:
    """Return the places of the symbols and of their strings; empty ones if there are none."""
    if not image.symbols.size:
        end = Span(image.symbols.start, image.symbols.start)
        return end, end
    stop = image.symbols.start + SIZE * image.word(image.start + 16)
    return Span(image.symbols.start, stop), Span(stop, image.symbols.stop)


def symbols(image: Image) -> Iterator[Symbol]:
    """Yield the symbols of an image."""
    place, texts = tables(image)
    strings = bytes(image.data[texts.start : texts.stop])
    at = place.start
    for _ in range(MAX_SYMBOLS):
        if at + SIZE > place.stop:
            return
        zeros, name_at, value, section, kind, storage, count = _FORM.unpack_from(image.data, at)
        if zeros:
            name, name_at = bytes(image.data[at : at + 8]).rstrip(b"\0"), 0
        else:
            stop = strings.find(b"\0", name_at)
            name = strings[name_at : stop if stop >= 0 else len(strings)]
        behind = min(at + SIZE * (1 + count), place.stop)
        more = bytes(image.data[at + SIZE : behind])
        yield Symbol(name, name_at, value, section, kind, storage, more, at)
        at = behind


def named(file: File, known: Known, *, exports: bool = False) -> dict[int, list[bytes]]:
    """Return the names of places: from the symbols, and from the ``exports``, or these alone."""
    found: dict[int, list[bytes]] = defaultdict(list)
    numbered = {index + 1: section.rva for index, section in enumerate(file.image.sections)}
    for symbol in () if exports else symbols(file.image):
        start = numbered.get(symbol.section)
        wanted = symbol.storage in {_STATIC, _EXTERNAL} and not symbol.more
        if start is None or (not wanted and symbol.type != _FUNCTION):
            continue
        if (
            not symbol.name.startswith((b".", b"$"))
            and symbol.name not in found[start + symbol.value]
        ):
            found[start + symbol.value].append(symbol.name)
    for name, rva in known.exports.items():
        if name not in found[rva]:
            found[rva].append(name)
    return found


def functions(
    file: File, known: Known, names: dict[int, list[bytes]], part: Part
) -> list[Function]:
    """Return what a code section is made of."""
    starts: dict[int, tuple[int, list[bytes]]] = {}
    for source in (known.functions, names):
        for rva in source:
            if part.addr <= rva < part.addr + part.size and len(starts) < MAX_FUNCTIONS:
                size = known.functions.get(rva, 0)
                starts[rva - part.addr] = (size, names.get(rva, []))
    body = file.image.data[part.body.start : part.body.stop]
    return runs(starts, bytes(body))


def name_places(file: File, names: dict[int, list[bytes]]) -> Names:
    """Return all names with sizes: each place goes on to the next name, or to the section's end."""
    items: list[tuple[int, int, bytes]] = []
    for part in file.parts:
        inside = sorted(rva for rva in names if part.addr <= rva < part.addr + part.size)
        for start, stop in pairwise([*inside, part.addr + part.size]):
            items.append((start, stop - start, names[start][0]))
    return Names(items)


def check_symbols(
    work: Work, region: Region, strings: SectionPair[Part] | None, numbers: dict[int, int]
) -> None:
    """Check the symbol table; ``numbers`` leads from section numbers of A to those of B."""
    list_a, list_b = list(symbols(work.a.image)), list(symbols(work.b.image))
    keys_a = [
        (x.name, numbers.get(x.section, x.section), x.type, x.storage, len(x.more)) for x in list_a
    ]
    keys_b = [(x.name, x.section, x.type, x.storage, len(x.more)) for x in list_b]
    ends: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for op in align(keys_a, keys_b):
        ones, twos = list_a[op.a0 : op.a1], list_b[op.b0 : op.b1]
        if op.tag == "equal":
            for one, two in zip(ones, twos, strict=True):
                _symbol(work, region, strings, (one, two), ends)
            continue
        at_a = ones[0].at - region.at_a if ones else _place(list_a, op.a0, region.at_a)
        at_b = twos[0].at - region.at_b if twos else _place(list_b, op.b0, region.at_b)
        quad = Quad(at_a, at_a + sum(x.size for x in ones), at_b, at_b + sum(x.size for x in twos))
        region.stated.append(quad)
        shown = [b", ".join(x.name for x in each[:20]) for each in (ones, twos)]
        work.added.append((shown[0], shown[1], quad, region))


def _place(items: list[Symbol], at: int, start: int) -> int:
    if at < len(items):
        return items[at].at - start
    return items[-1].at + items[-1].size - start if items else 0


def _symbol(
    work: Work,
    region: Region,
    strings: SectionPair[Part] | None,
    pair: tuple[Symbol, Symbol],
    ends: tuple[dict[int, int], dict[int, int]],
) -> None:
    """Check one symbol; ``ends`` are where what each object has of a section ended so far."""
    one, two = pair
    at_a, at_b = one.at - region.at_a, two.at - region.at_b
    if one.name_at or two.name_at:
        place = strings.forward(one.name_at) if strings is not None else one.name_at
        region.word(at_a + 4, at_b + 4, 4, place == two.name_at)
    # A section's own symbol is where it begins, whatever string a linker put first there.
    of_section = one.storage == _STATIC and one.more and one.name.startswith(b".")
    behind = (of_section and one.value == two.value == 0) or (
        ends[0].get(one.section) == one.value and ends[1].get(two.section) == two.value
    )
    region.word(at_a + 8, at_b + 8, 4, bool(behind) or _value(work, one, two))
    region.word(at_a + 12, at_b + 12, 2, good=True)  # the key has the section
    if of_section:
        lengths = [int.from_bytes(each.more[:4], "little") for each in pair]
        stops = one.value + lengths[0], two.value + lengths[1]
        ends[0][one.section], ends[1][two.section] = stops
        good = lengths[0] == lengths[1] or _stand(work, pair, stops)
        region.word(at_a + SIZE, at_b + SIZE, 4, good)
    elif one.storage == _FILE and one.more != two.more:
        quad = Quad(at_a + SIZE, at_a + one.size, at_b + SIZE, at_b + two.size)
        region.stated.append(quad)
        work.strings.append((region, quad))


def _value(work: Work, one: Symbol, two: Symbol) -> bool:
    """Whether two values stand for each other: offsets in sections, or plain numbers."""
    if one.section <= 0 or two.section <= 0:
        # The value of a file is the number of the next file's record.
        return one.value == two.value or one.storage == two.storage == _FILE
    return _stand(work, (one, two), (one.value, two.value))


def _stand(work: Work, pair: tuple[Symbol, Symbol], offsets: tuple[int, int]) -> bool:
    """Whether two offsets in the sections of two symbols stand for each other."""
    starts: list[int] = []
    for file, symbol in zip((work.a, work.b), pair, strict=True):
        if symbol.section > len(file.image.sections):
            return False
        starts.append(file.image.sections[symbol.section - 1].rva)
    found = next((p for p in work.map.pairs if p.a.debug and p.a.addr == starts[0]), None)
    if found is not None:
        return found.b.addr == starts[1] and found.forward(offsets[0]) == offsets[1]
    return work.map.follows(starts[0] + offsets[0], starts[1] + offsets[1])
