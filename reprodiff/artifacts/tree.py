"""An installed tree, a plain directory or a wheelhouse: members are files on disk.

Nothing is followed: a symbolic link is a member with a target, a special file is a member
without content.  Files are opened without blocking and checked again after opening, so that a
fifo or a device that takes a file's place cannot hang or feed the program.
"""

import mmap
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reprodiff.artifacts.base import Artifact, Member, Payload
from reprodiff.errors import DamagedError, LimitError
from reprodiff.limits import Limits
from reprodiff.model import ArtifactKind, MemberType, Problem
from reprodiff.text import name

_TYPES = {
    stat.S_IFREG: MemberType.FILE,
    stat.S_IFDIR: MemberType.DIRECTORY,
    stat.S_IFLNK: MemberType.SYMLINK,
    stat.S_IFIFO: MemberType.FIFO,
    stat.S_IFCHR: MemberType.DEVICE,
    stat.S_IFBLK: MemberType.DEVICE,
}


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """What the file system records of one member (``lstat``)."""

    mode: int
    uid: int
    gid: int
    owner: str
    group: str
    mtime_ns: int
    inode: tuple[int, int]
    """(device, inode): equal for hard links to one file."""
    links: int
    target: bytes
    """A symbolic link's target as it stands, empty for everything else."""


class TreeArtifact(Artifact):
    """A directory and all that is below it."""

    def __init__(self, root: Path, path: str, limits: Limits, kind: ArtifactKind) -> None:
        self.kind = kind
        self.path = path
        self.root = root
        self.problems = []
        self.damaged = False
        self._limits = limits
        members: list[Member] = []
        entries: list[TreeEntry] = []
        first: dict[tuple[int, int], str] = {}
        names = _Names()
        for raw, found in _walk(root, limits, self.problems):
            display = name(raw)
            kind_of = _TYPES.get(stat.S_IFMT(found.st_mode), MemberType.OTHER)
            target = _target(root, raw) if kind_of is MemberType.SYMLINK else b""
            inode = (found.st_dev, found.st_ino)
            entries.append(
                TreeEntry(
                    found.st_mode,
                    found.st_uid,
                    found.st_gid,
                    names.user(found.st_uid),
                    names.group(found.st_gid),
                    found.st_mtime_ns,
                    inode,
                    found.st_nlink if kind_of is MemberType.FILE else 1,
                    target,
                )
            )
            first.setdefault(inode, display)
            members.append(
                Member(
                    display,
                    raw,
                    kind_of,
                    found.st_size if kind_of is MemberType.FILE else 0,
                    len(members),
                    stat.S_IMODE(found.st_mode),
                    found.st_mtime_ns // 1_000_000_000,
                    name(target),
                )
            )
        self.members = tuple(members)
        self.entries = tuple(entries)
        self.first_link = first
        """Display path of the first member with an inode, to tell hard links apart."""
        self.size = sum(member.size for member in members)
        self.damaged = bool(self.problems)

    @property
    def data(self) -> None:
        """The bytes of the whole artifact; a tree has none."""
        return None

    def stored(self, member: Member) -> tuple[str, memoryview] | None:
        """See :meth:`Artifact.stored`."""
        if member.type is not MemberType.FILE:
            return None
        return "plain", self.read(member).view

    def read(self, member: Member) -> Payload:
        """See :meth:`Artifact.read`."""
        return map_file(self.root / os.fsdecode(member.raw), member.path, self._limits)


def map_file(path: Path, display: str, limits: Limits) -> Payload:
    """Map a regular file's bytes; raise if it is not one, cannot be read or is over the limit."""
    try:
        handle = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
    except OSError as error:
        raise DamagedError(f"cannot read {display}: {error.strerror}") from error
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise DamagedError(f"cannot read {display}: it is not a regular file")
        if found.st_size > limits.max_member_bytes:
            raise LimitError(
                f"{display} has {found.st_size} bytes, over the limit of {limits.max_member_bytes}",
                "raise it with --max-member-size",
            )
        if found.st_size == 0:
            return Payload(memoryview(b""))
        mapped = mmap.mmap(handle, 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise DamagedError(f"cannot read {display}: {error.strerror}") from error
    finally:
        os.close(handle)
    return Payload(memoryview(mapped), mapped.close, lambda: _relax(mapped))


def _relax(mapped: mmap.mmap) -> None:
    # The pages stay in the system's cache; only this process no longer counts them as its own.
    advice = getattr(mmap, "MADV_DONTNEED", None)
    if advice is not None:
        mapped.madvise(advice)


def _walk(
    root: Path, limits: Limits, problems: list[Problem]
) -> Iterator[tuple[bytes, os.stat_result]]:
    """Yield (name relative to root with ``/``, lstat) in sorted order, directories first."""
    pending = [b""]
    count = 0
    top = os.fsencode(root)
    while pending:
        relative = pending.pop()
        try:
            with os.scandir(os.path.join(top, relative) if relative else top) as scan:  # noqa: PTH118
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            problems.append(Problem(name(relative), "open", f"cannot list: {error.strerror}"))
            continue
        below: list[bytes] = []
        for entry in entries:
            count += 1
            if count > limits.max_entries:
                problems.append(
                    Problem(
                        "", "open", f"more than {limits.max_entries} entries; the rest is left out"
                    )
                )
                return
            raw = relative + b"/" + entry.name if relative else entry.name
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError as error:
                problems.append(Problem(name(raw), "open", f"cannot read: {error.strerror}"))
                continue
            yield raw, found
            if stat.S_ISDIR(found.st_mode):
                below.append(raw)
        pending += reversed(below)


def _target(root: Path, raw: bytes) -> bytes:
    try:
        return os.readlink(os.path.join(os.fsencode(root), raw))  # noqa: PTH115, PTH118
    except OSError:
        return b""


class _Names:
    """User and group names by id, looked up once each; empty where the system has none."""

    def __init__(self) -> None:
        self._users: dict[int, str] = {}
        self._groups: dict[int, str] = {}

    def user(self, uid: int) -> str:
        if uid not in self._users:
            try:
                import pwd  # noqa: PLC0415  (not on Windows)

                self._users[uid] = pwd.getpwuid(uid).pw_name
            except (ImportError, KeyError, OverflowError):
                self._users[uid] = ""
        return self._users[uid]

    def group(self, gid: int) -> str:
        if gid not in self._groups:
            try:
                import grp  # noqa: PLC0415  (not on Windows)

                self._groups[gid] = grp.getgrgid(gid).gr_name
            except (ImportError, KeyError, OverflowError):
                self._groups[gid] = ""
        return self._groups[gid]
