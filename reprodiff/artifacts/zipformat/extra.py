"""Extra fields: what writers record of a member beyond the fixed header.

An extra area is a row of (id, length, payload) triples, APPNOTE 4.5.1.  The ids and payloads are
from APPNOTE 4.5 and 4.6, and from Info-ZIP's ``proginfo/extrafld.txt`` for those that are not
PKWARE's own.  Nothing here raises: what cannot be decoded is ``None``, and bytes that make up no
triple are a field with the id :data:`MALFORMED`.
"""

import struct
import zlib
from collections.abc import Sequence
from typing import Final

from reprodiff.records import NamedTuple

MALFORMED: Final = -1
"""The id given to trailing bytes of an extra area that make up no field."""

ZIP64: Final = 0x0001
NTFS_TIMES: Final = 0x000A
STRONG_ENCRYPTION: Final = 0x0017
UNIX_TIMES: Final = 0x5455
UNIX_OLD: Final = 0x5855
UNICODE_COMMENT: Final = 0x6375
UNICODE_PATH: Final = 0x7075
UNIX_OWNER_OLD: Final = 0x7855
UNIX_OWNER: Final = 0x7875
AES: Final = 0x9901

EXTRA_NAMES: Final = {
    ZIP64: "zip64 sizes",
    NTFS_TIMES: "NTFS times",
    STRONG_ENCRYPTION: "strong encryption header",
    UNIX_TIMES: "extended timestamp",
    UNIX_OLD: "Info-ZIP Unix, original",
    UNICODE_COMMENT: "Unicode comment",
    UNICODE_PATH: "Unicode path",
    UNIX_OWNER_OLD: "Info-ZIP Unix, 16-bit uid and gid",
    UNIX_OWNER: "Info-ZIP Unix, uid and gid",
    AES: "AES encryption",
    0xA11E: "padding for alignment",
    0xCAFE: "jar marker",
    0xD935: "padding for alignment",
}

MAX_FIELDS: Final = 1024
"""An area with more fields is malformed from there on: they would cost more than they can say."""

_FEW: Final = 8

_HEADER: Final = struct.Struct("<HH")


class ExtraField(NamedTuple):
    """One field of an extra area."""

    id: int
    start: int
    """Offset of its id in the extra area."""
    stop: int
    payload: bytes
    """What follows id and length; for malformed bytes all of them."""


def parse_extra(extra: bytes) -> tuple[ExtraField, ...]:
    """Split an extra area; its fields tile it without a gap."""
    if not extra:
        return ()
    fields: list[ExtraField] = []
    at, end = 0, len(extra)
    while end - at >= _HEADER.size and len(fields) < MAX_FIELDS:
        identity, length = _HEADER.unpack_from(extra, at)
        stop = at + _HEADER.size + length
        if stop > end:
            break
        fields.append(ExtraField(identity, at, stop, extra[at + _HEADER.size : stop]))
        at = stop
    if at < end:
        fields.append(ExtraField(MALFORMED, at, end, extra[at:]))
    return tuple(fields)


def is_plain(extra: bytes) -> bool:
    """Whether an extra area is well formed, repeats nothing, and leaves sizes and name alone.

    The same answer as from :func:`parse_extra`, for the many areas that hold times and owners
    only.
    """
    at, end = 0, len(extra)
    ids: list[int] = []
    while end - at >= _HEADER.size:
        identity, length = _HEADER.unpack_from(extra, at)
        if identity in (ZIP64, UNICODE_PATH) or identity in ids or len(ids) == _FEW:
            return False
        ids.append(identity)
        at += _HEADER.size + length
    return at == end


def first_payload(extra: bytes, identity: int) -> bytes | None:
    """Return the payload of the first field with an id, as readers take it."""
    for field in parse_extra(extra):
        if field.id == identity:
            return field.payload
    return None


class UnixTimes(NamedTuple):
    """Times in seconds since 1970, UTC; ``None`` where not recorded."""

    mtime: int | None
    atime: int | None
    ctime: int | None


def unix_times(payload: bytes, *, central: bool) -> UnixTimes | None:
    """Decode 0x5455: flags say which times the local header has, the central one has mtime only.

    ``central`` says which of the two the payload is from; libarchive writes there what it wrote in
    the local header.  Times are signed 32-bit numbers.
    """
    if not payload:
        return None
    flags = payload[0]
    present = [bool(flags & bit) for bit in (1, 2, 4)]
    if central and len(payload) != 1 + 4 * sum(present):
        present[1:] = [False, False]
    if len(payload) < 1 + 4 * sum(present):
        return None
    values = iter(struct.unpack_from(f"<{sum(present)}l", payload, 1))
    mtime, atime, ctime = (next(values) if there else None for there in present)
    return UnixTimes(mtime, atime, ctime)


class UnixOwner(NamedTuple):
    """Numbers of user and group."""

    uid: int
    gid: int


def unix_owner(payload: bytes) -> UnixOwner | None:
    """Decode 0x7875: version 1, then uid and gid, each with its width in front."""
    if len(payload) < 3 or payload[0] != 1:
        return None
    uid_stop = 2 + payload[1]
    if uid_stop >= len(payload):
        return None
    gid_stop = uid_stop + 1 + payload[uid_stop]
    if gid_stop > len(payload):
        return None
    return UnixOwner(
        int.from_bytes(payload[2:uid_stop], "little"),
        int.from_bytes(payload[uid_stop + 1 : gid_stop], "little"),
    )


class UnicodeText(NamedTuple):
    """A name or comment recorded a second time, in UTF-8."""

    raw: bytes
    text: str
    """Bytes that are not UTF-8 are lone surrogates, one to one."""
    valid: bool
    """Version 1, proper UTF-8, and the CRC fits the field it stands for: readers use it."""


def unicode_text(payload: bytes, stands_for: bytes) -> UnicodeText | None:
    """Decode 0x7075 or 0x6375, APPNOTE 4.6.8 and 4.6.9.

    ``stands_for`` is the name or the comment in the header, of which the field has the CRC-32.
    """
    if len(payload) < 5:
        return None
    version, crc = struct.unpack_from("<BL", payload)
    raw = payload[5:]
    text = raw.decode("utf-8", "surrogateescape")
    proper = not any("\udc80" <= char <= "\udcff" for char in text)
    return UnicodeText(raw, text, version == 1 and crc == zlib.crc32(stands_for) and proper)


class Zip64Values(NamedTuple):
    """The values a header refers to its zip64 extra field for."""

    usize: int
    csize: int
    offset: int
    disk: int
    complete: bool
    """Every value that should be there is, and nothing else."""


def zip64_values(extra: bytes, *, usize: int, csize: int, offset: int, disk: int) -> Zip64Values:
    """Resolve fields that are all ones by 0x0001, APPNOTE 4.5.3.

    The arguments are the header's own values.  Only fields that are all ones are in the extra
    field, always in this order; where one is missing the header's value stays.  A local header
    has no offset and no disk number: give 0.
    """
    wanted = (
        (usize, 0xFFFFFFFF, 8),
        (csize, 0xFFFFFFFF, 8),
        (offset, 0xFFFFFFFF, 8),
        (disk, 0xFFFF, 4),
    )
    rest = first_payload(extra, ZIP64) or b""
    values: list[int] = []
    complete = True
    for value, full, width in wanted:
        if value != full:
            values.append(value)
        elif len(rest) >= width:
            values.append(int.from_bytes(rest[:width], "little"))
            rest = rest[width:]
        else:
            complete = False
            values.append(value)
            rest = b""
    return Zip64Values(values[0], values[1], values[2], values[3], complete and not rest)


def repeats_sizes(extra: bytes, own: Sequence[int]) -> bool:
    """Whether a zip64 field that nothing asks for says what the header says, as Bazel writes it.

    ``own`` are the header's plain size, its stored size and, of a central one, the offset.  Readers
    that take the field, and those that pass over it, then see the same.
    """
    payload = first_payload(extra, ZIP64)
    if payload is None or 0xFFFFFFFF in own or len(payload) % 8 or len(payload) > 8 * len(own):
        return False
    values = (int.from_bytes(payload[at : at + 8], "little") for at in range(0, len(payload), 8))
    return all(value == mine for value, mine in zip(values, own, strict=False))
