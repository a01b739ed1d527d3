"""One distribution of an installed tree, under the names that its wheel has for its files.

So a wheel can be compared with what was installed from it: members pair by name, and what an
installer adds stands on one side.  Scripts, headers and data may lie outside of the directory
that was given, where that is a site-packages directory inside of a prefix; they are looked up one
by one at the places where installers put them, through directories that are no links.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from posixpath import normpath
from typing import Final

from reprodiff.artifacts.base import Artifact, Member, Payload
from reprodiff.artifacts.distribution import (
    Layout,
    Project,
    find_project,
    inside,
    projects,
    scheme,
)
from reprodiff.artifacts.tree import TYPES, TreeArtifact, read_file
from reprodiff.errors import InputError, ReprodiffError
from reprodiff.formats.compiled import source_of
from reprodiff.formats.parsing.record import RecordRow, parse_record
from reprodiff.model import ArtifactKind, MemberType
from reprodiff.records import dataclass
from reprodiff.text import name as display

_RECORD: Final = "RECORD"
_MAX_LISTED: Final = 100_000
"""Rows of RECORD that are looked up on the disk."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file on disk: its absolute place, and what ``lstat`` says of it."""

    place: str
    found: os.stat_result


class InstalledView(Artifact):
    """The files of one distribution, named as in its wheel."""

    kind = ArtifactKind.TREE

    def __init__(self, tree: TreeArtifact, layout: Layout, entries: dict[str, _Entry]) -> None:
        self.tree = tree
        self.path = tree.path
        self.location = layout.scheme.prefix.replace("/", os.sep)
        self.problems = tree.problems
        self.damaged = tree.damaged
        self._layout = layout
        self._limits = tree.limits
        self._names = {entry.place: name for name, entry in entries.items()}
        self._entries = [entries[name] for name in sorted(entries)]
        self.members = tuple(
            _member(name, entries[name], index) for index, name in enumerate(sorted(entries))
        )
        self.size = sum(member.size for member in self.members)

    @property
    def data(self) -> None:
        """The bytes of the whole artifact; a tree has none."""
        return None

    def stored(self, member: Member) -> tuple[str, memoryview] | None:
        """See :meth:`Artifact.stored`; nothing in a wheel is stored as on a disk."""
        del member
        return None

    def read(self, member: Member) -> Payload:
        """See :meth:`Artifact.read`; rows of RECORD have the names of the members, too."""
        place = self._entries[member.index].place
        payload = read_file(Path(place), member.path, self._limits)
        if member.path != display(f"{self._layout.wheel.info}/{_RECORD}".encode()):
            return payload
        with payload as view:
            return Payload(memoryview(self._renamed(bytes(view))))

    def _renamed(self, data: bytes) -> bytes:
        record = parse_record(data)
        parts: list[bytes] = []
        for row in record.rows:
            renamed = None if row.error else self._row(row)
            if renamed is None:
                parts.append(data[row.start : row.stop])
            else:
                parts += [renamed, data[row.path_stop : row.stop]]
        return b"".join([*parts, data[record.rest.start : record.rest.stop]])

    def _row(self, row: RecordRow) -> bytes | None:
        """Return the first field of a row under the member's name, ``None`` to leave it."""
        place = self._layout.listed(row.path)
        name = self._names.get(place) if place is not None else None
        if name is None or name == row.path:
            return None
        raw = name.encode("utf-8", "surrogateescape")
        if any(byte in raw for byte in b'",\r\n'):
            return b'"' + raw.replace(b'"', b'""') + b'"'
        return raw


def _member(name: str, entry: _Entry, index: int) -> Member:
    raw = name.encode("utf-8", "surrogateescape")
    found = entry.found
    kind = TYPES.get(stat.S_IFMT(found.st_mode), MemberType.OTHER)
    target = b""
    if kind is MemberType.SYMLINK:
        try:
            target = os.fsencode(os.readlink(entry.place))  # noqa: PTH115
        except OSError:
            target = b"?"
    return Member(
        display(raw),
        raw,
        kind,
        found.st_size if kind is MemberType.FILE else 0,
        index,
        stat.S_IMODE(found.st_mode),
        found.st_mtime_ns // 1_000_000_000,
        display(target),
    )


def installed_view(wheel: Artifact, tree: TreeArtifact) -> InstalledView:
    """Return what of ``tree`` belongs to the distribution that ``wheel`` installs.

    Raises :class:`~reprodiff.errors.InputError` if the wheel names no distribution, or the tree
    does not hold it.
    """
    if tree.path.rstrip("/").endswith(".dist-info"):
        raise InputError(
            f"'{tree.path}' is the .dist-info directory of a distribution, not what is installed",
            "give the directory that it is in",
        )
    wanted = next(iter(projects(_text(wheel.members)).values()), None)
    if wanted is None or wanted.site:
        raise InputError(
            f"'{wheel.path}' has no .dist-info directory, so nothing says what it installs",
            "compare it with another archive, or unpack it and compare directories",
        )
    held = projects(_text(tree.members))
    project = find_project(wanted, held.values(), tree.path)
    root = tree.location.replace(os.sep, "/")
    where = scheme(normpath(f"{root}/{project.site}"))
    layout = Layout(wanted, project, where, tuple(_header_folders(tree.members)))
    others = [each for each in held.values() if each.site == project.site and each != project]
    finder = _Finder(tree, layout, root)
    return InstalledView(tree, layout, finder.find(wheel.members, others))


def _text(members: Iterable[Member]) -> Iterator[str]:
    for member in members:
        if member.type is not MemberType.DIRECTORY:
            yield member.raw.decode("utf-8", "surrogateescape")


def _header_folders(members: Iterable[Member]) -> Iterator[str]:
    """Yield ``site/python3.11`` and the like, which venvs and ``--target`` put headers into."""
    for member in members:
        parts = member.path.split("/")
        if member.type is MemberType.DIRECTORY and "python3." in parts[-1]:
            if parts[-2:-1] == ["include"]:
                yield parts[-1]
            elif parts[-3:-1] == ["include", "site"]:
                yield f"site/{parts[-1]}"


class _Finder:
    """Finds the files of a distribution, in the tree and around it."""

    def __init__(self, tree: TreeArtifact, layout: Layout, root: str) -> None:
        self._tree = tree
        self._layout = layout
        self._inside: dict[str, Member] = {}
        for member in tree.members:
            if member.type is not MemberType.DIRECTORY:
                raw = member.raw.decode("utf-8", "surrogateescape")
                self._inside[f"{root.rstrip('/')}/{raw}"] = member
        self._root = root
        self._found: dict[str, _Entry] = {}
        self._names: dict[str, str] = {}

    def find(self, wheel: Iterable[Member], others: Iterable[Project]) -> dict[str, _Entry]:
        """Return all files by the names that the wheel has, or would have, for them."""
        for member in wheel:
            if member.type is MemberType.DIRECTORY:
                continue
            name = member.raw.decode("utf-8", "surrogateescape")
            for place in self._layout.places(name):
                if self._take(place, name):
                    break
        # Bytecode first: RECORD does not say what the wheel calls its source.
        self._notes_and_bytecode()
        for place in self._recorded(self._layout.tree):
            self._take(place)
        self._strangers(others)
        return self._found

    def _take(self, place: str, name: str | None = None) -> bool:
        """Take the file at an absolute place, if there is one that nobody else took."""
        if place in self._names:
            return False
        name = name or self._layout.name(place)
        found = self._look(place)
        if found is None or name is None or name in self._found:
            return False
        self._names[place] = name
        self._found[name] = _Entry(place, found)
        return True

    def _look(self, place: str) -> os.stat_result | None:
        """Return what the disk says of a file inside of the tree or its prefix."""
        if place in self._inside:
            return self._lstat(place)
        if inside(place, self._root) is not None:
            return None  # the walk saw all that is there
        prefix = self._layout.scheme.prefix
        below = inside(place, prefix)
        if below is None or normpath(place) != place or "\0" in place:
            return None
        here = prefix
        *folders, _ = below.split("/")
        for folder in folders:
            here = f"{here.rstrip('/')}/{folder}"
            parent = self._lstat(here)
            if parent is None or not stat.S_ISDIR(parent.st_mode):
                return None
        found = self._lstat(place)
        return None if found is None or stat.S_ISDIR(found.st_mode) else found

    @staticmethod
    def _lstat(place: str) -> os.stat_result | None:
        try:
            return os.lstat(place)
        except (OSError, ValueError):
            return None

    def _recorded(self, project: Project) -> Iterator[str]:
        """Yield the places that a distribution's RECORD lists."""
        place = f"{self._layout.scheme.site}/{project.info.rpartition('/')[2]}/{_RECORD}"
        member = self._inside.get(place)
        if member is None or member.type is not MemberType.FILE:
            return
        try:
            with self._tree.read(member) as view:
                rows = parse_record(bytes(view), _MAX_LISTED).rows
        except ReprodiffError:
            return
        for row in rows:
            listed = self._layout.listed(row.path) if not row.error else None
            if listed is not None:
                yield listed

    def _notes_and_bytecode(self) -> None:
        """Take all of the dist-info directory, and the bytecode of modules that were taken."""
        info = f"{self._layout.scheme.site}/{self._layout.tree.info.rpartition('/')[2]}/"
        for place in self._inside:
            if place.startswith(info):
                self._take(place)
            elif place.endswith(".pyc"):
                source = source_of(place)
                if source is not None and source[0] in self._names:
                    folder, _, base = place.rpartition("/")
                    beside = self._names[source[0]].rpartition("/")[0]
                    cached = folder.rpartition("/")[2]
                    self._take(place, "/".join(part for part in (beside, cached, base) if part))

    def _strangers(self, others: Iterable[Project]) -> None:
        """Take files that lie among those of the distribution and belong to no other.

        Code that runs when Python starts, and that no RECORD lists, is taken wherever Python
        looks for it: it belongs to nobody, and concerns everybody.
        """
        site = self._layout.scheme.site
        # Directories for scripts, headers and data are shared by all distributions.
        shared = tuple(
            f"{self._layout.wheel.stem}.data/{kind}/" for kind in ("scripts", "headers", "data")
        )
        owned = {
            entry.place.rpartition("/")[0]
            for name, entry in self._found.items()
            if not name.startswith(shared)
        }
        owned.discard(site)
        strange = [
            place
            for place in self._inside
            if place not in self._names
            and (_is_below(place, owned, site) or _is_startup(place, site))
        ]
        if not strange:
            return
        known = {place for other in others for place in self._recorded(other)}
        for place in strange:
            source = source_of(place)
            if place not in known and (source is None or source[0] not in known):
                self._take(place)


_STARTUP: Final = frozenset({"sitecustomize.py", "usercustomize.py"})


def _is_startup(place: str, site: str) -> bool:
    """Whether Python runs a file when it starts: a .pth or one of two modules in site-packages."""
    below = inside(place, site)
    return below is not None and (
        below in _STARTUP or ("/" not in below and below.endswith(".pth"))
    )


def _is_below(place: str, folders: set[str], top: str) -> bool:
    folder = place.rpartition("/")[0]
    while len(folder) > len(top):
        if folder in folders:
            return True
        folder = folder.rpartition("/")[0]
    return False
