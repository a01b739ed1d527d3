"""Decisions, kept: loaded when it is known which pair it is, saved when they change."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from reprodiff.errors import InputError
from reprodiff.model import ArtifactInfo, Side
from reprodiff.tui.triage.decisions import Decisions
from reprodiff.tui.triage.keeping import BaselineFile, Sessions, pair_key

if TYPE_CHECKING:
    from reprodiff.baseline import Entry


class Triage:
    """The decisions about one pair; without a place to keep them they last as long as the app."""

    def __init__(
        self, sessions: Sessions | None = None, baseline: BaselineFile | None = None
    ) -> None:
        self._sessions = sessions
        self.baseline = baseline
        self.decisions = Decisions()
        self.decisions.changed = self._changed
        self._key = ""
        self._filed: tuple[Entry, ...] = ()
        """What the baseline file says."""
        self.trouble: list[str] = []
        """Sentences for the user, of what could not be loaded or kept."""
        self.changed: Callable[[], object] = lambda: None
        """Called when there is something else to show."""

    def open(self) -> None:
        """Read the baseline file."""
        if self.baseline is None:
            return
        try:
            self._filed = self.baseline.entries()
        except InputError as error:
            self._complain(error)
            # What cannot be read is not written over.
            self.baseline = None
        self.decisions.load(replace(self.decisions.now, entries=self._filed))

    def attach(self, infos: Mapping[Side, ArtifactInfo], paths: Mapping[Side, str]) -> None:
        """Load what was decided about a pair earlier, the first time it is asked for."""
        key = pair_key(infos, paths)
        if key == self._key:
            return
        before, self._key = self._key, key
        if before:
            # The artifacts were built again.  What was decided goes along: findings that are the
            # same have the same ids.
            self._changed()
            return
        if self._sessions is None:
            return
        try:
            known = self._sessions.load(key)
        except (InputError, OSError) as error:
            self._complain(error)
            return
        now = self.decisions.now
        self.decisions.load(
            replace(now, reviewed=now.reviewed | known.reviewed, notes={**known.notes, **now.notes})
        )

    def _changed(self) -> None:
        self._file()
        if self._sessions is not None and self._key:
            try:
                self._sessions.save(self._key, self.decisions.now)
            except (InputError, OSError) as error:
                self._complain(error)
        self.changed()

    def _file(self) -> None:
        """Bring the baseline file up to date; what it takes is known to be there."""
        entries = self.decisions.now.entries
        if self.baseline is None or entries == self._filed:
            return
        filed = list(self._filed)
        try:
            for entry in [one for one in filed if one not in entries]:
                self.baseline.remove(entry)
                filed.remove(entry)
            for entry in [one for one in entries if one not in filed]:
                self.baseline.add(entry)
                filed.append(entry)
        except (InputError, OSError) as error:
            self._complain(error)
        self._filed = tuple(filed)

    def _complain(self, error: Exception) -> None:
        hint = error.hint if isinstance(error, InputError) else ""
        self.trouble.append(f"{error}. {hint[:1].upper()}{hint[1:]}." if hint else f"{error}.")
