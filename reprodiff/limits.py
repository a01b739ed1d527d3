"""How much an artifact may cost.

Artifacts come from strangers: every size, count and depth in them is bounded here, and a bound
that is reached is an answer of its own (:class:`~reprodiff.errors.LimitError`), never silence.
"""

import math
import time

from reprodiff.errors import LimitError
from reprodiff.records import dataclass

_WORDS = {
    "max_member_bytes": "a member has more than {:,} bytes",
    "max_total_bytes": "more than {:,} bytes were decompressed in all",
    "max_ratio": "a member decompresses to more than {:g} times its stored size",
    "max_entries": "there are more than {:,} entries",
    "max_header_bytes": "names, extra fields and comments take more than {:,} bytes",
    "max_window_bytes": "decompressing needs a window of more than {:,} bytes",
    "max_nesting": "archives lie inside each other more than {} deep",
    "max_seconds": "it takes longer than {:g} seconds",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds for one run; each holds for one artifact unless it says otherwise."""

    max_member_bytes: int = 1 << 30
    """Plain bytes of one member."""
    max_total_bytes: int = 8 << 30
    """Plain bytes of all members that are decompressed, taken together."""
    max_ratio: float = 250.0
    """Plain bytes of a member for each stored byte; applied above ``ratio_floor`` only."""
    ratio_floor: int = 64 << 20
    """Plain bytes below which a member may have any ratio: it cannot cost much."""
    max_entries: int = 1_000_000
    """Members of one container, counted as its headers list them."""
    max_header_bytes: int = 512 << 20
    """Bytes of names, extra fields, comments and the like held for one container."""
    max_window_bytes: int = 256 << 20
    """Bytes of history a decompressor may ask for (LZMA dictionary, Zstandard window)."""
    max_nesting: int = 8
    """Containers opened inside each other, the outermost counted as one."""
    max_seconds: float = math.inf
    """Seconds that the work sharing one :class:`Budget` may take; infinity for no bound."""

    def reached(self, limit: str) -> LimitError:
        """Return the error to raise when ``limit``, the name of a field, is exceeded."""
        bound = getattr(self, limit)
        return LimitError(
            _WORDS[limit].format(bound),
            "raise the limit if you trust this file",
            limit,
        )


class Budget:
    """What is left of ``max_total_bytes`` and ``max_seconds`` while members are read.

    Made when the work starts; shared by everything that belongs to it.
    """

    __slots__ = ("_deadline", "_limits", "spent")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._deadline = time.monotonic() + limits.max_seconds
        self.spent = 0
        """Plain bytes made so far."""

    def spend(self, size: int) -> None:
        """Count ``size`` more plain bytes; raise :class:`LimitError` if they are too many."""
        self.spent += size
        if self.spent > self._limits.max_total_bytes:
            raise self._limits.reached("max_total_bytes")
        if time.monotonic() > self._deadline:
            raise self._limits.reached("max_seconds")
