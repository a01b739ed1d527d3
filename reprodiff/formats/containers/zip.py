"""Facts on two zip archives: every field of every header, in both views, and what lies between.

A field that stands in the local header and in the central directory is one fact if it differs
in the same way in both, and two if not.  Fields that the format computes from others are kinds
that start with ``derived.``.
"""

from collections.abc import Iterator
from typing import Final

from reprodiff.artifacts.base import Member
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.artifacts.zipformat import ZipEntry, deflate_level
from reprodiff.artifacts.zipformat import extra as extras
from reprodiff.artifacts.zipformat.fields import (
    CENTRAL_FIELDS,
    EOCD_FIELDS,
    FLAG_UTF8,
    LOCAL_FIELDS,
    differing_fields,
)
from reprodiff.artifacts.zipformat.records import dos_time
from reprodiff.formats.containers.anomalies import zip_anomalies
from reprodiff.formats.containers.order import order_facts
from reprodiff.ledger import weigh
from reprodiff.model import Difference, Span, Value
from reprodiff.pairing import MemberPair, Pairing

_KINDS: Final = {
    "create_version": ("zip.create-version", "version made by"),
    "create_system": ("zip.system", "system made on"),
    "extract_version": ("zip.extract-version", "version needed"),
    "flags": ("zip.flags", "flags"),
    "method": ("zip.method", "method"),
    "crc": ("derived.zip.crc", "CRC-32"),
    "csize": ("derived.zip.csize", "compressed size"),
    "usize": ("derived.zip.size", "size"),
    "name_length": ("derived.zip.length", "name length"),
    "extra_length": ("derived.zip.length", "extra length"),
    "comment_length": ("derived.zip.length", "comment length"),
    "disk_start": ("zip.disk", "disk number"),
    "internal_attr": ("zip.internal-attributes", "internal attributes"),
    "dos_attr": ("zip.dos-attributes", "DOS attributes"),
    "mode": ("zip.mode", "mode"),
    "local_offset": ("derived.zip.offset", "offset of local header"),
}
_TIME: Final = ("time", "date")

METHODS: Final = {0: "stored", 8: "deflate", 9: "deflate64", 12: "bzip2", 14: "lzma", 93: "zstd"}
MAX_RECOMPRESSED: Final = 4 << 20
"""Largest member that is compressed again to learn its level, in bytes."""

Places = tuple[tuple[Span, Span], ...]


def compare(a: ZipArtifact, b: ZipArtifact, pairing: Pairing) -> Iterator[Difference]:
    """Yield all that differs in the headers of two zip archives."""
    yield from zip_anomalies(a, b, pairing)
    for pair in pairing.pairs:
        yield from _entry(pair, a.entries[pair.a.index], b.entries[pair.b.index])
    yield from order_facts(pairing, "zip.directory-order", "order in the directory")
    yield from order_facts(
        pairing, "zip.order", "order on disk", a.position_on_disk, b.position_on_disk
    )
    yield from _end(a, b)


def _entry(pair: MemberPair, a: ZipEntry, b: ZipEntry) -> Iterator[Difference]:
    path = pair.a.path
    found: dict[tuple[str, Value, Value], list[tuple[Span, Span]]] = {}
    local_a, local_b, central_a, central_b = a.local, b.local, a.central, b.central
    if central_a is not None and central_b is not None:
        for number in differing_fields(central_a.fixed, central_b.fixed):
            field = CENTRAL_FIELDS[number].name
            spans = (Span(*central_a.span(number)), Span(*central_b.span(number)))
            _note(field, central_a.fixed, central_b.fixed, spans, found)
    if local_a is not None and local_b is not None:
        for number in differing_fields(local_a.fixed, local_b.fixed):
            field = LOCAL_FIELDS[number].name
            spans = (Span(*local_a.span(number)), Span(*local_b.span(number)))
            _note(field, local_a.fixed, local_b.fixed, spans, found)
    for (field, value_a, value_b), places in found.items():
        yield _field_fact(path, field, value_a, value_b, tuple(places))
    if (a.flags ^ b.flags) & FLAG_UTF8 and a.name != b.name and a.raw_name == b.raw_name:
        yield Difference("member.renamed", path, "name", a.name, b.name, note="encoding")
    if a.raw_name != b.raw_name:
        yield _name_bytes(path, a, b)
    yield from _extra(path, a, b)
    if a.comment != b.comment:
        weight = weigh(memoryview(a.comment), memoryview(b.comment))
        yield Difference("zip.comment", path, "comment", a.comment, b.comment, weight=weight)
    yield from _descriptor(path, a, b)


def _note(
    field: str,
    fixed_a: tuple[int, ...],
    fixed_b: tuple[int, ...],
    spans: tuple[Span, Span],
    found: dict[tuple[str, Value, Value], list[tuple[Span, Span]]],
) -> None:
    if field in _TIME:
        field = "time"
        value_a: Value = tuple(dos_time(fixed_a.date, fixed_a.time))  # type: ignore[attr-defined]
        value_b: Value = tuple(dos_time(fixed_b.date, fixed_b.time))  # type: ignore[attr-defined]
    else:
        value_a, value_b = getattr(fixed_a, field), getattr(fixed_b, field)
    found.setdefault((field, value_a, value_b), []).append(spans)


def _field_fact(path: str, field: str, a: Value, b: Value, places: Places) -> Difference:
    what, inside = _KINDS.get(field, ("zip.time", "time"))
    weight = sum(span.size for span, _ in places)
    return Difference(what, path, inside, a, b, *places[0], parts=places, weight=weight)


def _name_bytes(path: str, a: ZipEntry, b: ZipEntry) -> Difference:
    """The name stands twice on each side; how it differs is told by ``member.renamed``."""
    weight = 2 * weigh(memoryview(a.raw_name), memoryview(b.raw_name))
    return Difference("derived.zip.name", path, "name", a.raw_name, b.raw_name, weight=weight)


# -- extra fields -------------------------------------------------------------------------------

_TIMES: Final = frozenset({extras.UNIX_TIMES, extras.NTFS_TIMES})
_OWNERS: Final = frozenset({extras.UNIX_OWNER, extras.UNIX_OWNER_OLD})


def _extra(path: str, a: ZipEntry, b: ZipEntry) -> Iterator[Difference]:
    for view in ("central", "local"):
        header_a, header_b = getattr(a, view), getattr(b, view)
        if header_a is None or header_b is None or header_a.extra == header_b.extra:
            continue
        fields_a = _numbered(header_a.extra_fields())
        fields_b = _numbered(header_b.extra_fields())
        shift_a, shift_b = header_a.extra_start, header_b.extra_start
        same = True
        for key in sorted(fields_a.keys() | fields_b.keys()):
            one, two = fields_a.get(key), fields_b.get(key)
            if one is not None and two is not None and one.payload == two.payload:
                continue
            same = False
            span_a = Span(shift_a + one.start, shift_a + one.stop) if one else None
            span_b = Span(shift_b + two.start, shift_b + two.stop) if two else None
            size = max((span_a or Span(0, 0)).size, (span_b or Span(0, 0)).size)
            label = extras.EXTRA_NAMES.get(key[0], f"{key[0] & 0xFFFF:#06x}")
            yield Difference(
                _extra_kind(key[0], one, two, (a.raw_name, b.raw_name), central=view == "central"),
                path,
                f"{view} extra field: {label}",
                one.payload if one else None,
                two.payload if two else None,
                span_a,
                span_b,
                weight=size,
            )
        if same:
            yield Difference(
                "zip.extra",
                path,
                f"{view} extra fields: order",
                header_a.extra,
                header_b.extra,
                weight=len(header_a.extra),
            )


def _numbered(
    fields: tuple[extras.ExtraField, ...],
) -> dict[tuple[int, int], extras.ExtraField]:
    """Key fields by id and how often the id came before."""
    counts: dict[int, int] = {}
    numbered: dict[tuple[int, int], extras.ExtraField] = {}
    for field in fields:
        number = counts.get(field.id, 0)
        counts[field.id] = number + 1
        numbered[field.id, number] = field
    return numbered


def _extra_kind(
    identity: int,
    a: extras.ExtraField | None,
    b: extras.ExtraField | None,
    names: tuple[bytes, bytes],
    *,
    central: bool,
) -> str:
    """Return the kind of fact; a field that does not have the layout of its id is unknown."""
    fields = [(field, name) for field, name in zip((a, b), names, strict=True) if field]
    if identity in _TIMES and all(_is_times(field, central=central) for field, _ in fields):
        return "zip.extra-time"
    if identity in _OWNERS and all(_is_owner(field) for field, _ in fields):
        return "zip.extra-owner"
    if identity == extras.ZIP64:
        return "zip.extra-zip64"
    if identity == extras.UNICODE_PATH and all(_repeats(field, name) for field, name in fields):
        return "zip.name-encoding"
    return "zip.extra"


def _is_times(field: extras.ExtraField, *, central: bool) -> bool:
    size = len(field.payload)
    if field.id == extras.NTFS_TIMES:
        return size == 32 and extras.ntfs_times(field.payload) is not None
    times = extras.unix_times(field.payload, central=central)
    if times is None or field.payload[0] & ~7:
        return False
    return size in ({1, 5} if central else {1 + 4 * field.payload[0].bit_count()})


def _is_owner(field: extras.ExtraField) -> bool:
    if field.id == extras.UNIX_OWNER:
        owner = extras.unix_owner(field.payload)
        sizes = field.payload[1:2] or b"\0"
        return owner is not None and len(field.payload) <= 3 + 2 * max(sizes[0], 8)
    return len(field.payload) in {0, 4}


def _repeats(field: extras.ExtraField, name: bytes) -> bool:
    text = extras.unicode_text(field.payload, name)
    return text is not None and text.valid and text.raw == name


# -- descriptors and the end --------------------------------------------------------------------


def _descriptor(path: str, a: ZipEntry, b: ZipEntry) -> Iterator[Difference]:
    one, two = a.descriptor, b.descriptor
    if one is None and two is None:
        return
    if one is None or two is None or one.shape is not two.shape:
        size = max(d.stop - d.offset for d in (one, two) if d)
        yield Difference(
            "zip.descriptor",
            path,
            "data descriptor",
            f"{one.stop - one.offset} bytes" if one else None,
            f"{two.stop - two.offset} bytes" if two else None,
            weight=size,
        )
    elif one[2:] != two[2:]:
        yield Difference(
            "derived.zip.descriptor",
            path,
            "data descriptor",
            f"CRC-32 {one.crc:#010x}",
            f"CRC-32 {two.crc:#010x}",
            Span(one.offset, one.stop),
            Span(two.offset, two.stop),
            weight=one.stop - one.offset,
        )


def _end(a: ZipArtifact, b: ZipArtifact) -> Iterator[Difference]:
    end_a, end_b = a.archive.eocd, b.archive.eocd
    if end_a is not None and end_b is not None:
        for number in differing_fields(end_a.fixed, end_b.fixed):
            field = EOCD_FIELDS[number]
            at_a, at_b = end_a.offset + field.offset, end_b.offset + field.offset
            yield Difference(
                "derived.zip.end",
                "",
                f"end record: {field.name.replace('_', ' ')}",
                end_a.fixed[number],
                end_b.fixed[number],
                Span(at_a, at_a + field.width),
                Span(at_b, at_b + field.width),
                weight=field.width,
            )
        if end_a.comment != end_b.comment:
            yield Difference(
                "zip.archive-comment",
                "",
                "archive comment",
                end_a.comment,
                end_b.comment,
                weight=weigh(memoryview(end_a.comment), memoryview(end_b.comment)),
            )
    one, two = a.archive.eocd64, b.archive.eocd64
    if (one is None) != (two is None):
        yield Difference(
            "zip.extra-zip64",
            "",
            "zip64 end record",
            "present" if one else None,
            "present" if two else None,
            weight=76,
        )
    elif one is not None and two is not None and one.fixed != two.fixed:
        yield Difference(
            "derived.zip.end", "", "zip64 end record", tuple(one.fixed), tuple(two.fixed), weight=56
        )
    locator_a, locator_b = a.archive.locator, b.archive.locator
    if locator_a and locator_b and locator_a.fixed != locator_b.fixed:
        yield Difference(
            "derived.zip.end",
            "",
            "zip64 locator",
            tuple(locator_a.fixed),
            tuple(locator_b.fixed),
            weight=20,
        )


def stream_fact(a: ZipArtifact, b: ZipArtifact, pair: MemberPair, plain: memoryview) -> Difference:
    """Return the fact that equal content is stored in two ways; says each side's level if known."""
    stored_a, stored_b = a.range(pair.a), b.range(pair.b)
    return Difference(
        "zip.stream",
        pair.a.path,
        "compressed data",
        _level(a, pair.a, plain),
        _level(b, pair.b, plain),
        stored_a,
        stored_b,
        weight=max(stored_a.size, stored_b.size),
    )


def slack_fact(a: ZipArtifact, b: ZipArtifact, pair: MemberPair) -> Difference | None:
    """Return the fact that a side has bytes behind the end of a member's compressed stream."""
    span_a, span_b = a.slack(pair.a), b.slack(pair.b)
    if not span_a.size and not span_b.size:
        return None
    part_a = a.archive.data[span_a.start : span_a.stop]
    part_b = b.archive.data[span_b.start : span_b.stop]
    return Difference(
        "integrity.hidden",
        pair.a.path,
        "behind the compressed data",
        f"{span_a.size} bytes" if span_a.size else None,
        f"{span_b.size} bytes" if span_b.size else None,
        span_a,
        span_b,
        weight=weigh(part_a, part_b),
    )


def _level(artifact: ZipArtifact, member: Member, plain: memoryview) -> str:
    entry = artifact.entries[member.index]
    method = METHODS.get(entry.method, str(entry.method))
    stored = artifact.stored(member)
    if entry.method != 8 or len(plain) > MAX_RECOMPRESSED or stored is None:
        return method
    levels = deflate_level(stored[1], plain)
    return f"{method} level {'/'.join(map(str, levels))}" if levels else f"{method} not by zlib"
