"""Wheels and other zip archives."""

import stat
from functools import cached_property, lru_cache
from typing import Final

from reprodiff.artifacts.base import Artifact, Member, Payload, Source
from reprodiff.artifacts.streams.spool import Spool
from reprodiff.artifacts.tree import relaxer
from reprodiff.artifacts.zipformat import (
    DosTime,
    ZipEntry,
    inflate,
    read_member,
    read_zip,
    stored_bytes,
)
from reprodiff.dates import seconds_of
from reprodiff.errors import ReprodiffError
from reprodiff.limits import Budget, Limits
from reprodiff.model import ArtifactKind, MemberType, Problem, Span
from reprodiff.text import name

_TYPES = {
    stat.S_IFLNK: MemberType.SYMLINK,
    stat.S_IFIFO: MemberType.FIFO,
    stat.S_IFCHR: MemberType.DEVICE,
    stat.S_IFBLK: MemberType.DEVICE,
}


_LINK_LIMITS = Limits(max_member_bytes=1 << 16)


def looks_like_zip(data: memoryview) -> bool:
    """Whether ``data`` begins as a zip does: with a local header, or the end of an empty one."""
    return bytes(data[:4]) in {b"PK\3\4", b"PK\5\6"}


def ends_like_zip(data: memoryview) -> bool:
    """Whether an end record stands where readers look for it: in the last 65,557 bytes."""
    return b"PK\5\6" in bytes(data[-(22 + 0xFFFF) :])


class ZipArtifact(Artifact):
    """A zip archive, read by its central directory and checked by its local headers."""

    def __init__(self, source: Source) -> None:
        self.archive = read_zip(source.data, source.limits, relaxer(source.data))
        self.path = source.path
        self.size = len(source.data)
        self._limits = source.limits
        self._budget = Budget(source.limits)
        self._slack: dict[int, int] = {}
        self.entries: tuple[ZipEntry, ...] = self.archive.all_entries
        """By the number of the member."""
        self.members = tuple(
            _member(
                entry,
                index,
                self._target(entry) if entry.is_symlink else "",
                self.archive.data,
            )
            for index, entry in enumerate(self.entries)
        )
        names = {member.raw.rpartition(b".dist-info/")[2] for member in self.members}
        wheel = b"WHEEL" in names or source.path.lower().endswith(".whl")
        self.kind = ArtifactKind.WHEEL if wheel else ArtifactKind.ZIP
        self.problems = [Problem("", "open", each.message) for each in self.archive.damage]
        self.damaged = bool(self.archive.damage)

    def _target(self, entry: ZipEntry) -> str | None:
        """Return where a link leads: a zip keeps the target as the member's content.

        ``None`` for what is damaged or much too long for a target.
        """
        try:
            return name(read_member(self.archive, entry, _LINK_LIMITS).data)
        except ReprodiffError:
            return None

    @property
    def data(self) -> memoryview:
        """The bytes of the whole artifact."""
        return self.archive.data

    def stored(self, member: Member) -> tuple[str, memoryview] | None:
        """See :meth:`Artifact.stored`."""
        entry = self.entries[member.index]
        if entry.ordinal in self.archive.clipped:
            return None
        # A size that lies would make a reader stop at another byte of the same stream. Equal
        # bytes under equal flags of encryption are equal to whoever has the key.
        how = f"{entry.method}:{entry.usize}:{entry.flags if entry.is_encrypted else 0}"
        return f"zip:{how}", stored_bytes(self.archive, entry)

    def range(self, member: Member) -> Span:
        """Return where in the file the member's stored bytes are."""
        entry = self.entries[member.index]
        return Span(entry.data_start, entry.data_stop)

    def read(self, member: Member) -> Payload:
        """See :meth:`Artifact.read`."""
        entry = self.entries[member.index]
        stream = inflate(self.archive, entry, self._limits, self._budget)
        with Spool(self._limits, max(entry.data_stop - entry.data_start, 1)) as spool:
            for chunk in stream:
                spool.write(chunk)
            payload = spool.finish()
        self._slack[member.index] = stream.slack or 0
        return payload

    def slack(self, member: Member) -> Span:
        """Return the stored bytes behind the end of the member's compressed stream.

        No reader looks at them.  Known once the member has been read; empty before.
        """
        stop = self.entries[member.index].data_stop
        return Span(stop - self._slack.get(member.index, 0), stop)

    def position_on_disk(self, member: Member) -> int:
        """Return the member's rank by the place of its local header."""
        return self._positions.get(member.index, member.index)

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {ordinal: rank for rank, ordinal in enumerate(self.archive.order_on_disk)}


_DEFLATED: Final = 8
_NOTHING: Final = b"\3\0"
"""No bytes at all, deflated: some writers do so even for directories."""


def _member(entry: ZipEntry, index: int, link: str | None, data: memoryview) -> Member:
    """Describe an entry.  What has data is a file to whoever unpacks it, whatever its mode says.

    The one exception is a symbolic link; ``link`` is ``None`` where its target cannot be read.
    """
    raw = entry.raw_name
    mode = entry.mode
    empty = entry.usize <= 0 and entry.data_start == entry.data_stop
    if not empty and entry.usize <= 0 and entry.is_dir and entry.method == _DEFLATED:
        empty = bytes(data[entry.data_start : entry.data_stop][:3]) == _NOTHING
    if link:
        kind = MemberType.SYMLINK
    elif not empty or link is None:
        kind = MemberType.FILE
    elif raw.endswith(b"/"):
        kind = MemberType.DIRECTORY
    else:
        kind = _TYPES.get(stat.S_IFMT(mode or 0), MemberType.FILE)
    return Member(
        name(raw),
        raw,
        kind,
        entry.usize,
        index,
        stat.S_IMODE(mode or 0),
        _seconds(entry.dos_time),
        link or "",
    )


@lru_cache(maxsize=1024)
def _seconds(time: DosTime) -> int | None:
    """Return a DOS time as seconds since 1970, as if it were UTC; ``None`` if it is no time."""
    if not 1 <= time.month <= 12 or not 1 <= time.day <= 31:
        return None
    return seconds_of(time)
