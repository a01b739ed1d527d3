"""What goes from the analysis to the app through a pipe: records, as frames with their length."""

import pickle
import struct
from collections.abc import Iterator
from typing import IO, Any, Final

_HEAD: Final = struct.Struct("<I")


class Outlet:
    """The end of the pipe that the analysis writes to."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def send(self, records: object) -> None:
        """Send what can be pickled; ``BrokenPipeError`` if nobody reads any more."""
        data = pickle.dumps(records, pickle.HIGHEST_PROTOCOL)
        self._file.write(_HEAD.pack(len(data)) + data)
        self._file.flush()


def received(file: IO[bytes]) -> Iterator[Any]:
    """Yield what comes until the pipe ends; what breaks off in the middle is left out.

    The other end is a process of our own that runs our own code: what it sends is unpickled.
    """
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        (size,) = _HEAD.unpack(head)
        data = file.read(size)
        if len(data) < size:
            return
        yield pickle.loads(data)  # noqa: S301
