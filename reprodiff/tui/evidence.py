"""What to show for a finding or a place: which bytes, read when needed, and in which view."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final, NamedTuple

from reprodiff.artifacts.base import Artifact, Payload
from reprodiff.errors import ReprodiffError
from reprodiff.formats.parsing.lines import split_lines
from reprodiff.limits import Limits
from reprodiff.model import Finding, Location, Side, SpansIn
from reprodiff.pairing import pair
from reprodiff.text import plain
from reprodiff.tui.sources.base import Messages, Source, View
from reprodiff.tui.sources.dumps import BytesSource
from reprodiff.tui.sources.places import PlaceSource, TableSource
from reprodiff.tui.sources.texts import TextSource
from reprodiff.views.hexdump import HexPair
from reprodiff.views.text import MAX_BYTES as MAX_TEXT
from reprodiff.views.text import TextPair, readable

MAX_BYTES: Final = 512 << 20
"""Largest member that is read to be looked at."""
_INTO: Final = "!/"
_LINE: Final = re.compile(r"line (\d{1,9})")

Opener = Callable[[str, Limits], Artifact]
Reader = Callable[[Artifact, str], Payload]


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


def in_container(location: Location) -> bool:
    """Whether the spans of a place are in the bytes of the container that holds its member."""
    return location.spans_in in {SpansIn.ARCHIVE, SpansIn.UNPACKED}


def views_of(subject: Subject) -> tuple[View, ...]:
    """Return the views there are: of bytes those of a span, or at least those of the member."""
    location = subject.anchor
    if location is None or not (location.path or location.span_a or location.span_b):
        return (View.FIELDS,)
    if in_container(location):
        return (View.FIELDS, View.BYTES)
    return (View.FIELDS, View.TEXT, View.BYTES)


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


def fields(subject: Subject) -> Source:
    """Return the values of the place at hand, or those of all places."""
    location = subject.location
    if location is not None:
        return PlaceSource(location)
    if not subject.locations:
        return Messages(["No place of this finding has come in yet."])
    return TableSource(subject.locations)


@dataclass(slots=True)
class Contents:
    """The bytes of both sides; a side that has none, or cannot be read, is empty and said so."""

    a: memoryview
    b: memoryview
    notes: tuple[str, ...] = ()
    payloads: tuple[Payload, ...] = ()

    def close(self) -> None:
        """Release the bytes, unless something still looks at them: then they go with it."""
        for payload in self.payloads:
            with suppress(BufferError):
                payload.close()


class Library:
    """Both artifacts, opened once when first asked for; for use from any thread."""

    def __init__(
        self,
        paths: dict[Side, str],
        limits: Limits,
        opener: Opener | None = None,
        reader: Reader | None = None,
    ) -> None:
        self._paths = paths
        self._limits = replace(limits, max_member_bytes=min(limits.max_member_bytes, MAX_BYTES))
        self._opener, self._reader = opener or _open, reader or _read
        self._artifacts: dict[Side, Artifact] = {}
        self._views: dict[Side, Artifact] = {}
        self._partners: dict[str, str] | None = None
        self._lock = Lock()

    def contents(self, location: Location) -> Contents:
        """Return the bytes that the spans of a place are in."""
        path = location.path
        if in_container(location):
            path = path.rpartition(_INTO)[0]
        notes: list[str] = []
        payloads: list[Payload] = []
        views: list[memoryview] = []
        with self._lock:
            for side in Side:
                try:
                    payload = (
                        self._tar(side, path)
                        if location.spans_in is SpansIn.UNPACKED
                        else self._payload(side, path)
                    )
                except (ReprodiffError, OSError, KeyError) as error:
                    notes.append(f"{side.upper()}: {_reason(error)}")
                    views.append(memoryview(b""))
                else:
                    payloads.append(payload)
                    views.append(payload.view)
        return Contents(views[0], views[1], tuple(notes), tuple(payloads))

    def forget(self) -> None:
        """Open both artifacts anew when they are next asked for: they may be others by now."""
        self.close()

    def close(self) -> None:
        """Close both artifacts."""
        with self._lock:
            for artifact in self._artifacts.values():
                with suppress(BufferError):
                    artifact.close()
            self._artifacts.clear()
            self._views.clear()
            self._partners = None

    def _tar(self, side: Side, path: str) -> Payload:
        from reprodiff.artifacts.opening import tar_bytes  # noqa: PLC0415

        return tar_bytes(self._view(side), self._in_b(path) if path and side is Side.B else path)

    def _payload(self, side: Side, path: str) -> Payload:
        artifact = self._view(side)
        if not path:
            if artifact.data is None:
                raise KeyError("a directory has no bytes of its own")
            return Payload(artifact.data)
        if side is Side.B:
            path = self._in_b(path)
        return self._reader(artifact, path)

    def _artifact(self, side: Side) -> Artifact:
        if side not in self._artifacts:
            self._artifacts[side] = self._opener(self._paths[side], self._limits)
        return self._artifacts[side]

    def _view(self, side: Side) -> Artifact:
        """Return a side as it is compared: of a tree beside a wheel, what the tree has of it."""
        artifact = self._artifact(side)
        if not self._views:
            with suppress(ReprodiffError, OSError):
                pair_of = {each: self._artifact(each) for each in Side}
                if pair_of[Side.A].kind is not pair_of[Side.B].kind:
                    from reprodiff.artifacts.aligning import aligned  # noqa: PLC0415

                    views = aligned(pair_of[Side.A], pair_of[Side.B])
                    self._views = dict(zip(Side, views, strict=True))
        return self._views.get(side, artifact)

    def _in_b(self, path: str) -> str:
        """Return the path in B of what is called ``path`` in A."""
        if self._partners is None:
            a, b = self._view(Side.A), self._view(Side.B)
            # Pairs by content have equal content, so there is nothing of them to look at.
            pairs = pair(a.members, b.members, lambda _side, _member: None).pairs
            self._partners = {p.a.path: p.b.path for p in pairs if p.a.path != p.b.path}
        outer, into, inner = path.partition(_INTO)
        return self._partners.get(outer, outer) + into + inner


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return plain(error.args[0] if error.args else "not there")
    return plain(error)


def _open(path: str, limits: Limits) -> Artifact:
    from reprodiff.artifacts.opening import open_artifact  # noqa: PLC0415

    return open_artifact(path, limits)


def _read(artifact: Artifact, path: str) -> Payload:
    from reprodiff.artifacts.opening import member_bytes  # noqa: PLC0415

    return member_bytes(artifact, path)


def looked_at(contents: Contents, subject: Subject, view: View | None) -> Source:
    """Return ``contents`` in ``view``; without one, as text where both sides are text."""
    location = subject.anchor
    at = _position(location, contents) if location else None
    sides = [side for side in (contents.a, contents.b) if len(side)]
    is_text = all(readable(side) for side in sides)
    if not sides:
        return Messages(contents.notes or ["Both sides are empty."], view or View.BYTES)
    if view is View.TEXT and not is_text:
        return Messages(["This is not text, or too much of it. Press v for the bytes."], view)
    if view is View.TEXT or (view is None and is_text):
        python = location is not None and location.path.endswith((".py", ".pyi"))
        return TextSource(TextPair(contents.a, contents.b, python=python), at)
    return BytesSource(HexPair.aligned(contents.a, contents.b), at)


def _position(location: Location, contents: Contents) -> tuple[Side, int] | None:
    """Return where a place begins, on the side that has more of it."""
    a, b = location.span_a, location.span_b
    if a is None and b is None:
        return _line_start(location, contents)
    if b is None or (a is not None and a.size >= b.size):
        return (Side.A, a.start if a else 0)
    return (Side.B, b.start)


def _line_start(location: Location, contents: Contents) -> tuple[Side, int] | None:
    """Return where the line begins that a place names, on the side that has a value there."""
    found = _LINE.fullmatch(location.inside)
    if found is None:
        return None
    side, data = (Side.A, contents.a) if location.a else (Side.B, contents.b)
    if len(data) > MAX_TEXT:
        return None
    lines = split_lines(bytes(data))
    number = min(int(found[1]), len(lines)) - 1
    return (side, lines[number].start) if number >= 0 else None
