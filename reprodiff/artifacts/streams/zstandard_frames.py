"""Zstandard (RFC 8878), frame by frame and block by block.

The decompressor's own readers either bound their output or tell where a frame ends, not both.
A block gives at most 128 KiB, so walking the blocks bounds the output and knows every place.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

from reprodiff.artifacts.streams.damage import Damage
from reprodiff.artifacts.streams.spool import Spool
from reprodiff.errors import UnsupportedError

if TYPE_CHECKING:
    import zstandard

MAGIC: Final = b"\x28\xb5\x2f\xfd"
_SKIPPABLE: Final = b"\x2a\x4d\x18"
"""Last three bytes of 0x184D2A5?, little-endian (RFC 8878, section 3.1.2)."""


class _Header(NamedTuple):
    """What a frame header says (RFC 8878, section 3.1.1.1)."""

    stop: int
    window: int
    dictionary: int
    checksum: bool
    reserved: bool


def begins(data: memoryview) -> bool:
    """Whether a zstd frame is the first thing here, or the first behind skippable frames."""
    position = 0
    for _ in range(16):
        if bytes(data[position : position + 4]) == MAGIC:
            return True
        stop = _skippable(data, position)
        if stop is None:
            return False
        position = stop
    return False


def read(data: memoryview, spool: Spool, damage: list[Damage]) -> tuple[int, int]:
    """Decompress all frames; return how many, and where what is none begins."""
    position = frames = 0
    while True:
        stop = _skippable(data, position)
        if stop is None:
            if bytes(data[position : position + 4]) != MAGIC:
                return frames, position
            stop = _frame(data, position, spool, damage)
        elif stop > len(data):
            damage.append(_truncated(len(data)))
            stop = len(data)
        frames += 1
        if frames > spool.limits.max_entries:
            raise spool.limits.reached("max_entries")
        spool.check_time()
        position = stop


def _skippable(data: memoryview, position: int) -> int | None:
    """Return where a skippable frame ends, ``None`` if there is none."""
    head = bytes(data[position : position + 8])
    if len(head) < 8 or head[0] & 0xF0 != 0x50 or head[1:4] != _SKIPPABLE:
        return None
    return position + 8 + int.from_bytes(head[4:8], "little")


def _header(data: memoryview, start: int) -> _Header | None:
    """Read a frame header; ``None`` where the data ends inside it."""
    head = bytes(data[start : start + 18])
    if len(head) < 5:
        return None
    descriptor = head[4]
    single = bool(descriptor & 0x20)
    at = 5 if single else 6
    dictionary_size = (0, 1, 2, 4)[descriptor & 3]
    content_size = (1 if single else 0, 2, 4, 8)[descriptor >> 6]
    stop = at + dictionary_size + content_size
    if len(head) < stop:
        return None
    dictionary = int.from_bytes(head[at : at + dictionary_size], "little")
    if single:
        window = int.from_bytes(head[at + dictionary_size : stop], "little")
        window += 256 if content_size == 2 else 0
    else:
        # Section 3.1.1.1.2: the exponent in five bits, eighths in three.
        base = 1 << (10 + (head[5] >> 3))
        window = base + (base >> 3) * (head[5] & 7)
    return _Header(
        start + stop, window, dictionary, bool(descriptor & 0x04), bool(descriptor & 0x08)
    )


def _frame(data: memoryview, start: int, spool: Spool, damage: list[Damage]) -> int:
    """Decompress the frame at ``start``; return where it ends, the end of data if damaged."""
    end = len(data)
    header = _header(data, start)
    if header is None:
        damage.append(_truncated(end))
        return end
    if header.reserved:
        damage.append(Damage(start + 4, "a reserved bit of a zstd frame is set"))
        return end
    if header.dictionary:
        raise UnsupportedError(
            "the zstd data needs a dictionary, which is not part of it", "decompress the file first"
        )
    if header.window > spool.limits.max_window_bytes:
        raise spool.limits.reached("max_window_bytes")
    feed = _Feed(data, start, _decoder(header.window), spool)
    position, last = header.stop, False
    while not last:
        block = int.from_bytes(data[position : position + 3], "little")
        last, kind, size = bool(block & 1), block >> 1 & 3, block >> 3
        # Section 3.1.1.2.2: raw, one repeated byte, compressed, reserved.
        stop = position + 3 + (1 if kind == 1 else size)
        if stop > end:
            damage.append(_truncated(end))
            return end
        if kind == 3 or not feed.up_to(stop):
            damage.append(Damage(position, f"the zstd block at byte {position} is broken"))
            return end
        position = stop
    if not header.checksum:
        return position
    if position + 4 > end:
        damage.append(_truncated(end))
        return end
    if not feed.up_to(position + 4):
        damage.append(Damage(position, "the checksum of a zstd frame is wrong"))
    return position + 4


class _Feed:
    """Hands a frame to the decompressor, each time up to the end of a block."""

    def __init__(
        self,
        data: memoryview,
        start: int,
        decoder: "zstandard.ZstdDecompressionObj",
        spool: Spool,
    ) -> None:
        self._data = data
        self._position = start
        self._decoder = decoder
        self._spool = spool

    def up_to(self, stop: int) -> bool:
        """Decompress the next bytes; whether they are sound."""
        import zstandard  # noqa: PLC0415 (only a zstd stream needs it)

        try:
            plain = self._decoder.decompress(self._data[self._position : stop])
        except zstandard.ZstdError:
            return False
        self._position = stop
        self._spool.write(plain)
        return True


def _decoder(window: int) -> "zstandard.ZstdDecompressionObj":
    try:
        import zstandard  # noqa: PLC0415 (only a zstd stream needs it)
    except ImportError as error:
        raise UnsupportedError(
            "this is zstd data, and the zstandard package is not installed",
            "install it, or decompress the file first",
        ) from error
    most = min(max(window, 1 << 10), 1 << 31)
    return zstandard.ZstdDecompressor(max_window_size=most).decompressobj()


def _truncated(end: int) -> Damage:
    return Damage(end, f"truncated at byte {end}: inside a zstd frame")
