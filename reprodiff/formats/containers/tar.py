"""Facts on two tar archives: effective values, their encoding, extensions, padding and end.

A raw field that differs is a fact of its own kind if the value it stands for differs, and one of
encoding if it does not.  So every byte of every header is accounted for.
"""

import stat
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from reprodiff.artifacts.tar import MEMBER_TYPES, TarArtifact
from reprodiff.artifacts.tarformat.entries import EntryKind, Extension, TarEntry
from reprodiff.artifacts.tarformat.header import BLOCK, FIELDS, Checksum, TarHeader, split
from reprodiff.formats.containers.order import order_facts
from reprodiff.formats.containers.paxrecords import around, record_kind, records
from reprodiff.formats.containers.stream import layer_facts
from reprodiff.formats.containers.tarfields import LINKS, odd_fields, shape, usual, well_formed
from reprodiff.formats.containers.tarodd import anomaly_facts
from reprodiff.formats.parsing.byteruns import weigh
from reprodiff.model import ArtifactKind, Difference, Span, SpansIn, Value
from reprodiff.pairing import Pairing
from reprodiff.text import plain

# Raw header field -> kind of the fact if the value it stands for differs.
_EFFECTIVE: Final = {
    "mode": ("tar.mode", "mode"),
    "uid": ("tar.uid", "uid"),
    "gid": ("tar.gid", "gid"),
    "uname": ("tar.uname", "user"),
    "gname": ("tar.gname", "group"),
    "mtime": ("tar.mtime", "mtime"),
    "size": ("derived.tar.size", "size"),
}


def compare(a: TarArtifact, b: TarArtifact, pairing: Pairing) -> Iterator[Difference]:
    """Yield all that differs in the headers of two tar archives, and in their compression."""
    yield from layer_facts(a.layer, b.layer, same=a.archive.data == b.archive.data)
    for fact in _headers(a, b, pairing):
        yield fact._replace(spans_in=SpansIn.UNPACKED)


def _headers(a: TarArtifact, b: TarArtifact, pairing: Pairing) -> Iterator[Difference]:
    yield from anomaly_facts(a, b, pairing)
    for pair in pairing.pairs:
        entry_a, entry_b = a.entries[pair.a.index], b.entries[pair.b.index]
        yield from _entry(a, b, pair.a.path, entry_a, entry_b)
    if a.dotted is not b.dotted:
        note = "sdist" if ArtifactKind.SDIST in {a.kind, b.kind} else ""
        one, two = ("./" if side.dotted else "" for side in (a, b))
        yield Difference("tar.dotted", "", "what every name begins with", one, two, note=note)
    yield from order_facts(pairing, "tar.order", "order")
    yield from _globals(a, b)
    yield from _end(a, b)


def _entry(
    a: TarArtifact, b: TarArtifact, path: str, one: TarEntry, two: TarEntry
) -> Iterator[Difference]:
    block_a = bytes(a.archive.data[one.header : one.header + BLOCK])
    block_b = bytes(b.archive.data[two.header : two.header + BLOCK])
    said: set[str] = set()
    for field, (what, inside) in _EFFECTIVE.items():
        value_a, value_b = _value(one, field), _value(two, field)
        if value_a != value_b:
            said.add(field)
            yield _effective(path, what, inside, (one, value_a), (two, value_b), field)
    if block_a != block_b:
        yield from _raw_fields(path, one, two, block_a, block_b, said)
    if one.extensions or two.extensions:
        yield from _extensions(a, b, path, one, two, said)


def _value(entry: TarEntry, field: str) -> Value:
    if field == "mtime":
        exact = entry.mtime
        if exact is None:
            return None
        return int(exact) if exact.denominator == 1 else entry.mtime_text
    if field == "mode" and entry.kind is EntryKind.DIRECTORY and entry.mode is not None:
        # A tar keeps the type apart; what a bit means depends on it.
        return entry.mode | stat.S_IFDIR
    value: Value = getattr(entry, field)
    return value


def _span(entry: TarEntry, field: str) -> Span:
    at = next(item for item in FIELDS if item.name == field)
    return Span(entry.header + at.offset, entry.header + at.offset + at.width)


def _effective(
    path: str,
    what: str,
    inside: str,
    one: tuple[TarEntry, Value],
    two: tuple[TarEntry, Value],
    field: str,
) -> Difference:
    span_a, span_b = _span(one[0], field), _span(two[0], field)
    return Difference(what, path, inside, one[1], two[1], span_a, span_b, weight=span_a.size)


def _raw_fields(
    path: str, one: TarEntry, two: TarEntry, block_a: bytes, block_b: bytes, said: set[str]
) -> Iterator[Difference]:
    header_a, header_b = split(block_a), split(block_b)
    for field in FIELDS:
        raw_a = block_a[field.offset : field.offset + field.width]
        raw_b = block_b[field.offset : field.offset + field.width]
        if raw_a == raw_b:
            continue
        if field.name in said:
            if well_formed(field.name, raw_a) and well_formed(field.name, raw_b):
                continue
            # Readers do not agree on the value that was told, or on where the archive ends.
            what, note = "tar.field", ""
        else:
            what, note = _raw_kind(field.name, (one, header_a), (two, header_b))
        yield Difference(
            what,
            path,
            f"header field {field.name}",
            raw_a.rstrip(b"\0"),
            raw_b.rstrip(b"\0"),
            _span(one, field.name),
            _span(two, field.name),
            note=note,
            weight=field.width,
        )


_Recorded = tuple[TarEntry, TarHeader]


def _raw_kind(field: str, a: _Recorded, b: _Recorded) -> tuple[str, str]:
    """Return the kind of a raw field that differs though its value does not, or has none.

    ``tar.field`` is for what no writer puts there.
    """
    (one, _), (two, _) = a, b
    # Names, links and types that differ are told by facts on members; these follow from them.
    if field in {"name", "prefix"} and one.path != two.path:
        return "derived.tar.name", ""
    if field == "linkname" and {one.kind, two.kind} <= LINKS and one.link != two.link:
        return "derived.tar.link", ""
    if field == "typeflag" and MEMBER_TYPES.get(one.kind) is not MEMBER_TYPES.get(two.kind):
        return "derived.tar.type", ""
    if not all(usual(field, *side) for side in (a, b)):
        return ("tar.pad" if field == "pad" else "tar.field"), ""
    if field == "chksum":
        wrong = Checksum.WRONG in (one.checksum, two.checksum)
        return "derived.tar.chksum", "the header's checksum is wrong" if wrong else ""
    return _USUAL.get(field, "tar.encoding"), ""


_USUAL: Final = {
    "magic": "tar.magic",
    "version": "tar.magic",
    "devmajor": "tar.device-field",
    "devminor": "tar.device-field",
    "name": "tar.name-field",
    "prefix": "tar.name-field",
}


# -- extension headers --------------------------------------------------------------------------


def _extensions(
    a: TarArtifact, b: TarArtifact, path: str, one: TarEntry, two: TarEntry, said: set[str]
) -> Iterator[Difference]:
    raw_a, raw_b = a.archive.data[one.start : one.header], b.archive.data[two.start : two.header]
    if raw_a == raw_b:
        return
    records_a, records_b = records(one.extensions), records(two.extensions)
    told = 0
    for key in sorted(records_a.keys() | records_b.keys()):
        value_a, value_b = records_a.get(key), records_b.get(key)
        if value_a == value_b:
            continue
        weight = max(len(value_a or b""), len(value_b or b""))
        told += weight
        keyword = key.decode("utf-8", "surrogateescape")
        yield Difference(
            record_kind(keyword, (value_a, value_b), (one, two), said),
            path,
            f"pax record {keyword}" if not key.startswith(b"\0") else "GNU long name",
            value_a,
            value_b,
            weight=weight,
        )
    # What is left is the frame: the extension's own header, lengths of records, padding.
    frame = max(weigh(raw_a, raw_b) - told, 0)
    facts = list(_frames(a, b, path, one.extensions, two.extensions))
    if not facts and not told:
        facts.append(Difference("tar.pax-only", path, "extended header: records", "", ""))
    for fact in facts:
        yield fact._replace(weight=frame)
        frame = 0


def _frames(
    a: TarArtifact,
    b: TarArtifact,
    path: str,
    one: tuple[Extension, ...],
    two: tuple[Extension, ...],
) -> Iterator[Difference]:
    """Yield what differs in the headers of the extensions themselves, and around their records."""
    hidden_a, hidden_b = around(a.archive, one), around(b.archive, two)
    if hidden_a != hidden_b:
        yield Difference("integrity.hidden", path, "extended header", hidden_a, hidden_b)
    shape_a, shape_b = shape(one), shape(two)
    headers_a = [a.archive.header(extension) for extension in one]
    headers_b = [b.archive.header(extension) for extension in two]
    odd_a = [odd_fields(header) for header in headers_a]
    odd_b = [odd_fields(header) for header in headers_b]
    if odd_a != odd_b and (any(odd_a) or any(odd_b)):
        yield Difference(
            "tar.field", path, "extended header: unusual fields", _listed(odd_a), _listed(odd_b)
        )
    if shape_a != shape_b:
        # The names are free text, and stand nowhere else.
        names_a, names_b = (
            " ".join(plain(header.text("name")) for header in side)
            for side in (headers_a, headers_b)
        )
        yield Difference(
            "tar.pax-only",
            path,
            "extended header",
            f"{shape_a} {names_a}".strip() or None,
            f"{shape_b} {names_b}".strip() or None,
        )
        return
    fields = [
        field.name
        for field in FIELDS
        if any(
            getattr(x, field.name) != getattr(y, field.name)
            for x, y in zip(headers_a, headers_b, strict=True)
        )
    ]
    for name in fields:
        value_a, value_b = (
            tuple(getattr(header, name) for header in side) for side in (headers_a, headers_b)
        )
        yield Difference("tar.pax-only", path, f"extended header field {name}", value_a, value_b)


def _listed(odd: list[dict[str, bytes]]) -> Value:
    return tuple(raw for fields in odd for raw in fields.values()) or None


# -- the archive as a whole ---------------------------------------------------------------------


def _globals(a: TarArtifact, b: TarArtifact) -> Iterator[Difference]:
    one, two = records(a.archive.global_headers), records(b.archive.global_headers)
    for key in sorted(one.keys() | two.keys()):
        if one.get(key) != two.get(key):
            keyword = key.decode("utf-8", "surrogateescape")
            weight = max(len(one.get(key, b"")), len(two.get(key, b"")))
            what = "tar.global-pax" if keyword == "comment" else "tar.pax-other"
            yield Difference(
                what, "", f"pax global record {keyword}", one.get(key), two.get(key), weight=weight
            )
    facts = list(_frames(a, b, "", a.archive.global_headers, b.archive.global_headers))
    if not facts and one == two and _whole(a) != _whole(b):
        facts.append(Difference("tar.pax-only", "", "pax global header: records", "", ""))
    yield from facts
    places_a, places_b = _places(a), _places(b)
    if len(places_a) == len(places_b) and places_a != places_b:
        yield Difference("tar.field", "", "place of the global headers", places_a, places_b)


def _whole(artifact: TarArtifact) -> bytes:
    """Return the bytes of all global headers and their data."""
    data, headers = artifact.archive.data, artifact.archive.global_headers
    return b"".join(bytes(data[each.header : each.stop]) for each in headers)


def _places(artifact: TarArtifact) -> tuple[int, ...]:
    """Return how many entries stand before each global header: it speaks of those behind it."""
    starts = [entry.start for entry in artifact.archive.entries]
    return tuple(bisect_left(starts, each.header) for each in artifact.archive.global_headers)


def _end(a: TarArtifact, b: TarArtifact) -> Iterator[Difference]:
    one, two = a.archive.segments[-1], b.archive.segments[-1]
    zeros_a, zeros_b = one.stop - one.end, two.stop - two.end
    if zeros_a != zeros_b:
        yield Difference(
            "tar.end",
            "",
            "zero bytes at the end",
            zeros_a,
            zeros_b,
            Span(one.end, one.stop),
            Span(two.end, two.stop),
            weight=abs(zeros_a - zeros_b),
        )
    rest_a = a.archive.data[a.archive.trailing.start : a.archive.trailing.stop]
    rest_b = b.archive.data[b.archive.trailing.start : b.archive.trailing.stop]
    if rest_a != rest_b:
        yield Difference(
            "integrity.hidden",
            "",
            "behind the end of the tar",
            f"{len(rest_a)} bytes" if len(rest_a) else None,
            f"{len(rest_b)} bytes" if len(rest_b) else None,
            a.archive.trailing,
            b.archive.trailing,
            weight=weigh(rest_a, rest_b),
        )
