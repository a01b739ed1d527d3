"""Files that are a row of tiles (rows, fields, lines) whose order may or may not mean something.

Tiles are paired by what they say, wherever they stand.  What is left to tell is then which tiles
stand on one side only, which stand elsewhere, and which end in another way; each with its bytes,
so that the ledger can check that nothing else differs.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from reprodiff.formats.parsing.unicode import hidden_characters
from reprodiff.model import Difference, Span
from reprodiff.records import dataclass, field

Places = list[tuple[Span, Span]]


class Tile(NamedTuple):
    """One tile: what it says is ``start..body_stop``, its line ending ``body_stop..stop``."""

    start: int
    body_stop: int
    stop: int

    @property
    def ending(self) -> Span:
        """The line ending; empty at the end of a file that has none."""
        return Span(self.body_stop, self.stop)

    @property
    def whole(self) -> Span:
        """The tile with its line ending."""
        return Span(self.start, self.stop)


@dataclass(frozen=True, slots=True)
class Match:
    """Which tile of A is which of B, by number: ``both`` in the order of A."""

    both: tuple[tuple[int, int], ...]
    only_a: tuple[int, ...]
    only_b: tuple[int, ...]

    def moved(self) -> tuple[tuple[int, int], ...]:
        """Return the pairs from the first that stands out of turn to the last, as A has them."""
        by_b = sorted(self.both, key=lambda pair: pair[1])
        out = [at for at, pair in enumerate(self.both) if pair != by_b[at]]
        return self.both[out[0] : out[-1] + 1] if out else ()


def match(a: Sequence[Hashable], b: Sequence[Hashable]) -> Match:
    """Pair equal keys, the first with the first where a key comes more than once."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for number in range(len(b) - 1, -1, -1):
        waiting[b[number]].append(number)
    both: list[tuple[int, int]] = []
    only_a: list[int] = []
    for number, key in enumerate(a):
        if queue := waiting.get(key):
            both.append((number, queue.pop()))
        else:
            only_a.append(number)
    only_b = sorted(number for queue in waiting.values() for number in queue)
    return Match(tuple(both), tuple(only_a), tuple(only_b))


def beside(tiles: Sequence[Tile], others: Sequence[Tile], partner: dict[int, int]) -> list[Span]:
    """Return for each tile the empty place on the other side where it is missing.

    That is behind the partner of the nearest tile before it that has one.
    """
    at = 0
    places: list[Span] = []
    for number in range(len(tiles)):
        if number in partner:
            at = others[partner[number]].stop
        places.append(Span(at, at))
    return places


def in_turn(places: Iterable[tuple[Span, Span]]) -> tuple[tuple[Span, Span], ...]:
    """Pair the first span of A with the first of B and so on.

    For bytes that are the same on both sides and stand in another order: claimed in turn, they
    weigh what really differs there.
    """
    pairs = list(places)
    return tuple(
        zip(sorted(span for span, _ in pairs), sorted(span for _, span in pairs), strict=True)
    )


@dataclass(slots=True)
class Endings:
    """How the line endings of paired tiles differ."""

    changed: Places = field(default_factory=list)
    """Both sides have an ending, and not the same."""
    missing: Places = field(default_factory=list)
    """One side has none: the tile is the last there."""
    kinds_a: Counter[bytes] = field(default_factory=Counter)
    kinds_b: Counter[bytes] = field(default_factory=Counter)

    def add(self, a: bytes, b: bytes, one: Tile, two: Tile) -> bool:
        """Compare the endings of one pair of tiles; say whether they are equal."""
        places = (one.ending, two.ending)
        ending_a, ending_b = a[one.body_stop : one.stop], b[two.body_stop : two.stop]
        if ending_a == ending_b:
            return True
        if ending_a and ending_b:
            self.changed.append(places)
            self.kinds_a[ending_a] += 1
            self.kinds_b[ending_b] += 1
        else:
            self.missing.append(places)
        return False

    def fold(self, a: str, b: str, places: tuple[Span, Span]) -> None:
        """Take two texts that differ only in the line endings in them."""
        self.changed.append(places)
        for text, kinds in ((a, self.kinds_a), (b, self.kinds_b)):
            ending = next((end for end in ("\r\n", "\n", "\r") if end in text), "\n")
            kinds[ending.encode()] += 1

    def loose(self, a: Sequence[Tile], b: Sequence[Tile]) -> Places:
        """Take out and return the endings that are missing although both files end alike."""
        ends = [bool(tiles and tiles[-1].ending.size) for tiles in (a, b)]
        if ends[0] is not ends[1]:
            return []
        places, self.missing = self.missing, []
        return places

    def facts(self, path: str, label: str) -> list[Difference]:
        """Return the facts, of the same kinds as those on any text."""
        found: list[Difference] = []
        if self.changed:
            inside = f"line endings of {len(self.changed)} {label}s"
            found.append(
                fact(
                    ("text.eol", path, inside),
                    (_kinds(self.kinds_a), _kinds(self.kinds_b)),
                    sorted(self.changed),
                )
            )
        if self.missing:
            values = ("newline", None) if self.missing[0][0].size else (None, "newline")
            found.append(
                fact(("text.final-newline", path, "end of file"), values, sorted(self.missing))
            )
        return found


_EOL_NAMES: Final = {b"\n": "LF", b"\r\n": "CRLF", b"\r": "CR"}


def _kinds(counts: Counter[bytes]) -> str:
    return ", ".join(_EOL_NAMES.get(end, "other") for end in sorted(counts))


def hidden(path: str, inside: str, a: Iterable[str], b: Iterable[str]) -> Iterator[Difference]:
    """Yield the fact that changed values hold characters that a reader does not see."""
    names = [
        ", ".join(char.name for text in texts for char in hidden_characters(text, _MOST))
        for texts in (a, b)
    ]
    if names[0] or names[1]:
        yield Difference("text.hidden", path, inside, names[0] or None, names[1] or None)


_MOST: Final = 8


def fact(
    place: tuple[str, str, str],
    values: tuple[object, object],
    places: Sequence[tuple[Span, Span]],
    note: str = "",
) -> Difference:
    """Return a fact of kind ``place[0]`` on the member ``place[1]``, inside ``place[2]``."""
    one, two = places[0] if places else (None, None)
    several = tuple(places) if len(places) > 1 else ()
    return Difference(*place, *values, one, two, note, several)  # type: ignore[arg-type]


def respelled(
    place: tuple[str, str, str], a: bytes, b: bytes, places: Places, note: str = ""
) -> Difference:
    """Return a fact on places that say the same in another form, one of them shown.

    Which one does not depend on the side that is called A.
    """

    def texts(pair: tuple[Span, Span]) -> tuple[bytes, bytes]:
        return a[pair[0].start : pair[0].stop], b[pair[1].start : pair[1].stop]

    shown = min(places, key=lambda pair: (sorted(texts(pair)), pair))
    values = tuple(text[:_SHOWN].decode("utf-8", "surrogateescape") for text in texts(shown))
    ordered = [shown, *(pair for pair in sorted(places) if pair != shown)]
    return fact(place, (values[0], values[1]), ordered, note)


_SHOWN: Final = 400
