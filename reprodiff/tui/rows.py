"""The rows of the list of findings as chunks."""

from typing import Final

from reprodiff.model import Severity
from reprodiff.text import plain
from reprodiff.tui.chunks import (
    SIGNS,
    Chunk,
    Line,
    justified,
    problem_text,
    severity_chunk,
    titled,
    width,
)
from reprodiff.tui.outline import Kind, Row
from reprodiff.tui.store import Store, needs_person

_INDENT: Final = 2


def drawn(store: Store, row: Row, cells: int, echoes: int = 0) -> Line:
    """Return ``row`` in ``cells``; ``echoes`` is how many findings fold under it."""
    head = [Chunk(" " * (_INDENT * row.depth)), fold_sign(row)]
    at = row.at
    match at.kind:
        case Kind.GROUP:
            return _group(store, at.id, head, cells)
        case Kind.PROBLEMS:
            count = Chunk(_count(len(store.problems), store), "dim")
            return justified([*head, Chunk("problems", "group")], [count], cells)
        case Kind.PROBLEM:
            sign = Chunk("! ", "severity-review")
            return [*head, sign, Chunk(problem_text(store.problems[at.number]))]
        case Kind.PLACE:
            locations = store.locations(at.id)
            room = max(cells - width(head) - 1, 4)
            text = titled(locations[at.number], room) if at.number < len(locations) else ""
            return [*head, Chunk(text, "place")]
        case Kind.FINDING | Kind.ECHO:
            return _finding(store, row, head, cells, echoes)


def fold_sign(row: Row) -> Chunk:
    """Return the sign that shows whether a row is unfolded."""
    if row.open is None:
        return Chunk("  ", "dim")
    return Chunk("▾ " if row.open else "▸ ", "dim")


def _group(store: Store, category: str, head: Line, cells: int) -> Line:
    inside = [item for item in store.findings.values() if item.category == category]
    worst = max((item.severity for item in inside), key=lambda severity: severity.rank)
    places = sum(item.location_count for item in inside)
    right = [severity_chunk(worst), Chunk(_count(places, store), "dim")]
    return justified([*head, Chunk(category, "group")], right, cells)


def _finding(store: Store, row: Row, head: Line, cells: int, echoes: int) -> Line:
    finding = store.findings[row.at.id]
    echo = row.at.kind is Kind.ECHO
    right = [Chunk(_count(finding.location_count, store), "dim")]
    if echoes:
        right.insert(0, Chunk(f" ↳{echoes}", "dim"))
    if finding.severity is Severity.BENIGN and needs_person(finding):
        # Benign, if it is so: that is what a person has to look at.
        right.insert(0, Chunk(f" {finding.confidence.value}?", "severity-review"))
    sign = Chunk(f"{SIGNS[finding.severity]} ", f"severity-{finding.severity.value}")
    left = [*head, *([Chunk("↳ ", "dim")] if echo else []), sign, Chunk(plain(finding.title))]
    return justified(left, right, cells)


def _count(number: int, store: Store) -> str:
    """Return a count, right-aligned with all others of the list."""
    most = sum(item.location_count for item in store.findings.values())
    return f" {number:>{len(f'{most:,}')},} "
