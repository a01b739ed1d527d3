"""Raw deflate (RFC 1951) in bounded steps, with the exact place where it ends or breaks."""

import zlib
from typing import Final, NamedTuple

from reprodiff.artifacts.streams.spool import Spool

_FIRST_INPUT: Final = 1 << 12
"""What is left over of a step is copied: small, as there may be a million tiny streams."""
_INPUT: Final = 1 << 16
_OUTPUT: Final = 1 << 20


class Inflated(NamedTuple):
    """What became of one deflate stream."""

    stop: int
    """The first byte behind it; where it is broken, the byte at which it stops making sense."""
    size: int
    """Plain bytes given to the spool."""
    crc32: int
    """CRC-32 of those bytes."""
    complete: bool
    """Whether the stream came to its own end."""
    broken: bool
    """Whether it is not deflate; neither complete nor broken means cut short."""


class _Sink:
    """Passes plain bytes on and keeps their count and CRC-32."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self.size = 0
        self.crc32 = 0

    def take(self, plain: bytes) -> None:
        if not plain:
            self._spool.check_time()
            return
        self.size += len(plain)
        self.crc32 = zlib.crc32(plain, self.crc32)
        self._spool.write(plain)


def inflate(data: memoryview, start: int, spool: Spool) -> Inflated:
    """Inflate the stream at ``start`` into ``spool``; raises only what the spool raises."""
    decoder = zlib.decompressobj(-zlib.MAX_WBITS)
    sink = _Sink(spool)
    position, step = start, _FIRST_INPUT
    while True:
        piece = data[position : position + step]
        step = _INPUT
        # A step that fails loses what it made. It is taken again from the copy, byte by byte,
        # which saves that output and finds the very byte.
        before = decoder.copy()
        try:
            plain = decoder.decompress(piece, _OUTPUT)
        except zlib.error:
            position += _sound_bytes(before, piece, sink)
            return Inflated(position, sink.size, sink.crc32, complete=False, broken=True)
        # At the end the tail may hold the unused bytes once more: never subtract both.
        unused = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
        used = len(piece) - len(unused)
        sink.take(plain)
        position += used
        if decoder.eof or (not plain and not used):
            return Inflated(position, sink.size, sink.crc32, decoder.eof, broken=False)


def _sound_bytes(decoder: "zlib._Decompress", piece: memoryview, sink: _Sink) -> int:
    """Inflate ``piece`` up to where it fails; return how many bytes were sound."""
    for used in range(len(piece)):
        try:
            # One byte holds four matches at most, so about 1 kB: no bound is needed.
            sink.take(decoder.decompress(piece[used : used + 1]))
        except zlib.error:
            return used
    return len(piece)
