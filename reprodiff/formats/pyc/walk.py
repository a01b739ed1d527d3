"""Two graphs side by side: where values differ, and where equal values are stored otherwise.

The walk goes through both files in the order of their bytes and pairs what stands in the same
place, so that every differing byte belongs to a pair.  Whether the values of a pair are equal is
known from their numbers, references included; so a byte that is equal on both sides but refers to
something else (a shifted reference) is seen as the change of value it is.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.formats.parsing.align import Op, align
from reprodiff.formats.pyc.code import FIRST_LINE
from reprodiff.formats.pyc.drafts import Drafts, Part, Role
from reprodiff.formats.pyc.facts import Fact, FactKind
from reprodiff.formats.pyc.marshal import Graph
from reprodiff.formats.pyc.numbering import NO_NUMBER
from reprodiff.formats.pyc.values import code_field, code_name
from reprodiff.model import Span

_MAX_NAME: Final = 80
_MAX_PLACE: Final = 300

_FIELD_KINDS: Final = {
    "co_code": FactKind.CODE,
    "co_consts": FactKind.CONST,
    **dict.fromkeys(
        ("co_names", "co_varnames", "co_freevars", "co_cellvars", "co_localsplusnames"),
        FactKind.NAMES,
    ),
    "co_filename": FactKind.FILENAME,
    **dict.fromkeys(("co_lnotab", "co_linetable", FIRST_LINE), FactKind.LINE_TABLE),
}
# What a field must be on both sides to be reported as one that does not change what code does.
_NEEDS: Final = {"co_filename": "str", "co_lnotab": "bytes", "co_linetable": "bytes"}


class Walk:
    """One comparison of two graphs whose values have ``numbers``."""

    def __init__(self, a: Graph, b: Graph, numbers: tuple[Sequence[int], Sequence[int]]) -> None:
        self.complete = True
        """False if work on objects that contain themselves was given up: they count as unequal."""
        self._a = a
        self._b = b
        self._numbers_a, self._numbers_b = numbers
        self._drafts = Drafts(a, b, numbers)
        self._stack: list[tuple[int, int, Role]] = []
        # What stands in the same place, by the object of A.
        self._aligned: dict[int, int] = {}
        # Pairs of objects that contain themselves and are equal.
        self._alike: set[tuple[int, int]] = set()
        self._bytes_left = 8 * (len(a.data) + len(b.data))
        self._pairs_left = 4 * (len(a.starts) + len(b.starts))

    def run(self) -> list[Fact]:
        """Walk from the roots; return the facts, in the order of their kinds."""
        self._stack.append((0, 0, Role(FactKind.BODY, "body", "", (0, 0))))
        while self._stack:
            self._pair(*self._stack.pop())
        return self._drafts.facts()

    def _pair(self, x: int, y: int, role: Role) -> None:
        a, b = self._a, self._b
        shape, other = a.shape(x), b.shape(y)
        if shape == "ref" or other == "ref":
            self._reference(x, y, role)
            return
        self._aligned[x] = y
        same = self._numbers_a[x] == self._numbers_b[y] != NO_NUMBER
        if shape != other or (x not in a.ends and not same):
            self._drafts.differs(role, x, y, self._extent(x, y))
        elif x not in a.ends:
            self._drafts.stored(x, y)
        elif same and self._same_bytes(x, y):
            return
        elif shape == "code":
            self._code(x, y, role)
        elif shape in {"set", "frozenset"}:
            self._set(x, y, role, same=same)
        else:
            self._row(x, y, role)

    def _reference(self, x: int, y: int, role: Role) -> None:
        """Pair a reference with another one, or with an object that stands in its place."""
        a, b = self._a, self._b
        to_x, to_y = a.resolve(x), b.resolve(y)
        if self._same(x, y):
            self._drafts.stored(x, y)
        elif to_x != x and to_y != y and self._aligned.get(to_x) == to_y:
            # Both refer to what stands in one place: the bytes there differ, not these.  What is
            # different inside a container has been said there.
            self._drafts.stored(x, y)
            if to_x not in a.ends or to_y not in b.ends:
                self._drafts.differs(role, x, y, self._extent(to_x, to_y))
        else:
            self._drafts.differs(role, x, y, self._extent(x, y))

    def _code(self, x: int, y: int, role: Role) -> None:
        a, b = self._a, self._b
        path = join_path(role.path, min(code_name(a, x), code_name(b, y)), role.mark)
        self._drafts.flag(x, y)
        head_x, head_y = a.raw(x), b.raw(y)
        for number, scalar in enumerate(a.layout.scalars):
            start, stop = 1 + 4 * number, 5 + 4 * number
            at_x, at_y = a.token(x).start, b.token(y).start
            part = (Span(at_x + start, at_x + stop), Span(at_y + start, at_y + stop))
            raw = (head_x[start:stop], head_y[start:stop])
            self._drafts.integers(FactKind.FIELD, f"code {path}.{scalar}", raw, part)
        fields = list(zip(a.layout.fields, a.children(x), b.children(y), strict=True))
        for label, inner_x, inner_y in reversed(fields):
            kind = _FIELD_KINDS.get(label, FactKind.FIELD)
            place = f"code {path}.{label}"
            if label == FIRST_LINE:
                raw = (a.raw(inner_x), b.raw(inner_y))
                self._drafts.integers(kind, place, raw, (a.token(inner_x), b.token(inner_y)))
                continue
            needs = _NEEDS.get(label)
            if needs is not None:
                shapes = {a.shape(a.resolve(inner_x)), b.shape(b.resolve(inner_y))}
                kind = kind if shapes == {needs} else FactKind.FIELD
            inner = Role(kind, place, path, (inner_x, inner_y), items=label == "co_consts")
            self._stack.append((inner_x, inner_y, inner))

    def _set(self, x: int, y: int, role: Role, *, same: bool) -> None:
        a, b = self._a, self._b
        if not same:
            self._drafts.differs(role, x, y, self._extent(x, y))
            return
        self._drafts.stored(x, y)
        pairs = list(zip(a.children(x), b.children(y), strict=True))
        if all(self._numbers_a[one] == self._numbers_b[two] for one, two in pairs):
            self._stack += ((one, two, role) for one, two in reversed(pairs))
        else:
            part = (
                Span(a.token(x).stop, a.span(x).stop),
                Span(b.token(y).stop, b.span(y).stop),
            )
            self._drafts.set_order(role, x, y, part)

    def _row(self, x: int, y: int, role: Role) -> None:
        """Pair the objects of two tuples, lists, dictionaries or slices."""
        a, b = self._a, self._b
        row_x, row_y = list(a.children(x)), list(b.children(y))
        if len(row_x) == len(row_y):
            self._drafts.stored(x, y)
        elif a.shape(x) == "dict":
            self._drafts.differs(role, x, y, self._extent(x, y))
            return
        elif role.items:
            self._drafts.sizes(role, (len(row_x), len(row_y)), (a.token(x), b.token(y)))
        else:
            self._drafts.differs(role, x, y, (a.token(x), b.token(y)))
        if not role.items and len(row_x) == len(row_y):
            found = [(one, two, role) for one, two in zip(row_x, row_y, strict=True)]
        else:
            ends = (a.span(x).stop, b.span(y).stop)
            found = self._align(role, row_x, row_y, ends)
        self._stack += reversed(found)

    def _align(
        self, role: Role, row_x: list[int], row_y: list[int], ends: tuple[int, int]
    ) -> list[tuple[int, int, Role]]:
        """Return pairs of two rows that may differ in any way; what has no partner is reported."""
        a, b = self._a, self._b
        keys_x, marks_x = _keys(a, self._numbers_a, row_x, items=role.items)
        keys_y, marks_y = _keys(b, self._numbers_b, row_y, items=role.items)
        numbers_x = [self._numbers_a[node] for node in row_x]
        numbers_y = [self._numbers_b[node] for node in row_y]
        found: list[tuple[int, int, Role]] = []
        for op in _ops(numbers_x, numbers_y, keys_x, keys_y):
            gap_x, gap_y = _gap(a, row_x, op.a0, ends[0]), _gap(b, row_y, op.b0, ends[1])
            for i, j in _pairs(op, keys_x, keys_y):
                if i is not None and j is not None:
                    pair = (row_x[i], row_y[j])
                    mark = min(marks_x.get(i, ""), marks_y.get(j, ""))
                    found.append((*pair, _item(role, min(i, j), pair, mark)))
                elif i is not None:
                    part = (a.span(row_x[i]), gap_y)
                    self._alone(role, i, row_x[i], marks_x.get(i, ""), part, of_a=True)
                elif j is not None:
                    part = (gap_x, b.span(row_y[j]))
                    self._alone(role, j, row_y[j], marks_y.get(j, ""), part, of_a=False)
        return found

    def _alone(
        self, role: Role, place: int, node: int, mark: str, part: Part, *, of_a: bool
    ) -> None:
        graph = self._a if of_a else self._b
        code = graph.resolve(node)
        if not role.items:
            self._drafts.differs(role, *role.top, part)
        elif graph.shape(code) == "code":
            kind = FactKind.CODE_REMOVED if of_a else FactKind.CODE_ADDED
            path = join_path(role.path, code_name(graph, code), mark)
            self._drafts.alone(kind, f"code {path}", node, part, of_a=of_a)
        else:
            where = f"const {place} of {role.path}"
            self._drafts.alone(FactKind.CONST, where, node, part, of_a=of_a)

    def _extent(self, x: int, y: int) -> Part:
        """Return all bytes of two objects, without the type byte where it is the same."""
        span_x, span_y = self._a.span(x), self._b.span(y)
        if self._a.data[span_x.start] == self._b.data[span_y.start]:
            return Span(span_x.start + 1, span_x.stop), Span(span_y.start + 1, span_y.stop)
        return span_x, span_y

    def _same_bytes(self, x: int, y: int) -> bool:
        """Whether two equal objects are stored alike; False too when too much was compared."""
        span_x, span_y = self._a.span(x), self._b.span(y)
        self._bytes_left -= span_x.size
        return (
            self._bytes_left > 0
            and span_x.size == span_y.size
            and self._a.data[span_x.start : span_x.stop] == self._b.data[span_y.start : span_y.stop]
        )

    def _same(self, x: int, y: int) -> bool:
        """Whether two values are equal; those that contain themselves are followed in step."""
        a, b = self._a, self._b
        seen: set[tuple[int, int]] = set()
        todo = [(x, y)]
        while todo:
            x, y = todo.pop()
            number = self._numbers_a[x]
            if number != self._numbers_b[y]:
                return False
            if number != NO_NUMBER:
                continue
            x, y = a.resolve(x), b.resolve(y)
            if (x, y) in seen or (x, y) in self._alike:
                continue
            seen.add((x, y))
            row_x, row_y = list(a.children(x)), list(b.children(y))
            self._pairs_left -= 1 + len(row_x)
            if self._pairs_left < 0:
                self.complete = False
                return False
            if a.shape(x) != b.shape(y) or len(row_x) != len(row_y):
                return False
            if a.shape(x) == "code" and a.raw(x)[1:] != b.raw(y)[1:]:
                return False
            todo += zip(row_x, row_y, strict=True)
        self._alike |= seen
        return True


def join_path(outer: str, name: str, mark: str = "") -> str:
    """Return the path of a code object inside the one at ``outer``, of bounded length."""
    path = name[:_MAX_NAME] + mark
    if outer:
        path = f"{outer}.{path}"
    return path if len(path) <= _MAX_PLACE else "…" + path[-_MAX_PLACE:]


def _item(role: Role, place: int, pair: tuple[int, int], mark: str = "") -> Role:
    """Return the role of what stands at ``place`` inside something with ``role``."""
    if not role.items:
        return role
    return Role(FactKind.CONST, f"const {place} of {role.path}", role.path, pair, mark)


def _keys(
    graph: Graph, numbers: Sequence[int], row: list[int], *, items: bool
) -> tuple[list[int], dict[int, str]]:
    """Return what stands for the objects of a row, and the marks of repeated names.

    Code among constants goes by its name, as a number below NO_NUMBER; the rest by its value.
    """
    keys: list[int] = []
    marks: dict[int, str] = {}
    times: dict[int, int] = {}
    for place, node in enumerate(row):
        key = numbers[node]
        code = graph.resolve(node)
        if items and graph.shape(code) == "code":
            key = NO_NUMBER - 1 - numbers[code_field(graph, code, "co_name")]
            times[key] = times.get(key, 0) + 1
            if times[key] > 1:
                marks[place] = f"#{times[key]}"
        keys.append(key)
    return keys, marks


def _ops(
    numbers_x: list[int], numbers_y: list[int], keys_x: list[int], keys_y: list[int]
) -> Iterator[Op]:
    """Align two rows by value and, where values differ, by name."""
    if keys_x == keys_y:
        yield Op("equal", 0, len(keys_x), 0, len(keys_y))
        return
    for op in align(numbers_x, numbers_y):
        if op.tag == "equal":
            yield op
            continue
        for part in align(keys_x[op.a0 : op.a1], keys_y[op.b0 : op.b1]):
            _, a0, a1, b0, b1 = part
            yield Op(part.tag, a0 + op.a0, a1 + op.a0, b0 + op.b0, b1 + op.b0)


def _pairs(op: Op, keys_x: list[int], keys_y: list[int]) -> list[tuple[int | None, int | None]]:
    """Return which places of two rows belong together; None for the side that has nothing.

    A stretch that differs is paired one by one where it is equally long and both are constants,
    or both are not.
    """
    row_x, row_y = range(op.a0, op.a1), range(op.b0, op.b1)
    found: list[tuple[int | None, int | None]] = []
    if len(row_x) != len(row_y):
        found += ((i, None) for i in row_x)
        found += ((None, j) for j in row_y)
        return found
    for i, j in zip(row_x, row_y, strict=True):
        if keys_x[i] != keys_y[j] and min(keys_x[i], keys_y[j]) < NO_NUMBER:
            found += ((i, None), (None, j))
        else:
            found.append((i, j))
    return found


def _gap(graph: Graph, row: list[int], place: int, end: int) -> Span:
    """Return the empty span in front of what stands at ``place`` in a row that ends at ``end``."""
    at = graph.starts[row[place]] if place < len(row) else end
    return Span(at, at)
