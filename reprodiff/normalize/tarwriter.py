"""Writes tar archives in one dialect: ustar, and a pax header where ustar cannot hold a value.

Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange Format".
"""

from typing import Final

from reprodiff.normalize.sinks import Sink

BLOCK: Final = 512
RECORD: Final = 20 * BLOCK
"""POSIX's default blocking: an archive is filled up to a multiple of it."""
_LONGEST: Final = 100
_LARGEST: Final = 8**11 - 1

FILE: Final = b"0"
SYMLINK: Final = b"2"
DIRECTORY: Final = b"5"
_PAX: Final = b"x"
_PAX_NAME: Final = b"PaxHeader"


class TarWriter:
    """Writes entries of nobody's (owner 0, no names), all of one time in seconds since 1970."""

    def __init__(self, sink: Sink, seconds: int) -> None:
        self._sink = sink
        self._seconds = seconds
        self._at = 0

    def add(
        self,
        path: bytes,
        content: bytes | memoryview,
        mode: int,
        kind: bytes = FILE,
        link: bytes = b"",
    ) -> None:
        """Write an entry; paths and targets of links are UTF-8, a directory's ends in a slash."""
        records = {b"path": path, b"linkpath": link}
        records = {key: value for key, value in records.items() if not _fits(value)}
        size = len(content)
        if size > _LARGEST:
            records[b"size"] = b"%d" % size
        if records:
            body = b"".join(_record(key, records[key]) for key in sorted(records))
            self._put(self._header(_PAX_NAME, len(body), 0o644, _PAX, b""))
            self._put(body)
            self._fill()
        held = size if size <= _LARGEST else 0
        self._put(self._header(_short(path), held, mode, kind, _short(link)))
        self._put(content)
        self._fill()

    def finish(self) -> None:
        """Write the end of the archive: two zero blocks, and what fills up the last record."""
        self._put(bytes(2 * BLOCK))
        self._put(bytes(-self._at % RECORD))

    def _header(self, name: bytes, size: int, mode: int, kind: bytes, link: bytes) -> bytes:
        head = b"".join(
            (
                name.ljust(100, b"\0"),
                b"%07o\0" % mode,
                b"0000000\0" * 2,
                b"%011o\0" % size,
                b"%011o\0" % self._seconds,
                b" " * 8,
                kind,
                link.ljust(100, b"\0"),
                b"ustar\00000",
                bytes(64),
                b"0000000\0" * 2,
            )
        ).ljust(BLOCK, b"\0")
        return head[:148] + b"%06o\0 " % sum(head) + head[156:]

    def _put(self, data: bytes | memoryview) -> None:
        self._sink.write(data)
        self._at += len(data)

    def _fill(self) -> None:
        self._put(bytes(-self._at % BLOCK))


def _fits(value: bytes) -> bool:
    return len(value) <= _LONGEST and value.isascii()


def _short(value: bytes) -> bytes:
    """Return what a header holds of a value that its pax record has in full."""
    if _fits(value):
        return value
    # A reader without pax sees another name, and still whether it is a directory's.
    slash = b"/" if value.endswith(b"/") else b""
    plain = bytes(byte if byte < 0x80 else 0x5F for byte in value)
    return plain[: _LONGEST - len(slash)].rstrip(b"/") + slash


def _record(key: bytes, value: bytes) -> bytes:
    """Return a pax record; its length counts its own digits."""
    rest = b" " + key + b"=" + value + b"\n"
    size = len(rest)
    while len(b"%d" % size) + len(rest) != size:
        size = len(b"%d" % size) + len(rest)
    return b"%d" % size + rest
