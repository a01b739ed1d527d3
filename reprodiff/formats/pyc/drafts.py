"""Facts while they are being collected: what belongs to one place is one fact with many parts."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from reprodiff.formats.pyc.facts import Fact, FactKind
from reprodiff.formats.pyc.marshal import Graph
from reprodiff.formats.pyc.values import show, show_apart, text
from reprodiff.model import Span
from reprodiff.records import dataclass, field

Part = tuple[Span, Span]

MAX_PATH: Final = 4096
"""Longest ``co_filename`` reported, in characters."""

_ENCODINGS: Final = {
    "z": "short ASCII",
    "Z": "short ASCII, interned",
    "a": "ASCII",
    "A": "ASCII, interned",
    "u": "Unicode",
    "t": "Unicode, interned",
}
_ORDER: Final = {kind: place for place, kind in enumerate(FactKind)}


def order(fact: "Fact | _Draft") -> tuple[int, str]:
    """Return what facts are sorted by: their kind, then their place."""
    return _ORDER[fact.kind], fact.place


class Role(NamedTuple):
    """What a pair of objects is in its files.

    A difference in it is a fact of ``kind`` at ``place`` that shows the values of ``top``, a pair
    of objects.  ``path`` leads to the code object around it, ``mark`` tells code objects of one
    name apart.  ``items`` is set for ``co_consts``: each object in it is a constant of its own.
    """

    kind: FactKind
    place: str
    path: str
    top: tuple[int, int]
    mark: str = ""
    items: bool = False


@dataclass(slots=True)
class _Draft:
    kind: FactKind
    place: str
    a: str | int | None
    b: str | int | None
    parts: list[Part] = field(default_factory=list)
    count: int = 0


class Drafts:
    """The facts found so far about two graphs, whose values have ``numbers``."""

    def __init__(self, a: Graph, b: Graph, numbers: tuple[Sequence[int], Sequence[int]]) -> None:
        self._a = a
        self._b = b
        self._numbers_a, self._numbers_b = numbers
        self._drafts: dict[tuple[object, ...], _Draft] = {}

    def differs(self, role: Role, x: int, y: int, part: Part) -> None:
        """Two objects in one role have different values."""
        if role.kind is FactKind.FILENAME:
            self._add(
                (role.kind, self._numbers_a[x], self._numbers_b[y]),
                role.kind,
                role.place,
                part,
                lambda: (
                    text(self._a, self._a.resolve(x))[:MAX_PATH],
                    text(self._b, self._b.resolve(y))[:MAX_PATH],
                ),
            )
            return
        self._add(
            (role.kind, role.place, role.top),
            role.kind,
            role.place,
            part,
            lambda: show_apart(self._a, role.top[0], self._b, role.top[1]),
        )

    def integers(self, kind: FactKind, place: str, raw: tuple[bytes, bytes], part: Part) -> None:
        """Two signed little-endian integers stand in one place; they may be equal."""
        if raw[0] != raw[1]:
            one, two = (int.from_bytes(each, "little", signed=True) for each in raw)
            self._add((kind, place, part), kind, place, part, lambda: (one, two))

    def alone(self, kind: FactKind, place: str, node: int, part: Part, *, of_a: bool) -> None:
        """One side has an object that the other lacks."""

        def values() -> tuple[str | None, str | None]:
            shown = show(self._a if of_a else self._b, node)
            return (shown, None) if of_a else (None, shown)

        self._add((kind, place, node, of_a), kind, place, part, values)

    def sizes(self, role: Role, sizes: tuple[int, int], part: Part) -> None:
        """Two rows of constants have different lengths."""
        one, two = (f"{size} constants" for size in sizes)
        self._add((role.kind, role.place, "sizes"), role.kind, role.place, part, lambda: (one, two))

    def set_order(self, role: Role, x: int, y: int, part: Part) -> None:
        """Two sets have the same elements in another order."""
        self._add(
            (FactKind.SET_ORDER, role.place, x, y),
            FactKind.SET_ORDER,
            role.place,
            part,
            lambda: (show(self._a, x), show(self._b, y)),
        )

    def stored(self, x: int, y: int) -> None:
        """Two equal objects, or heads of containers, stand in one place, stored alike or not."""
        a, b = self._a, self._b
        raw_x, raw_y = a.raw(x), b.raw(y)
        if raw_x == raw_y:
            return
        if (a.shape(x) == "ref") != (b.shape(y) == "ref"):
            self._refs((a.span(x), b.span(y)))
            return
        part = (a.token(x), b.token(y))
        if raw_x[1:] == raw_y[1:]:
            part = (_first(part[0]), _first(part[1]))
        codes = (a.type_code(x), b.type_code(y))
        if a.shape(x) != "str" or codes[0] == codes[1]:
            self._refs(part)
            return
        kind = FactKind.INTERNING
        self._add((kind,), kind, "body", part, lambda: _stored_as(show(a, x, 80), codes))

    def flag(self, x: int, y: int) -> None:
        """Two code objects stand in one place: their type bytes may differ in FLAG_REF."""
        a, b = self._a, self._b
        if a.raw(x)[0] != b.raw(y)[0]:
            self._refs((_first(a.token(x)), _first(b.token(y))))

    def _refs(self, part: Part) -> None:
        graphs = (self._a, self._b)

        def values() -> tuple[str, str]:
            one, two = (f"{len(g.refs)} numbered, {sum(g.uses)} references" for g in graphs)
            return one, two

        self._add((FactKind.REFS,), FactKind.REFS, "body", part, values)

    def facts(self) -> list[Fact]:
        """Return the facts in the order of their kinds; no two of them have a part in common."""
        taken: set[Part] = set()
        found: list[Fact] = []
        for draft in sorted(self._drafts.values(), key=order):
            parts = _fresh(draft.parts, taken)
            found.append(Fact(draft.kind, draft.place, draft.a, draft.b, parts, draft.count))
        return found

    def _add(
        self,
        key: tuple[object, ...],
        kind: FactKind,
        place: str,
        part: Part,
        values: Callable[[], tuple[str | int | None, str | int | None]],
    ) -> None:
        draft = self._drafts.get(key)
        if draft is None:
            draft = self._drafts[key] = _Draft(kind, place, *values())
        draft.parts.append(part)
        draft.count += 1


def _stored_as(shown: str, codes: tuple[int, int]) -> tuple[str, str]:
    one, two = (f"{shown} as {_ENCODINGS[chr(code)]}" for code in codes)
    return one, two


def _first(span: Span) -> Span:
    return Span(span.start, span.start + 1)


def _fresh(parts: Iterable[Part], taken: set[Part]) -> tuple[Part, ...]:
    """Return the parts that are not ``taken`` yet, each once, and take them."""
    fresh: list[Part] = []
    for part in parts:
        if part not in taken:
            taken.add(part)
            fresh.append(part)
    return tuple(sorted(fresh))
