"""Where canonical bytes go, and gzip around them."""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from reprodiff.artifacts.streams.spool import Spool
from reprodiff.artifacts.tree import relaxer
from reprodiff.limits import Limits
from reprodiff.normalize.deflate import deflate

STEP: Final = 1 << 20
"""Bytes handed on at once."""
_RELAX: Final = 16
"""After so many steps pages are given back."""
_BLOCK: Final = 0xFFFF
"""Largest stored block of a deflate stream (RFC 1951, 3.2.4)."""

# RFC 1952: magic, deflate, no flags, no time, no level, system unknown.
_GZIP_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


class Sink(Protocol):
    """Takes bytes in order."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Take the next bytes."""


def pieces(data: bytes | memoryview) -> Iterator[bytes | memoryview]:
    """Yield ``data`` in steps; pages of a mapping that are done with go back to the system."""
    relax = relaxer(data) if isinstance(data, memoryview) else None
    for number, at in enumerate(range(0, len(data), STEP), start=1):
        yield data[at : at + STEP]
        if relax is not None and number % _RELAX == 0:
            relax()


class Hashing:
    """Counts and hashes what it passes on, if there is anything to pass it on to."""

    def __init__(self, write: Callable[[bytes | memoryview], object] | None = None) -> None:
        self._write = write
        self._digest = hashlib.sha256()
        self.size = 0
        """Bytes taken so far."""

    def write(self, data: bytes | memoryview, /) -> None:
        """Take the next bytes."""
        for piece in pieces(data):
            self._digest.update(piece)
            self.size += len(piece)
            if self._write is not None:
                self._write(piece)

    @property
    def sha256(self) -> str:
        """The digest of all bytes so far, in hexadecimal."""
        return self._digest.hexdigest()


class DeflatedGzip:
    """Writes one gzip member, deflated by our own encoder, when it has been given all bytes."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._crc = 0
        self._spool = Spool(Limits(), 1 << 62)

    def write(self, data: bytes | memoryview, /) -> None:
        """Take the next plain bytes."""
        for piece in pieces(data):
            self._crc = zlib.crc32(piece, self._crc)
            self._spool.write(bytes(piece))

    def close(self) -> None:
        """Write the member."""
        with self._spool, self._spool.finish() as plain:
            self._sink.write(_GZIP_HEADER)
            deflate(plain, self._sink.write)
            self._sink.write(_trailer(self._crc, len(plain)))


class StoredGzip:
    """Writes one gzip member of stored blocks, all of the largest size but the last.

    Not compressed: what zlib, zlib-ng and others make of the same bytes is not the same.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._waiting = bytearray()
        self._crc = 0
        self._size = 0
        sink.write(_GZIP_HEADER)

    def write(self, data: bytes | memoryview, /) -> None:
        """Take the next plain bytes."""
        for piece in pieces(data):
            self._crc = zlib.crc32(piece, self._crc)
            self._size += len(piece)
            self._waiting += piece
            while len(self._waiting) > _BLOCK:
                self._block(last=False)

    def close(self) -> None:
        """Write the last block, and the trailer."""
        self._block(last=True)
        self._sink.write(_trailer(self._crc, self._size))

    def _block(self, *, last: bool) -> None:
        block = bytes(self._waiting[:_BLOCK])
        del self._waiting[:_BLOCK]
        size = len(block)
        head = bytes([last]) + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little")
        self._sink.write(head + block)


def _trailer(crc: int, size: int) -> bytes:
    return crc.to_bytes(4, "little") + (size & 0xFFFFFFFF).to_bytes(4, "little")
