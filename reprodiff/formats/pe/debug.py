"""Facts on what the debug directory names: the PDB, its id, and the hash of a /Brepro link."""

from collections.abc import Iterator
from typing import Final

from reprodiff.formats.parsing.native import Pair, all_zero
from reprodiff.formats.pe.image import Image
from reprodiff.formats.pe.tables import (
    CODEVIEW,
    DEBUG_NAMES,
    REPRO,
    CodeView,
    DebugEntry,
    code_view,
)
from reprodiff.model import Difference, Span

_MAX_HASH: Final = 64


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
            name = f"debug data: {DEBUG_NAMES.get(one.type, one.type)}"
            yield Difference("pe.header", path, name, None, None, one.data, two.data)


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
    if view_a.path != view_b.path:
        parts = _path_parts(a, b, (one, view_a), (two, view_b))
        if parts:
            first = parts[0]
            several = tuple(parts) if len(parts) > 1 else ()
            yield Difference(
                *("pe.pdb-path", path, "CodeView path", view_a.path, view_b.path, *first, ""),
                several,
            )


def _path_parts(
    a: Image, b: Image, one: tuple[DebugEntry, CodeView], two: tuple[DebugEntry, CodeView]
) -> list[Pair]:
    """Return the bytes of the path; with another length also the size, and zeros behind it.

    A path of another length is only told apart where its record ends with it, what makes up the
    difference is padding to the next multiple of four or the zeros at the end of the section,
    and both records start at the same place.
    """
    span_a, span_b = one[1].path_span, two[1].path_span
    if span_a.size == span_b.size:
        return [(span_a, span_b)]
    if span_a.start != span_b.start or (span_a.stop, span_b.stop) != (
        one[0].data.stop,
        two[0].data.stop,
    ):
        return []
    stop = max(span_a.stop, span_b.stop)
    for image, span in ((a, span_a), (b, span_b)):
        end = _section_end(image, span)
        padded = stop <= (span.stop + 3) // 4 * 4
        limit = stop if padded else end
        if end < stop or not all_zero(image.data, Span(span.stop, limit)):
            return []
    sizes = [Span(entry.at + 16, entry.at + 20) for entry in (one[0], two[0])]
    parts = [(Span(span_a.start, stop), Span(span_b.start, stop)), (sizes[0], sizes[1])]
    return sorted(parts)


def _section_end(image: Image, span: Span) -> int:
    return max(
        (s.span.stop for s in image.sections if s.span.start <= span.start < s.span.stop), default=0
    )


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
