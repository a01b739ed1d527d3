"""Facts on two zip archives: every field of every header, in both views, and what lies between.

A field that stands in the local header and in the central directory is one fact if it differs
in the same way in both, and two if not.  Fields that the format computes from others are kinds
that start with ``derived.``.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from reprodiff.artifacts.base import Member
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.artifacts.zipformat import ZipEntry, deflate_level
from reprodiff.artifacts.zipformat.fields import (
    CENTRAL_FIELDS,
    EOCD64_FIELDS,
    EOCD_FIELDS,
    FLAG_DESCRIPTOR,
    FLAG_UTF8,
    FULL32,
    LOCAL_FIELDS,
    Field,
    differing_fields,
)
from reprodiff.artifacts.zipformat.records import CentralHeader, LocalHeader, dos_time
from reprodiff.formats.containers.anomalies import zip_anomalies
from reprodiff.formats.containers.order import order_facts
from reprodiff.formats.containers.zipextra import extra_facts
from reprodiff.formats.parsing.byteruns import weigh
from reprodiff.model import Difference, MemberType, Span, Value
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
    "placeholder": ("derived.zip.placeholder", "size or checksum, told elsewhere"),
}


def _one_time(fields: Sequence[Field]) -> tuple[Field, ...]:
    """Return a table of fields in which the date goes by the name of the time."""
    return tuple(each._replace(name="time") if each.name == "date" else each for each in fields)


_CENTRAL: Final = _one_time(CENTRAL_FIELDS)
_LOCAL: Final = _one_time(LOCAL_FIELDS)
# Time and date lie side by side in either header: at byte 12 of the central one, 10 of the local.
_CENTRAL_TIME: Final = (6, 7)
_LOCAL_TIME: Final = (4, 5)

METHODS: Final = {0: "stored", 8: "deflate", 9: "deflate64", 12: "bzip2", 14: "lzma", 93: "zstd"}
MAX_RECOMPRESSED: Final = 4 << 20
"""Largest member that is compressed again to learn its level, in bytes."""

Places = tuple[tuple[Span, Span], ...]
Header = CentralHeader | LocalHeader
Found = dict[tuple[str, Value, Value], list[tuple[Span, Span]]]


def compare(a: ZipArtifact, b: ZipArtifact, pairing: Pairing) -> Iterator[Difference]:
    """Yield all that differs in the headers of two zip archives."""
    yield from zip_anomalies(a, b, pairing)
    for pair in pairing.pairs:
        yield from _entry(pair, a.entries[pair.a.index], b.entries[pair.b.index])
        if pair.a.type is pair.b.type is not MemberType.FILE:
            yield from _data_of_no_file(a, b, pair)
    yield from order_facts(pairing, "zip.directory-order", "order in the directory")
    yield from order_facts(
        pairing, "zip.order", "order on disk", a.position_on_disk, b.position_on_disk
    )
    yield from _end(a, b)


def _entry(pair: MemberPair, a: ZipEntry, b: ZipEntry) -> Iterator[Difference]:
    path = pair.a.path
    found: Found = {}
    local_a, local_b, central_a, central_b = a.local, b.local, a.central, b.central
    alone = _time_alone(path, a, b)
    if alone is not None:
        yield alone
    elif central_a is not None and central_b is not None:
        _note(central_a, central_b, _CENTRAL, found)
    if alone is None and local_a is not None and local_b is not None:
        _note(local_a, local_b, _LOCAL, found)
    other_link = pair.a.type is not pair.b.type or pair.a.link != pair.b.link
    for (field, value_a, value_b), places in found.items():
        fact = _field_fact(path, field, value_a, value_b, tuple(places))
        runs = not path.endswith("/") and ((a.mode or 0) | (b.mode or 0)) & 0o111
        if fact.what == "zip.system" and runs:
            fact = fact._replace(note="executable")
        # The target of a link is its content, and is told as such.
        linked = other_link and fact.what in {"derived.zip.crc", "derived.zip.size"}
        yield fact._replace(what="derived.zip.link") if linked else fact
    if a.raw_name != b.raw_name:
        yield _name_bytes(path, a, b)
    elif (a.flags ^ b.flags) & FLAG_UTF8 and a.name != b.name:
        yield Difference("member.renamed", path, "name", a.name, b.name, note="encoding")
    if (central_a and central_a.extra) or (central_b and central_b.extra):
        yield from extra_facts(path, a, b, "central")
    if (local_a and local_a.extra) or (local_b and local_b.extra):
        yield from extra_facts(path, a, b, "local")
    if a.comment != b.comment:
        weight = weigh(memoryview(a.comment), memoryview(b.comment))
        yield Difference("zip.comment", path, "comment", a.comment, b.comment, weight=weight)
    if a.descriptor is not None or b.descriptor is not None:
        yield from _descriptor(path, a, b)


def _data_of_no_file(a: ZipArtifact, b: ZipArtifact, pair: MemberPair) -> Iterator[Difference]:
    """Yield that a link is stored in another way though it leads to the same place.

    Only files are compared by their content; nothing may hide in what is none.
    """
    one, two = a.range(pair.a), b.range(pair.b)
    part_a, part_b = a.data[one.start : one.stop], b.data[two.start : two.stop]
    if pair.a.link == pair.b.link and part_a != part_b:
        weight = weigh(part_a, part_b)
        yield Difference("zip.data", pair.a.path, "data", "", "", one, two, weight=weight)


_LATER: Final = frozenset({"crc", "csize", "usize"})
_LARGE: Final = frozenset({"csize", "usize", "local_offset"})


def _placeholder(header: Header, field: str, value: int) -> bool:
    """Whether a value says only that the true one stands elsewhere.

    In a descriptor behind the data (APPNOTE 4.4.4, bit 3), or in the zip64 extra field (4.5.3).
    """
    if field in _LATER and value == 0 and isinstance(header, LocalHeader):
        return bool(header.fixed.flags & FLAG_DESCRIPTOR)
    return field in _LARGE and value == FULL32


def _note(a: Header, b: Header, table: tuple[Field, ...], found: Found) -> None:
    """Add the fields in which two headers differ, with their places, to what was found before."""
    fixed_a, fixed_b = a.fixed, b.fixed
    offset_a, offset_b = a.offset, b.offset
    for number in differing_fields(fixed_a, fixed_b):
        field, offset, width = table[number]
        if field == "time":
            key: tuple[str, Value, Value] = (
                field,
                _time(fixed_a.date, fixed_a.time),
                _time(fixed_b.date, fixed_b.time),
            )
        else:
            values = fixed_a[number], fixed_b[number]
            told_elsewhere = _placeholder(a, field, values[0]) or _placeholder(b, field, values[1])
            key = ("placeholder" if told_elsewhere else field, *values)
        start_a, start_b = offset_a + offset, offset_b + offset
        places = (Span(start_a, start_a + width), Span(start_b, start_b + width))
        found.setdefault(key, []).append(places)


def _time_alone(path: str, a: ZipEntry, b: ZipEntry) -> Difference | None:
    """Return the fact that only the time differs, in both headers alike; ``None`` for all else.

    It is the fact that is also found field by field, in two thirds of the time: a wheel that was
    built again has it for every member.
    """
    central_a, central_b, local_a, local_b = a.central, b.central, a.local, b.local
    if (
        (central_a is None or central_b is None or local_a is None or local_b is None)
        or differing_fields(central_a.fixed, central_b.fixed) != _CENTRAL_TIME
        or differing_fields(local_a.fixed, local_b.fixed) != _LOCAL_TIME
    ):
        return None
    one, two = central_a.fixed, central_b.fixed
    if (one.time, one.date) != local_a.fixed[4:6] or (two.time, two.date) != local_b.fixed[4:6]:
        return None
    at_a, at_b = central_a.offset + 12, central_b.offset + 12
    in_a, in_b = local_a.offset + 10, local_b.offset + 10
    first_a, first_b = Span(at_a, at_a + 2), Span(at_b, at_b + 2)
    places = (
        (first_a, first_b),
        (Span(at_a + 2, at_a + 4), Span(at_b + 2, at_b + 4)),
        (Span(in_a, in_a + 2), Span(in_b, in_b + 2)),
        (Span(in_a + 2, in_a + 4), Span(in_b + 2, in_b + 4)),
    )
    values = _time(one.date, one.time), _time(two.date, two.time)
    return Difference("zip.time", path, "time", *values, first_a, first_b, "", places, 8)


# Members share a few times, as a rule; so do the facts on them.
@lru_cache(maxsize=1024)
def _time(date: int, time: int) -> tuple[int, ...]:
    return tuple(dos_time(date, time))


def _field_fact(path: str, field: str, a: Value, b: Value, places: Places) -> Difference:
    what, inside = _KINDS.get(field, ("zip.time", "time"))
    weight = sum([stop - start for (start, stop), _ in places])
    first_a, first_b = places[0]
    return Difference(what, path, inside, a, b, first_a, first_b, "", places, weight)


def _name_bytes(path: str, a: ZipEntry, b: ZipEntry) -> Difference:
    """The name stands twice on each side; how it differs is told by ``member.renamed``."""
    weight = 2 * weigh(memoryview(a.raw_name), memoryview(b.raw_name))
    return Difference("derived.zip.name", path, "name", a.raw_name, b.raw_name, weight=weight)


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
                note=_untrue(a, b) if field.name == "directory_size" else "",
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
    yield from _zip64_end(a, b)
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


def _zip64_end(a: ZipArtifact, b: ZipArtifact) -> Iterator[Difference]:
    one, two = a.archive.eocd64, b.archive.eocd64
    if one is None or two is None:
        if one is not two:
            in_a, in_b = ("present" if each else None for each in (one, two))
            yield Difference("zip.extra-zip64", "", "zip64 end record", in_a, in_b, weight=76)
        return
    for number in differing_fields(one.fixed, two.fixed):
        name, offset, width = EOCD64_FIELDS[number]
        at_a, at_b = one.offset + offset, two.offset + offset
        # Three fields tell the writer, as in a member's header; all others are computed.
        what, _ = _KINDS.get(name, ("derived.zip.end", ""))
        yield Difference(
            what,
            "",
            f"zip64 end record: {name.replace('_', ' ')}",
            one.fixed[number],
            two.fixed[number],
            Span(at_a, at_a + width),
            Span(at_b, at_b + width),
            note=_untrue(a, b) if name == "directory_size" else "",
            weight=width,
        )


def _untrue(a: ZipArtifact, b: ZipArtifact) -> str:
    """Say it if a side's end record gives another size of the directory than it has.

    Readers that go by the size (CPython's zipfile) and by the offset find two directories.
    """
    for artifact in (a, b):
        archive = artifact.archive
        if archive.eocd is None or not archive.runs:
            continue
        size = archive.eocd.fixed.directory_size
        if archive.eocd64 is not None:
            size = archive.eocd64.fixed.directory_size
        if size != archive.runs[-1].stop - archive.runs[0].start:
            return "the size of the directory is not true"
    return ""


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
