"""Functions: where each starts, which of A is which of B, and how their instructions differ."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from reprodiff.formats.machine.layout import AnyPair
from reprodiff.formats.machine.padding import padding_size
from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.parsing.align import align
from reprodiff.records import dataclass, field

MAX_FUNCTIONS: Final = 1_000_000


class Function(NamedTuple):
    """A run of code: a function with the padding behind it, in offsets of its section."""

    start: int
    size: int
    """Without what pads it."""
    stop: int
    name: bytes
    names: tuple[bytes, ...]


class FunctionPair(NamedTuple):
    """A function of A and the same of B; ``moved`` if others of the two stand around it."""

    a: Function
    b: Function
    moved: bool = False


@dataclass(slots=True)
class CodeMap:
    """How the functions of one section pair."""

    pair: AnyPair
    both: list[FunctionPair] = field(default_factory=list)
    only_a: list[Function] = field(default_factory=list)
    only_b: list[Function] = field(default_factory=list)


Starts = Mapping[int, tuple[int, list[bytes]]]
"""Start of a function in its section -> its size, 0 if it is not known, and its names."""


def runs(starts: Starts, code: bytes) -> list[Function]:
    """Return what a code section is made of: ``starts``, and what stands between them."""
    if not code:
        return []
    found = {0: (0, []), **starts}
    places = sorted(found)
    made: list[Function] = []
    for at, behind in zip(places, [*places[1:], len(code)], strict=True):
        length, names = found[at]
        length = min(length or behind - at, behind - at)
        ordered = tuple(sorted(names))
        made.append(Function(at, length, behind, ordered[0] if ordered else b"", ordered))
        made += _behind(code, at + length, behind)
    return made


def _behind(code: bytes, start: int, stop: int) -> list[Function]:
    """Return what stands behind a function and is no padding, as a run without a name.

    Start-up code has no symbols once it is stripped, and none in the unwind table.
    """
    start += padding_size(code[start:stop])
    return [Function(start, stop - start, stop, b"", ())] if start < stop else []


def pair_functions(pair: AnyPair, ones: list[Function], twos: list[Function]) -> CodeMap:
    """Pair the functions of a code section and build its map."""
    found = CodeMap(pair)
    if pair.plain_a == pair.plain_b and pair.a.addr == pair.b.addr:
        pair.settle([Piece(0, 0, len(pair.plain_a), len(pair.plain_b), "same")])
        found.both = [FunctionPair(one, one) for one in ones]
        return found
    keys_a, keys_b = _keys(ones, twos)
    left_a: list[Function] = []
    left_b: list[Function] = []
    for op in align(keys_a, keys_b):
        if op.tag == "equal" or (
            op.a1 - op.a0 == op.b1 - op.b0
            and not any(
                x.name or y.name
                for x, y in zip(ones[op.a0 : op.a1], twos[op.b0 : op.b1], strict=True)
            )
        ):
            found.both += [
                FunctionPair(x, y)
                for x, y in zip(ones[op.a0 : op.a1], twos[op.b0 : op.b1], strict=True)
            ]
        else:
            left_a += ones[op.a0 : op.a1]
            left_b += twos[op.b0 : op.b1]
    _displaced(found, left_a, left_b)
    found.both.sort(key=lambda both: both.a.start)
    pieces: list[Piece] = []
    for x, y, _ in found.both:
        if x.size != y.size:
            pieces.append(Piece(x.start, y.start, x.stop - x.start, y.stop - y.start, "changed"))
            continue
        tail_a, tail_b = x.start + x.size, y.start + y.size
        pieces.append(Piece(x.start, y.start, x.size, y.size, "words"))
        pieces.append(Piece(tail_a, tail_b, x.stop - tail_a, y.stop - tail_b, "pad"))
    pair.settle(pieces)
    return found


def _keys(ones: Sequence[Function], twos: Sequence[Function]) -> tuple[list[object], list[object]]:
    """Return what functions are aligned by: their names, or their sizes where both have none."""
    named = any(x.name for x in ones) and any(y.name for y in twos)
    if not named or [x.size for x in ones] == [y.size for y in twos]:
        return [(b"", x.size) for x in ones], [(b"", y.size) for y in twos]
    return (
        [(x.name, 0 if x.name else x.size) for x in ones],
        [(y.name, 0 if y.name else y.size) for y in twos],
    )


def _displaced(found: CodeMap, left_a: list[Function], left_b: list[Function]) -> None:
    """Pair what stands elsewhere under the same name, each once."""
    waiting: dict[bytes, list[Function]] = {}
    for item in left_b:
        if item.name:
            waiting.setdefault(item.name, []).append(item)
    taken: set[int] = set()
    for item in left_a:
        queue = waiting.get(item.name) if item.name else None
        if queue:
            other = queue.pop(0)
            taken.add(other.start)
            found.both.append(FunctionPair(item, other, moved=True))
        else:
            found.only_a.append(item)
    found.only_b += [item for item in left_b if item.start not in taken]


class Names:
    """The functions and objects of a file by address, for naming places."""

    def __init__(self, items: Iterable[tuple[int, int, bytes]]) -> None:
        """Take ``items`` as (address, size, name); the first name of an address stays."""
        found: dict[int, tuple[int, bytes]] = {}
        for address, size, name in items:
            found.setdefault(address, (size, name))
        self._starts = sorted(found)
        self._found = found

    def at(self, address: int) -> bytes | None:
        """Return the name of the function or object that an address is in."""
        index = bisect_right(self._starts, address) - 1
        if index < 0:
            return None
        start = self._starts[index]
        size, name = self._found[start]
        return name if address < start + size else None


def name_by_either(found: CodeMap, called: tuple[Names, Names]) -> None:
    """Call functions without a name what either side calls them: one of the two is stripped."""
    for index, both in enumerate(found.both):
        if both.a.name:
            continue
        places = found.pair.a.addr + both.a.start, found.pair.b.addr + both.b.start
        name = called[0].at(places[0]) or called[1].at(places[1])
        if name:
            found.both[index] = both._replace(a=both.a._replace(name=name))
