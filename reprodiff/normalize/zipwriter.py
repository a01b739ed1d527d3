"""Writes zip archives in one dialect (PKWARE APPNOTE 6.3.10), every byte chosen here."""

import struct
import time
import zlib
from typing import Final, NamedTuple

from reprodiff.normalize.deflate import deflated
from reprodiff.normalize.sinks import Sink, pieces

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR: Final = struct.Struct("<4sLQL")
_END: Final = struct.Struct("<4s4H2LH")

_UNIX: Final = 3
_VERSION: Final = 20
"""Version 2.0 of the specification: directories and deflate, what every reader knows."""
_VERSION64: Final = 45
_UTF8: Final = 1 << 11
_STORED: Final = 0
_DEFLATED: Final = 8
_FULL16: Final = 0xFFFF
_FULL32: Final = 0xFFFFFFFF
_DOS_DIRECTORY: Final = 0x10


class _Written(NamedTuple):
    name: bytes
    crc: int
    method: int
    packed: int
    size: int
    offset: int
    mode: int
    system: int


class ZipWriter:
    """Writes members with the same header fields each, then the directory.

    ``seconds`` is their time, even and between 1980 and 2107.  With ``compress`` a member is
    deflated where that makes it smaller, and stored otherwise.  Sizes and places that 32 bits
    cannot hold go to a zip64 field; nothing else has an extra field, a comment or a descriptor.
    """

    def __init__(self, sink: Sink, seconds: int, *, compress: bool = False) -> None:
        self._sink = sink
        self._compress = compress
        when = time.gmtime(seconds)
        self._date = (when.tm_year - 1980) << 9 | when.tm_mon << 5 | when.tm_mday
        self._time = when.tm_hour << 11 | when.tm_min << 5 | when.tm_sec // 2
        self._at = 0
        self._written: list[_Written] = []

    def add(self, name: bytes, content: bytes | memoryview, mode: int, system: int = _UNIX) -> None:
        """Write a member; ``name`` is UTF-8, ``mode`` the whole ``st_mode`` on ``system``."""
        crc = 0
        for piece in pieces(content):
            crc = zlib.crc32(piece, crc)
        size = len(content)
        if self._compress and size:
            with deflated(memoryview(content)) as packed:
                if len(packed) < size:
                    sizes = (len(packed), size)
                    self._member(_Written(name, crc, _DEFLATED, *sizes, self._at, mode, system))
                    self._put(packed)
                    return
        self._member(_Written(name, crc, _STORED, size, size, self._at, mode, system))
        self._put(content)

    def _member(self, member: _Written) -> None:
        """Write the local header of a member, and note it for the directory."""
        name, crc, method, packed, size, *_ = member
        self._written.append(member)
        large = size >= _FULL32
        shown = (_FULL32, _FULL32) if large else (packed, size)
        extra = struct.pack("<HHQQ", 1, 16, size, packed) if large else b""
        version = _VERSION64 if large else _VERSION
        fixed = (version, _flags(name), method, self._time, self._date, crc, *shown)
        self._put(_LOCAL.pack(b"PK\3\4", *fixed, len(name), len(extra)) + name + extra)

    def finish(self) -> None:
        """Write the central directory and the end."""
        start, count = self._at, len(self._written)
        for member in self._written:
            self._put(self._central(member))
        size = self._at - start
        if count >= _FULL16 or size >= _FULL32 or start >= _FULL32:
            end64, versions = self._at, (_UNIX << 8 | _VERSION64, _VERSION64)
            self._put(_END64.pack(b"PK\6\6", 44, *versions, 0, 0, count, count, size, start))
            self._put(_LOCATOR.pack(b"PK\6\7", 0, end64, 1))
        few = min(count, _FULL16)
        ends = (few, few, min(size, _FULL32), min(start, _FULL32))
        self._put(_END.pack(b"PK\5\6", 0, 0, *ends, 0))

    def _central(self, member: _Written) -> bytes:
        name, crc, method, packed, size, offset, mode, system = member
        wide = (
            *((size, packed) if size >= _FULL32 else ()),
            *((offset,) if offset >= _FULL32 else ()),
        )
        extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
        version = _VERSION64 if wide else _VERSION
        shown = (_FULL32, _FULL32) if size >= _FULL32 else (packed, size)
        attributes = mode << 16 | (_DOS_DIRECTORY if name.endswith(b"/") else 0)
        fixed = (system << 8 | version, version, _flags(name), method, self._time, self._date)
        rest = (crc, *shown, len(name), len(extra), 0, 0, 0, attributes)
        return _CENTRAL.pack(b"PK\1\2", *fixed, *rest, min(offset, _FULL32)) + name + extra

    def _put(self, data: bytes | memoryview) -> None:
        self._sink.write(data)
        self._at += len(data)


def _flags(name: bytes) -> int:
    return 0 if name.isascii() else _UTF8
