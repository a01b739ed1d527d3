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

_MAX_STEPS: Final = 200_000


class Links(NamedTuple):
    """Who needs what."""

    users: Mapping[str, frozenset[str]]
    """Members that name a bundled file as needed, by the path of that file."""
    external: Mapping[str, frozenset[str]]
    """Members that need a library which is not brought along, by its name."""


def link(natives: Mapping[str, Native]) -> Links:
    """Return how the native files of one artifact need each other."""
    by_name = _by_name(natives)
    users: dict[str, set[str]] = {}
    external: dict[str, set[str]] = {}
    # Who is needed by nobody is where loading starts.
    wanted = {_base(name) for native in natives.values() for name in native.needed}
    starts = [path for path, native in natives.items() if native.init or _base(path) not in wanted]
    left = _MAX_STEPS
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for start in dict.fromkeys([*starts, *natives]):
        queue: deque[tuple[str, tuple[str, ...]]] = deque([(start, ())])
        while queue and left:
            left -= 1
            path, inherited = queue.popleft()
            native = natives[path]
            if (path, inherited) in seen or (path != start and (path, ()) in seen):
                continue
            seen.add((path, inherited))
            below = inherited
            if not native.runpath:
                below = (*_directories(path, native.rpath), *inherited)
            for name in native.needed:
                found = _found(path, native, name, below, natives) or by_name.get(_base(name))
                if found is not None and found != path:
                    users.setdefault(found, set()).add(path)
                    queue.append((found, below))
                elif found is None and not LOADERS.fullmatch(name):
                    external.setdefault(name, set()).add(path)
    return Links(
        {path: frozenset(names) for path, names in users.items()},
        {name: frozenset(paths) for name, paths in sorted(external.items())},
    )


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


def _found(
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
