"""The 512-byte header block of a tar entry.

POSIX.1-2017, pax, "ustar Interchange Format" has the fields; the GNU tar manual, "Basic Tar
Format", has what GNU puts where ustar has its prefix.  Nothing here is trusted: a number that is
none is ``None``, and whether the checksum holds is a fact of its own.
"""

import struct
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

BLOCK: Final = 512
"""Everything in a tar begins at a multiple of this."""

ZERO_BLOCK: Final = bytes(BLOCK)


class Field(NamedTuple):
    """A field of a block: its name, and its offset and width in bytes."""

    name: str
    offset: int
    width: int


FIELDS: Final = (
    Field("name", 0, 100),
    Field("mode", 100, 8),
    Field("uid", 108, 8),
    Field("gid", 116, 8),
    Field("size", 124, 12),
    Field("mtime", 136, 12),
    Field("chksum", 148, 8),
    Field("typeflag", 156, 1),
    Field("linkname", 157, 100),
    Field("magic", 257, 6),
    Field("version", 263, 2),
    Field("uname", 265, 32),
    Field("gname", 297, 32),
    Field("devmajor", 329, 8),
    Field("devminor", 337, 8),
    Field("prefix", 345, 155),
    Field("pad", 500, 12),
)
"""The fields of ustar, pax and v7 headers (v7 ends with ``linkname``; the rest is padding)."""

GNU_FIELDS: Final = (
    *FIELDS[:15],
    Field("atime", 345, 12),
    Field("ctime", 357, 12),
    Field("offset", 369, 12),
    Field("longnames", 381, 4),
    Field("unused", 385, 1),
    Field("sparse", 386, 96),
    Field("isextended", 482, 1),
    Field("realsize", 483, 12),
    Field("pad", 495, 17),
)
"""The same for headers with the GNU magic, which have no prefix."""

_UNPACK: Final = struct.Struct("100s8s8s8s12s12s8s1s100s6s2s32s32s8s8s155s12s").unpack


class Dialect(StrEnum):
    """The flavour of tar that a header is written in."""

    V7 = "v7"
    USTAR = "ustar"
    PAX = "pax"
    """ustar with extended headers of its own."""
    GNU = "gnu"


class Checksum(StrEnum):
    """How a header's checksum was computed."""

    UNSIGNED = "unsigned"
    """As POSIX says."""
    SIGNED = "signed"
    """With bytes taken as signed, as old writers did; readers accept it."""
    WRONG = "wrong"


class TarHeader(NamedTuple):
    """The raw fields of a header block, as in :data:`FIELDS`."""

    name: bytes
    mode: bytes
    uid: bytes
    gid: bytes
    size: bytes
    mtime: bytes
    chksum: bytes
    typeflag: bytes
    linkname: bytes
    magic: bytes
    version: bytes
    uname: bytes
    gname: bytes
    devmajor: bytes
    devminor: bytes
    prefix: bytes
    pad: bytes

    @property
    def dialect(self) -> Dialect:
        """What the magic says; pax shows only in the headers before this one."""
        if self.magic == b"ustar\0":
            return Dialect.USTAR
        if self.magic == b"ustar ":
            return Dialect.GNU
        return Dialect.V7

    def number(self, field: str) -> int | None:
        """Return a numeric field as :func:`parse_number` reads it."""
        raw: bytes = getattr(self, field)
        return parse_number(raw)

    def text(self, field: str) -> bytes:
        """Return a text field up to its NUL."""
        raw: bytes = getattr(self, field)
        return raw.partition(b"\0")[0]


def split(block: bytes) -> TarHeader:
    """Cut a block of 512 bytes into its fields."""
    return TarHeader._make(_UNPACK(block))


# Owners, modes and times repeat from entry to entry.
@lru_cache(maxsize=2048)
def parse_number(raw: bytes) -> int | None:
    """Read a numeric field; ``None`` if it is none.

    Octal digits between spaces, ended by a space or NUL (POSIX), after a minus sign in some old
    archives; all blank is 0, as in the device fields of files.  With the top bit set it is
    base-256, big-endian, two's complement below that bit (GNU tar manual, "Extensions").
    """
    if raw and raw[0] & 0x80:
        bits = 8 * len(raw) - 1
        value = int.from_bytes(raw, "big") & ((1 << bits) - 1)
        return value - (1 << bits) if value >> (bits - 1) else value
    text = raw.partition(b"\0")[0].strip(b" ")
    if not text:
        return 0
    digits = text[1:] if text[:1] == b"-" else text
    # int() alone would take underscores, a prefix and other white space too.
    if not digits or digits.strip(b"01234567"):
        return None
    value = int(digits, 8)
    return -value if digits is not text else value


def checksum(block: bytes, stored: bytes) -> Checksum:
    """Check a block against the checksum it holds, both ways of computing it.

    One that is blank holds for no header, though the signed sum of other data may be zero.
    """
    if not stored.partition(b"\0")[0].strip(b" "):
        return Checksum.WRONG
    expected = parse_number(stored)
    # POSIX: the sum of all bytes, the checksum field itself taken as eight spaces.
    unsigned = sum(block) - sum(stored) + 8 * 0x20
    if expected == unsigned:
        return Checksum.UNSIGNED
    high = sum(byte >> 7 for byte in block) - sum(byte >> 7 for byte in stored)
    if expected == unsigned - 256 * high:
        return Checksum.SIGNED
    return Checksum.WRONG


def is_header(block: bytes) -> bool:
    """Whether a block is a tar header: 512 bytes, not all zero, whose checksum holds.

    The one test that readers agree on; a magic alone is not enough, and v7 has none.
    """
    return (
        len(block) == BLOCK
        and block != ZERO_BLOCK
        and checksum(block, block[148:156]) is not Checksum.WRONG
    )
