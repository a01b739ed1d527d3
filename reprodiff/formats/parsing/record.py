r"""RECORD: the list of installed files, with the place of every field.

A comma-separated file in UTF-8 with three fields a row: path, ``algorithm=digest``, size (PEP 376,
PEP 427, PEP 627; the digest is urlsafe base64 without padding).  Read as Python's ``csv`` module
reads it, because that is what installers use: ``"`` quotes a field, ``""`` inside is one quote,
a quoted field may hold commas and line endings, rows end with ``\n``, ``\r\n`` or ``\r``.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from reprodiff.model import Span
from reprodiff.records import NamedTuple, dataclass

MAX_ROWS: Final = 1_000_000
"""Rows read; about 500 bytes of memory each."""

_PLAIN_ROW: Final = re.compile(rb'([^",\r\n]*+),([^",\r\n]*+),([^",\r\n]*+)(?:\r\n|\n|\r|\Z)')
_QUOTED: Final = re.compile(rb'"([^"]*+(?:""[^"]*+)*+)("?)([^,\r\n]*+)')
_UNQUOTED: Final = re.compile(rb"[^,\r\n]*+")
# All fields behind the third, quoted ones with whatever they hold, in one step.
_SURPLUS: Final = re.compile(rb'(?:,(?:"[^"]*+(?:""[^"]*+)*+"?[^,\r\n]*+|[^",\r\n][^,\r\n]*+|))*+')
_EOL: Final = re.compile(rb"\r\n|\n|\r|")
_SIZE: Final = re.compile(r"[0-9]{1,19}")
_HASH: Final = re.compile(r"[^=]+=.+", re.DOTALL)
_DIGEST: Final = re.compile(r"[A-Za-z0-9_-]+")


class RecordRow(NamedTuple):
    """One row.  ``error`` says what is wrong with it, ``""`` if nothing is.

    Text is UTF-8; bytes that are none are kept as lone surrogates.  ``hash`` is the whole second
    field.  ``size`` is ``None`` where the field is empty or no number.
    """

    start: int
    path_stop: int
    hash_stop: int
    size_stop: int
    body_stop: int
    stop: int
    path: str
    hash: str
    size: int | None
    error: str

    @property
    def path_span(self) -> Span:
        """The first field, with its quotes if it has any."""
        return Span(self.start, self.path_stop)

    @property
    def hash_span(self) -> Span:
        """The second field; empty where the row has none."""
        return Span(min(self.path_stop + 1, self.hash_stop), self.hash_stop)

    @property
    def size_span(self) -> Span:
        """The third field; empty where the row has none."""
        return Span(min(self.hash_stop + 1, self.size_stop), self.size_stop)

    @property
    def algorithm(self) -> str:
        """The part of the second field before ``=``."""
        return self.hash.partition("=")[0]

    @property
    def digest(self) -> str:
        """The part of the second field behind ``=``."""
        return self.hash.partition("=")[2]


@dataclass(frozen=True, slots=True)
class Record:
    """All rows in order, and ``rest``: what lies behind the last row that was read.

    ``rest`` is empty unless there are more than :data:`MAX_ROWS` rows; rows and rest tile the
    input.
    """

    rows: tuple[RecordRow, ...]
    rest: Span


def parse_record(data: bytes, limit: int = MAX_ROWS) -> Record:
    """Read a RECORD file.  Never fails: a row that is wrong is kept and says so."""
    rows: list[RecordRow] = []
    at = 0
    while at < len(data) and len(rows) < limit:
        row = _plain_row(data, at) or _odd_row(data, at)
        rows.append(row)
        at = row.stop
    return Record(tuple(rows), Span(at, len(data)))


def digest_bytes(digest: str) -> bytes | None:
    """Decode urlsafe base64 without padding; ``None`` for anything but its one right spelling."""
    if not _DIGEST.fullmatch(digest) or len(digest) > 1024 or len(digest) % 4 == 1:
        return None
    raw = urlsafe_b64decode(digest + "=" * (-len(digest) % 4))
    # Bits that belong to no byte must be zero, or one digest would have several spellings.
    return raw if urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") == digest else None


def _plain_row(data: bytes, at: int) -> RecordRow | None:
    """Read a row without quotes in one step; ``None`` if it is not as simple as that."""
    found = _PLAIN_ROW.match(data, at)
    if found is None:
        return None
    path, hashed, size = found.groups()
    return _row(
        (at, found.end(1), found.end(2), found.end(3), found.end(3), found.end()),
        (path, hashed, size),
        "",
    )


def _odd_row(data: bytes, at: int) -> RecordRow:
    """Read a row field by field: quotes, or not three fields."""
    stops: list[int] = []
    values: list[bytes] = []
    errors: list[str] = []
    stop = at
    while len(stops) < 3:
        if quoted := _QUOTED.match(data, stop):
            values.append(quoted[1].replace(b'""', b'"') + quoted[3])
            stop = quoted.end()
            if not quoted[2]:
                errors.append("a quote is never closed")
            elif quoted[3]:
                errors.append("text behind a closing quote")
        else:
            plain = _UNQUOTED.match(data, stop)
            values.append(plain[0] if plain else b"")
            stop = plain.end() if plain else stop
        stops.append(stop)
        if data[stop : stop + 1] != b",":
            break
        stop += 1
    surplus = _SURPLUS.match(data, stops[-1])
    body_stop = surplus.end() if surplus else stops[-1]
    end = _EOL.match(data, body_stop)
    if len(stops) < 3:
        errors.append("an empty line" if body_stop == at else f"{len(stops)} of 3 fields")
    elif body_stop > stops[2]:
        errors.append("more than 3 fields")
    stops += [body_stop] * (3 - len(stops))
    values += [b""] * (3 - len(values))
    places = (at, stops[0], stops[1], stops[2], body_stop, end.end() if end else body_stop)
    return _row(places, (values[0], values[1], values[2]), "; ".join(errors))


def _row(
    places: tuple[int, int, int, int, int, int], values: tuple[bytes, bytes, bytes], error: str
) -> RecordRow:
    path, hashed, size = (value.decode("utf-8", "surrogateescape") for value in values)
    number = int(size) if _SIZE.fullmatch(size) else None
    if not error:
        error = _complaint(path, hashed, size, number)
    return RecordRow(*places, path, hashed, number, error)


def _complaint(path: str, hashed: str, size: str, number: int | None) -> str:
    if not path:
        return "no path"
    if not path.isascii() and any("\udc80" <= char <= "\udcff" for char in path):
        return "the path is not UTF-8"
    if hashed and not _HASH.fullmatch(hashed):
        return "the hash names no algorithm"
    if size and number is None:
        return "the size is no number"
    return ""
