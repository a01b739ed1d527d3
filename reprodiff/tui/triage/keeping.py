"""Where decisions are kept: notes and marks for each pair, what is ignored in a baseline file.

A session is a small JSON file in the user's state folder.  Whatever is wrong with it (a full disk,
a half-written file, one of a later version), the app goes on without it and says so.
"""

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

from reprodiff import baseline
from reprodiff.baseline import Entry
from reprodiff.errors import InputError
from reprodiff.model import ArtifactInfo, Side
from reprodiff.text import plain
from reprodiff.tui.triage.decisions import Decided

VERSION: Final = 1
MAX_SESSIONS: Final = 500
"""Pairs that are remembered; the ones longest not looked at go first."""
MAX_BYTES: Final = 1 << 20
MAX_NOTE: Final = 2_000
"""Characters of a note."""


def pair_key(infos: Mapping[Side, ArtifactInfo], paths: Mapping[Side, str]) -> str:
    """Return what a pair is kept under: the digests of its bytes, of a tree that of its path."""
    digests = [
        infos[side].sha256 or sha256(os.fsencode(Path(paths[side]).absolute())).hexdigest()
        for side in Side
    ]
    return "-".join(digest[:32] for digest in digests)


def read_text(path: Path, limit: int = MAX_BYTES) -> str | None:
    """Return the text of a small file, ``None`` if there is none.

    Raises :class:`~reprodiff.errors.InputError` if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise InputError(f"{plain(path)} is too large", "remove it")
        return data.decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{plain(path)}: {(error.strerror or 'unreadable').lower()}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{plain(path)} is no text", "remove it") from error


def write_text(path: Path, text: str) -> None:
    """Write a file so that it is always whole: the old one or the new one.

    Raises :class:`~reprodiff.errors.InputError` if it cannot be written.
    """
    path = path.resolve() if path.is_symlink() else path
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8", newline="\n")
        if path.exists():
            fresh.chmod(path.stat().st_mode & 0o777)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        reason = (error.strerror or "it cannot be written").lower()
        raise InputError(f"{plain(path)}: {reason}") from error


class Sessions:
    """The marks and notes of each pair, in files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, key: str) -> Decided:
        """Return what was decided about a pair.

        Raises :class:`~reprodiff.errors.InputError` for a file that is damaged; it is put aside.
        """
        path = self._path(key)
        text = read_text(path)
        if text is None:
            return Decided()
        try:
            return _decided(json.loads(text))
        except (ValueError, TypeError, RecursionError) as error:
            aside = path.with_suffix(".damaged")
            path.replace(aside)
            raise InputError(
                f"the marks kept for this pair are damaged ({plain(error, 80)})",
                f"they were put aside as {plain(aside)}",
            ) from error

    def save(self, key: str, decided: Decided) -> None:
        """Keep what was decided about a pair; nothing of it is no file.

        Raises :class:`~reprodiff.errors.InputError` if it cannot be written.
        """
        path = self._path(key)
        if not decided.reviewed and not decided.notes:
            path.unlink(missing_ok=True)
            return
        document = {
            "version": VERSION,
            "reviewed": sorted(decided.reviewed),
            "notes": dict(sorted(decided.notes.items())),
        }
        write_text(path, json.dumps(document, indent=1) + "\n")
        self._tidy()

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _tidy(self) -> None:
        try:
            files = sorted(self._folder.glob("*.json"), key=lambda one: one.stat().st_mtime_ns)
            for old in files[:-MAX_SESSIONS]:
                old.unlink(missing_ok=True)
        except OSError:
            return  # another one tidies too


def _decided(document: object) -> Decided:
    """Return what a file says; raise an error of value or type if it does not say it right."""
    if not isinstance(document, dict):
        raise TypeError("no object")
    if document.get("version") != VERSION:
        raise ValueError("another version")
    reviewed, notes = document.get("reviewed", []), document.get("notes", {})
    if not isinstance(reviewed, list) or not isinstance(notes, dict):
        raise TypeError("other types")
    return Decided(
        frozenset(one for one in reviewed if isinstance(one, str)),
        MappingProxyType(
            {
                key: plain(note)[:MAX_NOTE]
                for key, note in notes.items()
                if isinstance(key, str) and isinstance(note, str) and note
            }
        ),
    )


class BaselineFile:
    """The file of what is ignored; it is made with the first entry."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> tuple[Entry, ...]:
        """Return what it says; raise :class:`~reprodiff.errors.InputError` if it says it wrong."""
        return baseline.parse(read_text(self.path) or "", str(self.path))

    def add(self, entry: Entry) -> None:
        """Write one more entry at its end."""
        text = baseline.added(read_text(self.path) or "", entry)
        baseline.parse(text, str(self.path))
        write_text(self.path, text)

    def remove(self, entry: Entry) -> None:
        """Take an entry out again.

        Raises :class:`~reprodiff.errors.InputError` if it does not stand there as it was written.
        """
        text = baseline.removed(read_text(self.path) or "", entry)
        if text is None:
            raise InputError(
                f"{plain(self.path)} says it in another form: {entry.words}", "take it out there"
            )
        write_text(self.path, text)
