"""Zip files made record by record, so that each field can lie."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

T = TypeVar("T")

LOCAL = struct.Struct("<LHHHHHLLLHH")
CENTRAL = struct.Struct("<LBBHHHHHLLLHHHHHHHL")
END = struct.Struct("<LHHHHLLH")
END64 = struct.Struct("<LQBBHLLQQQQ")
LOCATOR = struct.Struct("<LLQL")

FULL32 = 0xFFFFFFFF
DATE = (2024 - 1980) << 9 | 5 << 5 | 6
TIME = 7 << 11 | 8 << 5 | 5


@dataclass(frozen=True)
class Made:
    """One member; ``None`` stands for the true value."""

    name: bytes = b"demo.py"
    data: bytes = b"value = 1\n"
    method: int = 0
    stored: bytes | None = None
    flags: int = 0
    crc: int | None = None
    csize: int | None = None
    usize: int | None = None
    time: int = TIME
    date: int = DATE
    extra: bytes = b""
    comment: bytes = b""
    system: int = 3
    dos_attr: int = 0
    mode: int = 0o100644
    disk: int = 0
    offset: int | None = None
    local_name: bytes | None = None
    local_extra: bytes | None = None
    local_flags: int | None = None
    local_crc: int | None = None
    local_csize: int | None = None
    local_usize: int | None = None
    local_method: int | None = None
    descriptor: bytes = b""
    before: bytes = b""
    """Bytes in front of the local header."""
    listed: bool = True
    """Whether the central directory has it."""
    written: bool = True
    """Whether the local record is there."""

    def packed(self) -> bytes:
        if self.stored is not None:
            return self.stored
        if self.method == 8:
            coder = zlib.compressobj(6, zlib.DEFLATED, -15)
            return coder.compress(self.data) + coder.flush()
        return self.data

    def local(self) -> bytes:
        if not self.written:
            return self.before
        stored = self.packed()
        name = pick(self.local_name, self.name)
        extra = pick(self.local_extra, self.extra)
        return (
            self.before
            + LOCAL.pack(
                0x04034B50,
                20,
                pick(self.local_flags, self.flags),
                pick(self.local_method, self.method),
                self.time,
                self.date,
                pick(self.local_crc, pick(self.crc, zlib.crc32(self.data))),
                pick(self.local_csize, pick(self.csize, len(stored))),
                pick(self.local_usize, pick(self.usize, len(self.data))),
                len(name),
                len(extra),
            )
            + name
            + extra
            + stored
            + self.descriptor
        )

    def central(self, offset: int) -> bytes:
        return (
            CENTRAL.pack(
                0x02014B50,
                20,
                self.system,
                20,
                self.flags,
                self.method,
                self.time,
                self.date,
                pick(self.crc, zlib.crc32(self.data)),
                pick(self.csize, len(self.packed())),
                pick(self.usize, len(self.data)),
                len(self.name),
                len(self.extra),
                len(self.comment),
                self.disk,
                0,
                self.dos_attr,
                self.mode,
                pick(self.offset, offset),
            )
            + self.name
            + self.extra
            + self.comment
        )


@dataclass(frozen=True)
class Archive:
    """A zip file around its members; ``None`` stands for the true value."""

    members: Sequence[Made] = field(default_factory=lambda: (Made(),))
    prefix: bytes = b""
    adjusted: bool = True
    """Whether offsets count the prefix."""
    between: bytes = b""
    """Bytes in front of the central directory."""
    behind: bytes = b""
    """Bytes between the central directory and the end records."""
    comment: bytes = b""
    comment_length: int | None = None
    tail: bytes = b""
    total: int | None = None
    size: int | None = None
    offset: int | None = None
    disk: int = 0
    zip64: bool = False
    extensible: bytes = b""
    total64: int | None = None
    locator_offset: int | None = None

    def parts(self) -> tuple[bytes, bytes, bytes]:
        """Return local records, central directory, and all that follows."""
        start = len(self.prefix) if self.adjusted else 0
        body, directory = b"", b""
        offsets: list[int] = []
        for member in self.members:
            offsets.append(start + len(body) + len(member.before))
            body += member.local()
        body += self.between
        for member, offset in zip(self.members, offsets, strict=True):
            directory += member.central(offset) if member.listed else b""
        count = sum(member.listed for member in self.members)
        place = start + len(body)
        ends = b""
        if self.zip64:
            ends += END64.pack(
                0x06064B50,
                44 + len(self.extensible),
                45,
                3,
                45,
                0,
                0,
                pick(self.total64, count),
                pick(self.total64, count),
                len(directory),
                place,
            )
            ends += self.extensible
            at = place + len(directory) + len(self.behind)
            ends += LOCATOR.pack(0x07064B50, 0, pick(self.locator_offset, at), 1)
        total = pick(self.total, 0xFFFF if self.zip64 else count)
        ends += END.pack(
            0x06054B50,
            self.disk,
            self.disk,
            total,
            total,
            pick(self.size, FULL32 if self.zip64 else len(directory)),
            pick(self.offset, FULL32 if self.zip64 else place),
            pick(self.comment_length, len(self.comment)),
        )
        return self.prefix + body, directory, self.behind + ends + self.comment + self.tail

    def __bytes__(self) -> bytes:
        return b"".join(self.parts())


def pick(given: T | None, true: T) -> T:
    return true if given is None else given


def archive(*members: Made) -> bytes:
    """Return a plain zip file of some members."""
    return bytes(Archive(members))


def extra(identity: int, payload: bytes) -> bytes:
    """Return one extra field."""
    return struct.pack("<HH", identity, len(payload)) + payload


def streamed(member: Made, form: str) -> Made:
    """Return the member as a writer that cannot seek makes it, with a descriptor of a form.

    ``form`` begins with ``Q`` for 8-byte sizes, else ``L``, and ends with ``s`` for a signature.
    """
    stored = member.packed()
    sizes = form[0]
    values = struct.pack(
        f"<L{sizes}{sizes}", zlib.crc32(member.data), len(stored), len(member.data)
    )
    signature = b"PK\x07\x08" if form.endswith("s") else b""
    return replace(
        member,
        flags=member.flags | 8,
        local_crc=0,
        local_csize=0,
        local_usize=0,
        descriptor=signature + values,
    )
