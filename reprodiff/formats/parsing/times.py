"""Times as programs write them into text: where they are, and which instant they name.

Forms: ISO 8601 and its relatives (RFC 3339, git, gettext), RFC 5322 mail dates, C's ``asctime`` and
``__DATE__``, day-month-year, clock times, and Unix times in seconds or milliseconds.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final, NamedTuple

_MONTHS: Final = (
    *(b"January", b"February", b"March", b"April", b"May", b"June", b"July"),
    *(b"August", b"September", b"October", b"November", b"December"),
)
_DAYS: Final = (
    *(b"Monday", b"Tuesday", b"Wednesday", b"Thursday", b"Friday", b"Saturday", b"Sunday"),
)

_YEAR: Final = rb"(?P<year>(?:19|20|21)[0-9]{2})"
_MONTH: Final = (
    rb"(?P<month>" + b"|".join(name[:3] + b"(?:" + name[3:] + b")?+" for name in _MONTHS) + b")"
)
_WEEKDAY: Final = (
    b"(?P<weekday>" + b"|".join(name[:3] + b"(?:" + name[3:] + b")?+" for name in _DAYS) + b")"
)
_DAY: Final = rb"(?P<day>0[1-9]|[12][0-9]|3[01]|[1-9])"
_CLOCK: Final = (
    rb"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    rb"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?+)?+"
)
_FULL_CLOCK: Final = (
    rb"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
    rb"(?:\.(?P<fraction>[0-9]{1,9}))?+"
)
_ZONE: Final = rb"(?P<zone> ?(?:[+-][0-9]{2}(?::?[0-9]{2})?+|UTC|GMT)|Z)"
_NAMED_ZONE: Final = rb"(?P<zone> (?:[+-][0-9]{4}|[A-Z]{3,5}))"

# Longer forms first: of two that match at one place the first is taken.
_FORMS: Final = {
    "iso": (
        _YEAR
        + rb"(?P<separator>[-/])(?P<month>[0-9]{2})(?P=separator)(?P<day>[0-9]{2})"
        + rb"(?:(?P<between>[T ])"
        + _CLOCK
        + _ZONE
        + rb"?+)?+"
    ),
    "basic": (
        _YEAR
        + rb"(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?P<between>T)"
        + rb"(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})"
        + rb"(?P<zone>Z|[+-][0-9]{4})?+"
    ),
    "mail": (
        b"(?:" + _WEEKDAY + rb", )?+" + _DAY + b" " + _MONTH + b" " + _YEAR
        + b"(?: " + _CLOCK + _NAMED_ZONE + b"?+)?+"
    ),
    "asctime": (
        _WEEKDAY + b" " + _MONTH + b"  ?" + _DAY + b" " + _FULL_CLOCK
        + _NAMED_ZONE + b"?+ " + _YEAR
    ),
    "month-first": (
        _MONTH + b"  ?" + _DAY + b"(?P<comma>,)?+ " + _YEAR
        + rb"(?:(?P<between>,? )" + _FULL_CLOCK + b")?+"
    ),
    "clock": _FULL_CLOCK,
    "unix": rb"(?P<unix>[12][0-9]{9})(?:\.(?P<fraction>[0-9]{1,9}))?+",
    "unix-milliseconds": rb"(?P<unix>[12][0-9]{9})(?P<milliseconds>[0-9]{3})",
}  # fmt: skip
_LAST_UNIX: Final = 2_500_000_000  # the year 2049; from 2001 on, seconds have ten digits


class Instant(NamedTuple):
    """What a time in text names.

    ``utc_seconds`` is the time in seconds since 1970 in UTC, or in an unknown zone if not
    ``has_zone``; ``None`` for a clock time without a date.  ``resolution_s`` is the smallest step
    its form can write, in seconds.  ``form`` is the same for two times only if they are written in
    the same manner, zone and fraction included.
    """

    utc_seconds: float | None
    has_zone: bool
    resolution_s: float
    form: str


def find_times(line: bytes) -> Iterator[tuple[int, int]]:
    """Yield the place of each time in ``line``, left to right, without overlap."""
    for found in _any_form().finditer(line):
        if instant(found[0]) is not None:
            yield found.span()


def instant(raw: bytes) -> Instant | None:
    """Return what a time names; ``None`` for what is no time, such as 30 February.

    A weekday that is not the date's makes it none.
    """
    for name, pattern in _forms():
        if found := pattern.fullmatch(raw):
            return _instant(name, {key: value or b"" for key, value in found.groupdict().items()})
    return None


@cache
def _forms() -> tuple[tuple[str, re.Pattern[bytes]], ...]:
    return tuple((name, re.compile(form)) for name, form in _FORMS.items())


@cache
def _any_form() -> re.Pattern[bytes]:
    # Group names may occur once in a pattern: the copies for searching do without, except for
    # the separator, which the form itself refers to.
    plain = [re.sub(rb"\?P<(?!separator)[a-z]+>", b"?:", form) for form in _FORMS.values()]
    return re.compile(
        rb"(?<![0-9A-Za-z.])(?<![0-9]:)(?=[0-9A-Z])(?:"
        + b"|".join(plain)
        + rb")(?![0-9A-Za-z])(?![.:][0-9])"
    )


def _instant(name: str, parts: dict[str, bytes]) -> Instant | None:
    form = [name, *(parts[key].decode("ascii") for key in _SPELLING if parts.get(key))]
    fraction = parts.get("fraction", b"")
    part = int(fraction) / 10 ** len(fraction) if fraction else 0
    if fraction:
        form.append("fraction")
    resolution = 10.0 ** -len(fraction)
    if unix := parts.get("unix"):
        if int(unix) >= _LAST_UNIX:
            return None
        if milliseconds := parts.get("milliseconds"):
            part, resolution = int(milliseconds) / 1000, 0.001
        return Instant(
            int(unix) + part, has_zone=True, resolution_s=resolution, form=" ".join(form)
        )
    clock, resolution = _clock(parts, resolution)
    form.append({86400.0: "date", 60.0: "minutes"}.get(resolution, "seconds"))
    if clock is None:
        return None
    if "year" not in parts:
        return Instant(None, has_zone=False, resolution_s=resolution, form=" ".join(form))
    day = _date(parts)
    if day is None:
        return None
    zone = parts.get("zone", b"")
    offset = _offset(zone.strip())
    if zone:
        form.append(re.sub("[0-9]", "0", re.sub("[A-Z]{3,5}", "name", zone.decode("ascii"))))
        # East or west of Greenwich is written in the same manner.
        form[-1] = form[-1].replace("-", "+")
    if parts.get("weekday"):
        weekday = _DAYS[day.weekday()]
        if parts["weekday"] not in {weekday, weekday[:3]}:
            return None
        form.append("weekday")
    if len(parts["month"]) > 3:
        form.append("long")
    seconds = (day.toordinal() - _EPOCH) * 86400 + clock + part - (offset or 0)
    return Instant(seconds, offset is not None, resolution, " ".join(form))


_SPELLING: Final = ("separator", "between", "comma")
_EPOCH: Final = date(1970, 1, 1).toordinal()


def _clock(parts: dict[str, bytes], resolution: float) -> tuple[int | None, float]:
    """Return the second of the day, ``None`` if there is no such time, and the resolution."""
    if not parts.get("hour"):
        return 0, 86400.0
    hour, minute, second = (int(parts.get(key) or 0) for key in ("hour", "minute", "second"))
    # A leap second is written as 60.
    valid = hour < 24 and minute < 60 and second < 61
    return (
        hour * 3600 + minute * 60 + second if valid else None,
        resolution if parts.get("second") else 60.0,
    )


def _date(parts: dict[str, bytes]) -> date | None:
    month = parts["month"]
    number = int(month) if month.isdigit() else 1 + [name[:3] for name in _MONTHS].index(month[:3])
    try:
        return date(int(parts["year"]), number, int(parts["day"]))
    except ValueError:
        return None


def _offset(zone: bytes) -> int | None:
    """Return seconds east of Greenwich; ``None`` for no zone, or one known by its name only."""
    if zone in (b"Z", b"UTC", b"GMT"):
        return 0
    if zone[:1] not in (b"+", b"-"):
        return None
    digits = zone[1:].replace(b":", b"")
    seconds = int(digits[:2]) * 3600 + int(digits[2:] or 0) * 60
    return -seconds if zone[:1] == b"-" else seconds
