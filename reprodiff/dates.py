"""Moments as seconds since 1970, all of them read and shown as UTC.

``datetime`` and ``calendar`` would do, and take as long to load as a small comparison takes for
all its times.
"""

import time
from collections.abc import Sequence
from typing import Final

_MARCH_1970: Final = 719_468
"""Days from 1 March of the year 0 to the beginning of 1970."""


def seconds_of(moment: Sequence[int]) -> int:
    """Return (year, month, day, hour, minute, second) as seconds; the month is one of twelve.

    What runs over is carried: 31 February is 2 or 3 March.
    """
    year, month, day, hour, minute, second = moment
    # Years from March to February: the odd day is the last one.
    years = year - (month < 3)
    days = 365 * years + years // 4 - years // 100 + years // 400
    days += (153 * ((month + 9) % 12) + 2) // 5 + day - 1 - _MARCH_1970
    return ((days * 24 + hour) * 60 + minute) * 60 + second


def exact_seconds_of(moment: Sequence[int]) -> int | None:
    """Return the same, ``None`` for what no calendar or clock shows."""
    if not (1 <= moment[0] <= 9999 and 1 <= moment[1] <= 12):
        return None
    seconds = seconds_of(moment)
    try:
        return seconds if time.gmtime(seconds)[:6] == tuple(moment) else None
    except (ValueError, OverflowError, OSError):
        return None


def shown_date(seconds: int) -> str | None:
    """Return seconds as ``YYYY-MM-DD HH:MM:SS``, ``None`` where that is no year of four digits."""
    try:
        moment = time.gmtime(seconds)[:6]
    except (ValueError, OverflowError, OSError):
        return None
    if not 1 <= moment[0] <= 9999:
        return None
    return "{:04}-{:02}-{:02} {:02}:{:02}:{:02}".format(*moment)
