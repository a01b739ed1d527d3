"""entry_points.txt, and the lists that setuptools writes: top_level.txt, SOURCES.txt and others.

Lines are paired by what they say in the section they stand in, wherever that is.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Final, NamedTuple

from reprodiff.formats.base import Content, Format
from reprodiff.formats.parsing.entrypoints import EntryLine, object_reference, parse_entry_points
from reprodiff.formats.parsing.lines import is_text, split_lines
from reprodiff.formats.text import MAX_TEXT
from reprodiff.formats.tiles import (
    Endings,
    Places,
    Tile,
    beside,
    fact,
    hidden,
    in_turn,
    match,
    respelled,
)
from reprodiff.model import Difference, Span

ENTRY_POINTS: Final = "entry_points.txt"
LISTS: Final = frozenset(
    {
        *("SOURCES.txt", "top_level.txt", "namespace_packages.txt", "dependency_links.txt"),
        "requires.txt",
    }
)
_SECTIONED: Final = "requires.txt"
_SHOWN: Final = 400


class _Side(NamedTuple):
    data: bytes
    lines: Sequence[EntryLine]
    tiles: list[Tile]

    def text(self, number: int) -> str:
        raw = self.data[self.lines[number].start : self.lines[number].body_stop]
        return raw.decode("utf-8", "surrogateescape").strip()[:_SHOWN]


def entry_point_facts(path: str, a: bytes, b: bytes) -> list[Difference]:
    """Return what differs between two entry_points.txt.

    Kinds: ``entry.point`` (an entry point on one side, or one that leads elsewhere),
    ``listing.format`` (order, spaces, comments, empty sections; ``note`` says if readers do not
    agree on the files), ``text.hidden`` and the kinds on line endings.
    """
    sides = [_Side(d, x, _tiles(x)) for d in (a, b) for x in (parse_entry_points(d),)]
    return list(_Comparison(path, sides[0], sides[1], entries=True).facts())


def list_facts(path: str, a: bytes, b: bytes) -> list[Difference]:
    """Return what differs between two lists with one entry a line.

    Kinds: ``list.entry`` (on one side only), ``list.order``, ``listing.format`` (empty lines,
    spaces, sections without entries), ``text.hidden`` and the kinds on line endings.
    """
    sectioned = path.rpartition("/")[2] == _SECTIONED
    sides = [_Side(d, x, _tiles(x)) for d in (a, b) for x in (_list_lines(d, sectioned),)]
    return list(_Comparison(path, sides[0], sides[1], entries=False).facts())


def _tiles(lines: Sequence[EntryLine]) -> list[Tile]:
    return [Tile(*line[1:4]) for line in lines]


def _list_lines(data: bytes, sectioned: bool) -> list[EntryLine]:  # noqa: FBT001
    lines: list[EntryLine] = []
    section = ""
    for start, body_stop, stop in split_lines(data):
        body = data[start:body_stop].decode("utf-8", "surrogateescape").strip(" \t")
        if not body:
            lines.append(EntryLine("blank", start, body_stop, stop))
        elif sectioned and body.startswith("[") and body.endswith("]"):
            section = body[1:-1]
            lines.append(EntryLine("section", start, body_stop, stop, section))
        else:
            lines.append(EntryLine("entry", start, body_stop, stop, section, body))
    return lines


def _key(line: EntryLine) -> Hashable:
    return line.kind, line.section if line.kind not in {"blank", "comment"} else "", line.name


class _Comparison:
    def __init__(self, path: str, a: _Side, b: _Side, *, entries: bool) -> None:
        self._path, self._entries = path, entries
        self._a, self._b = a, b
        self._match = match([_key(line) for line in a.lines], [_key(line) for line in b.lines])
        self._format: Places = []
        self._endings = Endings()

    def facts(self) -> Iterator[Difference]:
        a, b = self._a, self._b
        moved = self._match.moved()
        elsewhere = set(moved)
        order: Places = []
        for pair in self._match.both:
            one, two = a.tiles[pair[0]], b.tiles[pair[1]]
            same = self._endings.add(a.data, b.data, one, two)
            if pair in elsewhere and same:
                order.append((one.ending, two.ending))
            yield from self._line(pair, order if pair in elsewhere else None)
        loose = self._endings.loose(a.tiles, b.tiles)
        yield from self._one_sided(loose)
        if moved:
            order += loose
            shown = (a.text(moved[0][0]), b.text(min(two for _, two in moved)))
            inside = f"order of {len(moved)} lines"
            what = "listing.format" if self._entries else "list.order"
            yield fact((what, self._path, inside), shown, in_turn(order), self._note())
        if self._format:
            place = ("listing.format", self._path, f"form of {len(self._format)} lines")
            yield respelled(place, a.data, b.data, self._format, self._note())
        yield from self._endings.facts(self._path, "line")

    def _note(self) -> str:
        odd = any(line.odd for side in (self._a, self._b) for line in side.lines)
        return "readers do not agree on what is in the file" if odd else ""

    def _line(self, pair: tuple[int, int], order: Places | None) -> Iterator[Difference]:
        """Compare the text of two lines that stand for the same thing."""
        one, two = self._a.lines[pair[0]], self._b.lines[pair[1]]
        body = (Span(one.start, one.body_stop), Span(two.start, two.body_stop))
        if self._a.data[slice(*body[0])] == self._b.data[slice(*body[1])]:
            if order is not None:
                order.append(body)
        elif self._entries and object_reference(one.value) != object_reference(two.value):
            # The name and what is around the value may be spelled in another way as well.
            for places in (
                (Span(one.start, one.value_span.start), Span(two.start, two.value_span.start)),
                (Span(one.value_span.stop, body[0].stop), Span(two.value_span.stop, body[1].stop)),
            ):
                if self._a.data[slice(*places[0])] != self._b.data[slice(*places[1])]:
                    self._format.append(places)
                elif order is not None:
                    order.append(places)
            values = (one.value, two.value)
            spans = [(one.value_span, two.value_span)]
            yield fact(("entry.point", self._path, _where(one)), values, spans)
            yield from hidden(self._path, _where(one), [one.value], [two.value])
        else:
            self._format.append(body)

    def _one_sided(self, loose: Places) -> Iterator[Difference]:
        a, b, found = self._a, self._b, self._match
        beside_b = beside(a.tiles, b.tiles, dict(found.both))
        beside_a = beside(b.tiles, a.tiles, {two: one for one, two in found.both})
        for side, numbers, is_a in ((a, found.only_a, True), (b, found.only_b, False)):
            for number in numbers:
                whole = side.tiles[number].whole
                place = (whole, beside_b[number]) if is_a else (beside_a[number], whole)
                places = [place]
                if number == len(side.tiles) - 1:
                    places += loose
                    loose.clear()
                line = side.lines[number]
                if line.kind in {"blank", "comment", "section"}:
                    self._format += places
                    continue
                value = (line.value or line.name) if self._entries else line.name
                values = (value, None) if is_a else (None, value)
                what = "entry.point" if self._entries else "list.entry"
                yield fact((what, self._path, _where(line)), values, places)
                texts = [line.name, line.value]
                yield from hidden(
                    self._path, _where(line), texts if is_a else [], [] if is_a else texts
                )


def _where(line: EntryLine) -> str:
    section = f"[{line.section}]" if line.section else ""
    return f"{section} {line.name}".strip()[:_SHOWN]


def _applies(content: Content) -> bool:
    folder = content.path.rpartition("/")[0].rpartition("/")[2]
    if content.base != ENTRY_POINTS and content.base not in LISTS:
        return False
    if not folder.endswith((".dist-info", ".egg-info")) and folder != "EGG-INFO":
        return False
    return max(len(content.a), len(content.b)) <= MAX_TEXT and all(
        is_text(bytes(data[: 1 << 16])) for data in (content.a, content.b)
    )


def _compare(content: Content) -> list[Difference]:
    compare: Callable[[str, bytes, bytes], list[Difference]]
    compare = entry_point_facts if content.base == ENTRY_POINTS else list_facts
    return compare(content.path, bytes(content.a), bytes(content.b))


FORMAT: Final = Format("listing", _applies, _compare)
