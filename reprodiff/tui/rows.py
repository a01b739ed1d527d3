"""The rows of the list of findings as chunks."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from reprodiff.model import Finding, Severity
from reprodiff.text import plain
from reprodiff.tui.chunks import (
    SIGNS,
    Chunk,
    Line,
    justified,
    problem_text,
    severity_chunk,
    shortened,
    shortened_path,
    titled,
    width,
)
from reprodiff.tui.outline import Grouping, Kind, Outline, Row
from reprodiff.tui.outline.grouped import GroupedOutline, group_of
from reprodiff.tui.outline.paths import PathOutline
from reprodiff.tui.selecting.job import Marks
from reprodiff.tui.selecting.shown import Shown
from reprodiff.tui.store import Store, needs_person
from reprodiff.views.fields import INTO

_INDENT: Final = 2
REVIEWED: Final = "✓"
NOTED: Final = "¶"
IGNORED: Final = "∅"


@dataclass(frozen=True)
class Rows:
    """What rows are drawn from."""

    store: Store
    marks: Marks
    shown: Shown
    outline: Outline
    grouping: Grouping

    def drawn(self, row: Row, cells: int) -> Line:
        """Return ``row`` in ``cells``."""
        head = [Chunk(" " * (_INDENT * row.depth)), fold_sign(row)]
        at = row.at
        match at.kind:
            case Kind.GROUP:
                return self._group(at.id, head, cells)
            case Kind.PROBLEMS:
                count = self._count(len(self.store.problems))
                return justified([*head, Chunk("problems", "group")], [count], cells)
            case Kind.PROBLEM:
                sign = Chunk("! ", "severity-review")
                return [*head, sign, Chunk(problem_text(self.store.problems[at.number]))]
            case Kind.PLACE:
                return self._place(row, head, cells)
            case Kind.PATH:
                return self._path(at.path, head, cells)
            case Kind.FINDING | Kind.ECHO:
                return self._finding(row, head, cells)

    def _group(self, name: str, head: Line, cells: int) -> Line:
        inside = [
            finding
            for key in self.shown.places
            if (finding := self.store.findings.get(key)) is not None
            and group_of(finding, self.grouping) == name
        ]
        places = sum(len(self.shown.places[finding.id]) for finding in inside)
        right = [self._count(places)]
        if self.grouping is Grouping.CAUSE:
            worst = max((item.severity for item in inside), key=lambda s: s.rank, default=None)
            if worst is not None:
                right.insert(0, severity_chunk(worst))
        return justified([*head, Chunk(name, "group")], right, cells)

    def _path(self, path: str, head: Line, cells: int) -> Line:
        if not isinstance(self.outline, PathOutline):
            return head
        inside = self.outline.index.inside(path)
        sign = Chunk(f"{SIGNS[inside.severity]} ", f"severity-{inside.severity.value}")
        right = [self._count(inside.total)]
        room = max(cells - width(head) - width(right) - 4, 4)
        name = shortened_path(plain(path), room) or "(the artifact itself)"
        return justified([*head, sign, Chunk(name, "group")], right, cells)

    def _finding(self, row: Row, head: Line, cells: int) -> Line:
        finding = self.store.findings[row.at.id]
        echo = row.at.kind is Kind.ECHO
        reviewed = self.marks.reviewed(finding.id)
        right = [self._count(self._places(row, finding))]
        echoes = self._echoes(row)
        if echoes:
            right.insert(0, Chunk(f" ↳{echoes}", "dim"))
        if finding.severity is Severity.BENIGN and needs_person(finding):
            # Benign, if it is so: that is what a person has to look at.
            right.insert(0, Chunk(f" {finding.confidence.value}?", "severity-review"))
        for on, mark, role in (
            (self._ignored(finding), IGNORED, "dim"),
            (bool(self.marks.note(finding.id)), NOTED, "key"),
            (reviewed, REVIEWED, "good"),
        ):
            if on:
                right.insert(0, Chunk(f" {mark}", role))
        sign = Chunk(f"{SIGNS[finding.severity]} ", f"severity-{finding.severity.value}")
        title = Chunk(plain(finding.title), "dim" if reviewed else "text")
        left = [*head, *([Chunk("↳ ", "dim")] if echo else []), sign, title]
        return justified(left, right, cells)

    def _place(self, row: Row, head: Line, cells: int) -> Line:
        locations = self.store.locations(row.at.id)
        if row.at.number >= len(locations):
            return head
        place = locations[row.at.number]
        room = max(cells - width(head) - 1, 4)
        if row.at.path:  # the file stands above
            inside = plain(place.inside) or "the whole file"
            return [*head, Chunk(shortened(INTO.strip() + " " + inside, room), "place")]
        return [*head, Chunk(titled(place, room), "place")]

    def _places(self, row: Row, finding: Finding) -> int:
        if row.at.path and isinstance(self.outline, PathOutline):
            return len(self.outline.index.inside(row.at.path).places.get(finding.id, ()))
        shown = len(self.shown.places.get(finding.id, ()))
        known = len(self.store.locations(finding.id))
        # A filter shows how many fit; without one the finding itself knows best.
        return finding.location_count if shown == known else shown

    def _echoes(self, row: Row) -> int:
        if row.at.kind is Kind.FINDING and isinstance(self.outline, GroupedOutline):
            return len(self.outline.folded.get(row.at.id, ()))
        return 0

    def _ignored(self, finding: Finding) -> bool:
        ignored = self.marks.ignored(finding, self.store.locations(finding.id))
        return ignored is None or bool(ignored)

    @cached_property
    def _digits(self) -> int:
        most = sum(item.location_count for item in self.store.findings.values())
        return len(f"{most:,}")

    def _count(self, number: int) -> Chunk:
        """Return a count, right-aligned with all others of the list."""
        return Chunk(f" {number:>{self._digits},} ", "dim")


def fold_sign(row: Row) -> Chunk:
    """Return the sign that shows whether a row is unfolded."""
    if row.open is None:
        return Chunk("  ", "dim")
    return Chunk("▾ " if row.open else "▸ ", "dim")
