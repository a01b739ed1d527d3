"""Plain bytes as they come out of a decompressor: held within limits, given as one view."""

import contextlib
import mmap
from types import TracebackType
from typing import IO, Final, Self

from reprodiff.artifacts.base import Payload
from reprodiff.errors import LimitError
from reprodiff.limits import Budget, Limits

SPOOL_MEMORY: Final = 64 << 20
"""Up to this many bytes stay in memory; more go to a temporary file without a name."""


class Spool:
    """Collects the plain bytes of one compressed stream.

    ``source`` is the stream's compressed size in bytes, which the ratio is measured against.
    Used as a context, so that an error leaves no temporary file behind.  ``write`` and
    ``check_time`` raise :class:`LimitError` once the stream is larger, denser or slower than
    allowed.
    """

    def __init__(
        self,
        limits: Limits,
        source: int,
        budget: Budget | None = None,
        *,
        memory: int = SPOOL_MEMORY,
    ) -> None:
        self.limits = limits
        self.size = 0
        """Plain bytes taken in so far."""
        self._most = max(limits.ratio_floor, limits.max_ratio * source)
        self._budget = budget or Budget(limits)
        self._memory = memory
        self._buffer = bytearray()
        self._file: IO[bytes] | None = None

    def write(self, plain: bytes) -> None:
        """Take the next plain bytes in."""
        self.size += len(plain)
        self._budget.spend(len(plain))
        if self.size > self._most:
            raise self.limits.reached("max_ratio")
        try:
            self._store(plain)
        except OSError as error:
            raise _no_room(self.size) from error

    def check_time(self) -> None:
        """Stop a stream that takes long and gives nothing."""
        self._budget.spend(0)

    def finish(self) -> Payload:
        """Give all bytes taken in; closing the payload frees them."""
        if self._file is None:
            held, self._buffer = self._buffer, bytearray()
            return Payload(memoryview(held).toreadonly())
        try:
            self._file.flush()
            mapped = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise _no_room(self.size) from error
        finally:
            self._close_file()

        def close() -> None:
            # Somebody may still hold a slice; the mapping then lives as long as the slice does.
            with contextlib.suppress(BufferError):
                mapped.close()

        return Payload(memoryview(mapped), close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._buffer = bytearray()
        self._close_file()

    def _store(self, plain: bytes) -> None:
        if self._file is None and self.size > self._memory:
            import tempfile  # noqa: PLC0415 - few members are that large

            # Without a name: nothing in the archive chooses where this goes.
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 (outlives this call)
            self._file.write(self._buffer)
            self._buffer = bytearray()
        if self._file is None:
            self._buffer += plain
        else:
            self._file.write(plain)

    def _close_file(self) -> None:
        if self._file is not None:
            # Closing writes what is still buffered, which fails again on a full disk.
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None


def _no_room(size: int) -> LimitError:
    return LimitError(
        f"there is no room for {size:,} bytes of decompressed data",
        "free some disk space, or let TMPDIR name a directory that has it",
    )
