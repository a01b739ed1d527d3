"""How much of a finding can be ignored at once."""

from typing import NamedTuple

from reprodiff.baseline import Entry, guarded
from reprodiff.model import Finding, Location


class Scope(NamedTuple):
    """A choice: what it says, and the entry it makes, which still lacks its reason."""

    words: str
    entry: Entry

    def because(self, reason: str) -> Entry:
        """Return the entry with its reason."""
        return Entry(reason, self.entry.cause, self.entry.category, self.entry.path)


def scopes(finding: Finding, location: Location | None) -> tuple[Scope, ...]:
    """Return what can be ignored of a finding, the narrowest first.

    ``location`` is the place at hand, or the only one.  An alarm, and what no cause explains, can
    be ignored only at a place.
    """
    found: list[Scope] = []
    cause = finding.cause
    if location is not None:
        path = location.path
        quoted = _quoted(path)
        words = f"{cause} in {path}" if path else f"{cause} of the artifact itself"
        found.append(Scope(words, Entry("", cause, path=quoted)))
        folder = path.rpartition("/")[0]
        if folder:
            found.append(
                Scope(f"{cause} below {folder}/", Entry("", cause, path=f"{_quoted(folder)}/"))
            )
    if not guarded(finding):
        found.append(Scope(f"{cause} everywhere", Entry("", cause)))
        found.append(
            Scope(f"all of {finding.category}", Entry("", category=finding.category.value))
        )
    return tuple(found)


def _quoted(path: str) -> str:
    """Return a pattern that stands for one path: its wildcards as themselves."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in path)
