"""Tables of two sides: header fields, sections, symbols; each row says what became of it."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from reprodiff.model import Span
from reprodiff.text import plain
from reprodiff.views.pieces import Pieces, compare, whole


class State(StrEnum):
    """What became of a row."""

    SAME = "same"
    CHANGED = "changed"
    MOVED = "moved"
    """The same thing at another place."""
    FOLLOWS = "follows"
    """Differs only in what refers to something that has moved."""
    ONLY_A = "only in A"
    ONLY_B = "only in B"

    @property
    def sign(self) -> str:
        """A character that stands for it, where colours do not."""
        return _SIGNS[self]

    @property
    def differs(self) -> bool:
        """Whether somebody may want to look at it."""
        return self not in {State.SAME, State.MOVED, State.FOLLOWS}


_SIGNS = {
    State.SAME: " ",
    State.CHANGED: "~",
    State.MOVED: "→",
    State.FOLLOWS: "↳",
    State.ONLY_A: "-",
    State.ONLY_B: "+",
}


class TableRow(NamedTuple):
    """A row; texts are safe to show.  ``a`` and ``b`` are empty where a side has nothing."""

    name: str
    a: Pieces
    b: Pieces
    state: State = State.SAME
    span_a: Span | None = None
    span_b: Span | None = None
    heading: bool = False
    remark: bool = False
    """Whether it is a sentence on the row above, as long as it likes."""


class Field(NamedTuple):
    """A field of a structure: what it is called, its value for people, its bytes."""

    name: str
    value: str
    span: Span | None = None


class Group(NamedTuple):
    """Fields that belong together."""

    title: str
    fields: tuple[Field, ...]


def heading(title: str) -> TableRow:
    """Return the name of the rows below."""
    return TableRow(plain(title), (), (), heading=True)


def note(words: str) -> TableRow:
    """Return a sentence on the row above."""
    return TableRow(plain(words), (), (), remark=True)


def row(
    name: str,
    a: str | None,
    b: str | None,
    state: State | None = None,
    span_a: Span | None = None,
    span_b: Span | None = None,
) -> TableRow:
    """Return a row of raw texts; without a state it is told from the two values."""
    if state is None:
        state = _state(a, b)
    if a is not None and b is not None:
        one, two = compare(a, b) if a != b else (whole(a), whole(b))
    else:
        one, two = whole(a or ""), whole(b or "")
    return TableRow(plain(name), one, two, state, span_a, span_b)


def _state(a: str | None, b: str | None) -> State:
    if a is None:
        return State.ONLY_B
    if b is None:
        return State.ONLY_A
    return State.SAME if a == b else State.CHANGED


def side_by_side(a: Iterable[Group], b: Iterable[Group]) -> list[TableRow]:
    """Return the groups of both sides as one table: those of one title beside each other."""
    rows: list[TableRow] = []
    left, right = _titled(a), _titled(b)
    for title in [*left, *(title for title in right if title not in left)]:
        rows.append(heading(title))
        rows += _fields(left.get(title, ()), right.get(title, ()))
    return rows


def _titled(groups: Iterable[Group]) -> dict[str, Sequence[Field]]:
    titled: dict[str, Sequence[Field]] = {}
    for group in groups:
        title, number = group.title, 1
        while title in titled:
            number += 1
            title = f"{group.title} ({number})"
        titled[title] = group.fields
    return titled


def _fields(a: Sequence[Field], b: Sequence[Field]) -> list[TableRow]:
    waiting: dict[str, list[Field]] = {}
    for field in b:
        waiting.setdefault(field.name, []).append(field)
    rows: list[TableRow] = []
    for one in a:
        queue = waiting.get(one.name)
        two = queue.pop(0) if queue else None
        rows.append(
            row(one.name, one.value, two.value if two else None, None, one.span, _span(two))
        )
    rows += [
        row(two.name, None, two.value, None, None, two.span)
        for two in b
        if two in waiting.get(two.name, ())
    ]
    return rows


def _span(field: Field | None) -> Span | None:
    return field.span if field is not None else None
