"""The compressed streams an artifact may be or hold: found by their magic, undone within limits."""

import bz2
import lzma
from collections.abc import Callable
from typing import Final, Protocol

from reprodiff.artifacts.base import Payload
from reprodiff.artifacts.closing import Closing
from reprodiff.artifacts.streams import zstandard_frames
from reprodiff.artifacts.streams.damage import Damage
from reprodiff.artifacts.streams.gzip import read_gzip
from reprodiff.artifacts.streams.spool import Spool
from reprodiff.errors import InputError, UnsupportedError
from reprodiff.limits import Budget, Limits
from reprodiff.model import Span
from reprodiff.records import dataclass

CODECS: Final = ("gzip", "bz2", "xz", "lzma", "zstd")
"""The names :func:`detect` gives and :func:`decompress` takes."""

_FIRST_INPUT: Final = 1 << 12
"""What is left over of a step is copied: small, as there may be a million tiny streams."""
_INPUT: Final = 1 << 16
_OUTPUT: Final = 1 << 20
# A bzip2 stream goes on with a block (the digits of pi) or, empty, with its end (of its root).
_BZ2_NEXT: Final = (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")
_XZ: Final = b"\xfd7zXZ\0"
_LZMA_UNKNOWN_SIZE: Final = 0xFFFF_FFFF_FFFF_FFFF
_LZMA_LARGEST: Final = 1 << 38


@dataclass(frozen=True, slots=True, eq=False)
class Decompressed(Closing):
    """The plain bytes of a compressed file.  Close it to free them."""

    codec: str
    payload: Payload
    streams: int
    """How many streams (gzip members, zstd frames) the file is made of, as far as was read."""
    trailing: Span
    """What follows the last of them; empty where nothing does."""
    damage: tuple[Damage, ...]

    def close(self) -> None:
        """Free the payload."""
        self.payload.close()


def detect(data: memoryview) -> str | None:
    """Say how ``data`` is compressed, by its first bytes; ``None`` if it is not.

    gzip: RFC 1952, section 2.3.1; zstd: RFC 8878, section 3.1; xz: The .xz File Format, section
    2.1.1.1.  bzip2 and the older .lzma have no registered magic: of the first the 48 bits behind
    the size digit count too; the second has only numbers, which must be ones an encoder writes.
    """
    head = bytes(data[:14])
    if head[:3] == b"\x1f\x8b\x08":
        return "gzip"
    if _is_bz2(head):
        return "bz2"
    if head[:6] == _XZ:
        return "xz"
    if zstandard_frames.begins(data):
        return "zstd"
    return "lzma" if _is_lzma(head) else None


def decompress(
    data: memoryview, codec: str, limits: Limits, budget: Budget | None = None
) -> Decompressed:
    """Undo the compression ``codec``, one of :data:`CODECS`, all concatenated streams of it.

    A cut or broken stream gives what came before it, and damage.  Raises :class:`InputError`
    where the data does not begin as that codec does, :class:`UnsupportedError` for what cannot
    be read (a zstd dictionary, a missing decompressor, an unknown codec) and
    :class:`LimitError` where the content is larger or denser than allowed.
    """
    if codec == "gzip":
        stream = read_gzip(data, limits, budget)
        return Decompressed(
            codec, stream.payload, len(stream.members), stream.trailing, stream.damage
        )
    if codec not in CODECS:
        raise UnsupportedError(
            f"this program knows {', '.join(CODECS)}, and no other compressed streams",
            "decompress the file first",
        )
    if detect(data) != codec:
        raise InputError(
            f"not {codec} data", "check that the download is whole and the name fits the content"
        )
    damage: list[Damage] = []
    with Spool(limits, len(data), budget) as spool:
        if codec == "zstd":
            streams, position = zstandard_frames.read(data, spool, damage)
        else:
            streams, position = _read(data, codec, spool, damage)
        payload = spool.finish()
    return Decompressed(codec, payload, streams, Span(position, len(data)), tuple(damage))


def _is_bz2(head: bytes) -> bool:
    return head[:3] == b"BZh" and head[3:4] in b"123456789" and head[4:10] in _BZ2_NEXT


def _is_lzma(head: bytes) -> bool:
    """Whether this is a header of .lzma: properties, dictionary size, plain size, a zero byte."""
    if len(head) < 14 or head[0] >= 225 or head[13] != 0:
        return False
    dictionary = int.from_bytes(head[1:5], "little")
    size = int.from_bytes(head[5:13], "little")
    if size != _LZMA_UNKNOWN_SIZE and size >= _LZMA_LARGEST:
        return False
    # Encoders write 2**n or 2**n + 2**(n-1), from 4 KiB; the size of anything else is chance.
    lowest = dictionary & -dictionary
    return dictionary >= 4096 and dictionary in (lowest, lowest * 3)


class _Decoder(Protocol):
    """What bz2 and lzma decompressors have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: memoryview, /, max_length: int) -> bytes: ...


def _factory(codec: str, limits: Limits) -> Callable[[], _Decoder]:
    if codec == "bz2":
        return bz2.BZ2Decompressor
    form = lzma.FORMAT_XZ if codec == "xz" else lzma.FORMAT_ALONE
    return lambda: lzma.LZMADecompressor(form, memlimit=limits.max_window_bytes)


def _read(data: memoryview, codec: str, spool: Spool, damage: list[Damage]) -> tuple[int, int]:
    """Decompress stream after stream; return how many and where what is none begins."""
    make = _factory(codec, spool.limits)
    streams = position = 0
    while True:
        streams += 1
        if streams > spool.limits.max_entries:
            raise spool.limits.reached("max_entries")
        position, complete = _read_one(data, position, make(), spool, damage)
        if not complete:
            return streams, position
        following = _next_stream(data, codec, position)
        if following is None:
            return streams, position
        position = following


def _next_stream(data: memoryview, codec: str, position: int) -> int | None:
    """Return where the next stream begins, ``None`` if what follows is none."""
    if codec == "bz2":
        return position if _is_bz2(bytes(data[position : position + 10])) else None
    if codec == "lzma":
        return None
    # The .xz File Format, section 2.2: zero bytes, a multiple of four, between streams.
    at = position
    while step := bytes(data[at : at + _INPUT]):
        zeros = len(step) - len(step.lstrip(b"\0"))
        at += zeros
        if zeros < len(step):
            break
    if (at - position) % 4 or bytes(data[at : at + 6]) != _XZ:
        return None
    return at


def _read_one(
    data: memoryview, start: int, decoder: _Decoder, spool: Spool, damage: list[Damage]
) -> tuple[int, bool]:
    """Decompress the stream at ``start``; return where it ends and whether it is whole."""
    position, step = start, _FIRST_INPUT
    while not decoder.eof:
        piece = data[position : position + step] if decoder.needs_input else data[:0]
        step = _INPUT
        if decoder.needs_input and not piece:
            damage.append(Damage(position, f"truncated at byte {position}: the stream has no end"))
            return position, False
        try:
            plain = decoder.decompress(piece, _OUTPUT)
        except (OSError, ValueError, EOFError, lzma.LZMAError) as error:
            if isinstance(error, lzma.LZMAError) and "limit" in str(error):
                raise spool.limits.reached("max_window_bytes") from error
            damage.append(Damage(position, f"the stream is broken after byte {position}"))
            return len(data), False
        position += len(piece)
        if plain:
            spool.write(plain)
        else:
            spool.check_time()
    return position - len(decoder.unused_data), True
