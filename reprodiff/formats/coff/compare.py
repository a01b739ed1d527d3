"""Facts on two COFF objects, and on two entries of an import library."""

from typing import Final

from reprodiff.errors import DamagedError
from reprodiff.formats.coff.headers import overlaps
from reprodiff.formats.coff.proof import Proof
from reprodiff.formats.coff.reader import NAMES_AT, Object, Short, read_short
from reprodiff.formats.machine.names import readable
from reprodiff.formats.machine.sides import is_swapped, turned
from reprodiff.formats.parsing.native import fact
from reprodiff.model import Difference, Span, Value

_STAMP: Final = Span(8, 12)
_SIZE: Final = Span(12, 16)
_KINDS: Final = ("code", "data", "constant", "unknown")
_FOUND_BY: Final = ("ordinal", "name", "name without prefix", "undecorated name", "other name")


def compare_objects(path: str, a: Object, b: Object) -> list[Difference]:
    """Return the facts on two objects."""
    if is_swapped(a.data, b.data):
        return turned(_compared(path, b, a))
    return _compared(path, a, b)


def _compared(path: str, a: Object, b: Object) -> list[Difference]:
    if (a.large, a.machine) != (b.large, b.machine):
        values = [f"machine {x.machine:#x}" + (", large" if x.large else "") for x in (a, b)]
        head = Span(0, a.head), Span(0, b.head)
        return [fact(("pe.section", path, "header"), values, [head])]
    shared = [overlaps(each) for each in (a, b)]
    if any(shared):
        said = ["parts of the object share bytes" if each else None for each in shared]
        return [fact(("pe.damage", path, "sections"), said)]
    proof = Proof(path, (a, b))
    proof.run()
    return readable(proof.found)


def compare_shorts(path: str, a: memoryview, b: memoryview) -> list[Difference]:
    """Return the facts on two entries of import libraries: which symbol, of which library."""
    stamp = [int.from_bytes(data[_STAMP.start : _STAMP.stop], "little") for data in (a, b)]
    found: list[Difference] = []
    if stamp[0] != stamp[1]:
        place = ("pe.timestamp", path, "TimeDateStamp")
        found.append(fact(place, stamp, [(_STAMP, _STAMP)], "time"))
    try:
        one, two = read_short(a), read_short(b)
    except DamagedError as error:
        return [*found, fact(("pe.damage", path, "names"), (str(error), str(error)))]
    for inside, values, at in (
        ("machine", (f"{one.machine:#x}", f"{two.machine:#x}"), Span(6, 8)),
        ("ordinal or hint", (one.ordinal, two.ordinal), Span(16, 18)),
        ("kind", (_kind(one), _kind(two)), Span(18, 20)),
    ):
        if bytes(a[at.start : at.stop]) != bytes(b[at.start : at.stop]):
            found.append(fact(("pe.imports", path, inside), values, [(at, at)]))
    found += _names(path, (one, two), (a, b))
    return found


def _kind(short: Short) -> str:
    by = short.flags >> 2 & 7
    name = _FOUND_BY[by] if by < len(_FOUND_BY) else f"type {by}"
    return f"{_KINDS[short.flags & 3]}, by {name}, {short.flags >> 5:#x}"


def _names(
    path: str, shorts: tuple[Short, Short], data: tuple[memoryview, memoryview]
) -> list[Difference]:
    """Return the names that differ; the size of both in the header follows from them."""
    one, two = shorts
    values: list[tuple[str, Value, Value, Span, Span]] = []
    ends = [NAMES_AT + len(each.symbol) + 1 for each in shorts]
    starts = NAMES_AT, NAMES_AT
    if one.symbol != two.symbol:
        spans = [Span(NAMES_AT, end) for end in ends]
        values.append(("symbol", one.symbol, two.symbol, spans[0], spans[1]))
    del starts
    rest = [Span(end, len(side)) for end, side in zip(ends, data, strict=True)]
    raw = [bytes(d[s.start : s.stop]) for d, s in zip(data, rest, strict=True)]
    if raw[0] != raw[1]:
        values.append(("library", one.library, two.library, rest[0], rest[1]))
    made: list[Difference] = []
    for number, (inside, left, right, x, y) in enumerate(values):
        parts = [(x, y)]
        if not number and len(data[0]) != len(data[1]):
            parts.insert(0, (_SIZE, _SIZE))
        made.append(fact(("pe.imports", path, inside), (left, right), parts))
    return made
