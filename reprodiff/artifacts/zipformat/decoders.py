"""The decompressors of zip's methods behind one interface: bounded steps, no more.

The interface is that of ``bz2.BZ2Decompressor`` and ``lzma.LZMADecompressor``.  A step gives at
most :data:`CHUNK` bytes, for Zstandard at most 32 MiB, however dense the input is.
"""

import sys
import zlib
from typing import TYPE_CHECKING, Final, Protocol

from reprodiff.errors import DamagedError, UnsupportedError
from reprodiff.limits import Limits
from reprodiff.records import NamedTuple

if TYPE_CHECKING:
    import zstandard

CHUNK: Final = 1 << 18
"""Most plain bytes of one step."""
STEP: Final = 1 << 16
"""Stored bytes given in at once."""

STORED: Final = 0
DEFLATE: Final = 8
BZIP2: Final = 12
LZMA: Final = 14
ZSTD: Final = 93

_FLAG_LZMA_END: Final = 1 << 1
"""The LZMA stream has an end marker, APPNOTE 4.4.4."""

METHOD_NAMES: Final = {
    STORED: "stored",
    1: "shrink",
    6: "implode",
    DEFLATE: "deflate",
    9: "deflate64",
    10: "PKWARE implode",
    BZIP2: "bzip2",
    LZMA: "lzma",
    20: "zstd (deprecated number)",
    ZSTD: "zstd",
    94: "mp3",
    95: "xz",
    96: "jpeg",
    97: "wavpack",
    98: "ppmd",
    99: "AES encryption",
}
"""Compression methods, APPNOTE 4.4.5."""


class Decoder(Protocol):
    """Turns stored bytes into plain ones."""

    @property
    def eof(self) -> bool:
        """The stream has come to its own end."""

    @property
    def needs_input(self) -> bool:
        """Nothing more comes out before more is put in."""

    @property
    def unused_data(self) -> bytes:
        """What was put in and lies behind the stream's end."""

    def decompress(self, data: memoryview | bytes, max_length: int) -> bytes:
        """Take ``data`` in and give the next plain bytes."""


class _Stored:
    """No compression: the stream ends with its last byte."""

    needs_input = True
    unused_data = b""

    def __init__(self, size: int) -> None:
        self._left = size

    @property
    def eof(self) -> bool:
        return self._left == 0

    def decompress(self, data: memoryview | bytes, max_length: int) -> bytes:
        del max_length
        self._left -= len(data)
        return bytes(data)


class _Deflate:
    """Raw deflate, RFC 1951."""

    def __init__(self) -> None:
        self._decoder = zlib.decompressobj(-zlib.MAX_WBITS)
        self._started = False
        self._full = False
        self._error: zlib.error | None = None

    @property
    def eof(self) -> bool:
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        # A full step may leave plain bytes behind even when all input is taken.
        return not self._full

    @property
    def unused_data(self) -> bytes:
        return self._decoder.unused_data

    def decompress(self, data: memoryview | bytes, max_length: int) -> bytes:
        if self._error is not None:
            raise self._error
        tail = self._decoder.unconsumed_tail
        given = tail + bytes(data) if tail else data
        # A step that fails loses what it has made: it is taken again from here.
        before = self._decoder.copy() if self._started else zlib.decompressobj(-zlib.MAX_WBITS)
        self._started = True
        try:
            plain = self._decoder.decompress(given, max_length)
        except zlib.error as error:
            self._error = error
            self._full = True
            return _up_to_failure(before, given)
        self._full = bool(self._decoder.unconsumed_tail) or len(plain) == max_length
        return plain


# mypy has no public name for what zlib.decompressobj gives.
def _up_to_failure(decoder: "zlib._Decompress", data: memoryview | bytes) -> bytes:
    """Return the plain bytes before a failure; a single byte makes few of them."""
    plain: list[bytes] = []
    try:
        for at in range(len(data)):
            plain.append(decoder.decompress(data[at : at + 1]))  # noqa: PERF401 (kept on failure)
    except zlib.error:
        pass
    return b"".join(plain)


class _Zstd:
    """Zstandard frames, RFC 8878.  All stored bytes must be given at once."""

    # A block gives at most 128 KiB and takes at least 4 bytes, so that this much input gives at
    # most 32 MiB: the library itself has no bound for one step.
    _PIECE: Final = 1024
    _MAGIC: Final = b"\x28\xb5\x2f\xfd"

    def __init__(self, library: "zstandard.ZstdDecompressor") -> None:
        self._library = library
        self._decoder = library.decompressobj()
        self._waiting = memoryview(b"")
        self.eof = False

    @property
    def needs_input(self) -> bool:
        return not self._waiting

    @property
    def unused_data(self) -> bytes:
        return bytes(self._waiting) if self.eof else b""

    def decompress(self, data: memoryview | bytes, max_length: int) -> bytes:
        del max_length
        if data:
            self._waiting = memoryview(data)
        plain = b""
        while not plain and self._waiting and not self.eof:
            plain = self._step()
        return plain

    def _step(self) -> bytes:
        piece = self._waiting[: self._PIECE]
        plain = self._decoder.decompress(piece)
        self._waiting = self._waiting[len(piece) - len(self._decoder.unused_data) :]
        if self._decoder.eof:
            # Frames may follow each other; what is skipped, the format's "skippable" frames
            # included, counts as unused.
            if bytes(self._waiting[: len(self._MAGIC)]) == self._MAGIC:
                self._decoder = self._library.decompressobj()
            else:
                self.eof = True
        return plain


class Opened(NamedTuple):
    """A decoder and how to feed it."""

    decoder: Decoder
    start: int
    """Where in the stored bytes the stream begins, behind a header of zip's own."""
    step: int
    """How many stored bytes to give in at once."""
    ends_itself: bool
    """The stream marks its own end; without, only the declared size says where it is."""


def open_decoder(
    method: int, flags: int, stored: memoryview, expected: int, limits: Limits
) -> Opened:
    """Return the decoder of ``stored``.

    ``expected`` is the most plain bytes that will be asked for.

    Raises:
        UnsupportedError: This program has no decoder for the method.
        LimitError: The decoder asks for more memory than allowed.
        DamagedError: The stream's header makes no sense.
    """
    if method == STORED:
        return Opened(_Stored(len(stored)), 0, CHUNK, ends_itself=True)
    if method == DEFLATE:
        return Opened(_Deflate(), 0, STEP, ends_itself=True)
    if method == BZIP2:
        import bz2  # noqa: PLC0415  (needed for few archives)

        return Opened(bz2.BZ2Decompressor(), 0, STEP, ends_itself=True)
    if method == LZMA:
        return _open_lzma(flags, stored, expected, limits)
    if method == ZSTD:
        return _open_zstd(stored, limits)
    name = METHOD_NAMES.get(method, "unknown")
    raise UnsupportedError(
        f"compression method {method} ({name}) cannot be read",
        "the stored bytes are compared instead",
    )


def _open_lzma(flags: int, stored: memoryview, expected: int, limits: Limits) -> Opened:
    """Read the header zip puts before LZMA data: version, size, properties; APPNOTE 5.8.8."""
    import lzma  # noqa: PLC0415  (needed for few archives)

    if len(stored) < 9 or int.from_bytes(stored[2:4], "little") != 5:
        raise DamagedError("the LZMA data have no valid header")
    packed = stored[4]
    lc, rest = packed % 9, packed // 9
    # The dictionary never needs to be larger than what comes out.
    window = min(int.from_bytes(stored[5:9], "little"), expected)
    if window > limits.max_window_bytes:
        raise limits.reached("max_window_bytes")
    parameters = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": max(window, 4096),
        "lc": lc,
        "lp": rest % 5,
        "pb": rest // 5,
    }
    try:
        decoder = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[parameters])
    except (lzma.LZMAError, ValueError) as error:
        raise DamagedError("the LZMA data have no valid header") from error
    return Opened(decoder, 9, STEP, ends_itself=bool(flags & _FLAG_LZMA_END))


def _open_zstd(stored: memoryview, limits: Limits) -> Opened:
    try:
        import zstandard  # noqa: PLC0415  (needed for few archives)
    except ImportError as error:
        raise UnsupportedError(
            "compression method 93 (zstd) cannot be read without the package zstandard",
            "install zstandard",
        ) from error
    try:
        window = zstandard.get_frame_parameters(stored[:18]).window_size
    except zstandard.ZstdError as error:
        raise DamagedError("the data do not begin with a Zstandard frame") from error
    if window > limits.max_window_bytes:
        raise limits.reached("max_window_bytes")
    library = zstandard.ZstdDecompressor(max_window_size=limits.max_window_bytes)
    return Opened(_Zstd(library), 0, max(len(stored), 1), ends_itself=True)


def failures() -> tuple[type[Exception], ...]:
    """Return what decoders raise for a broken stream."""
    kinds: list[type[Exception]] = [zlib.error, OSError, ValueError]
    for module, name in (("lzma", "LZMAError"), ("zstandard", "ZstdError")):
        if module in sys.modules:
            kinds.append(getattr(sys.modules[module], name))
    return tuple(kinds)
