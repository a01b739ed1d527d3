"""METADATA, PKG-INFO and WHEEL: fields that say something else, in another order or spelling.

Fields are paired by name and value wherever they stand.  The description behind the fields is
text, and compared as such.  A header with lines that are no fields is left to the comparison of
text: readers do not agree on what it says.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from reprodiff.errors import DamagedError
from reprodiff.formats.base import Content, Format
from reprodiff.formats.parsing.coremetadata import (
    expanded_tags,
    identity,
    keywords,
    meaning,
)
from reprodiff.formats.parsing.headers import HeaderField, Headers, parse_headers
from reprodiff.formats.parsing.lines import is_text
from reprodiff.formats.text import MAX_TEXT, Part, text_facts
from reprodiff.formats.tiles import (
    Endings,
    Match,
    Places,
    Tile,
    beside,
    fact,
    hidden,
    in_turn,
    match,
)
from reprodiff.model import Difference, Span
from reprodiff.records import dataclass, field

MAX_MEANT: Final = 5000
"""Fields whose meaning is looked into; of more, only equal values are equal."""
_SHOWN: Final = 4000
_WHEEL_KINDS: Final = {
    "generator": "wheel.generator",
    "tag": "wheel.tag",
    "build": "wheel.build",
    "root-is-purelib": "wheel.purelib",
}


_Key = Callable[[HeaderField], Hashable]


class _Side(NamedTuple):
    data: bytes
    headers: Headers
    tiles: list[Tile]

    @property
    def fields(self) -> tuple[HeaderField, ...]:
        return self.headers.fields

    def cut(self, span: Span) -> bytes:
        return self.data[span.start : span.stop]


@dataclass(slots=True)
class _Changes:
    """What differs in the fields of one name."""

    name: str
    values_a: list[str] = field(default_factory=list)
    values_b: list[str] = field(default_factory=list)
    places: Places = field(default_factory=list)
    renamed: bool = False
    """Whether the name itself is written in other letters."""

    def fact(self, what: str, path: str) -> Difference:
        values = (_shown(self.values_a), _shown(self.values_b))
        return fact((what, path, self.name), values, sorted(self.places))


def _shown(values: Sequence[str]) -> object:
    cut = [value[:_SHOWN] for value in values]
    return (cut[0] if len(cut) == 1 else tuple(cut)) if cut else None


def metadata_facts(path: str, a: bytes, b: bytes, *, wheel: bool = False) -> list[Difference]:
    """Return what differs between two files of header fields; ``wheel`` says that it is WHEEL.

    Kinds: ``metadata.field`` (the fields of one name), ``metadata.order``,
    ``metadata.spelling`` (another spelling of the same meaning), ``text.*`` for the description
    and for line endings; in WHEEL ``wheel.generator``, ``wheel.tag``, ``wheel.tag-order``,
    ``wheel.build`` and ``wheel.purelib`` for those fields, ``wheel.name`` for other letters in a
    field's name.  ``inside`` is the field's name.

    Raises :class:`~reprodiff.errors.DamagedError` if a header has lines that are no fields.
    """
    one, two = _side(a), _side(b)
    return list(_Comparison(path, one, two, wheel=wheel).facts())


def _side(data: bytes) -> _Side:
    headers = parse_headers(data)
    if headers.bad:
        raise DamagedError("the header has lines that are no fields")
    tiles = [Tile(item.start, item.value_stop, item.stop) for item in headers.fields]
    return _Side(data, headers, tiles)


class _Comparison:
    def __init__(self, path: str, a: _Side, b: _Side, *, wheel: bool) -> None:
        self._path, self._wheel = path, wheel
        self._a, self._b = a, b
        self._endings = Endings()
        self._changed: dict[str, _Changes] = {}
        self._spelled: dict[str, _Changes] = {}
        self._reordered: dict[str, _Changes] = {}
        """Single fields that are lists in themselves."""
        self._differing: set[tuple[int, int]] = set()
        """Pairs of fields whose values are not the same bytes."""
        self._names: dict[str, str] = {}
        """Field names as they are shown, by key: the same, whichever side is A."""
        for item in (*a.fields, *b.fields):
            self._names[item.key] = min(item.name, self._names.get(item.key, item.name))
        self._match = self._pair()

    # -- pairing ------------------------------------------------------------------------------

    def _pair(self) -> Match:
        """Pair equal values, then equal meanings, then what took the place of what."""
        fields_a, fields_b = self._a.fields, self._b.fields
        found = Match((), tuple(range(len(fields_a))), tuple(range(len(fields_b))))
        both: list[tuple[int, int]] = []
        for key in (_exact, _meant, _listed, _followed):
            if key is _meant and max(len(found.only_a), len(found.only_b)) > MAX_MEANT:
                continue
            found = _among(found, key, fields_a, fields_b)
            both += found.both
            for pair in found.both:
                self._sort_out(key, pair)
            if not found.only_a and not found.only_b:
                break
        return Match(tuple(sorted(both)), found.only_a, found.only_b)

    def _sort_out(self, key: _Key, pair: tuple[int, int]) -> None:
        """Note how the values of a pair differ, if they do."""
        one, two = self._a.fields[pair[0]], self._b.fields[pair[1]]
        places = (one.value_span, two.value_span)
        if self._a.cut(places[0]) == self._b.cut(places[1]):
            return
        self._differing.add(pair)
        if key is _exact:
            self._endings.fold(one.value, two.value, places)
            return
        kinds: dict[_Key, dict[str, _Changes]]
        kinds = {_meant: self._spelled, _listed: self._reordered}
        entry = kinds.get(key, self._changed).setdefault(one.key, _Changes(self._names[one.key]))
        entry.values_a.append(one.value)
        entry.values_b.append(two.value)
        entry.places.append(places)

    # -- facts --------------------------------------------------------------------------------

    def facts(self) -> Iterator[Difference]:
        a, b = self._a, self._b
        moving = _Moving(self._match, a.fields)
        for pair in self._match.both:
            one, two = a.tiles[pair[0]], b.tiles[pair[1]]
            same = self._endings.add(a.data, b.data, one, two)
            pieces = [*self._pieces(pair), *([(one.ending, two.ending)] if same else [])]
            moving.add(pair, pieces)
        loose = self._endings.loose(a.tiles, b.tiles)
        self._one_sided(loose)
        moving.rest(loose)
        for moved in moving.facts(self._path, a, b, self._names):
            tags = self._wheel and moved.inside.lower() == "tag"
            yield moved._replace(what="wheel.tag-order") if tags else moved
        yield from self._fields()
        yield from self._separator()
        yield from self._endings.facts(self._path, "field")
        yield from text_facts(
            Part(
                self._path,
                a.cut(a.headers.body),
                b.cut(b.headers.body),
                a.headers.body.start,
                b.headers.body.start,
                "description line",
            )
        )

    def _pieces(self, pair: tuple[int, int]) -> Places:
        """Return the parts of two fields that are the same bytes.

        Another spelling of the name, or of the space behind it, is noted.
        """
        one, two = self._a.fields[pair[0]], self._b.fields[pair[1]]
        heads = (Span(one.start, one.value_start), Span(two.start, two.value_start))
        pieces: Places = []
        if self._a.cut(heads[0]) == self._b.cut(heads[1]):
            if pair not in self._differing:
                return [(Span(one.start, one.value_stop), Span(two.start, two.value_stop))]
            pieces.append(heads)
        else:
            entry = self._spelled.setdefault(one.key, _Changes(self._names[one.key]))
            entry.values_a.append(self._a.cut(heads[0]).decode("utf-8", "surrogateescape"))
            entry.values_b.append(self._b.cut(heads[1]).decode("utf-8", "surrogateescape"))
            entry.places.append(heads)
            entry.renamed = entry.renamed or one.name != two.name
        if pair not in self._differing:
            pieces.append((one.value_span, two.value_span))
        return pieces

    def _one_sided(self, loose: Places) -> None:
        a, b, found = self._a, self._b, self._match
        beside_b = beside(a.tiles, b.tiles, dict(found.both))
        beside_a = beside(b.tiles, a.tiles, {two: one for one, two in found.both})
        for number in found.only_a:
            one = a.fields[number]
            entry = self._changed.setdefault(one.key, _Changes(self._names[one.key]))
            entry.values_a.append(one.value)
            entry.places.append((a.tiles[number].whole, beside_b[number]))
            if number == len(a.tiles) - 1:
                entry.places += loose
                loose.clear()
        for number in found.only_b:
            two = b.fields[number]
            entry = self._changed.setdefault(two.key, _Changes(self._names[two.key]))
            entry.values_b.append(two.value)
            entry.places.append((beside_a[number], b.tiles[number].whole))
            if number == len(b.tiles) - 1:
                entry.places += loose
                loose.clear()

    def _fields(self) -> Iterator[Difference]:
        for key, changes in sorted(self._changed.items()):
            what = _WHEEL_KINDS.get(key, "metadata.field") if self._wheel else "metadata.field"
            if what == "wheel.tag" and self._same_tags():
                what = "metadata.spelling"
            yield changes.fact(what, self._path)
            yield from hidden(self._path, changes.name, changes.values_a, changes.values_b)
        for _, changes in sorted(self._reordered.items()):
            yield changes.fact("metadata.order", self._path)
        for _, changes in sorted(self._spelled.items()):
            what = "wheel.name" if self._wheel and changes.renamed else "metadata.spelling"
            yield changes.fact(what, self._path)

    def _same_tags(self) -> bool:
        tags = [expanded_tags(side.headers.values("tag")) for side in (self._a, self._b)]
        return tags[0] is not None and tags[0] == tags[1]

    def _separator(self) -> Iterator[Difference]:
        """Compare the empty line behind the fields, which some tools write even without a body."""
        one, two = self._a.headers, self._b.headers
        places = (one.separator, two.separator)
        values = (self._a.cut(places[0]), self._b.cut(places[1]))
        if values[0] == values[1]:
            return
        if values[0] and values[1]:
            self._endings.fold(values[0].decode(), values[1].decode(), places)
            return
        nothing = not self._a.cut(one.body).strip() and not self._b.cut(two.body).strip()
        shown = tuple("an empty line" if value else None for value in values)
        what = "metadata.spelling" if nothing else "metadata.field"
        yield fact((what, self._path, "end of the fields"), (shown[0], shown[1]), [places])


class _Moving:
    """Fields that stand in another order: those of one name among each other, and all of them."""

    def __init__(self, found: Match, fields: Sequence[HeaderField]) -> None:
        self._region = found.moved()
        self._place: dict[tuple[int, int], str] = {}
        by_name: dict[str, list[tuple[int, int]]] = {}
        for pair in self._region:
            by_name.setdefault(fields[pair[0]].key, []).append(pair)
        for key, pairs in by_name.items():
            for pair in Match(tuple(pairs), (), ()).moved():
                self._place[pair] = key
        by_b = sorted(self._region, key=lambda pair: pair[1])
        if [fields[one].key for one, _ in self._region] != [fields[one].key for one, _ in by_b]:
            for pair in self._region:
                self._place.setdefault(pair, "")
        self._pieces: dict[str, Places] = {}
        self._pairs: dict[str, list[tuple[int, int]]] = {}

    def add(self, pair: tuple[int, int], pieces: Places) -> None:
        """Take the equal bytes of a pair, if it is one that moved."""
        place = self._place.get(pair)
        if place is not None:
            self._pieces.setdefault(place, []).extend(pieces)
            self._pairs.setdefault(place, []).append(pair)

    def rest(self, loose: Places) -> None:
        """Take line endings that only another order makes differ."""
        if loose and self._pieces:
            self._pieces[min(self._pieces)] += loose
            loose.clear()

    def facts(
        self, path: str, a: _Side, b: _Side, names: Mapping[str, str]
    ) -> Iterator[Difference]:
        """Yield ``metadata.order`` for each name, and for the order of the names."""
        for key, pairs in sorted(self._pairs.items()):
            shown = pairs if key else self._region
            ones = [a.fields[one] for one, _ in shown]
            twos = [b.fields[two] for two in sorted(two for _, two in shown)]
            values = tuple(
                tuple(x.value[:_SHOWN] for x in side[:_MOST])
                if key
                else tuple(dict.fromkeys(names[x.key] for x in side))[:_MOST]
                for side in (ones, twos)
            )
            inside = names[key] if key else "fields"
            places = in_turn(self._pieces[key])
            yield fact(("metadata.order", path, inside), (values[0], values[1]), places)


_MOST: Final = 12


def _among(
    found: Match, key: _Key, fields_a: Sequence[HeaderField], fields_b: Sequence[HeaderField]
) -> Match:
    """Pair what is left over by another key; ``None`` goes with nothing."""
    keys_a = {number: key(fields_a[number]) for number in found.only_a}
    keys_b = {number: key(fields_b[number]) for number in found.only_b}
    only_a = [number for number in found.only_a if keys_a[number] is not None]
    only_b = [number for number in found.only_b if keys_b[number] is not None]
    inner = match([keys_a[number] for number in only_a], [keys_b[number] for number in only_b])
    both = tuple((only_a[one], only_b[two]) for one, two in inner.both)
    taken_a, taken_b = {one for one, _ in both}, {two for _, two in both}
    return Match(
        both,
        tuple(number for number in found.only_a if number not in taken_a),
        tuple(number for number in found.only_b if number not in taken_b),
    )


def _exact(item: HeaderField) -> Hashable:
    return item.key, item.value.replace("\r\n", "\n")


def _meant(item: HeaderField) -> Hashable:
    return item.key, meaning(item.key, item.value)


def _listed(item: HeaderField) -> Hashable:
    if item.key == "keywords" and "," in item.value:
        return tuple(sorted(keywords(item.value)))
    return None


def _followed(item: HeaderField) -> Hashable:
    found = identity(item.key, item.value)
    return None if found is None else (item.key, found)


def _applies(content: Content) -> bool:
    in_info = content.path.endswith((".dist-info/METADATA", ".dist-info/WHEEL"))
    if not in_info and content.base != "PKG-INFO":
        return False
    return max(len(content.a), len(content.b)) <= MAX_TEXT and all(
        is_text(bytes(data[: 1 << 16])) for data in (content.a, content.b)
    )


def _compare(content: Content) -> list[Difference]:
    a, b = bytes(content.a), bytes(content.b)
    return metadata_facts(content.path, a, b, wheel=content.base == "WHEEL")


FORMAT: Final = Format("metadata", _applies, _compare)
