"""How the values of facts read: octal modes, dates, hexadecimal checksums; always safe text."""

from collections.abc import Callable
from typing import Final

from reprodiff.dates import shown_date
from reprodiff.model import Value
from reprodiff.text import MAX_SHOWN, plain

_BILLION: Final = 1_000_000_000


def shown(what: str, value: Value) -> str:
    """Return a value of a fact of kind ``what`` as one line of safe text."""
    form = _FORMS.get(what)
    if form is not None:
        text = form(value)
        if text is not None:
            return text
    return plain(value, MAX_SHOWN)


def _mode(value: Value) -> str | None:
    return f"{value:04o}" if isinstance(value, int) else None


def _hexadecimal(value: Value) -> str | None:
    return f"{value:#010x}" if isinstance(value, int) else None


def _flags(value: Value) -> str | None:
    return f"{value:#06x}" if isinstance(value, int) else None


def _dos_time(value: Value) -> str | None:
    if not isinstance(value, tuple) or len(value) != 6:
        return None
    return "{:04}-{:02}-{:02} {:02}:{:02}:{:02}".format(*value)


def _seconds(value: Value) -> str | None:
    if isinstance(value, int):
        date = shown_date(value)
        return f"{value} ({date})" if date else None
    return None


def _nanoseconds(value: Value) -> str | None:
    if not isinstance(value, int):
        return None
    date = shown_date(value // _BILLION)
    fraction = value % _BILLION
    return f"{date}.{fraction:09}".rstrip("0").rstrip(".") if date else None


_SINCE_1601: Final = 11_644_473_600


def _extra_times(value: Value) -> str | None:
    """Return the times of an extended timestamp (flags, then seconds) or of NTFS (100 ns)."""
    if not isinstance(value, bytes):
        return None
    if len(value) == 32:
        ticks = [int.from_bytes(value[at : at + 8], "little") for at in (8, 16, 24)]
        moments = [_nanoseconds(tick * 100 - _SINCE_1601 * _BILLION) for tick in ticks]
    else:
        whole = [value[at : at + 4] for at in range(1, len(value), 4)]
        moments = [shown_date(int.from_bytes(part, "little", signed=True)) for part in whole]
    return ", ".join(moment or "?" for moment in moments) or None


_FORMS: Final[dict[str, Callable[[Value], str | None]]] = {
    "zip.mode": _mode,
    "tar.mode": _mode,
    "tree.mode": _mode,
    "member.mode": _mode,
    "zip.time": _dos_time,
    "zip.extra-time": _extra_times,
    "tar.mtime": _seconds,
    "gzip.mtime": _seconds,
    "pyc.mtime": _seconds,
    "pe.timestamp": _seconds,
    "pe.time-field": _seconds,
    "macho.oso-time": _seconds,
    "ar.mode": _mode,
    "tree.time": _nanoseconds,
    "zip.flags": _flags,
    "derived.zip.crc": _hexadecimal,
    "derived.gzip.trailer": _hexadecimal,
    "zip.dos-attributes": _hexadecimal,
}
