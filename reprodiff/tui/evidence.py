"""What to show for a finding or a place: which views there are, and which of them tells most."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from reprodiff.model import Finding, Location, Side
from reprodiff.tui.kinds import in_container
from reprodiff.tui.library import Contents, Library
from reprodiff.tui.sources.base import Messages, Source, View

if TYPE_CHECKING:
    from reprodiff.artifacts.base import Artifact

__all__ = ["Contents", "Library", "Subject", "fields", "first_view", "views_of"]

_LINE: Final = re.compile(r"line (\d{1,9})")


class Subject(NamedTuple):
    """What the cursor is on: a finding, or one of its places."""

    finding: Finding
    locations: Sequence[Location]
    number: int | None = None

    def shows(self, other: "Subject") -> bool:
        """Whether both are the same finding and place, as known at two times."""
        return (self.finding.id, self.number) == (other.finding.id, other.number)

    @property
    def location(self) -> Location | None:
        """The place at hand: the chosen one, or the only one."""
        if self.number is not None:
            return self.locations[self.number] if self.number < len(self.locations) else None
        return self.locations[0] if len(self.locations) == 1 else None

    @property
    def anchor(self) -> Location | None:
        """The place to open bytes at: the place at hand, or the first of many."""
        return self.location or (self.locations[0] if self.locations else None)


def has_bytes(location: Location | None) -> bool:
    """Whether a place has bytes to look at: those of a span, or at least those of a member."""
    return location is not None and bool(location.path or location.span_a or location.span_b)


def views_of(subject: Subject, contents: Contents | None = None) -> tuple[View, ...]:
    """Return the views there are; without ``contents``, those that are likely."""
    location = subject.anchor
    if location is None or not has_bytes(location):
        return (View.FIELDS,)
    if in_container(location):
        if contents is not None and not _has_headers(contents):
            return (View.FIELDS, View.BYTES)
        return (View.FIELDS, View.HEADER, View.BYTES)
    if contents is None:
        return (View.FIELDS, View.TEXT, View.BYTES)
    return (View.FIELDS, *_by_content(location, contents), View.BYTES)


def _has_headers(contents: Contents) -> bool:
    from reprodiff.views.headers import has_records  # noqa: PLC0415

    archives: tuple[Artifact | None, ...] = contents.archives or ()
    return any(archive is not None and has_records(archive) for archive in archives)


def _by_content(location: Location, contents: Contents) -> list[View]:
    """Return the views that fit the bytes."""
    from reprodiff.views.text import readable  # noqa: PLC0415

    sides = [data for data in (contents.a, contents.b) if len(data)]
    if not sides:
        return []
    if all(readable(data) for data in sides):
        return [View.TEXT, View.NORMAL]
    from reprodiff.views import headers  # noqa: PLC0415
    from reprodiff.views.native import quick  # noqa: PLC0415

    views: list[View] = []
    native = any(quick.is_native(data) for data in sides)
    code = is_pyc(contents) or (native and code_places(location, contents) != (None, None))
    views += [View.CODE] * code
    views += [View.HEADER] * any(headers.has_header(data) for data in sides)
    views += [View.PARTS] * native
    return views


def is_pyc(contents: Contents) -> bool:
    """Whether both sides, as far as they are there, are compiled Python files."""
    from reprodiff.views.headers.pycfields import is_pyc as test  # noqa: PLC0415

    sides = [data for data in (contents.a, contents.b) if len(data)]
    return bool(sides) and all(test(data) for data in sides)


def code_places(location: Location, contents: Contents) -> tuple[int | None, int | None]:
    """Return the offsets of the machine code a place is in, ``None`` for a side without."""
    from reprodiff.views.native import quick  # noqa: PLC0415

    found: list[int | None] = []
    for span, data in ((location.span_a, contents.a), (location.span_b, contents.b)):
        there = span is not None and quick.in_code(data, span.start)
        found.append(span.start if span is not None and there else None)
    return found[0], found[1]


def first_view(subject: Subject) -> View | None:
    """Return the view that tells most; ``None`` if that depends on the bytes."""
    location = subject.anchor
    if location is None or in_container(location):
        return View.FIELDS
    if location.span_a is None and location.span_b is None and not _LINE.fullmatch(location.inside):
        return View.FIELDS
    if subject.location is None and subject.locations[-1].path != location.path:
        return View.FIELDS
    return None


def best_view(subject: Subject, contents: Contents) -> View:
    """Return the view of bytes that tells most of a place."""
    views = views_of(subject, contents)
    location = subject.anchor
    if View.TEXT in views:
        return View.TEXT
    at = position(location, contents) if location is not None else None
    if at is not None and View.HEADER in views and in_header(contents, at):
        return View.HEADER
    return View.CODE if View.CODE in views else View.BYTES


def in_header(contents: Contents, at: tuple[Side, int]) -> bool:
    """Whether an offset of one side is in a field of a header."""
    from reprodiff.views.headers import content_fields  # noqa: PLC0415

    side, offset = at
    return any(
        span is not None and span.start <= offset < span.stop
        for span in content_fields(contents.side(side))
    )


def fields(subject: Subject) -> Source:
    """Return the values of the place at hand, or those of all places."""
    from reprodiff.tui.sources.places import PlaceSource, TableSource  # noqa: PLC0415

    location = subject.location
    if location is not None:
        return PlaceSource(location)
    if not subject.locations:
        return Messages(["No place of this finding has come in yet."])
    return TableSource(subject.locations)


def position(location: Location, contents: Contents) -> tuple[Side, int] | None:
    """Return where a place begins, on the side that has more of it."""
    a, b = location.span_a, location.span_b
    if a is None and b is None:
        return _line_start(location, contents)
    if b is None or (a is not None and a.size >= b.size):
        return (Side.A, a.start if a else 0)
    return (Side.B, b.start)


def _line_start(location: Location, contents: Contents) -> tuple[Side, int] | None:
    """Return where the line begins that a place names, on the side that has a value there."""
    from reprodiff.formats.parsing.lines import split_lines  # noqa: PLC0415
    from reprodiff.views.text import MAX_BYTES  # noqa: PLC0415

    found = _LINE.fullmatch(location.inside)
    if found is None:
        return None
    side, data = (Side.A, contents.a) if location.a else (Side.B, contents.b)
    if len(data) > MAX_BYTES:
        return None
    lines = split_lines(bytes(data))
    number = min(int(found[1]), len(lines)) - 1
    return (side, lines[number].start) if number >= 0 else None
