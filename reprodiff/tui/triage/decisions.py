"""What the user has decided about the findings of a pair, and undoing it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from reprodiff.baseline import Cover, Entry, covered, echoes_of
from reprodiff.model import Finding, Location

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_NOTES: "Mapping[str, str]" = MappingProxyType({})

Places = Callable[[str], Sequence[Location]]
"""Returns the places of a finding, by its id."""


@dataclass(frozen=True, slots=True)
class Decided:
    """All decisions at one time."""

    reviewed: frozenset[str] = frozenset()
    """Ids of findings."""
    notes: "Mapping[str, str]" = field(default_factory=lambda: _NO_NOTES)
    """By the id of a finding."""
    entries: tuple[Entry, ...] = ()
    """Of the baseline, those of its file included."""


class Step(NamedTuple):
    """A decision that can be taken back."""

    words: str
    before: Decided


class Decisions:
    """The decisions of a pair; each change is told to those who keep them."""

    def __init__(self, entries: Sequence[Entry] = ()) -> None:
        self.now = Decided(entries=tuple(entries))
        self._steps: list[Step] = []
        self._covers: dict[str, tuple[Finding, Cover]] = {}
        self._numbers: dict[str, tuple[Sequence[Location], int, list[int]]] = {}
        self._echoes: frozenset[str] = frozenset()
        self.changed: Callable[[], object] = lambda: None
        """Called after each change."""

    # -- what is decided

    @property
    def any_ignored(self) -> bool:
        """Whether anything is to be ignored."""
        return bool(self.now.entries)

    def reviewed(self, finding_id: str) -> bool:
        """Whether a finding was marked as reviewed."""
        return finding_id in self.now.reviewed

    def note(self, finding_id: str) -> str:
        """Return what was noted about a finding."""
        return self.now.notes.get(finding_id, "")

    def ignored(self, finding: Finding, locations: Sequence[Location]) -> Sequence[int] | None:
        """Return the numbers of the places that are ignored; ``None`` if all are."""
        if not self.now.entries:
            return ()
        if finding.id in self._echoes:
            return None
        known = self._covers.get(finding.id)
        if known is None or known[0] is not finding:
            known = (finding, covered(self.now.entries, finding))
            self._covers[finding.id] = known
        cover = known[1]
        if cover.everything:
            return None
        if not cover.entries:
            return ()
        held, seen, numbers = self._numbers.get(finding.id, (locations, 0, []))
        if held is not locations or seen > len(locations):
            seen, numbers = 0, []
        if seen < len(locations):
            numbers = [*numbers, *cover.numbers(locations, seen)]
        self._numbers[finding.id] = (locations, len(locations), numbers)
        return None if numbers and len(numbers) == finding.location_count else numbers

    def look_at(
        self, findings: Sequence[Finding], places: Callable[[str], Sequence[Location]]
    ) -> None:
        """Work out which findings merely follow from ignored ones."""
        self._echoes = frozenset()
        gone = {one.id for one in findings if self.ignored(one, places(one.id)) is None}
        self._echoes = frozenset(echoes_of(findings, gone))

    def stale(
        self, findings: Sequence[Finding], places: Callable[[str], Sequence[Location]]
    ) -> Iterator[Entry]:
        """Yield the entries that cover nothing there is."""
        for entry in self.now.entries:
            used = (
                entry.path is None or any(entry.covers(spot.path) for spot in places(one.id))
                for one in findings
                if entry.concerns(one)
            )
            if not any(used):
                yield entry

    # -- deciding

    def load(self, decided: Decided) -> None:
        """Take decisions of an earlier time, which cannot be undone."""
        self.now = decided
        self._steps.clear()
        self._forget()

    def turn_reviewed(self, finding: Finding) -> bool:
        """Mark a finding as reviewed, or take that back; return whether it is now."""
        on = finding.id not in self.now.reviewed
        words = f"{'reviewed' if on else 'not reviewed'}: {finding.title}"
        self._do(words, replace(self.now, reviewed=self.now.reviewed ^ {finding.id}))
        return on

    def write_note(self, finding: Finding, text: str) -> None:
        """Note something about a finding; nothing removes the note."""
        notes = {key: note for key, note in self.now.notes.items() if key != finding.id}
        if text:
            notes[finding.id] = text
        if notes != dict(self.now.notes):
            words = f"note {'on' if text else 'removed from'}: {finding.title}"
            self._do(words, replace(self.now, notes=MappingProxyType(notes)))

    def ignore(self, entry: Entry) -> None:
        """Accept what ``entry`` names."""
        self._do(f"ignored: {entry.words}", replace(self.now, entries=(*self.now.entries, entry)))

    def stop_ignoring(self, entry: Entry) -> None:
        """Accept it no more."""
        left = tuple(one for one in self.now.entries if one != entry)
        self._do(f"no more ignored: {entry.words}", replace(self.now, entries=left))

    def undo(self) -> str:
        """Take back the last decision; return what it was, nothing if there is none."""
        if not self._steps:
            return ""
        step = self._steps.pop()
        self.now = step.before
        self._forget()
        self.changed()
        return step.words

    def _do(self, words: str, then: Decided) -> None:
        self._steps.append(Step(words, self.now))
        self.now = then
        self._forget()
        self.changed()

    def _forget(self) -> None:
        self._covers.clear()
        self._numbers.clear()
        self._echoes = frozenset()
