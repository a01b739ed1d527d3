"""The COFF symbol table that MinGW leaves in images, and the names for places in it.

Source: Microsoft, "PE Format", COFF Symbol Table: records of 18 bytes; a record may have auxiliary
ones behind it, that say how long a section is, or hold the name of a source file.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from reprodiff.formats.machine.functions import MAX_FUNCTIONS, Function, Names, runs
from reprodiff.formats.parsing.coffsymbols import (
    EXTERNAL,
    FILE,
    FUNCTION,
    STATIC,
    Symbol,
    read_symbols,
    row_size,
)
from reprodiff.formats.parsing.native import c_string
from reprodiff.formats.pe.image import Image
from reprodiff.formats.pe.known import Known
from reprodiff.formats.pe.parts import File, Part
from reprodiff.model import Span

SIZE: Final = row_size(large=False)


def tables(image: Image) -> tuple[Span, Span]:
    """Return the places of the symbols and of their strings; empty ones if there are none."""
    if not image.symbols.size:
        end = Span(image.symbols.start, image.symbols.start)
        return end, end
    stop = image.symbols.start + SIZE * image.word(image.start + 16)
    return Span(image.symbols.start, stop), Span(stop, image.symbols.stop)


def symbols(image: Image) -> Iterator[Symbol]:
    """Yield the symbols of an image."""
    return read_symbols(image.data, *tables(image))


def named(file: File, known: Known, *, exports: bool = False) -> dict[int, list[bytes]]:
    """Return the names of places: from the symbols, and from the ``exports``, or these alone."""
    found: dict[int, list[bytes]] = defaultdict(list)
    numbered = {index + 1: section.rva for index, section in enumerate(file.image.sections)}
    for symbol in () if exports else symbols(file.image):
        start = numbered.get(symbol.section)
        wanted = symbol.storage in {STATIC, EXTERNAL} and not symbol.more
        if start is None or (not wanted and symbol.type != FUNCTION):
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


def sources(image: Image, items: Iterable[Symbol]) -> dict[int, bytes]:
    """Return the names of source files by where their symbols stand.

    GNU tools put one that is longer than its record into the string table.
    """
    texts = tables(image)[1]
    found: dict[int, bytes] = {}
    for item in items:
        if item.storage != FILE or not item.more:
            continue
        if any(item.more[:4]):
            found[item.at] = item.more.rstrip(b"\0")
        elif not any(item.more[8:]):
            at = texts.start + int.from_bytes(item.more[4:8], "little")
            found[item.at] = c_string(image.data, at, texts.stop) or b""
    return found


def are_names_used(image: Image) -> bool:
    """Whether the string table has nothing but names of symbols and of sections, one by one."""
    items = list(symbols(image))
    used = {symbol.name_at for symbol in items} | {
        int.from_bytes(symbol.more[4:8], "little")
        for symbol in items
        if symbol.storage == FILE and not any(symbol.more[:4])
    }
    used |= {
        int(section.name[1:])
        for section in image.sections
        if section.name[:1] == b"/" and section.name[1:].isdigit()
    }
    texts = tables(image)[1]
    data = bytes(image.data[texts.start : texts.stop])
    at = 4
    while at < len(data):
        stop = data.find(b"\0", at)
        if at not in used or stop < 0:
            return False
        at = stop + 1
    return True
