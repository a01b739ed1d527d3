"""Tell by which level of zlib a deflate stream was made."""

import zlib
from collections.abc import Iterable
from typing import Final

MAX_PLAIN: Final = 8 << 20
"""Plain bytes up to which the levels are tried: compressing is slow."""
LEVELS: Final = tuple(range(1, 10))

_STEP: Final = 1 << 16


def deflate_level(
    stored: memoryview | bytes,
    plain: memoryview | bytes,
    *,
    max_plain: int = MAX_PLAIN,
    levels: Iterable[int] = LEVELS,
) -> tuple[int, ...] | None:
    """Return those of ``levels`` with which the running zlib makes exactly ``stored`` of ``plain``.

    With the other parameters as CPython's ``zipfile`` sets them (``wbits`` -15, ``memLevel`` 8,
    no flush).  Several levels may give the same stream.  An empty tuple says that this was
    another implementation, other parameters, or a stream flushed in between; a level says that
    zlib makes these bytes, not that nothing else does.  ``None``: not tried, there are more than
    ``max_plain`` plain bytes.
    """
    if len(plain) > max_plain:
        return None
    given, wanted = bytes(plain), bytes(stored)
    return tuple(level for level in levels if _makes(level, given, wanted))


def _makes(level: int, plain: bytes, stored: bytes) -> bool:
    """Compress step by step and stop at the first byte that differs."""
    coder = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS, 8)
    at = 0
    for start in range(0, len(plain), _STEP):
        made = coder.compress(plain[start : start + _STEP])
        if not stored.startswith(made, at):
            return False
        at += len(made)
    return stored[at:] == coder.flush()
