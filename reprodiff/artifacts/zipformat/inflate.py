"""Give the plain bytes of a member, within limits, and say how far they can be trusted."""

import zlib
from collections.abc import Iterator
from typing import Final, Self

from reprodiff.artifacts.zipformat.decoders import CHUNK, Opened, failures, open_decoder
from reprodiff.artifacts.zipformat.fields import FLAG_PATCH
from reprodiff.artifacts.zipformat.records import UNKNOWN, ZipArchive, ZipEntry
from reprodiff.errors import DamagedError, ReprodiffError, UnsupportedError
from reprodiff.limits import Budget, Limits
from reprodiff.records import dataclass

_HINT: Final = "compare the stored bytes instead, or rebuild the archive"


def stored_bytes(archive: ZipArchive, entry: ZipEntry) -> memoryview:
    """Return the member's data as stored, without a copy.

    Empty if there are none; cut at the file's end, and where the next record begins
    (:attr:`ZipArchive.clipped`).
    """
    start, stop = entry.data_start, entry.data_stop
    if entry.ordinal in archive.clipped:
        stop = max(min(stop, archive.clipped[entry.ordinal]), start)
    return archive.data[start:stop]


class MemberStream:
    """The plain bytes of one member in chunks, checked at the end.

    Iterating gives at most the declared size.  Instead of ending, it raises what is wrong with
    the member; every chunk given before that is sound as far as it goes.

    Raises:
        UnsupportedError: The member is encrypted, or its method unknown (before any chunk).
        DamagedError: The stream is broken, or its size or CRC are not the declared ones.
        LimitError: The member is larger, denser or slower than the limits allow.
    """

    __slots__ = ("_chunks", "crc", "crc_ok", "size", "size_ok", "slack")

    def __init__(
        self, archive: ZipArchive, entry: ZipEntry, limits: Limits, budget: Budget | None = None
    ) -> None:
        self.size = 0
        """Plain bytes given so far."""
        self.crc = 0
        """Their CRC-32."""
        self.size_ok: bool | None = None
        """The stream has the declared size; ``None`` before the end or if none is declared."""
        self.crc_ok: bool | None = None
        """The CRC is the declared one; ``None`` before the end or if none is declared."""
        self.slack: int | None = None
        """Stored bytes behind the end of the compressed stream, which no reader looks at;
        ``None`` before the end, or if the stream does not say where it ends."""
        self._chunks = self._read(archive, entry, limits, budget or Budget(limits))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        return next(self._chunks)

    def _read(
        self, archive: ZipArchive, entry: ZipEntry, limits: Limits, budget: Budget
    ) -> Iterator[bytes]:
        _refuse(entry)
        stored = stored_bytes(archive, entry)
        most = limits.max_member_bytes
        room = most if entry.usize == UNKNOWN else min(entry.usize, most)
        opened = open_decoder(entry.method, entry.flags, stored, room, limits)
        longer = False
        for plain in self._decode(opened, stored, entry):
            chunk = plain[: room - self.size]
            self.size += len(chunk)
            self.crc = zlib.crc32(chunk, self.crc)
            if self.size > limits.ratio_floor and self.size > limits.max_ratio * len(stored):
                raise limits.reached("max_ratio")
            budget.spend(len(chunk))
            if chunk:
                yield chunk
            if len(chunk) < len(plain):
                if room != entry.usize:
                    raise limits.reached("max_member_bytes")
                longer = True
                break
        self._check(entry, longer=longer)
        if longer:
            raise DamagedError(
                f"there are more plain bytes than the {entry.usize:,} declared", _HINT
            )
        if self.size_ok is False:
            raise DamagedError(
                f"the data end after {self.size:,} of {entry.usize:,} declared bytes", _HINT
            )
        if opened.ends_itself and not opened.decoder.eof:
            raise DamagedError("the compressed data end before their end marker", _HINT)
        if self.crc_ok is False:
            raise DamagedError(
                f"the CRC-32 of the content is {self.crc:08x}, not {entry.crc:08x} as declared",
                _HINT,
            )

    def _check(self, entry: ZipEntry, *, longer: bool) -> None:
        """Compare what was given with what is declared."""
        if entry.usize != UNKNOWN:
            self.size_ok = self.size == entry.usize and not longer
        if entry.crc != UNKNOWN:
            self.crc_ok = self.crc == entry.crc

    def _decode(self, opened: Opened, stored: memoryview, entry: ZipEntry) -> Iterator[bytes]:
        """Yield plain bytes until the stream or its input ends."""
        decoder = opened.decoder
        at = opened.start
        while not decoder.eof:
            if not opened.ends_itself and self.size == entry.usize:
                return
            piece: memoryview | bytes = b""
            if decoder.needs_input:
                piece = stored[at : at + opened.step]
                at += len(piece)
                if not piece:
                    return
            try:
                plain = decoder.decompress(piece, CHUNK)
            except failures() as error:
                self._check(entry, longer=False)
                raise DamagedError(
                    f"the compressed data are broken after {self.size:,} plain bytes", _HINT
                ) from error
            yield plain
            if not (plain or piece or decoder.needs_input):
                break  # it neither takes nor gives
        if opened.ends_itself and decoder.eof:
            self.slack = len(stored) - at + len(decoder.unused_data)


@dataclass(frozen=True, slots=True)
class Inflated:
    """All that could be read of a member."""

    data: bytes
    """Plain bytes, at most the declared size; in case of an error those before it."""
    crc: int
    """CRC-32 of ``data``."""
    crc_ok: bool | None
    """It is the declared one; ``None`` if that is unknown or reading was stopped."""
    size_ok: bool | None
    """The size is the declared one; ``None`` if that is unknown or reading was stopped."""
    slack: int | None
    """Stored bytes behind the end of the compressed stream, ``None`` if that was not reached."""
    error: ReprodiffError | None
    """What is wrong, as :class:`MemberStream` raises it; ``None`` for a sound member."""


def inflate(
    archive: ZipArchive, entry: ZipEntry, limits: Limits, budget: Budget | None = None
) -> MemberStream:
    """Return the plain bytes of a member, to be taken chunk by chunk.

    ``budget`` is shared by all members that together must not exceed ``max_total_bytes``.
    """
    return MemberStream(archive, entry, limits, budget)


def read_member(
    archive: ZipArchive, entry: ZipEntry, limits: Limits, budget: Budget | None = None
) -> Inflated:
    """Read a whole member into memory; damage and limits are part of the answer."""
    stream = inflate(archive, entry, limits, budget)
    chunks: list[bytes] = []
    problem: ReprodiffError | None = None
    try:
        for chunk in stream:
            chunks.append(chunk)  # noqa: PERF402 (kept when the stream fails)
    except ReprodiffError as error:
        problem = error
    return Inflated(
        b"".join(chunks), stream.crc, stream.crc_ok, stream.size_ok, stream.slack, problem
    )


def _refuse(entry: ZipEntry) -> None:
    """Raise for a member whose data cannot be had, or mean nothing as they are."""
    if entry.local is None:
        raise DamagedError("there is no local header, so no data", _HINT)
    if entry.is_encrypted:
        raise UnsupportedError("the member is encrypted", "the stored bytes are compared instead")
    if entry.flags & FLAG_PATCH:
        raise UnsupportedError(
            "the member is a patch for another file", "the stored bytes are compared instead"
        )
