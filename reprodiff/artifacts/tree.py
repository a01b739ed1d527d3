"""An installed tree, a plain directory or a wheelhouse: members are files on disk.

Nothing is followed: a symbolic link is a member with a target, a special file is a member
without content.  Files are opened without blocking and checked again after opening, so that a
fifo or a device that takes a file's place cannot hang or feed the program.
"""

import mmap
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reprodiff.artifacts.base import Artifact, Member, Payload
from reprodiff.errors import DamagedError, LimitError, ReprodiffError
from reprodiff.limits import Limits
from reprodiff.model import ArtifactKind, MemberType, Problem
from reprodiff.records import dataclass
from reprodiff.text import name

if TYPE_CHECKING:
    from pathlib import Path

AnyPath = str | os.PathLike[str]

MAX_COPIED = 4 << 20
"""Bytes up to which a file's content is copied instead of mapped."""

TYPES = {
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

    one_project = False

    def __init__(self, root: "Path", path: str, limits: Limits, kind: ArtifactKind) -> None:
        self.kind = kind
        self.path = path
        self.root = root
        self.location = os.path.abspath(root) if kind is ArtifactKind.TREE else ""  # noqa: PTH100
        self.problems = []
        self.limits = limits
        self._unlisted: list[bytes] = []
        members: list[Member] = []
        entries: list[TreeEntry] = []
        first: dict[tuple[int, int], str] = {}
        names = _Names()
        for raw, found in self._walk():
            display = name(raw)
            kind_of = TYPES.get(stat.S_IFMT(found.st_mode), MemberType.OTHER)
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
        try:
            return "plain", self.read(member).view
        except ReprodiffError:
            return None  # whoever asks for the content is told the reason

    def may_hold(self, raw: bytes) -> bool:
        """See :meth:`Artifact.may_hold`; what a directory that was listed does not have is not."""
        return any(not place or (raw + b"/").startswith(place) for place in self._unlisted)

    def read(self, member: Member) -> Payload:
        """See :meth:`Artifact.read`."""
        return read_file(self.root / os.fsdecode(member.raw), member.path, self.limits)

    def _walk(self) -> Iterator[tuple[bytes, os.stat_result]]:
        """Yield (name relative to the root with ``/``, lstat), sorted within each directory."""
        pending = [b""]
        count = 0
        top = os.fsencode(self.root)
        while pending:
            relative = pending.pop()
            here = os.path.join(top, relative) if relative else top  # noqa: PTH118
            try:
                with os.scandir(here) as scan:
                    entries = sorted(scan, key=lambda entry: entry.name)
            except OSError as error:
                self._trouble(relative, f"cannot list it: {_reason(error)}", relative + b"/")
                continue
            below: list[bytes] = []
            for entry in entries:
                count += 1
                if count > self.limits.max_entries:
                    most = self.limits.max_entries
                    self._trouble(b"", f"more than {most} entries; the rest is left out", b"")
                    return
                raw = relative + b"/" + entry.name if relative else entry.name
                try:
                    found = entry.stat(follow_symlinks=False)
                except OSError as error:
                    self._trouble(raw, f"cannot look at it: {_reason(error)}", raw + b"/")
                    continue
                yield raw, found
                if stat.S_ISDIR(found.st_mode):
                    below.append(raw)
            pending += reversed(below)

    def _trouble(self, raw: bytes, message: str, unlisted: bytes) -> None:
        """Note a problem, and the names (``unlisted`` and below) that may be there unseen."""
        self.problems.append(Problem(name(raw), "open", message))
        self._unlisted.append(unlisted)


def _reason(error: OSError) -> str:
    return (error.strerror or "the system refuses").lower()


def read_file(path: AnyPath, display: str, limits: Limits) -> Payload:
    """Return a regular file's bytes; raise if it is not one, cannot be read, is over the limit.

    Small files are copied: a map of a file that somebody makes shorter meanwhile kills the
    program that reads it.  Large ones are mapped, because a copy would take the memory.
    """
    with _opened(path, display, limits) as (handle, size):
        if size > MAX_COPIED:
            return _mapped(handle, display)
        data = b""
        try:
            while len(data) < size and (more := os.read(handle, size - len(data))):
                data += more
        except OSError as error:
            raise DamagedError(f"cannot read {display}: {_reason(error)}") from error
    if len(data) < size:
        raise DamagedError(f"cannot read {display}: it became shorter while it was read")
    return Payload(memoryview(data))


def map_file(path: AnyPath, display: str, limits: Limits) -> Payload:
    """Map a regular file's bytes; raise if it is not one, cannot be read or is over the limit."""
    with _opened(path, display, limits) as (handle, size):
        return _mapped(handle, display) if size else Payload(memoryview(b""))


@contextmanager
def _opened(path: AnyPath, display: str, limits: Limits) -> Iterator[tuple[int, int]]:
    """Open a regular file without waiting for anything; give the descriptor and the size."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except OSError as error:
        raise DamagedError(f"cannot read {display}: {_reason(error)}") from error
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise DamagedError(f"cannot read {display}: it is not a regular file")
        if found.st_size > limits.max_member_bytes:
            raise LimitError(
                f"{display} has {found.st_size} bytes, over the limit of {limits.max_member_bytes}",
                "raise it with --max-member-size",
            )
        yield handle, found.st_size
    finally:
        os.close(handle)


def _mapped(handle: int, display: str) -> Payload:
    try:
        mapped = mmap.mmap(handle, 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise DamagedError(f"cannot read {display}: it cannot be mapped") from error
    return Payload(memoryview(mapped), mapped.close, lambda: _relax(mapped))


def relaxer(view: memoryview) -> Callable[[], None] | None:
    """Return what gives the pages of ``view`` back to the system, ``None`` if it is no mapping."""
    mapped = view.obj
    return (lambda: _relax(mapped)) if isinstance(mapped, mmap.mmap) else None


def _relax(mapped: mmap.mmap) -> None:
    # The pages stay in the system's cache; only this process no longer counts them as its own.
    advice = getattr(mmap, "MADV_DONTNEED", None)
    if advice is not None:
        mapped.madvise(advice)


def _target(root: "Path", raw: bytes) -> bytes:
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
