"""JSON with the place of every value (RFC 8259), read without recursion and within limits.

Nothing is lost on the way: keys keep their order, a key that occurs twice is there twice, a number
keeps its text (``1e400`` is no infinity here), and ``NaN`` and ``Infinity``, which Python writes
and RFC 8259 forbids, are numbers too.
"""

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from reprodiff.model import Span
from reprodiff.records import dataclass

MAX_DEPTH: Final = 1_000
MAX_NODES: Final = 1_000_000
"""Values read; about 300 bytes of memory each."""

Kind = Literal["object", "array", "string", "number", "literal"]

_TOKEN: Final = re.compile(
    rb"[ \t\r\n]*+(?:"
    rb'(?P<string>"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")'
    rb"|(?P<number>-?+(?:(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?+[0-9]++)?+|Infinity)|NaN)"
    rb"|(?P<literal>true|false|null)"
    rb"|(?P<mark>[\[\]{},:])"
    rb"|(?P<end>\Z))"
)
# Behind a number or a name nothing of the same sort may follow: 012, 1.2.3, nullx.
_GLUED: Final = re.compile(rb"[\w.+-]")
_ESCAPE: Final = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_PLAIN: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_NUMBER: Final = re.compile(rb"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,18}))?")


class JsonError(ValueError):
    """The input is no JSON, or is beyond the limits; ``offset`` is the byte where that shows."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(f"{message} at byte {offset}")
        self.offset = offset


class JsonNode(NamedTuple):
    """One value.

    ``key`` is its name if it is a member of an object, with the place of the name's text, quotes
    included; ``position`` counts the values before it in the same object or array.  ``parent`` is
    the index of that object or array, -1 for the outermost value; ``end`` is the index behind the
    last value inside this one.
    """

    kind: Kind
    start: int
    stop: int
    parent: int
    position: int
    end: int
    key: str | None
    key_start: int
    key_stop: int

    @property
    def span(self) -> Span:
        """Where the value stands, quotes and brackets included."""
        return Span(self.start, self.stop)


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """All values of a text, each before the values inside it; ``nodes[0]`` is the outermost."""

    data: bytes
    nodes: tuple[JsonNode, ...]

    def children(self, index: int) -> Iterator[int]:
        """Yield the index of each value directly inside the object or array at ``index``."""
        child = index + 1
        while child < self.nodes[index].end:
            yield child
            child = self.nodes[child].end

    def raw(self, index: int) -> bytes:
        """Return the bytes of a value as they stand."""
        node = self.nodes[index]
        return self.data[node.start : node.stop]

    def text(self, index: int) -> str:
        """Return a string's characters, escapes resolved; the text of any other value."""
        raw = self.raw(index)
        if self.nodes[index].kind == "string":
            return _unquoted(raw)
        return raw.decode("utf-8")

    def path(self, index: int) -> tuple[str | int, ...]:
        """Return the names and positions that lead from the outermost value to this one."""
        steps: list[str | int] = []
        while index > 0:
            node = self.nodes[index]
            steps.append(node.position if node.key is None else node.key)
            index = node.parent
        return tuple(reversed(steps))

    def find(self, *steps: str | int) -> tuple[int, ...]:
        """Return every value to which the names and positions lead.

        More than one if a name occurs twice, none if something on the way is missing.
        """
        found = [0]
        for step in steps:
            kind = "array" if isinstance(step, int) else "object"
            found = [
                child
                for index in found
                if self.nodes[index].kind == kind
                for child in self.children(index)
                if step in (self.nodes[child].key, self.nodes[child].position)
            ]
        return tuple(found)


class _Open:
    """An object or array whose end has not been seen."""

    __slots__ = ("count", "index", "kind")

    def __init__(self, kind: Kind, index: int) -> None:
        self.kind = kind
        self.index = index
        self.count = 0


def parse_json(
    data: bytes, *, max_depth: int = MAX_DEPTH, max_nodes: int = MAX_NODES
) -> JsonDocument:
    """Read a JSON text in UTF-8 (a byte order mark is passed over).

    Raises:
        JsonError: The input is not UTF-8 or no JSON, is nested deeper than ``max_depth`` or has
            more than ``max_nodes`` values.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as bad:
        raise JsonError("not UTF-8", bad.start) from None
    return _Reader(data, max_depth, max_nodes).read()


class _Reader:
    def __init__(self, data: bytes, max_depth: int, max_nodes: int) -> None:
        self._data = data
        self._max_depth = max_depth
        self._max_nodes = max_nodes
        self._at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
        self._nodes: list[JsonNode] = []
        self._stack: list[_Open] = []

    def read(self) -> JsonDocument:
        self._value(*self._token())
        while self._stack:
            inner = self._stack[-1]
            name, start, stop = self._token()
            mark = self._data[start:stop]
            if mark == (b"}" if inner.kind == "object" else b"]"):
                self._close(stop)
            elif not inner.count:
                self._member(inner, name, start, stop)
            elif mark == b",":
                self._member(inner, *self._token())
            else:
                raise JsonError("neither a comma nor the end", start)
        name, start, _ = self._token()
        if name != "end":
            raise JsonError("something behind the value", start)
        return JsonDocument(self._data, tuple(self._nodes))

    def _token(self) -> tuple[str, int, int]:
        found = _TOKEN.match(self._data, self._at)
        if found is None or found.lastgroup is None:
            raise JsonError("no JSON", self._at)
        name = found.lastgroup
        start, stop = found.span(name)
        if name in ("number", "literal") and _GLUED.match(self._data, stop):
            raise JsonError("no JSON", start)
        self._at = stop
        return name, start, stop

    def _member(self, inner: _Open, name: str, start: int, stop: int) -> None:
        if inner.kind == "array":
            self._value(name, start, stop)
            return
        if name != "string":
            raise JsonError("no name of a member", start)
        _, colon, behind = self._token()
        if self._data[colon:behind] != b":":
            raise JsonError("no colon behind a name", colon)
        self._value(*self._token(), key=(start, stop))

    def _value(self, name: str, start: int, stop: int, key: tuple[int, int] | None = None) -> None:
        kind: Kind
        mark = self._data[start:stop]
        if name == "mark" and mark in b"[{":
            kind = "object" if mark == b"{" else "array"
        elif name == "string":
            kind = "string"
        elif name == "number":
            kind = "number"
        elif name == "literal":
            kind = "literal"
        else:
            raise JsonError("no value", start)
        index = len(self._nodes)
        if index >= self._max_nodes:
            raise JsonError(f"more than {self._max_nodes} values", start)
        parent, position = -1, 0
        if self._stack:
            outer = self._stack[-1]
            parent, position = outer.index, outer.count
            outer.count += 1
        key_start, key_stop = key or (start, start)
        label = _unquoted(self._data[key_start:key_stop]) if key else None
        self._nodes.append(
            JsonNode(kind, start, stop, parent, position, index + 1, label, key_start, key_stop)
        )
        if kind in ("object", "array"):
            if len(self._stack) >= self._max_depth:
                raise JsonError(f"nested deeper than {self._max_depth}", start)
            self._stack.append(_Open(kind, index))

    def _close(self, stop: int) -> None:
        index = self._stack.pop().index
        self._nodes[index] = self._nodes[index]._replace(stop=stop, end=len(self._nodes))


def same_data(a: JsonDocument, b: JsonDocument) -> bool:
    """Tell whether two documents say the same to every reader.

    The order of members does not matter, nor how a string is escaped.  Numbers are the same if
    they have the same exact value and are both written as integers or both not: readers give
    ``1`` and ``1.0`` different types, and ``-0.0`` a sign.  An object with a name that occurs
    twice is the same as nothing, not even itself: readers disagree on which one counts.
    """
    pairs = [(0, 0)]
    while pairs:
        x, y = pairs.pop()
        kind = a.nodes[x].kind
        if kind != b.nodes[y].kind:
            return False
        if kind == "object":
            left = {a.nodes[child].key: child for child in a.children(x)}
            right = {b.nodes[child].key: child for child in b.children(y)}
            counts = {_count(a, x), _count(b, y), len(left), len(right)}
            if len(counts) > 1 or left.keys() != right.keys():
                return False
            pairs += [(child, right[key]) for key, child in left.items()]
        elif kind == "array":
            if _count(a, x) != _count(b, y):
                return False
            pairs += zip(a.children(x), b.children(y), strict=True)
        elif a.raw(x) != b.raw(y) and not _same_value(kind, a, x, b, y):
            return False
    return True


def _count(document: JsonDocument, index: int) -> int:
    return sum(1 for _ in document.children(index))


def _same_value(kind: Kind, a: JsonDocument, x: int, b: JsonDocument, y: int) -> bool:
    if kind == "string":
        return a.text(x) == b.text(y)
    if kind == "number":
        left, right = _number(a.raw(x)), _number(b.raw(y))
        return left is not None and left == right
    return False


def _number(raw: bytes) -> tuple[bool, bytes, bytes, int] | None:
    """Return what identifies a number's value: whether an integer, sign, digits and exponent.

    Text is compared, not a ``float`` or ``Decimal``: exact, and no work for ``1e999999999``.
    """
    found = _NUMBER.fullmatch(raw)
    if found is None:
        return None
    sign, whole, fraction, power = found.groups()
    integer = fraction is None and power is None
    digits = (whole + (fraction or b"")).lstrip(b"0")
    exponent = int(power or 0) - len(fraction or b"")
    stripped = digits.rstrip(b"0")
    if not stripped:
        return integer, sign, b"", 0
    return integer, sign, stripped, exponent + len(digits) - len(stripped)


def _unquoted(raw: bytes) -> str:
    text = raw[1:-1].decode("utf-8")
    if "\\" not in text:
        return text
    return _PAIR.sub(_joined, _ESCAPE.sub(_resolved, text))


def _resolved(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return _PLAIN.get(found[2], found[2])


def _joined(found: re.Match[str]) -> str:
    high, low = ord(found[0][0]), ord(found[0][1])
    return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)
