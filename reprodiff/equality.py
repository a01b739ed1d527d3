"""Whether stretches of mapped files are the same bytes, in flat memory."""

from collections.abc import Callable
from typing import Final

from reprodiff.artifacts.base import Artifact

_RELAX_EVERY: Final = 16 << 20
"""Bytes after which the pages of a mapped file are given back, so that memory stays flat."""
_STEP: Final = 1 << 16


def relaxing(a: Artifact, b: Artifact) -> Callable[[int], None]:
    """Return what is told of bytes that were read, and gives back their pages now and then."""
    seen = 0

    def relax(count: int) -> None:
        nonlocal seen
        seen += count
        if seen > _RELAX_EVERY:
            seen = 0
            a.relax()
            b.relax()

    return relax


def equal(a: memoryview, b: memoryview, read: Callable[[int], None] | None = None) -> bool:
    """Whether two stretches of bytes are the same; ``read`` is told how many were looked at."""
    size = len(a)
    if size != len(b):
        return False
    for at in range(0, size, _STEP):
        part = b[at : at + _STEP]
        if read is not None:
            read(len(part))
        # The interpreter compares views item by item, and this as memory.
        if not bytes(a[at : at + _STEP]).startswith(part):
            return False
    return True
