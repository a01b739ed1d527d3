r"""The records of pax extended headers (POSIX.1-2017, pax, "pax Extended Header").

Each is ``"%d %s=%s\n"``: the length of the whole record in decimal, a keyword, a value.
"""

import re
from fractions import Fraction
from typing import Final, NamedTuple

from reprodiff.model import Span

MAX_DECIMAL: Final = 64
"""Longest number read, in characters; also bounds the exponent."""

_LENGTH: Final = re.compile(rb"([0-9]{1,20}) ")
_HEAD: Final = 21
_INTEGER: Final = re.compile(rb"[+-]?[0-9]{1,20}")
# POSIX has sign, digits and a fraction; writers that print a float add an exponent.
_DECIMAL: Final = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


class PaxRecord(NamedTuple):
    """One record and its bytes in the archive."""

    key: bytes
    value: bytes
    start: int
    stop: int

    @property
    def span(self) -> Span:
        """Its bytes, from the length to the newline."""
        return Span(self.start, self.stop)


class PaxRecords(NamedTuple):
    """What the data of an extended header holds."""

    records: tuple[PaxRecord, ...]
    rest: int
    """Where bytes begin that are no record; the end of the data where there are none."""


def read_records(data: bytes, start: int) -> PaxRecords:
    """Read records until they end or stop being records.

    ``start`` is the place of ``data`` in the archive, for the spans.
    """
    records: list[PaxRecord] = []
    position = 0
    while position < len(data):
        match = _LENGTH.match(data, position, position + _HEAD)
        if match is None:
            break
        stop = position + int(match[1])
        # The length has to leave room for "=" and the newline, and to be there.
        if stop > len(data) or stop < match.end() + 2 or data[stop - 1] != 0x0A:
            break
        equals = data.find(b"=", match.end(), stop - 1)
        if equals <= match.end():
            break
        records.append(
            PaxRecord(
                data[match.end() : equals],
                data[equals + 1 : stop - 1],
                start + position,
                start + stop,
            )
        )
        position = stop
    return PaxRecords(tuple(records), start + position)


def integer(value: bytes) -> int | None:
    """Read a decimal whole number, as ``size``, ``uid`` and ``gid`` have; ``None`` if none."""
    return int(value) if _INTEGER.fullmatch(value) else None


def is_decimal(value: bytes) -> bool:
    """Whether :func:`decimal` can read this."""
    return len(value) <= MAX_DECIMAL and _DECIMAL.fullmatch(value) is not None


def decimal(value: bytes) -> Fraction | None:
    """Read a time exactly as written; ``None`` if it is no number of a sensible length."""
    return Fraction(value.decode("ascii")) if is_decimal(value) else None
