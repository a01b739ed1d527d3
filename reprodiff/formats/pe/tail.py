"""Facts on the end of a PE file: certificates, and bytes that belong to nothing."""

from collections.abc import Iterator

from reprodiff.formats.parsing.native import Pair, all_zero, fact
from reprodiff.formats.pe.checks import certificates, is_signed_as_it_is
from reprodiff.formats.pe.image import SECURITY, Image
from reprodiff.model import NOWHERE, Difference, Span


def tail_facts(a: Image, b: Image, path: str) -> Iterator[Difference]:
    """Yield facts on signatures (and whether they are of this file) and on overlays."""
    yield from _signature(a, b, path)
    yield from _overlay(a, b, path)


def _signature(a: Image, b: Image, path: str) -> Iterator[Difference]:
    tables = (certificates(a), certificates(b))
    fields = (a.directory_field(SECURITY), b.directory_field(SECURITY))
    raw = [bytes(i.data[t.start : t.stop]) for i, t in zip((a, b), tables, strict=True)]
    if raw[0] == raw[1] and tables[0].start == tables[1].start:
        if raw[0] and is_signed_as_it_is(a) is not is_signed_as_it_is(b):
            yield fact(("pe.signature-untrue", path, "certificate table"), (_signed(a), _signed(b)))
        return
    parts: list[Pair] = []
    if fields[0] and fields[1]:
        parts.append((fields[0], fields[1]))
    ends = [len(image.data) for image in (a, b)]
    places = [t if t.size else Span(end, end) for t, end in zip(tables, ends, strict=True)]
    parts.append((places[0], places[1]))
    true = tuple(not t.size or is_signed_as_it_is(i) for i, t in zip((a, b), tables, strict=True))
    what = "pe.signature" if all(true) or not any(true) else "pe.signature-untrue"
    yield fact((what, path, "certificate table"), (_signed(a), _signed(b)), parts)


def _signed(image: Image) -> str | None:
    table = certificates(image)
    if not table.size:
        return None
    true = is_signed_as_it_is(image)
    return f"{table.size} bytes" + ("" if true else ", not of this file")


def _overlay(a: Image, b: Image, path: str) -> Iterator[Difference]:
    """Bytes that belong to nothing, behind the last section."""
    spans_a, spans_b = _loose(a), _loose(b)
    if [bytes(a.data[s.start : s.stop]) for s in spans_a] == [
        bytes(b.data[s.start : s.stop]) for s in spans_b
    ]:
        return
    size_a, size_b = sum(s.size for s in spans_a), sum(s.size for s in spans_b)
    if len(spans_a) <= 1 and len(spans_b) <= 1:
        end_a, end_b = _end(a), _end(b)
        one = spans_a[0] if spans_a else Span(end_a, end_a)
        two = spans_b[0] if spans_b else Span(end_b, end_b)
        parts: list[Pair] = [(one, two)]
    else:
        parts = [(span, NOWHERE) for span in spans_a] + [(NOWHERE, span) for span in spans_b]
    values = (f"{size_a} bytes" if size_a else None, f"{size_b} bytes" if size_b else None)
    yield fact(("pe.overlay", path, "behind the last section"), values, parts)


def _end(image: Image) -> int:
    return max([image.headers_end, image.symbols.stop, *(s.span.stop for s in image.sections)])


def _loose(image: Image) -> list[Span]:
    """Return what lies behind the sections, the symbols and the certificates; never padding."""
    end, table = _end(image), certificates(image)
    spans = [Span(end, len(image.data))]
    if table.size and table.start >= end:
        spans = [Span(end, table.start), Span(table.stop, len(image.data))]
        # Certificates start at a multiple of eight.
        if spans[0].size < 8 and all_zero(image.data, spans[0]):
            del spans[0]
    return [span for span in spans if span.size > 0]
