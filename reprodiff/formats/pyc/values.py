"""The values in marshal data: decoded one by one, and shown short.

Two objects are the same value when type and content agree to the bit: ``1``, ``True`` and ``1.0``
are three values, so are ``0.0`` and ``-0.0``, and not-a-numbers with other bits.  How a value is
stored (which of several type codes, shared or copied) is no part of it.
"""

from itertools import islice
from math import isnan
from struct import Struct
from typing import Final

from reprodiff.formats.pyc.marshal import Graph

MAX_SHOWN: Final = 200
"""Longest text of a value, in characters."""

_float = Struct("<d")
# Numbers of more 15-bit digits stay bytes: making an integer of them is not linear in their size.
_MAX_DIGITS: Final = 5
_BRACKETS: Final = {
    "tuple": ("(", ")"),
    "list": ("[", "]"),
    "dict": ("{", "}"),
    "set": ("{", "}"),
    "frozenset": ("frozenset({", "})"),
    "slice": ("slice(", ")"),
}

Key = tuple[object, ...]


def text(graph: Graph, node: int) -> str:
    """Return the string that an object of shape ``str`` holds; it may have lone surrogates."""
    return string(graph.raw(node))


def string(raw: bytes) -> str:
    """Return the string of a token; raises UnicodeDecodeError for a token that was not read."""
    code = raw[0] & 0x7F
    if code in b"ut":
        return raw[5:].decode("utf-8", "surrogatepass")
    return raw[2 if code in b"zZ" else 5 :].decode("latin-1")


def integer(raw: bytes) -> int | None:
    """Return the integer of a token, or None where it has more than 75 bits."""
    if raw[0] & 0x7F != 0x6C:
        return int.from_bytes(raw[1:], "little", signed=True)
    count = int.from_bytes(raw[1:5], "little", signed=True)
    if abs(count) > _MAX_DIGITS:
        return None
    digits = (int.from_bytes(raw[at : at + 2], "little") for at in range(5, len(raw), 2))
    number = sum(digit << 15 * place for place, digit in enumerate(digits))
    return -number if count < 0 else number


def floats(raw: bytes) -> tuple[float, ...]:
    """Return the one number of a float's token, or the two of a complex's."""
    return tuple(part for (part,) in _float.iter_unpack(float_bytes(raw)))


def float_bytes(raw: bytes) -> bytes:
    """Return the 8 or 16 bytes of a float's or complex's value, also where it is stored as text."""
    if raw[0] & 0x7F in b"gy":
        return raw[1:]
    found, at = b"", 1
    while at < len(raw):
        stop = at + 1 + raw[at]
        found += _float.pack(float(raw[at + 1 : stop]))
        at = stop
    return found


def leaf_key(graph: Graph, node: int) -> Key:
    """Return shape and content of an object without others inside, equal for equal values only."""
    shape = graph.shape(node)
    raw = graph.raw(node)
    if shape == "str":
        return shape, text(graph, node)
    if shape == "bytes":
        return shape, raw[5:]
    if shape == "int":
        number = integer(raw)
        return (shape, raw[1:]) if number is None else (shape, number)
    if shape in {"float", "complex"}:
        return shape, float_bytes(raw)
    return (shape,)


def code_name(graph: Graph, code: int) -> str:
    """Return the ``co_name`` of a code object, or ``?`` where that is no string."""
    node = graph.resolve(code_field(graph, code, "co_name"))
    return text(graph, node) if graph.shape(node) == "str" else "?"


def code_field(graph: Graph, code: int, name: str) -> int:
    """Return what stands in the field ``name`` of a code object."""
    return next(islice(graph.children(code), graph.layout.fields.index(name), None))


def show(graph: Graph, node: int, limit: int = MAX_SHOWN) -> str:
    """Return a value as one line of at most ``limit`` characters and an ellipsis.

    It reads like Python, but promises no more than to be told from another value at a glance.
    An object inside itself is written until the line is full.
    """
    done: list[str] = []
    size = 0
    todo: list[int | str] = [node]
    while todo and size <= limit:
        item = todo.pop()
        if isinstance(item, str):
            piece = item
        else:
            at = graph.resolve(item)
            shape = graph.shape(at)
            if shape in _BRACKETS:
                piece, close = _BRACKETS[shape]
                todo.append(close)
                todo += _inside(graph, at, shape, limit)
            else:
                piece = f"<code {code_name(graph, at)}>" if shape == "code" else _leaf(graph, at)
        done.append(piece)
        size += len(piece)
    line = "".join(done)
    return line if len(line) <= limit else line[:limit] + "…"


def show_apart(a: Graph, x: int, b: Graph, y: int) -> tuple[str, str]:
    """Return two values as lines in which the first difference can be seen.

    Long strings and bytes are shown from a little before it, with the offset in front.
    """
    x, y = a.resolve(x), b.resolve(y)
    shapes = {a.shape(x), b.shape(y)}
    if shapes == {"str"}:
        one, two = text(a, x), text(b, y)
        if max(len(one), len(two)) > MAX_SHOWN // 2:
            at = max(common_length(one, two) - 20, 0)
            stop = at + MAX_SHOWN // 2
            return f"from {at}: {one[at:stop]!r}", f"from {at}: {two[at:stop]!r}"
    elif shapes == {"bytes"}:
        left, right = a.raw(x)[5:], b.raw(y)[5:]
        if max(len(left), len(right)) > MAX_SHOWN // 8:
            at = common_length(left, right)
            return _hex(left, at), _hex(right, at)
    return show(a, x), show(b, y)


def common_length(x: bytes | str, y: bytes | str) -> int:
    """Return how long the common start of two strings is."""
    low, high = 0, min(len(x), len(y))
    while low < high:
        middle = (low + high + 1) // 2
        if x[low:middle] == y[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _hex(data: bytes, at: int) -> str:
    return f"{len(data)} bytes, from {at}: {data[at : at + 16].hex(' ')}"


def _inside(graph: Graph, node: int, shape: str, limit: int) -> list[int | str]:
    """Return the objects of a container and what stands between them, last first."""
    row: list[int | str] = []
    children = list(islice(graph.children(node), limit + 1))
    if shape == "dict" and len(children) <= limit:
        children.pop()
    for place, child in enumerate(children):
        if place:
            row.append(": " if shape == "dict" and place % 2 else ", ")
        row.append(child)
    if shape == "tuple" and len(children) == 1:
        row.append(",")
    row.reverse()
    return row


def _leaf(graph: Graph, node: int) -> str:
    shape = graph.shape(node)
    raw = graph.raw(node)
    if shape == "str":
        return repr(text(graph, node))
    if shape == "bytes":
        return repr(raw[5:])
    if shape == "int":
        number = integer(raw)
        digits = (len(raw) - 5) // 2
        return f"<integer of {digits} digits of 15 bits>" if number is None else str(number)
    if shape in {"float", "complex"}:
        return " ".join(_one_float(part) for part in floats(raw))
    return shape


def _one_float(number: float) -> str:
    # All not-a-numbers read alike, but they are as many values as they have bits.
    return f"nan:{_float.pack(number).hex()}" if isnan(number) else repr(number)
