"""Whether the artifacts on disk are still the ones that were compared."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

State = tuple[int, ...]
"""What tells one state of an input from another; empty where it is not there."""

MAX_ENTRIES: Final = 20_000
"""Entries of a directory that are looked at; a change beyond them goes unnoticed."""
PERIOD: Final = 1.0
"""Seconds between two looks."""


def state(path: str) -> State:
    """Return the state of a file, or of all files below a directory, by times and sizes."""
    try:
        found = Path(path).stat()
        if not stat.S_ISDIR(found.st_mode):
            return (found.st_mtime_ns, found.st_size, found.st_ino)
        newest, size, count = found.st_mtime_ns, 0, 0
        for entry in _entries(path):
            one = entry.stat(follow_symlinks=False)
            newest = max(newest, one.st_mtime_ns)
            size += one.st_size
            count += 1
            if count >= MAX_ENTRIES:
                break
    except (OSError, ValueError):
        return ()
    return (newest, size, count)


def _entries(path: str) -> Iterator[os.DirEntry[str]]:
    waiting = [path]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


class Watcher:
    """Tells when the inputs have changed, and are done changing."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        self._paths = paths
        self._known = self._states()
        self._last = self._known

    def look(self) -> bool:
        """Whether the inputs are other ones than before, all there, and the same as a look ago."""
        now = self._states()
        settled, self._last = now == self._last, now
        if now == self._known or not settled or not all(now):
            return False
        self._known = now
        return True

    def _states(self) -> tuple[State, ...]:
        return tuple(state(path) for path in self._paths)
