"""The code objects of a pyc file as a listing, read by our own bounded reader.

Nothing is unmarshalled and nothing is run.  :func:`listing` is for a child process: a hostile file
may take long.  Opcodes have names where the file is of the Python that runs this; for any other
version their numbers stand.
"""

import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

from reprodiff import sandbox
from reprodiff.formats.pyc.errors import PycError
from reprodiff.formats.pyc.node import Node
from reprodiff.formats.pyc.reader import Pyc, read_pyc
from reprodiff.model import Span
from reprodiff.views.listing import ListingLine

TASK: Final = "reprodiff.views.pycode:listing"
LIMITS: Final = sandbox.ChildLimits(seconds=30, cpu_seconds=30)
_MOST: Final = 200_000
"""Lines of the listing of one file."""
_SHOWN: Final = 400
"""Characters of a constant."""
_VALUE: Final = 60
"""Characters of a constant beside the instruction that loads it."""
_PER_ROW: Final = 16
_HEAD: Final = 5
"""Bytes in front of those of a bytes object: type and size."""

Row = tuple[str, str, str, int, int, bool]


def ask(a: memoryview, b: memoryview) -> tuple[list[ListingLine], list[ListingLine]] | str:
    """Return the listings of both sides, or why there are none."""
    answer = sandbox.run(TASK, {"size_a": len(a)}, b"".join((a, b)), LIMITS)
    if isinstance(answer, sandbox.Failure):
        return f"The code could not be listed: {answer.message}."
    one, two = (
        [
            ListingLine(label, text, key, Span(start, stop) if stop else None, head)
            for label, text, key, start, stop, head in answer.meta[side]
        ]
        for side in "ab"
    )
    return one, two


# -- in the child


def listing(meta: Mapping[str, Any], payload: memoryview) -> tuple[dict[str, Any], bytes]:
    """Return the lines of two pyc files."""
    size = meta["size_a"]
    return {"a": _lines(payload[:size]), "b": _lines(payload[size:])}, b""


def _lines(data: memoryview) -> list[Row]:
    if not len(data):
        return []
    try:
        pyc = read_pyc(data)
    except PycError as error:
        return [("", f"{error}", "error", 0, 0, False)]
    if pyc.root is None:
        return [("", f"The body cannot be read: {pyc.body_error}", "error", 0, 0, False)]
    if pyc.root.shape != "code":
        shown = pyc.root.show(_SHOWN)
        return [("", f"no code object, but {shown}", "error", 0, 0, False)]
    rows: list[Row] = []
    for row in _module(pyc, pyc.root):
        rows.append(row)
        if len(rows) >= _MOST:
            rows.append(
                ("", f"more than {_MOST:,} lines: the rest is left out", "rest", 0, 0, True)
            )
            break
    return rows


def _module(pyc: Pyc, root: Node) -> Iterator[Row]:
    names = _opcodes(pyc.header.version or "")
    todo: list[tuple[Node, str]] = [(root, "")]
    while todo:
        code, outer = todo.pop()
        fields = {name: node.resolved() for name, node in code.fields().items()}
        name = _text(fields.get("co_name")) or "?"
        where = f"{outer}.{name}" if outer else name
        yield from _code(code, fields, where, names)
        inner = fields["co_consts"]
        if inner.shape in {"tuple", "list"}:
            found = [child for child in inner.children() if child.shape == "code"]
            todo += [(child, where) for child in reversed(found)]
    if pyc.trailing is not None:
        start, stop = pyc.trailing
        yield ("", f"{stop - start} bytes behind the code", "trailing", start, stop, True)


def _code(code: Node, fields: Mapping[str, Node], where: str, names: list[str]) -> Iterator[Row]:
    head = code.token
    yield ("", f"code {where}", f"code {where}", head.start, head.stop, True)
    for name, value in code.integers().items():
        shown = f"{value:#x}" if name == "co_flags" else str(value)
        yield ("", f"{name} {shown}", f"{where} {name} {shown}", head.start, head.stop, False)
    for name, node in fields.items():
        if name == "co_consts" or name.endswith(("names", "vars")):
            yield from _objects(node, name, where)
        elif name in {"co_linetable", "co_lnotab", "co_exceptiontable", "co_localspluskinds"}:
            yield from _table(node, name, where)
        elif name != "co_code":
            shown = node.show(_SHOWN)
            yield ("", f"{name} {shown}", f"{where} {name} {shown}", *node.span, False)
    yield from _instructions(fields["co_code"], fields["co_consts"], where, names)


def _objects(node: Node, name: str, where: str) -> Iterator[Row]:
    if node.shape not in {"tuple", "list"}:
        shown = node.show(_SHOWN)
        yield ("", f"{name} {shown}", f"{where} {name} {shown}", *node.span, False)
        return
    for number, child in enumerate(node.children()):
        inner = child.resolved()
        shown = inner.show(_SHOWN)
        # A nested code object is listed by itself: only its name is a constant here.
        span = inner.token if inner.shape == "code" else child.span
        text = f"{name[3:]}[{number}] {shown}"
        yield ("", text, f"{where} {name} {shown}", *span, False)


def _table(node: Node, name: str, where: str) -> Iterator[Row]:
    value = node.value()
    if not isinstance(value, bytes):
        yield ("", f"{name} {node.show(_SHOWN)}", f"{where} {name}", *node.span, False)
        return
    start = node.token.start + _HEAD
    for at in range(0, len(value), _PER_ROW):
        part = value[at : at + _PER_ROW]
        text = f"{name} {part.hex(' ')}"
        yield (f"{at}", text, f"{where} {text}", start + at, start + at + len(part), False)


def _instructions(node: Node, consts: Node, where: str, names: list[str]) -> Iterator[Row]:
    code = node.value()
    if not isinstance(code, bytes):
        yield ("", "co_code is no bytes", f"{where} co_code", *node.span, False)
        return
    start = node.token.start + _HEAD
    loads = names.index("LOAD_CONST") if "LOAD_CONST" in names else -1
    values = consts.children() if consts.shape in {"tuple", "list"} else ()
    before = ""
    for at in range(0, len(code), 2):
        opcode = code[at]
        argument = code[at + 1] if at + 1 < len(code) else None
        name = names[opcode] if names else f"opcode {opcode}"
        text = f"{name:<24} {argument}" if argument is not None else name
        if opcode == loads and before != "EXTENDED_ARG" and (argument or 0) < len(values):
            text = f"{text:<30} {values[argument or 0].show(_VALUE)}"
        before = name
        yield (f"{at}", text, f"{where} {text}", start + at, start + at + 2, False)


def _opcodes(version: str) -> list[str]:
    """Return the names of opcodes, if the table of the running Python is that of ``version``."""
    if version != f"{sys.version_info.major}.{sys.version_info.minor}":
        return []
    from dis import opname  # noqa: PLC0415  (a table; no code is handed to it)

    return [*opname[:256]] + [f"opcode {number}" for number in range(len(opname), 256)]


def _text(node: Node | None) -> str:
    value = node.value() if node is not None and node.shape == "str" else None
    return value if isinstance(value, str) else ""
