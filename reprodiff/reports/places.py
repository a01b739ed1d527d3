"""The places of a finding in the text report: where, what A has, what B has, and what changed.

A place is a row, ``path  inside  a → b``, where there is room for one.  Else its path stands on a
line of its own, and so does one that several places in a row share.
"""

from collections.abc import Sequence
from itertools import groupby
from re import compile as compile_pattern
from typing import Final

# Loaded only to write a text report.
from rich.cells import cell_len  # noqa: TID253
from rich.text import Text  # noqa: TID253

from reprodiff.model import Location
from reprodiff.reports.changes import Excerpt, changed, excerpts, is_partial
from reprodiff.reports.page import Page, compose
from reprodiff.text import plain

_WHERE: Final = "cyan"
_INSIDE: Final = "dim"
_OLD: Final = "red"
_NEW: Final = "green"
_MARK: Final = " bold underline"
# Lines of text are read one above the other, whatever their length.
_LINES: Final = compile_pattern(r"lines? \d")

Row = tuple[Text, ...]


def put_places(
    page: Page, places: Sequence[Location], container: str, indent: int, more: str = ""
) -> None:
    """Put ``places`` on the page, and ``more`` behind or below the last.

    ``container`` is what to call a place that is outside all members.
    """
    rows: list[Row] = []
    runs = [list(run) for _, run in groupby(places, key=lambda place: place.path)]
    at = 0
    while at < len(runs):
        some = runs[at]
        at += 1
        path = some[0].path
        where = compose((path, _WHERE)) if path else compose((container, _INSIDE))
        row = _row(page, some[0], indent + where.cell_len + 2)
        # A path that takes half of the line would push all the others out of their column.
        if row is not None and len(some) == 1 and where.cell_len <= page.width // 2:
            rows.append((where, *row))
            continue
        _put_rows(page, rows, indent)
        stop = _alike(runs, at - 1) if row is None and path else at
        if stop > at and _put_alike(page, [run[0] for run in runs[at - 1 : stop]], indent):
            at = stop
        else:
            _put_run(page, where, some, indent)
    last = compose((more, "dim"))
    if len(places) == 1 and rows and more:
        line = Text("  ").join([part for part in (*rows[0], last) if part.plain])
        if indent + line.cell_len <= page.width:
            page.text(line, indent)
            return
    _put_rows(page, rows, indent)
    if more:
        page.text(last, indent)


def _alike(runs: Sequence[Sequence[Location]], at: int) -> int:
    """Return where the files end that have one place each, with the two values of the first."""
    first = runs[at][0]
    stop = at + 1
    while stop < len(runs) and len(runs[at]) == len(runs[stop]) == 1:
        other = runs[stop][0]
        if not (first.a or first.b) or (other.a, other.b) != (first.a, first.b):
            break
        stop += 1
    return stop


def _put_alike(page: Page, places: Sequence[Location], indent: int) -> bool:
    """Put down places of several files, and their values once; whether there is room for that."""
    wide = max(cell_len(place.path) for place in places)
    inside = max(cell_len(place.inside) for place in places)
    if indent + wide + 2 + inside > page.width:
        return False
    for place in places:
        line = compose((place.path, _WHERE), (" " * (wide - cell_len(place.path) + 2), ""))
        page.text(line.append_text(compose((place.inside, _INSIDE))), indent)
    _put_values(page, places[0], indent + 2)
    return True


def _row(page: Page, place: Location, indent: int) -> Row | None:
    """Return what stands behind the path if it fits into one line, else ``None``."""
    if _LINES.match(place.inside):
        return None
    inside, values = compose((place.inside, _INSIDE)), _inline(page, place)
    fits = indent + inside.cell_len + 2 + values.cell_len <= page.width
    return (inside, values) if fits else None


def _put_rows(page: Page, rows: list[Row], indent: int) -> None:
    """Put ``rows`` down as columns, if that leaves them within the page; forget them."""
    if not rows:
        return
    wide = [max(cell.cell_len for cell in column) for column in zip(*rows, strict=True)]
    aligned = indent + sum(wide) + 2 * (len(wide) - 1) <= page.width
    for row in rows:
        line, owed = Text(), 0
        for cell, width in zip(row, wide, strict=True):
            if cell.plain:
                line.append(" " * owed).append_text(cell)
                owed = 0
            if cell.plain or aligned:
                owed += 2 + (width - cell.cell_len if aligned else 0) if width else 0
        page.text(line, indent)
    rows.clear()


def _put_run(page: Page, where: Text, places: Sequence[Location], indent: int) -> None:
    """Put down the places of one path, the path above them."""
    inside = compose((places[0].inside, _INSIDE))
    together = Text("  ").join([where, inside])
    if len(places) == 1 and _row(page, places[0], indent + 2) is None:
        if inside.plain and indent + together.cell_len <= page.width:
            page.text(together, indent)
        else:
            page.wrapped(where, indent)
            page.wrapped(inside, indent + 2)
        _put_values(page, places[0], indent + 2)
        return
    page.wrapped(where, indent)
    rows: list[Row] = []
    for place in places:
        row = _row(page, place, indent + 2)
        if row is not None:
            rows.append(row)
            continue
        _put_rows(page, rows, indent + 2)
        page.wrapped(compose((place.inside, _INSIDE)), indent + 2)
        _put_values(page, place, indent + 4)
    _put_rows(page, rows, indent + 2)


def _inline(page: Page, place: Location) -> Text:
    """Return ``a → b`` with what changed marked; empty if neither side has a value."""
    a, b = plain(place.a), plain(place.b)
    if not (a or b):
        return Text()
    change = changed(a, b)
    partial = is_partial(change, a, b)
    # Where the values have brackets of their own, marks made of them would lie.
    brackets = not page.color and not any(sign in value for sign in "[]" for value in (a, b))
    text = Text()
    for value, stop, style in ((a, change.stop_a, _OLD), (b, change.stop_b, _NEW)):
        if style is _NEW:
            text.append(f" {page.glyphs.arrow} ", "dim")
        if not value:
            text.append("(none)", "dim")
        elif not partial:
            text.append(value, style)
        else:
            opening, closing = ("[", "]") if brackets and stop > change.start else ("", "")
            text.append(value[: change.start], style)
            text.append(opening + value[change.start : stop] + closing, style + _MARK)
            text.append(value[stop:], style)
    return text


def _put_values(page: Page, place: Location, indent: int) -> None:
    """Put the values of A and B below each other, with what changed marked."""
    a, b = plain(place.a), plain(place.b)
    room = max(page.width - indent - 2, 8)
    shown_a, shown_b = excerpts(a, b, room=room, measure=cell_len, gap=page.glyphs.gap)
    partial = is_partial(changed(a, b), a, b)
    for sign, value, shown, style in (("-", a, shown_a, _OLD), ("+", b, shown_b, _NEW)):
        if value:
            line = Text().append(f"{sign} ", style)
            page.text(line.append_text(_marked(shown, style, mark=partial)), indent)
    if partial and not page.color:
        start = cell_len(shown_a.text[: shown_a.start])
        wide = max(cell_len(shown.text[shown.start : shown.stop]) for shown in (shown_a, shown_b))
        page.text(Text(" " * start + "^" * max(wide, 1)), indent + 2)


def _marked(shown: Excerpt, style: str, *, mark: bool) -> Text:
    if not mark:
        return Text(shown.text, style)
    text = Text(shown.text[: shown.start], style)
    text.append(shown.text[shown.start : shown.stop], style + _MARK)
    return text.append(shown.text[shown.stop :], style)
