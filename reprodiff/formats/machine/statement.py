"""What is stated of two compiled files once the map and the checks are done.

Facts of every format go by the same names behind the name of the format: ``code`` for a function
that differs, ``moved`` for words that refer to what has moved, ``string``, ``function``, ``order``,
``symbols``, and so on.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from reprodiff.formats.machine.codechanges import Result
from reprodiff.formats.machine.features import uses
from reprodiff.formats.machine.functions import CodeMap, Names
from reprodiff.formats.machine.layout import AnyPair
from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.machine.proof import Quad, Region, joined
from reprodiff.formats.machine.work import AnyWork
from reprodiff.model import Difference, Span

_SHOWN: Final = 32
"""Bytes shown of a place."""
_MOST: Final = 400
"""Facts of one kind on one region; what is more is put together."""


class Statement(ABC):
    """The facts on one pair of files; a format says what its own parts are called."""

    form: str
    """What the kinds of facts start with."""

    def __init__(self, path: str, data: tuple[memoryview, memoryview]) -> None:
        self.path, self.data = path, data
        self.found: list[Difference] = []
        self._names: dict[int, Names] = {}

    @abstractmethod
    def names(self, side: int) -> Names:
        """Return the functions and objects of A (side 0) or B (side 1) by address."""

    def called(self, side: int, address: int) -> str:
        """Return what stands at an address of A (side 0) or B (side 1), for people."""
        del side
        return f"{address:#x}"

    def value(self, region: Region, quad: Quad) -> tuple[str | bytes, str | bytes]:
        """Return what a place that differs for no reason known has on both sides, for people.

        Of a long one that is from the start, or from a little before where the two part.
        """
        one, two = region.a[quad.a0 : quad.a1], region.b[quad.b0 : quad.b1]
        at = 0
        if one[:_SHOWN] == two[:_SHOWN] and one != two:
            same = (n for n, (x, y) in enumerate(zip(one, two, strict=False)) if x != y)
            at = max(next(same, min(len(one), len(two))) - 8, 0)
        return one[at : at + _SHOWN], two[at : at + _SHOWN]

    @abstractmethod
    def string_kind(self, pair: AnyPair, quad: Quad) -> str:
        """Return the kind of fact for a string that another one stands for."""

    @abstractmethod
    def rest_kind(self, region: Region) -> str:
        """Return the kind of fact for what differs in a region for no reason known."""

    def add(
        self,
        what: str,
        inside: str,
        a: str | bytes | None,
        b: str | bytes | None,
        places: list[tuple[Span, Span]],
        note: str = "",
    ) -> None:
        """State a fact of kind ``what`` on some places of the two files."""
        one, two = places[0] if places else (None, None)
        parts = tuple(places) if len(places) > 1 else ()
        self.found.append(Difference(what, self.path, inside, a, b, one, two, note, parts))

    def state_strings(self, regions: Iterable[Region]) -> None:
        """State each string that another one stands for, and account for zeros between them."""
        for region in regions:
            pair = region.pair
            if pair is None or pair.a.bare or pair.a.code:
                continue
            strings: dict[tuple[bytes, bytes], list[Quad]] = defaultdict(list)
            for piece, quads in claims(pair):
                if piece.kind in {"pad", "moved", "tail"}:
                    region.moved += quads
                    continue
                values = (
                    region.a[piece.a : piece.a + piece.size_a],
                    region.b[piece.b : piece.b + piece.size_b],
                )
                strings[values] += quads
                region.stated += quads
            for values, quads in strings.items():
                self.state_string(region, quads, values)

    def state_string(
        self, region: Region, quads: list[Quad], values: tuple[bytes, bytes] | None = None
    ) -> None:
        """State one pair of strings, in one or more places."""
        pair, first = region.pair, quads[0]
        if pair is None:
            return
        one, two = values or (region.a[first.a0 : first.a1], region.b[first.b0 : first.b1])
        self.add(
            self.string_kind(pair, first),
            f"{region.name}+{first.a0:#x}",
            one.rstrip(b"\0"),
            two.rstrip(b"\0"),
            [region.spans(quad) for quad in quads],
            note="" if pair.a.alloc else "debug",
        )

    def code(self, result: Result) -> None:
        """State the functions that differ, and what kept code from being compared.

        What has other instructions comes before what refers to something else.
        """
        for change in sorted(result.changes, key=lambda change: change.targets is not None):
            places = [change.region.spans(quad) for quad in sorted(set(change.parts))]
            one, two = change.a, change.b
            if change.targets is not None:
                one, two = (f"refers to {self.called(side, target)}"
                            for side, target in enumerate(change.targets))  # fmt: skip
            self.add(f"{self.form}.code", change.name, one, unlike(one, two), places)
        for message in result.problems:
            self.add("problem", "code", None, None, [], note=message)

    def features(self, work: AnyWork, maps: Sequence[CodeMap], result: Result) -> None:
        """State the functions that ask another processor for more than the other side does."""
        for use in uses(work, maps, result):
            one, two = (
                None if each is None else ", ".join(each) or "baseline" for each in (use.a, use.b)
            )
            self.add(f"{self.form}.features", use.name, one, two, [])

    def functions(self, work: AnyWork, maps: Sequence[CodeMap]) -> None:
        """State functions of one side, and such that stand in another order."""
        for found in maps:
            region = work.region(found.pair)
            moved = [both for both in found.both if both.moved]
            if moved:
                places = []
                for one, two, _ in sorted(moved):
                    quad = Quad(one.start, one.stop, two.start, two.stop)
                    region.stated.append(quad)
                    places.append(region.spans(quad))
                names = [
                    b", ".join(both.a.name for both in sorted(moved)[:20]),
                    b", ".join(both.b.name for both in sorted(moved, key=lambda x: x.b)[:20]),
                ]
                if names[0] == names[1]:
                    first = min(moved)
                    names = [names[0] + b" at +%#x" % each.start for each in (first.a, first.b)]
                self.add(f"{self.form}.order", region.name, names[0], names[1], places)
            behind = _furthest((both.a.start, both.b.stop) for both in found.both)
            for one in found.only_a:
                at = behind(one.start)
                quad = Quad(one.start, one.stop, at, at)
                region.stated.append(quad)
                name = one.name or f"{region.name}+{one.start:#x}"
                self.add(f"{self.form}.function", region.name, name, None, [region.spans(quad)])
            behind = _furthest((both.b.start, both.a.stop) for both in found.both)
            for two in found.only_b:
                at = behind(two.start)
                quad = Quad(at, at, two.start, two.stop)
                region.stated.append(quad)
                name = two.name or f"{region.name}+{two.start:#x}"
                self.add(f"{self.form}.function", region.name, None, name, [region.spans(quad)])

    def symbols(self, work: AnyWork) -> None:
        """State symbols of one side and renamed ones; those beyond a limit together."""
        known = {id(region): set(region.stated) for _, _, _, region in work.added}
        for name_a, name_b, quad, region in work.added[:_MOST]:
            places = [region.spans(quad)] if quad in known[id(region)] else []
            self.add(f"{self.form}.symbols", region.name, name_a or None, name_b or None, places)
        beyond: dict[str, list[tuple[Span, Span]]] = defaultdict(list)
        for _, _, quad, region in work.added[_MOST:]:
            beyond[region.name].append(region.spans(quad))
        for name, places in beyond.items():
            self.add(
                f"{self.form}.symbols", name, "more symbols", "more symbols", sorted(set(places))
            )

    def rest(self, region: Region) -> None:
        """State what has moved in a region, and what differs for no reason known."""
        words = f"{len(region.moved)} words"
        region.moved = joined(region.moved)
        left = region.left()
        if region.packed is not None:
            self.packed(region, left)
            return
        if region.moved:
            places = region.places(region.moved)
            self.add(f"{self.form}.moved", region.name, words, words, places)
        if not left:
            return
        groups: dict[str, list[Quad]] = defaultdict(list)
        for quad in left:
            groups[self.place(region, quad)].append(quad)
        if len(groups) > _MOST:
            groups = {region.name: left}
        what = self.rest_kind(region)
        for inside, quads in groups.items():
            first = quads[0]
            one, two = self.value(region, first)
            if one == two and region.why:
                one, two = f"{first.a1 - first.a0} bytes", "not shown to say the same"
            note = "" if self.is_object(region, inside) else region.why
            self.add(what, inside, one, unlike(one, two), region.places(quads), note=note)

    def _body(self, side: int, span: Span) -> memoryview:
        return self.data[side][span.start : span.stop]

    def packed(self, region: Region, left: list[Quad]) -> None:
        """A compressed section stands as a whole: proven if its plain bytes are."""
        pair = region.pair
        if pair is None:
            return
        whole = [(pair.a.body, pair.b.body)]
        if not left and self._body(0, pair.a.body) == self._body(1, pair.b.body):
            return
        if pair.unread:
            self.add(
                f"{self.form}.debug", region.name, "compressed", "compressed", whole, "not inflated"
            )
        elif left:
            self.add(
                f"{self.form}.debug",
                region.name,
                f"{len(left)} places",
                f"{len(left)} places",
                whole,
            )
        else:
            forms = ["compressed" if s.body.size != len(p) else "plain"
                     for s, p in ((pair.a, pair.plain_a), (pair.b, pair.plain_b))]  # fmt: skip
            # Compressed on both sides: the bytes follow from what differs inside.
            what = f"{self.form}.moved" if forms[0] == forms[1] else f"{self.form}.compression"
            self.add(what, region.name, forms[0], forms[1], whole)

    def place(self, region: Region, quad: Quad) -> str:
        """Name a place: by the object or function it is in, or by its offset."""
        pair = region.pair
        if pair is None or not pair.a.alloc:
            return region.name if pair is not None else f"{region.name}+{quad.a0:#x}"
        # One of the two may be stripped.
        name = self.name(0, pair.a.addr + quad.a0) or self.name(1, pair.b.addr + quad.b0)
        if name is None:
            return f"{region.name}+{quad.a0:#x}"
        return f"{region.name} {name.decode('utf-8', 'surrogateescape')}"

    @staticmethod
    def is_object(region: Region, inside: str) -> bool:
        """Whether a place is in a constant with a name: what compilers make up has none."""
        constant = region.pair is not None and region.pair.a.constant
        return constant and not inside.startswith(f"{region.name}+") and inside != region.name

    def name(self, side: int, address: int) -> bytes | None:
        """Return what a function or object at an address of A (side 0) or B (side 1) is called."""
        if side not in self._names:
            self._names[side] = self.names(side)
        return self._names[side].at(address)


def _furthest(functions: Iterable[tuple[int, int]]) -> Callable[[int], int]:
    """Return what tells how far functions reach on the other side that start before a place.

    ``functions`` are (start, stop on the other side).
    """
    ordered = sorted(functions)
    starts = [start for start, _ in ordered]
    stops = [0, *accumulate((stop for _, stop in ordered), max)]
    return lambda place: stops[bisect_left(starts, place)]


def unlike(one: str | bytes, two: str | bytes) -> str | bytes:
    """Return ``two``, or in words that it is what ``one`` is, and should not be.

    An unchanged word is wrong where what it refers to has moved.
    """
    if one != two:
        return two
    text = one.decode("utf-8", "surrogateescape") if isinstance(one, bytes) else one
    return f"{text} (unchanged, but what it refers to is not)"


def claims(pair: AnyPair) -> Iterator[tuple[Piece, list[Quad]]]:
    """Yield the strings and zeros of a section with the places they account for.

    What stands out of turn is taken out of A in one place and put into B in another, so that all
    places are in the same order on both sides.
    """
    apart = {"moved", "apart"}
    turn = [piece for piece in pair.pieces if piece.kind not in apart]
    starts_a = [piece.a for piece in turn]
    by_b = sorted(turn, key=lambda piece: piece.b)
    starts_b = [piece.b for piece in by_b]
    for piece in pair.pieces:
        a0, a1, b0, b1 = piece.a, piece.a + piece.size_a, piece.b, piece.b + piece.size_b
        if piece.kind in {"string", "pad", "tail"}:
            yield piece, [Quad(a0, a1, b0, b1)]
        elif piece.kind in apart:
            before = bisect_right(starts_a, a0) - 1
            at_b = turn[before].b + turn[before].size_b if before >= 0 else 0
            before = bisect_right(starts_b, b0) - 1
            at_a = by_b[before].a + by_b[before].size_a if before >= 0 else 0
            yield piece, [Quad(a0, a1, at_b, at_b), Quad(at_a, at_a, b0, b1)]
