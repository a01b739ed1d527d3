"""Functions: where each starts, which of A is which of B, and how their instructions differ."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import field
from typing import Final, NamedTuple

from reprodiff.formats.elf.entries import symbols
from reprodiff.formats.elf.frames import Bytes, frames
from reprodiff.formats.elf.layout import SectionPair
from reprodiff.formats.elf.padding import padding_size
from reprodiff.formats.elf.reader import SHT_DYNSYM, SHT_NOBITS, SHT_SYMTAB, Elf, Section
from reprodiff.formats.elf.strings import Piece
from reprodiff.formats.parsing.align import align
from reprodiff.records import dataclass

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

    pair: SectionPair
    both: list[FunctionPair] = field(default_factory=list)
    only_a: list[Function] = field(default_factory=list)
    only_b: list[Function] = field(default_factory=list)


def functions(elf: Elf, section: Section) -> list[Function]:
    """Return what a code section is made of: by symbols and by the unwind table.

    What neither names (start-up code, procedure linkage) is a run of its own.
    """
    size = section.body.size
    start, stop = section.addr, section.addr + size
    found: dict[int, tuple[int, list[bytes]]] = {}
    relocatable = elf.type == 1
    for table in elf.sections:
        if table.type not in {SHT_SYMTAB, SHT_DYNSYM}:
            continue
        for item in symbols(elf, table):
            if item.type not in {2, 10} or item.section != section.index:
                continue
            value = item.value + (start if relocatable else 0)
            if start <= value < stop and len(found) < MAX_FUNCTIONS:
                known = found.setdefault(value - start, (0, []))
                if item.name not in known[1]:
                    known[1].append(item.name)
                found[value - start] = (max(known[0], item.size), known[1])
    if not relocatable:
        _unwound(elf, section, found)
    if 0 not in found:
        found[0] = (0, [])
    if not size:
        return []
    places = sorted(found)
    made: list[Function] = []
    code = bytes(elf.content(section))
    for at, behind in zip(places, [*places[1:], size], strict=True):
        length, names = found[at]
        length = min(length or behind - at, behind - at)
        ordered = tuple(sorted(names))
        made.append(Function(at, length, behind, ordered[0] if ordered else b"", ordered))
        made += _behind(code, at + length, behind)
    return made


def _unwound(elf: Elf, section: Section, found: dict[int, tuple[int, list[bytes]]]) -> None:
    """Add the functions that the unwind table knows."""
    table = elf.named(".eh_frame")
    if table is None or table.type == SHT_NOBITS:
        return
    source = Bytes(bytes(elf.content(table)), table.addr, elf.word, big=elf.big)
    for frame in frames(source):
        if frame.code is None:
            continue
        at = frame.code.value - section.addr
        if 0 <= at < section.body.size:
            known = found.get(at, (0, []))
            found[at] = (known[0] or frame.size, known[1])


def _behind(code: bytes, start: int, stop: int) -> list[Function]:
    """Return what stands behind a function and is no padding, as a run without a name.

    Start-up code has no symbols once it is stripped, and none in the unwind table.
    """
    start += padding_size(code[start:stop])
    return [Function(start, stop - start, stop, b"", ())] if start < stop else []


def map_code(a: Elf, b: Elf, pair: SectionPair) -> CodeMap:
    """Pair the functions of a code section and build its map."""
    found = CodeMap(pair)
    if pair.plain_a == pair.plain_b and pair.a.addr == pair.b.addr:
        pair.settle([Piece(0, 0, len(pair.plain_a), len(pair.plain_b), "same")])
        ones = functions(a, pair.a)
        found.both = [FunctionPair(one, one) for one in ones]
        return found
    ones, twos = functions(a, pair.a), functions(b, pair.b)
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

    def __init__(self, elf: Elf) -> None:
        found: dict[int, tuple[int, bytes]] = {}
        for section in elf.sections:
            if section.type in {SHT_SYMTAB, SHT_DYNSYM}:
                for item in symbols(elf, section):
                    if item.type in {1, 2, 10} and item.value and item.size and item.name:
                        found.setdefault(item.value, (item.size, item.name))
        self._starts = sorted(found)
        self._found = found

    def at(self, address: int) -> bytes | None:
        """Return the name of the function or object that an address is in."""
        index = bisect_left(self._starts, address + 1) - 1
        if index < 0:
            return None
        start = self._starts[index]
        size, name = self._found[start]
        return name if address < start + size else None
