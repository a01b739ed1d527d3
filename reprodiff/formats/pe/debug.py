"""Facts on what the debug directory names: the PDB, its id, and the hash of a /Brepro link."""

import struct
from collections.abc import Iterator
from typing import Final

from reprodiff.formats.pe.image import Image
from reprodiff.formats.pe.pogo import contributions
from reprodiff.formats.pe.tables import (
    CODEVIEW,
    DEBUG_NAMES,
    FEATURES,
    POGO,
    REPRO,
    DebugEntry,
    code_view,
)
from reprodiff.model import Difference, Span

_MAX_HASH: Final = 64
_COUNTS: Final = struct.Struct("<5I")
_FEATURES: Final = ("before VC++ 11", "C/C++", "/GS", "/sdl", "guardN")


def debug_facts(
    a: Image, b: Image, entries: tuple[tuple[DebugEntry, ...], tuple[DebugEntry, ...]], path: str
) -> Iterator[Difference]:
    """Yield facts on debug data, pairing entries of one type in their order."""
    numbered: list[dict[tuple[int, int], DebugEntry]] = [{}, {}]
    for side, each in zip(numbered, entries, strict=True):
        counts: dict[int, int] = {}
        for entry in each:
            counts[entry.type] = number = counts.get(entry.type, 0) + 1
            side[entry.type, number] = entry
    for key, one in numbered[0].items():
        two = numbered[1].get(key)
        if two is None or not one.data.size or not two.data.size:
            continue
        if a.in_code(one.data.start) or b.in_code(two.data.start):
            continue
        if one.type == CODEVIEW:
            yield from _code_view(a, b, one, two, path)
        elif one.type == REPRO:
            yield from _repro(a, b, one, two, path)
        elif _bytes(a, one.data) != _bytes(b, two.data):
            if one.type == POGO and (fact := _contributions(a, b, one, two, path)) is not None:
                yield fact
                continue
            if one.type == FEATURES and one.data.size == two.data.size == _COUNTS.size:
                values = _counts(a, one.data), _counts(b, two.data)
                inside = f"debug data: {DEBUG_NAMES[FEATURES]}"
                yield Difference("pe.rich", path, inside, *values, one.data, two.data)
                continue
            name = f"debug data: {DEBUG_NAMES.get(one.type, one.type)}"
            yield Difference("pe.header", path, name, None, None, one.data, two.data)


def _contributions(
    a: Image, b: Image, one: DebugEntry, two: DebugEntry, path: str
) -> Difference | None:
    """Return the fact on two lists of what the linker put where, each true of its own file."""
    ones, twos = contributions(a, one.data), contributions(b, two.data)
    if ones is None or twos is None:
        return None
    values = f"{len(ones)} ranges", f"{len(twos)} ranges"
    inside = f"debug data: {DEBUG_NAMES[POGO]}"
    return Difference("pe.contributions", path, inside, *values, one.data, two.data)


def _counts(image: Image, span: Span) -> str:
    """Return how many objects were compiled in which way, as dumpbin shows it."""
    counts = _COUNTS.unpack_from(image.data, span.start)
    return ", ".join(f"{name} {count}" for name, count in zip(_FEATURES, counts, strict=True))


def _bytes(image: Image, span: Span) -> bytes:
    return bytes(image.data[span.start : span.stop])


def _code_view(
    a: Image, b: Image, one: DebugEntry, two: DebugEntry, path: str
) -> Iterator[Difference]:
    view_a, view_b = code_view(a, one), code_view(b, two)
    if view_a is None or view_b is None or view_a.form != view_b.form:
        return
    for what, inside, span_a, span_b in (
        ("pe.guid", "CodeView GUID", view_a.id_span, view_b.id_span),
        ("pe.guid", "CodeView age", view_a.age_span, view_b.age_span),
    ):
        raw_a, raw_b = _bytes(a, span_a), _bytes(b, span_b)
        if raw_a != raw_b:
            yield Difference(what, path, inside, raw_a.hex(), raw_b.hex(), span_a, span_b)


def _repro(a: Image, b: Image, one: DebugEntry, two: DebugEntry, path: str) -> Iterator[Difference]:
    """The hash of a /Brepro link: its length in four bytes, then the hash itself."""
    raw_a, raw_b = _bytes(a, one.data), _bytes(b, two.data)
    if raw_a == raw_b or len(raw_a) != len(raw_b) or raw_a[:4] != raw_b[:4]:
        return
    length = int.from_bytes(raw_a[:4], "little")
    if not 0 < length <= _MAX_HASH or length + 4 != len(raw_a):
        return
    span_a, span_b = (
        Span(one.data.start + 4, one.data.stop),
        Span(two.data.start + 4, two.data.stop),
    )
    yield Difference(
        *("pe.repro-hash", path, "REPRO hash", raw_a[4:].hex(), raw_b[4:].hex(), span_a, span_b)
    )
