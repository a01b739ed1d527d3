"""What the paths and link targets of an archive would do if somebody extracted it.

Nothing is resolved against a file system, and no chain of links is followed by recursion: each
link is one edge of a graph with at most one edge per path.
"""

from collections.abc import Sequence
from typing import Final

from reprodiff.artifacts.tarformat.entries import EntryKind, TarEntry
from reprodiff.artifacts.tarformat.oddities import Notes, Oddity

LONGEST: Final = 4096
"""Paths over this many bytes (PATH_MAX of Linux) cannot be extracted and are not taken apart."""

_LINKS: Final = frozenset({EntryKind.SYMLINK, EntryKind.HARDLINK})


def audit(entries: Sequence[TarEntry], notes: Notes) -> tuple[tuple[int, ...], ...]:
    """Note what is odd about paths and links; return the numbers of entries that share a path."""
    keys = _keys(entries, notes)
    first: dict[bytes, int] = {}
    repeated: dict[bytes, list[int]] = {}
    for entry, key in zip(entries, keys, strict=True):
        earlier = first.setdefault(key, entry.number)
        if earlier != entry.number:
            repeated.setdefault(key, [earlier]).append(entry.number)
            notes.odd(Oddity.DUPLICATE, entry.header, entry.number, earlier)
    if any(entry.kind in _LINKS for entry in entries):
        _check_links(entries, keys, first, notes)
    return tuple(tuple(repeated[key]) for key in repeated)


def normal(path: bytes) -> bytes:
    """Return a path as the file system takes it: no ``.``, no empty parts, no slash at the end."""
    if b"//" in path or b"./" in path or path.endswith(b"/.") or path == b".":
        parts = [part for part in path.split(b"/") if part not in (b"", b".")]
        return (b"/" if path[:1] == b"/" else b"") + b"/".join(parts)
    return path.rstrip(b"/") or path


def _keys(entries: Sequence[TarEntry], notes: Notes) -> list[bytes]:
    keys: list[bytes] = []
    # A global record gives one long path to all: it is looked at once.
    last, key = None, b""
    for entry in entries:
        path = entry.path
        if path is not last:
            last, key = path, path if len(path) > LONGEST else normal(path)
        keys.append(key)
        if len(path) > LONGEST or len(entry.link) > LONGEST:
            notes.odd(Oddity.LONG_PATH, entry.header, entry.number, len(path))
        if not path:
            notes.odd(Oddity.EMPTY_PATH, entry.header, entry.number)
        elif path[0] == 0x2F:
            notes.odd(Oddity.ABSOLUTE_PATH, entry.header, entry.number)
        if b".." in path and len(path) <= LONGEST and b".." in path.split(b"/"):
            notes.odd(Oddity.PARENT_PATH, entry.header, entry.number)
        if b"\\" in path or path[1:2] == b":":
            notes.odd(Oddity.WINDOWS_PATH, entry.header, entry.number)
    return keys


def _check_links(
    entries: Sequence[TarEntry], keys: Sequence[bytes], first: dict[bytes, int], notes: Notes
) -> None:
    targets: dict[bytes, bytes | None] = {}
    symlinks: set[bytes] = set()
    for entry, key in zip(entries, keys, strict=True):
        if entry.kind not in _LINKS:
            # The last entry of a path is what stands there in the end.
            targets.pop(key, None)
            continue
        if entry.kind is EntryKind.SYMLINK:
            symlinks.add(key)
        target = _target(entry, key, notes)
        targets[key] = target
        if target is None:
            continue
        if target == key:
            notes.odd(Oddity.SELF_LINK, entry.header, entry.number, entry.link)
        if entry.kind is EntryKind.HARDLINK and first.get(target, entry.number) >= entry.number:
            notes.odd(Oddity.DANGLING_HARDLINK, entry.header, entry.number, entry.link)
    looping = _loops(targets)
    _note_ways(entries, keys, symlinks, looping, notes)


def _target(entry: TarEntry, key: bytes, notes: Notes) -> bytes | None:
    """Return the path a link leads to, ``None`` if that is not inside the archive."""
    link = entry.link
    if len(link) > LONGEST or len(key) > LONGEST:
        return None
    if link[:1] == b"/":
        notes.odd(Oddity.ABSOLUTE_LINK, entry.header, entry.number, link)
        return None
    # A symbolic link starts from where it is, a hard link from the top of the archive.
    parts = key.split(b"/")[:-1] if entry.kind is EntryKind.SYMLINK else []
    for part in link.split(b"/"):
        if part == b"..":
            if not parts:
                notes.odd(Oddity.ESCAPING_LINK, entry.header, entry.number, link)
                return None
            parts.pop()
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts)


def _loops(targets: dict[bytes, bytes | None]) -> set[bytes]:
    """Return the paths that lie on a loop of more than one link."""
    looping: set[bytes] = set()
    walked: dict[bytes, int] = {}
    for number, start in enumerate(targets):
        way: list[bytes] = []
        at: bytes | None = start
        while at is not None and at in targets and at not in walked:
            walked[at] = number
            way.append(at)
            at = targets[at]
        if at is not None and walked.get(at) == number and targets[at] != at:
            looping.update(way[way.index(at) :])
    return looping


def _note_ways(
    entries: Sequence[TarEntry],
    keys: Sequence[bytes],
    symlinks: set[bytes],
    looping: set[bytes],
    notes: Notes,
) -> None:
    """Note links that lead in a circle and paths that lead through a symbolic link."""
    through: dict[bytes, bool] = {}
    for entry, key in zip(entries, keys, strict=True):
        if entry.kind in _LINKS and key in looping:
            notes.odd(Oddity.LINK_LOOP, entry.header, entry.number, entry.link)
        parent = key.rpartition(b"/")[0]
        if not symlinks or not parent or len(parent) > LONGEST:
            continue
        found = through.get(parent)
        if found is None:
            found = through[parent] = _passes(parent, symlinks)
        if found:
            notes.odd(Oddity.THROUGH_LINK, entry.header, entry.number)


def _passes(directory: bytes, symlinks: set[bytes]) -> bool:
    while directory:
        if directory in symlinks:
            return True
        directory = directory.rpartition(b"/")[0]
    return False
