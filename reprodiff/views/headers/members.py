"""What archives record: zip headers in both views, tar headers with their extensions, gzip.

Sources: APPNOTE.TXT 4.3 and 4.4 (zip), POSIX.1-2017 pax and the GNU tar manual (tar), RFC 1952.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from reprodiff.artifacts.base import Artifact
from reprodiff.artifacts.streams.gzip import MAGIC, GzipMember, read_gzip
from reprodiff.artifacts.tar import TarArtifact
from reprodiff.artifacts.tarformat.entries import TarEntry
from reprodiff.artifacts.tarformat.header import BLOCK, FIELDS, GNU_FIELDS, Dialect, parse_number
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.artifacts.zipformat import METHOD_NAMES, ZipEntry
from reprodiff.artifacts.zipformat.fields import (
    CENTRAL_FIELDS,
    EOCD64_FIELDS,
    EOCD_FIELDS,
    LOCAL_FIELDS,
)
from reprodiff.artifacts.zipformat.fields import (
    Field as Place,
)
from reprodiff.artifacts.zipformat.records import CentralHeader, LocalHeader, dos_time
from reprodiff.errors import ReprodiffError
from reprodiff.limits import Limits
from reprodiff.model import Span
from reprodiff.views.tables import Field, Group

MAX_STREAM: Final = 64 << 20
"""Largest gzip file that is read again for its header, in bytes."""

_SYSTEMS: Final = {0: "MS-DOS", 3: "Unix", 10: "NTFS", 19: "macOS"}
_FLAGS: Final = {0: "encrypted", 3: "sizes behind the data", 6: "strong encryption", 11: "UTF-8"}
_EXTRA: Final = {
    0x0001: "zip64 sizes",
    0x000A: "NTFS times",
    0x000D: "Unix (old)",
    0x5455: "extended timestamp",
    0x5855: "Info-ZIP Unix (old)",
    0x6375: "Unicode comment",
    0x7075: "Unicode path",
    0x7855: "Info-ZIP Unix 2",
    0x7875: "Unix uid and gid",
    0x9901: "AES encryption",
    0xCAFE: "JAR marker",
    0xD935: "zipalign padding",
}
_HEX: Final = frozenset({"signature", "crc"})
_GZIP_OS: Final = {0: "FAT", 3: "Unix", 7: "Macintosh", 10: "TOPS-20", 11: "NTFS", 255: "unknown"}


def recorded(artifact: Artifact | None, path: str) -> list[Group]:
    """Return what an archive records of a member, or of itself where ``path`` is empty."""
    if isinstance(artifact, ZipArtifact):
        return list(_zip(artifact, path))
    if isinstance(artifact, TarArtifact):
        return list(_tar(artifact, path))
    return []


# -- zip


def _zip(artifact: ZipArtifact, path: str) -> Iterator[Group]:
    if not path:
        yield from _zip_end(artifact)
        return
    for member in artifact.members:
        if member.path == path:
            entry = artifact.entries[member.index]
            yield from _zip_entry(entry)


def _zip_entry(entry: ZipEntry) -> Iterator[Group]:
    if entry.central is not None:
        yield Group("Central directory header", tuple(_zip_header(entry.central, CENTRAL_FIELDS)))
    if entry.local is not None:
        yield Group("Local file header", tuple(_zip_header(entry.local, LOCAL_FIELDS)))
    found = entry.descriptor
    if found is not None:
        values = {"crc": found.crc, "csize": found.csize, "usize": found.usize}
        fields = [
            Field(each.name, _zip_value(each.name, values[each.name]), _at(found.offset, each))
            for each in found.shape.fields
            if each.name in values
        ]
        yield Group("Data descriptor", tuple(fields))


def _zip_header(header: CentralHeader | LocalHeader, places: Sequence[Place]) -> Iterator[Field]:
    values: Sequence[int] = header.fixed
    names = [place.name for place in places]
    for place, value in zip(places, values, strict=True):
        span = _at(header.offset, place)
        if place.name == "date":
            continue
        if place.name == "time":
            date = values[names.index("date")]
            time = dos_time(date, value)
            shown = "{}-{:02}-{:02} {:02}:{:02}:{:02}".format(*time)
            yield Field("last modified", shown, Span(span.start, span.stop + 2))
            continue
        yield Field(place.name.replace("_", " "), _zip_value(place.name, value), span)
    name = header.name.decode("utf-8", "surrogateescape")
    yield Field("name", name, Span(header.name_start, header.name_start + len(header.name)))
    for extra in header.extra_fields():
        label = _EXTRA.get(extra.id, "extra field")
        span = Span(header.extra_start + extra.start, header.extra_start + extra.stop)
        yield Field(f"extra {extra.id:#06x} {label}", extra.payload[:64].hex(" "), span)
    if isinstance(header, CentralHeader) and header.comment:
        comment = header.comment.decode("utf-8", "surrogateescape")
        span = Span(header.comment_start, header.comment_start + len(header.comment))
        yield Field("comment", comment, span)


def _zip_value(name: str, value: int) -> str:
    if name in _HEX:
        return f"{value:#010x}"
    if name == "mode":
        return f"{value:06o}" if value else "0 (none recorded)"
    if name == "method":
        return f"{value} ({METHOD_NAMES.get(value, 'unknown')})"
    if name == "create_system":
        return f"{value} ({_SYSTEMS.get(value, 'other')})"
    if name in {"create_version", "extract_version"}:
        return f"{value} ({value // 10}.{value % 10})"
    if name == "flags":
        set_ = [_FLAGS.get(bit, f"bit {bit}") for bit in range(16) if value >> bit & 1]
        return f"{value:#06x}" + (f" ({', '.join(set_)})" if set_ else "")
    if name in {"internal_attr", "dos_attr"}:
        return f"{value:#06x}"
    return f"{value}"


def _zip_end(artifact: ZipArtifact) -> Iterator[Group]:
    archive = artifact.archive
    for title, record, places in (
        ("End of central directory", archive.eocd, EOCD_FIELDS),
        ("Zip64 end of central directory", archive.eocd64, EOCD64_FIELDS),
    ):
        if record is not None:
            yield Group(
                title,
                tuple(
                    Field(
                        place.name.replace("_", " "),
                        _zip_value(place.name, value),
                        _at(record.offset, place),
                    )
                    for place, value in zip(places, record.fixed, strict=True)
                ),
            )
    comment = archive.comment
    if comment:
        shown = comment[:4096].decode("utf-8", "surrogateescape")
        yield Group("Archive comment", (Field("comment", shown),))


def _at(offset: int, place: Place) -> Span:
    return Span(offset + place.offset, offset + place.offset + place.width)


# -- tar


def _tar(artifact: TarArtifact, path: str) -> Iterator[Group]:
    if not path:
        if artifact.layer is not None and artifact.layer.gzip is not None:
            yield from _gzip_members(artifact.layer.gzip.members)
        return
    for member in artifact.members:
        if member.path == path:
            yield from _tar_entry(artifact, artifact.entries[member.index])


def _tar_entry(artifact: TarArtifact, entry: TarEntry) -> Iterator[Group]:
    data = artifact.plain
    for extension in entry.extensions:
        kind = extension.typeflag.decode("latin-1")
        records = bytes(data[extension.data.start : min(extension.data.stop, 1 << 40)])[:4096]
        lines = records.decode("utf-8", "surrogateescape").splitlines()
        yield Group(
            f"Extended header ({kind})",
            tuple(_pax_field(line) for line in lines if line.strip("\0")),
        )
    block = bytes(data[entry.header : entry.header + BLOCK])
    gnu = block[257:263] == b"ustar "
    dialect = Dialect.GNU if gnu else Dialect.USTAR if block[257:263] == b"ustar\0" else Dialect.V7
    fields: list[Field] = []
    for place in GNU_FIELDS if gnu else FIELDS:
        raw = block[place.offset : place.offset + place.width]
        start = entry.header + place.offset
        fields.append(
            Field(place.name, _tar_value(place.name, raw), Span(start, start + place.width))
        )
    yield Group(f"Header ({dialect})", tuple(fields))


_NUMBERS: Final = frozenset(
    {"mode", "uid", "gid", "size", "mtime", "chksum", "devmajor", "devminor"}
)


def _pax_field(line: str) -> Field:
    """Return a record ``length keyword=value``; the length follows from the others."""
    keyword, equals, value = line.partition(" ")[2].partition("=")
    return Field(keyword, value) if equals else Field("record", line)


def _tar_value(name: str, raw: bytes) -> str:
    text = raw.rstrip(b"\0 ").decode("utf-8", "surrogateescape")
    number = parse_number(raw) if name in _NUMBERS else None
    if number is None:
        return repr(text)[1:-1] if text.isascii() else text
    if name == "mtime":
        return f"{text} ({_time(number)})"
    if name in {"mode", "chksum"}:
        return text
    return f"{text} ({number})"


def _time(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, OSError, ValueError):
        return "no time"


# -- gzip


def is_gzip(data: memoryview) -> bool:
    """Whether ``data`` begins as a gzip file does, and is not too large to be read for it."""
    return bytes(data[:2]) == MAGIC and len(data) <= MAX_STREAM


def gzip(data: memoryview) -> list[Group]:
    """Return the header fields of each member of a gzip file."""
    try:
        stream = read_gzip(data, Limits())
    except ReprodiffError:
        return []
    try:
        return list(_gzip_members(stream.members))
    finally:
        stream.payload.close()


def _gzip_members(members: Sequence[GzipMember]) -> Iterator[Group]:
    for number, member in enumerate(members[:100]):
        title = "gzip" if len(members) == 1 else f"gzip member {number + 1}"
        yield Group(title, tuple(_gzip_fields(member)))


def _gzip_fields(member: GzipMember) -> Iterator[Field]:
    values: dict[str, str | None] = {
        "CM": str(member.method),
        "FLG": f"{member.flags:#04x}" if member.flags is not None else None,
        "MTIME": f"{member.mtime} ({_time(member.mtime)})" if member.mtime else "0 (none)",
        "XFL": str(member.xfl),
        "OS": f"{member.os} ({_GZIP_OS.get(member.os or 0, 'other')})",
        "FEXTRA": (member.extra or b"")[:64].hex(" "),
        "FNAME": (member.name or b"").decode("latin-1"),
        "FCOMMENT": (member.comment or b"").decode("latin-1"),
        "FHCRC": f"{member.header_crc:#06x}" if member.header_crc is not None else None,
        "CRC32": f"{member.crc32:#010x}" if member.crc32 is not None else None,
        "ISIZE": f"{member.isize}" if member.isize is not None else None,
    }
    for name, span in member.fields:
        if name == "data":
            yield Field("compressed data", f"{span.size:,} bytes", span)
        elif name in values:
            yield Field(name, values[name] or "", span)
