"""Which byte of a tar is what: every byte belongs to exactly one region."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import StrEnum
from heapq import merge
from operator import itemgetter
from typing import NamedTuple

from reprodiff.artifacts.tarformat.entries import Extension, Segment, TarArchive, TarEntry
from reprodiff.artifacts.tarformat.header import BLOCK, FIELDS, GNU_FIELDS, Dialect
from reprodiff.model import Span


class RegionKind(StrEnum):
    """What the bytes of a region are."""

    HEADER = "header"
    """A field of an entry's own header; ``name`` is the field."""
    EXTENSION_HEADER = "extension-header"
    """A field of the header of an extension; ``name`` is the field."""
    PAX_RECORD = "pax-record"
    """``name`` is the keyword."""
    PAX_REST = "pax-rest"
    """Bytes among pax records that are none."""
    LONG_NAME = "long-name"
    """GNU long name or link name, with its NUL; ``name`` is ``L`` or ``K``."""
    SPARSE_MAP = "sparse-map"
    DATA = "data"
    """Content of an entry as stored."""
    PADDING = "padding"
    """Up to the next block, behind data."""
    END = "end"
    """The zero bytes that end an archive."""
    TRAILING = "trailing"
    """Behind the end, or not readable as tar."""


class Region(NamedTuple):
    """A run of bytes with one meaning."""

    start: int
    stop: int
    kind: RegionKind
    name: bytes = b""
    entry: int = -1
    """Number of the entry it belongs to, -1 for none (global headers, the end)."""

    @property
    def span(self) -> Span:
        """Its bytes."""
        return Span(self.start, self.stop)


def regions(archive: TarArchive) -> Iterator[Region]:
    """Yield all regions in order; they tile the archive and none is empty."""
    entries = archive.entries + archive.concealed
    extensions = merge(
        ((each, entry.number) for entry in entries for each in entry.extensions),
        ((each, -1) for each in archive.global_headers),
        ((each, -1) for each in archive.orphans),
        key=lambda pair: pair[0].header,
    )
    placed: Iterator[tuple[int, Iterator[Region]]] = merge(
        ((entry.header, entry_regions(archive, entry)) for entry in entries),
        ((each.header, _extension(each, number)) for each, number in extensions),
        ((segment.end, _end(segment)) for segment in archive.segments),
        key=itemgetter(0),
    )
    for _, found in placed:
        yield from found
    if archive.trailing.size:
        yield Region(*archive.trailing, RegionKind.TRAILING)


def entry_regions(archive: TarArchive, entry: TarEntry) -> Iterator[Region]:
    """Yield the regions from an entry's own header to the end of its padding."""
    gnu = archive.header(entry).dialect is Dialect.GNU
    for name, offset, width in GNU_FIELDS if gnu else FIELDS:
        start = entry.header + offset
        yield Region(start, start + width, RegionKind.HEADER, name.encode(), entry.number)
    position = entry.header + BLOCK
    content = entry.content
    for stop, kind in (
        (content.start, RegionKind.SPARSE_MAP),
        (content.stop, RegionKind.DATA),
        (entry.stop, RegionKind.PADDING),
    ):
        if stop > position:
            yield Region(position, stop, kind, b"", entry.number)
            position = stop


def _extension(extension: Extension, index: int) -> Iterator[Region]:
    for name, offset, width in FIELDS:
        start = extension.header + offset
        yield Region(start, start + width, RegionKind.EXTENSION_HEADER, name.encode(), index)
    data, rest = extension.data, extension.rest
    if extension.typeflag in b"LK":
        if data.size:
            yield Region(*data, RegionKind.LONG_NAME, extension.typeflag, index)
    else:
        for key, _, start, stop in extension.records:
            yield Region(start, stop, RegionKind.PAX_RECORD, key, index)
        if data.stop > rest:
            yield Region(rest, data.stop, RegionKind.PAX_REST, b"", index)
    if extension.stop > data.stop:
        yield Region(data.stop, extension.stop, RegionKind.PADDING, b"", index)


def _end(segment: Segment) -> Iterator[Region]:
    if segment.stop > segment.end:
        yield Region(segment.end, segment.stop, RegionKind.END)


def region_at(ordered: Sequence[Region], offset: int) -> Region:
    """Return the region of a byte, from a list that tiles."""
    return ordered[bisect_right(ordered, offset, key=itemgetter(0)) - 1]
