"""The fixed parts of zip records: which field lies where, and how wide it is.

Every layout is from PKWARE's APPNOTE.TXT 6.3.10; its section is named at each table.  The named
tuple of a record and its table have the same order, so that the number of an element is the
number of its field.  Two fields of the specification hold two facts each and are split: "version
made by" into version and system, "external file attributes" into the MS-DOS attributes and the
Unix mode.  All numbers are little-endian and unsigned.
"""

import struct
from collections.abc import Sequence
from itertools import compress, count
from operator import ne
from typing import Final

from reprodiff.records import NamedTuple

LOCAL_SIGNATURE: Final = 0x04034B50
CENTRAL_SIGNATURE: Final = 0x02014B50
DESCRIPTOR_SIGNATURE: Final = 0x08074B50
END_SIGNATURE: Final = 0x06054B50
END64_SIGNATURE: Final = 0x06064B50
LOCATOR_SIGNATURE: Final = 0x07064B50

FULL16: Final = 0xFFFF
"""A 16-bit field with this value refers to the zip64 end record."""
FULL32: Final = 0xFFFFFFFF
"""A 32-bit field with this value refers to the zip64 extra field or end record."""

FLAG_ENCRYPTED: Final = 1 << 0
FLAG_DESCRIPTOR: Final = 1 << 3
"""The sizes and the CRC follow the data; those in the local header are zero."""
FLAG_PATCH: Final = 1 << 5
FLAG_STRONG_ENCRYPTION: Final = 1 << 6
FLAG_UTF8: Final = 1 << 11
FLAG_MASKED: Final = 1 << 13
"""The central directory is encrypted, and values in local headers are blanked."""


class Field(NamedTuple):
    """One fixed field of a record."""

    name: str
    offset: int
    """Bytes from the start of the record."""
    width: int
    """Bytes."""


class LocalFields(NamedTuple):
    """Local file header, APPNOTE 4.3.7."""

    signature: int
    extract_version: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    csize: int
    usize: int
    name_length: int
    extra_length: int


class CentralFields(NamedTuple):
    """Central directory file header, APPNOTE 4.3.12."""

    signature: int
    create_version: int
    create_system: int
    extract_version: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    csize: int
    usize: int
    name_length: int
    extra_length: int
    comment_length: int
    disk_start: int
    internal_attr: int
    dos_attr: int
    mode: int
    local_offset: int


class EndFields(NamedTuple):
    """End of central directory record, APPNOTE 4.3.16."""

    signature: int
    disk_number: int
    directory_disk: int
    entries_on_disk: int
    entries_total: int
    directory_size: int
    directory_offset: int
    comment_length: int


class End64Fields(NamedTuple):
    """Zip64 end of central directory record, APPNOTE 4.3.14."""

    signature: int
    record_size: int
    create_version: int
    create_system: int
    extract_version: int
    disk_number: int
    directory_disk: int
    entries_on_disk: int
    entries_total: int
    directory_size: int
    directory_offset: int


class LocatorFields(NamedTuple):
    """Zip64 end of central directory locator, APPNOTE 4.3.15."""

    signature: int
    end64_disk: int
    end64_offset: int
    disks_total: int


_CODES: Final = {1: "B", 2: "H", 4: "L", 8: "Q"}


def _layout(names: Sequence[str], widths: Sequence[int]) -> tuple[struct.Struct, tuple[Field, ...]]:
    offset = 0
    table: list[Field] = []
    for name, width in zip(names, widths, strict=True):
        table.append(Field(name, offset, width))
        offset += width
    return struct.Struct("<" + "".join(_CODES[width] for width in widths)), tuple(table)


LOCAL, LOCAL_FIELDS = _layout(LocalFields._fields, (4, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2))
CENTRAL, CENTRAL_FIELDS = _layout(
    CentralFields._fields, (4, 1, 1, 2, 2, 2, 2, 2, 4, 4, 4, 2, 2, 2, 2, 2, 2, 2, 4)
)
END, EOCD_FIELDS = _layout(EndFields._fields, (4, 2, 2, 2, 2, 4, 4, 2))
END64, EOCD64_FIELDS = _layout(End64Fields._fields, (4, 8, 1, 1, 2, 4, 4, 8, 8, 8, 8))
LOCATOR, LOCATOR_FIELDS = _layout(LocatorFields._fields, (4, 4, 8, 4))

LOCAL_SIZE: Final = LOCAL.size
CENTRAL_SIZE: Final = CENTRAL.size
END_SIZE: Final = END.size
END64_SIZE: Final = END64.size
LOCATOR_SIZE: Final = LOCATOR.size

_DESCRIPTOR_NAMES: Final = ("signature", "crc", "csize", "usize")


class DescriptorShape(NamedTuple):
    """One of the four forms a data descriptor has in practice, APPNOTE 4.3.9."""

    signed: bool
    """It begins with the signature, which was no part of the first specification."""
    wide: bool
    """Its sizes have 8 bytes, as zip64 asks for."""
    layout: struct.Struct
    fields: tuple[Field, ...]


def _shape(*, signed: bool, wide: bool) -> DescriptorShape:
    widths = (4, 4, 8, 8) if wide else (4, 4, 4, 4)
    skip = 0 if signed else 1
    return DescriptorShape(signed, wide, *_layout(_DESCRIPTOR_NAMES[skip:], widths[skip:]))


SIGNED: Final = _shape(signed=True, wide=False)
SIGNED_WIDE: Final = _shape(signed=True, wide=True)
BARE: Final = _shape(signed=False, wide=False)
BARE_WIDE: Final = _shape(signed=False, wide=True)
DESCRIPTOR_SHAPES: Final = (SIGNED, SIGNED_WIDE, BARE, BARE_WIDE)


def differing_fields(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """Return the numbers of the elements in which two records of one kind differ.

    Each number is an index into the record's table of fields.
    """
    if a == b:
        return ()
    # There may be a million pairs: the loop is the interpreter's own.
    return tuple(compress(count(), map(ne, a, b)))
