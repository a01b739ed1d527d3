"""Say of every byte of a zip file what it is."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.artifacts.zipformat.coverage import Part, Stretch, end_stretches, stretches
from reprodiff.artifacts.zipformat.extra import MALFORMED, ExtraField
from reprodiff.artifacts.zipformat.fields import (
    CENTRAL_FIELDS,
    DESCRIPTOR_SHAPES,
    END_SIZE,
    EOCD64_FIELDS,
    EOCD_FIELDS,
    LOCAL_FIELDS,
    LOCATOR_FIELDS,
    Field,
)
from reprodiff.artifacts.zipformat.records import ZipArchive, ZipEntry
from reprodiff.records import NamedTuple

NO_OWNER: Final = -1
"""The owner of bytes that belong to no entry."""


class _Part(NamedTuple):
    """A field, with its place in its record."""

    name: str
    start: int
    stop: int


def _parts(record: str, fields: Sequence[Field]) -> tuple[_Part, ...]:
    return tuple(
        _Part(f"{record}.{name}", offset, offset + width) for name, offset, width in fields
    )


_LOCAL: Final = _parts("local", LOCAL_FIELDS)
_CENTRAL: Final = _parts("central", CENTRAL_FIELDS)
_END: Final = _parts("eocd", EOCD_FIELDS)
_END64: Final = _parts("eocd64", EOCD64_FIELDS)
_LOCATOR: Final = _parts("locator", LOCATOR_FIELDS)
_DESCRIPTORS: Final = {shape: _parts("descriptor", shape.fields) for shape in DESCRIPTOR_SHAPES}


class Region(NamedTuple):
    """A stretch of the file with one meaning."""

    owner: int
    """Ordinal of the entry, :data:`NO_OWNER` for the container's own."""
    name: str
    """``<record>.<field>``, for example ``local.time``, ``central.mode``, ``descriptor.crc``,
    ``eocd.comment``, ``eocd64.extensible``; an extra field is ``local.extra.5455`` with its id
    in hexadecimal, or ``local.extra.malformed``; ``data``; and for bytes of no record ``prefix``
    (before all records), ``gap`` and ``tail`` (behind the end record)."""
    start: int
    stop: int


def regions(archive: ZipArchive) -> Iterator[Region]:
    """Yield regions that tile the file: every byte is in exactly one, in order.

    Where records overlap, the one that begins first owns the shared bytes.
    """
    cursor = 0
    gap = "prefix"
    ends = end_stretches(archive.eocd, archive.eocd64, archive.locator)
    for item in stretches(archive.all_entries, archive.runs, ends):
        if item.start > cursor:
            yield Region(NO_OWNER, gap, cursor, item.start)
            cursor = item.start
        for piece in _pieces(archive, item):
            if piece.stop > cursor:
                yield piece if piece.start == cursor else piece._replace(start=cursor)
                cursor = piece.stop
        gap = "tail" if item.part is Part.END else "gap" if gap == "prefix" else gap
    if cursor < len(archive.data):
        yield Region(NO_OWNER, gap, cursor, len(archive.data))


def _pieces(archive: ZipArchive, item: Stretch) -> Iterator[Region]:
    """Yield the regions of one stretch, gapless and in order."""
    if item.part is Part.LOCAL:
        yield from _local(archive.all_entries[item.number])
    elif item.part is Part.RUN:
        run = archive.runs[item.number]
        for entry in archive.entries[run.first : run.first + run.headers]:
            yield from _central(entry)
    elif item.part is Part.END64:
        yield from _fixed(NO_OWNER, item.start, _END64)
        if archive.eocd64 is not None:
            yield Region(NO_OWNER, "eocd64.extensible", *archive.eocd64.extensible)
    elif item.part is Part.LOCATOR:
        yield from _fixed(NO_OWNER, item.start, _LOCATOR)
    else:
        yield from _fixed(NO_OWNER, item.start, _END)
        yield Region(NO_OWNER, "eocd.comment", item.start + END_SIZE, item.stop)


def _local(entry: ZipEntry) -> Iterator[Region]:
    header = entry.local
    if header is None:
        return
    owner = entry.ordinal
    yield from _fixed(owner, header.offset, _LOCAL)
    yield Region(owner, "local.name", header.name_start, header.extra_start)
    yield from _extra(owner, "local", header.extra_start, header.extra_fields())
    yield Region(owner, "data", entry.data_start, entry.data_stop)
    if entry.descriptor is not None:
        found = entry.descriptor
        yield from _fixed(owner, found.offset, _DESCRIPTORS[found.shape])


def _central(entry: ZipEntry) -> Iterator[Region]:
    header = entry.central
    if header is None:
        return
    owner = entry.ordinal
    yield from _fixed(owner, header.offset, _CENTRAL)
    yield Region(owner, "central.name", header.name_start, header.extra_start)
    yield from _extra(owner, "central", header.extra_start, header.extra_fields())
    yield Region(owner, "central.comment", header.comment_start, header.stop)


def _fixed(owner: int, start: int, parts: Sequence[_Part]) -> Iterator[Region]:
    for name, offset, stop in parts:
        yield Region(owner, name, start + offset, start + stop)


def _extra(owner: int, record: str, start: int, fields: Sequence[ExtraField]) -> Iterator[Region]:
    for field in fields:
        label = "malformed" if field.id == MALFORMED else f"{field.id:04x}"
        yield Region(owner, f"{record}.extra.{label}", start + field.start, start + field.stop)
