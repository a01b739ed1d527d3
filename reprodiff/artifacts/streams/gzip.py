"""gzip (RFC 1952) as it is written: every field with its bytes, and all members inflated.

The standard library's reader hides what two builds differ in (the time, the name, the OS byte)
and stops at nothing; here each member's header and trailer are facts with places.
"""

import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from reprodiff.artifacts.base import Payload
from reprodiff.artifacts.closing import Closing
from reprodiff.artifacts.streams.damage import Damage
from reprodiff.artifacts.streams.inflate import Inflated, inflate
from reprodiff.artifacts.streams.spool import Spool
from reprodiff.errors import InputError, LimitError, UnsupportedError
from reprodiff.limits import Budget, Limits
from reprodiff.model import Span
from reprodiff.records import dataclass

MAGIC: Final = b"\x1f\x8b"
DEFLATE: Final = 8
"""The only compression method of RFC 1952 (CM)."""

FTEXT: Final = 0x01
FHCRC: Final = 0x02
FEXTRA: Final = 0x04
FNAME: Final = 0x08
FCOMMENT: Final = 0x10
RESERVED: Final = 0xE0
"""Bits of FLG that must be zero (RFC 1952, section 2.3.1.2)."""

MAX_TEXT: Final = 1 << 20
"""Longest FNAME or FCOMMENT read, in bytes."""

# RFC 1952, section 2.3: the part of the header that is always there.
_FIXED: Final = (("ID", 2), ("CM", 1), ("FLG", 1), ("MTIME", 4), ("XFL", 1), ("OS", 1))
_STEP: Final = 4096


class GzipField(NamedTuple):
    """One field, by its name in RFC 1952, and its bytes in the stream.

    ``ID CM FLG MTIME XFL OS FEXTRA FNAME FCOMMENT FHCRC data CRC32 ISIZE``; FEXTRA includes its
    length XLEN, the two texts their NUL; ``cut`` is what is there of a field that is not whole.
    """

    name: str
    span: Span


class GzipMember(NamedTuple):
    """One member of a gzip file.

    What the file does not have, or ends before, is ``None``.
    """

    span: Span
    names: tuple[str, ...]
    """Names of its fields in order, and in ``stops`` where each ends; see :attr:`fields`."""
    stops: tuple[int, ...]
    payload: Span
    """Its bytes in the payload of the whole stream."""
    method: int | None = None
    flags: int | None = None
    mtime: int | None = None
    """Seconds since 1970, 0 for none recorded."""
    xfl: int | None = None
    os: int | None = None
    extra: bytes | None = None
    """FEXTRA without XLEN."""
    name: bytes | None = None
    """FNAME without its NUL, Latin-1 by the RFC."""
    comment: bytes | None = None
    header_crc: int | None = None
    header_crc_ok: bool | None = None
    crc32: int | None = None
    """CRC-32 as recorded."""
    crc32_ok: bool | None = None
    """Whether it is that of the inflated bytes; ``None`` where the trailer was not reached."""
    isize: int | None = None
    """Size as recorded, modulo 2**32."""
    isize_ok: bool | None = None

    @property
    def fields(self) -> tuple[GzipField, ...]:
        """Return the fields in order; they tile ``span``, and none is empty."""
        starts = (self.span.start, *self.stops)
        return tuple(
            GzipField(name, Span(start, stop))
            for name, start, stop in zip(self.names, starts, self.stops, strict=False)
        )

    def field(self, name: str) -> Span | None:
        """Return the bytes of a field, ``None`` where the member has none."""
        return next((field.span for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True, eq=False)
class GzipStream(Closing):
    """A gzip file read to its end.  Close it to free the payload."""

    members: tuple[GzipMember, ...]
    payload: Payload
    """The inflated bytes of all members, one after the other."""
    trailing: Span
    """What follows the last member; empty where nothing does."""
    trailing_zeros: bool
    """Whether that is only zero bytes: padding, which gzip(1) passes over."""
    damage: tuple[Damage, ...]

    def close(self) -> None:
        """Free the payload."""
        self.payload.close()


def fields(stream: GzipStream) -> Iterator[GzipField]:
    """Yield all fields of all members and ``trailing``: every byte of the file exactly once."""
    for member in stream.members:
        yield from member.fields
    if stream.trailing.size:
        yield GzipField("trailing", stream.trailing)


def read_gzip(data: memoryview, limits: Limits, budget: Budget | None = None) -> GzipStream:
    """Read all members of a gzip file; ``budget`` is shared with what else belongs to it.

    Damage (a cut or broken stream, a wrong CRC32 or ISIZE, set reserved bits) is noted, and what
    could be inflated is given.  Raises :class:`InputError` if this is no gzip at all,
    :class:`UnsupportedError` for a compression method other than deflate and
    :class:`LimitError` where the content is larger or denser than allowed.
    """
    if bytes(data[:2]) != MAGIC:
        raise InputError(
            "not a gzip file: it does not begin with 1f 8b",
            "check that the download is whole and that the name fits the content",
        )
    members: list[GzipMember] = []
    damage: list[Damage] = []
    position = 0
    with Spool(limits, len(data), budget) as spool:
        while bytes(data[position : position + 2]) == MAGIC:
            if len(members) >= limits.max_entries:
                raise limits.reached("max_entries")
            method = data[position + 2 : position + 3]
            if method and method[0] != DEFLATE:
                if not members:
                    raise UnsupportedError(
                        f"gzip compression method {method[0]} is unknown",
                        "only deflate (8) is defined by RFC 1952",
                    )
                damage.append(Damage(position, "looks like one more gzip member, but is none"))
                break
            spool.check_time()
            member = _Reader(data, position, spool, damage).member()
            members.append(member)
            position = member.span.stop
        payload = spool.finish()
    trailing = Span(position, len(data))
    return GzipStream(tuple(members), payload, trailing, _all_zero(data, trailing), tuple(damage))


class _CutError(Exception):
    """The file ends inside a field."""


class _Reader:
    """Reads one member, field by field."""

    def __init__(self, data: memoryview, start: int, spool: Spool, damage: list[Damage]) -> None:
        self._data = data
        self._start = start
        self._position = start
        self._spool = spool
        self._damage = damage
        self._names: list[str] = []
        self._stops: list[int] = []
        self._values: dict[str, bytes] = {}
        self._header_crc_ok: bool | None = None

    def member(self) -> GzipMember:
        """Return the member, with ``None`` for all that the file ends before."""
        payload = Span(self._spool.size, self._spool.size)
        inflated: Inflated | None = None
        try:
            self._header()
            inflated = inflate(self._data, self._position, self._spool)
            payload = Span(payload.start, self._spool.size)
            self._add("data", inflated.stop)
            self._check(inflated)
        except _CutError:
            end = len(self._data)
            self._add("cut", end)
            self._damage.append(Damage(end, f"truncated at byte {end}: inside a gzip member"))
        return self._result(payload, inflated)

    def _header(self) -> None:
        for name, size in _FIXED:
            self._take(name, size)
        flags = self._values["FLG"][0]
        if flags & RESERVED:
            at = self._start + 3
            self._damage.append(Damage(at, f"reserved gzip flag bits are set: {flags:#04x}"))
        if flags & FEXTRA:
            length = bytes(self._data[self._position : self._position + 2])
            if len(length) < 2:
                raise _CutError
            self._take("FEXTRA", 2 + int.from_bytes(length, "little"))
        if flags & FNAME:
            self._take_text("FNAME")
        if flags & FCOMMENT:
            self._take_text("FCOMMENT")
        if flags & FHCRC:
            at = self._position
            self._take("FHCRC", 2)
            crc = zlib.crc32(self._data[self._start : at]) & 0xFFFF
            self._header_crc_ok = crc == self._number("FHCRC")
            if not self._header_crc_ok:
                self._damage.append(Damage(at, "the gzip header's own CRC is wrong"))

    def _check(self, inflated: Inflated) -> None:
        """Read the trailer behind the data and hold it against what was inflated."""
        if inflated.broken:
            self._damage.append(
                Damage(inflated.stop, f"the deflate stream is broken at byte {inflated.stop}")
            )
            # Nothing says where the next member begins: all that follows belongs to this one.
            self._add("cut", len(self._data))
            return
        if not inflated.complete:
            raise _CutError
        for name, actual in (("CRC32", inflated.crc32), ("ISIZE", inflated.size % (1 << 32))):
            at = self._position
            self._take(name, 4)
            stored = int.from_bytes(self._values[name], "little")
            if stored != actual:
                self._damage.append(
                    Damage(at, f"{name} says {stored:#x}, but the content has {actual:#x}")
                )

    def _take(self, name: str, size: int) -> None:
        value = bytes(self._data[self._position : self._position + size])
        if len(value) < size:
            raise _CutError
        self._values[name] = value
        self._add(name, self._position + size)

    def _take_text(self, name: str) -> None:
        """Take a text up to its NUL; a memoryview cannot search, so step by step."""
        for at in range(self._position, self._position + MAX_TEXT, _STEP):
            step = bytes(self._data[at : at + _STEP])
            found = step.find(0)
            if found >= 0:
                self._take(name, at + found + 1 - self._position)
                return
            if len(step) < _STEP:
                raise _CutError
        raise LimitError(
            f"the gzip field {name} is longer than {MAX_TEXT} bytes",
            "no tool writes such a header: do not trust this file",
        )

    def _add(self, name: str, stop: int) -> None:
        if stop > self._position:
            self._names.append(name)
            self._stops.append(stop)
            self._position = stop

    def _result(self, payload: Span, inflated: Inflated | None) -> GzipMember:
        crc, size = self._number("CRC32"), self._number("ISIZE")
        extra, name, comment = (self._values.get(n) for n in ("FEXTRA", "FNAME", "FCOMMENT"))
        return GzipMember(
            span=Span(self._start, self._position),
            names=_shared(tuple(self._names)),
            stops=tuple(self._stops),
            payload=payload,
            method=self._number("CM"),
            flags=self._number("FLG"),
            mtime=self._number("MTIME"),
            xfl=self._number("XFL"),
            os=self._number("OS"),
            extra=None if extra is None else extra[2:],
            name=None if name is None else name[:-1],
            comment=None if comment is None else comment[:-1],
            header_crc=self._number("FHCRC"),
            header_crc_ok=self._header_crc_ok,
            crc32=crc,
            crc32_ok=None if crc is None or inflated is None else crc == inflated.crc32,
            isize=size,
            isize_ok=None if size is None or inflated is None else size == inflated.size % 2**32,
        )

    def _number(self, name: str) -> int | None:
        value = self._values.get(name)
        return None if value is None else int.from_bytes(value, "little")


@lru_cache(maxsize=64)
def _shared(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the one tuple of these names: a file may have a million members."""
    return names


def _all_zero(data: memoryview, span: Span) -> bool:
    """Whether the bytes are all zero; false for an empty span."""
    step = 1 << 20
    return span.size > 0 and not any(
        bytes(data[at : min(at + step, span.stop)]).strip(b"\0")
        for at in range(span.start, span.stop, step)
    )
