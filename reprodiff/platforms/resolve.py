"""Which of the libraries that files need an artifact brings along, found as the loader would.

Source: ld.so(8): DT_RPATH of the file and of those that loaded it, unless it has DT_RUNPATH, then
its DT_RUNPATH; ``$ORIGIN`` is the directory of the file that names it.
"""

import posixpath
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from reprodiff.platforms.native import Native
from reprodiff.platforms.policies import LOADERS

_MAX_STEPS: Final = 2_000_000
"""Needed libraries that are looked for in one artifact."""
_MOST_PATHS: Final = 256


class Links(NamedTuple):
    """Who needs what."""

    users: Mapping[str, frozenset[str]]
    """Members that name a bundled file as needed, by the path of that file."""
    external: Mapping[str, frozenset[str]]
    """Members that need a library which is not brought along, by its name."""
    loose: Mapping[str, frozenset[str]]
    """Members that need a library which is there, but not where the loader looks for it: it works
    only if something has loaded that library before."""


def link(natives: Mapping[str, Native]) -> Links:
    """Return how the native files of one artifact need each other."""
    work = _Linker(natives)
    # Who is needed by nobody is where loading starts; what is left needs itself in a circle.
    needed = {_base(name) for native in natives.values() for name in native.needed}
    starts = [path for path, native in natives.items() if native.init or _base(path) not in needed]
    for path in starts:
        work.load(path)
    for path in natives:
        if path not in work.seen:
            work.load(path)
    return Links(*map(_frozen, (work.users, work.external, work.loose)))


def _frozen(found: Mapping[str, set[str]]) -> Mapping[str, frozenset[str]]:
    return {name: frozenset(paths) for name, paths in sorted(found.items())}


class _Linker:
    """Loads files as the loader does: the file, what it needs, what that needs, level by level."""

    def __init__(self, natives: Mapping[str, Native]) -> None:
        self.natives = natives
        self.by_name = _by_name(natives)
        self.users: dict[str, set[str]] = {}
        self.external: dict[str, set[str]] = {}
        self.loose: dict[str, set[str]] = {}
        self.seen: set[str] = set()
        self._left = _MAX_STEPS

    def load(self, start: str) -> None:
        """Follow what one file needs; a library that is loaded is not looked for again."""
        loaded: dict[str, str] = {}
        queue: deque[tuple[str, tuple[str, ...]]] = deque([(start, ())])
        here = {start}
        while queue and self._left:
            path, inherited = queue.popleft()
            self.seen.add(path)
            native = self.natives[path]
            below = inherited
            if not native.runpath:
                below = (*_directories(path, native.rpath), *inherited)[:_MOST_PATHS]
            for name in native.needed:
                self._left = max(self._left - 1, 0)
                found = loaded.get(name) or self._found(path, native, name, below)
                if found is None:
                    continue
                loaded[name] = found
                if found != path:
                    self.users.setdefault(found, set()).add(path)
                if found not in here:
                    here.add(found)
                    queue.append((found, below))

    def _found(self, path: str, native: Native, name: str, below: tuple[str, ...]) -> str | None:
        """Return the file that a name leads to; note where it leads out, or to a wrong place."""
        found = _by_path(path, native, name, below, self.natives)
        if found is None:
            found = self.by_name.get(_base(name))
            if found is not None and native.format == "elf":
                self.loose.setdefault(name, set()).add(path)
        if found is None and not LOADERS.fullmatch(name):
            self.external.setdefault(name, set()).add(path)
        return found


def _base(name: str) -> str:
    return name.rpartition("/")[2]


def _by_name(natives: Mapping[str, Native]) -> dict[str, str]:
    """Return the files by the names they can be needed by; a module is not loaded by name."""
    found: dict[str, str] = {}
    for path, native in natives.items():
        names = {_base(path), _base(native.soname)}
        if native.format == "pe":
            names = {name.lower() for name in names}
        for name in names - {""}:
            found.setdefault(name, path)
    return found


def _directories(path: str, entries: Iterable[str]) -> list[str]:
    origin = posixpath.dirname(path)
    return [
        posixpath.normpath(
            posixpath.join(
                "/",
                entry.replace("${ORIGIN}", "$ORIGIN").replace("$ORIGIN", f"/{origin}"),
            )
        )
        for entry in entries
        if entry.startswith(("$ORIGIN", "${ORIGIN}"))
    ]


def _by_path(
    path: str, native: Native, name: str, inherited: Iterable[str], natives: Mapping[str, Native]
) -> str | None:
    """Return the bundled file that a name leads to by the paths of the file itself."""
    if native.format != "elf":
        return None
    own = _directories(path, native.runpath) if native.runpath else []
    for directory in (*own, *inherited):
        at = posixpath.join(directory, name).lstrip("/")
        if at in natives:
            return at
    return None
