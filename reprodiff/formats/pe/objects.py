"""COFF objects (.obj, .o of MinGW) and the short ones in import libraries: when they were made.

Source: Microsoft, "PE Format": an object starts with the COFF header, without a signature; one of
an import library with ``00 00 FF FF``.
"""

import struct
from typing import Final

from reprodiff.errors import DamagedError
from reprodiff.formats.base import Content, Format
from reprodiff.formats.parsing.native import Pair, changed_runs, fact, string_pairs, unpack
from reprodiff.model import Difference, Span

_MACHINES: Final = frozenset({0x14C, 0x8664, 0x1C0, 0x1C4, 0xAA64})
_SUFFIXES: Final = frozenset({".obj", ".o", ".dll", ".pyd"})
_HEAD: Final = struct.Struct("<HHIIIHH")
_SHORT: Final = struct.Struct("<HHHHII")
_SECTION: Final = struct.Struct("<8sIIIIIIHHI")
_CODE: Final = 0x20


def _applies(content: Content) -> bool:
    """Whether both are objects: by their names, as the header has no magic number of its own."""
    return content.suffix in _SUFFIXES and _kind(content.a) == _kind(content.b) != ""


def _kind(data: memoryview) -> str:
    head = unpack(_HEAD, data, 0)
    if head is None:
        return ""
    if head[:2] == (0, 0xFFFF):
        short = _SHORT.unpack_from(data)
        return "short" if short[2] == 0 and 20 + short[5] == len(data) else ""
    machine, sections, _time, symbols, count, optional, _flags = head
    fits = 20 + _SECTION.size * sections <= len(data) and symbols + 18 * count <= len(data)
    return "object" if machine in _MACHINES and not optional and sections and fits else ""


def _compare(content: Content) -> list[Difference]:
    """Return the time, strings of data sections, and the names of places that differ."""
    a, b, path = content.a, content.b, content.path
    short = _kind(a) == "short"
    at = 8 if short else 4
    field = Span(at, at + 4)
    found: list[Difference] = []
    values = [int.from_bytes(data[at : at + 4], "little") for data in (a, b)]
    if values[0] != values[1]:
        found.append(
            fact(("pe.timestamp", path, "TimeDateStamp"), values, [(field, field)], "time")
        )
    if short:
        return found
    tables: list[list[tuple[bytes, Span, int]]] = []
    said: list[str | None] = []
    for data in (a, b):
        try:
            tables.append(_sections(data))
            said.append(None)
        except DamagedError as error:
            said.append(str(error))
    if len(tables) < len(said):
        return [*found, fact(("pe.damage", path, "sections"), said)]
    for one, two in zip(*tables, strict=False):
        if one[0] != two[0] or a[one[1].start : one[1].stop] == b[two[1].start : two[1].stop]:
            continue
        name = one[0].decode("utf-8", "replace")
        found.append(fact(("pe.section", path, name), (None, None), [(one[1], two[1])]))
    if tables[0] == tables[1]:
        found += _contents(a, b, tables[0], path)
    return found


def _sections(data: memoryview) -> list[tuple[bytes, Span, int]]:
    """Return name, place and flags of the sections that are in the file."""
    found: list[tuple[bytes, Span, int]] = []
    for number in range(int.from_bytes(data[2:4], "little")):
        at = 20 + _SECTION.size * number
        name, _vsize, _rva, size, offset, *_rest, flags = _SECTION.unpack_from(data, at)
        if offset + size > len(data):
            raise DamagedError("a section of the object runs past its end", offset=at)
        if offset and size:
            found.append((name.rstrip(b"\0"), Span(offset, offset + size), flags))
    return found


def _contents(
    a: memoryview, b: memoryview, sections: list[tuple[bytes, Span, int]], path: str
) -> list[Difference]:
    found: list[Difference] = []
    stop = 0
    for name, span, flags in sorted(sections, key=lambda each: each[1]):
        if span.start < stop:
            continue  # sections that overlap say the same bytes twice
        stop = span.stop
        spans: Pair = (span, span)
        label = name.decode("utf-8", "replace")
        if flags & _CODE:
            for run, other in changed_runs(a, b, spans, (), merge=16):
                inside = f"{label}+{run.start - span.start:#x}"
                shown = [bytes(d[run.start : run.stop])[:32].hex(" ") for d in (a, b)]
                found.append(fact(("pe.code", path, inside), shown, [(run, other)]))
            continue
        for each in string_pairs(a, b, spans, changed_runs(a, b, spans, ())):
            inside = f"{label}+{each.span_a.start - span.start:#x}"
            pair = (each.span_a, each.span_b)
            found.append(fact(("pe.string", path, inside), (each.a, each.b), [pair]))
    return found


FORMAT: Final = Format("coff", _applies, _compare)
