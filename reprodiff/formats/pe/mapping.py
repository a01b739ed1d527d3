"""Which bytes of a section in A are which in B: known tables first, strings and data between."""

from collections.abc import Sequence
from typing import NamedTuple

from reprodiff.formats.machine import dwarftables
from reprodiff.formats.machine.padding import is_padding
from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.machine.strings import tile
from reprodiff.formats.parsing.align import align
from reprodiff.formats.pe.known import Key, Known
from reprodiff.formats.pe.parts import PARTS, File, PartPair

_STRINGS = frozenset({".debug_str", ".debug_line_str"})


class _Table(NamedTuple):
    start: int
    stop: int
    key: Key
    text: bool


def map_part(pair: PartPair, a: File, known: tuple[Known, Known]) -> None:
    """Build the map inside a part that is not code."""
    one, two = pair.plain_a, pair.plain_b
    if pair.a.bare:
        same = pair.size_a == pair.size_b
        pair.settle([Piece(0, 0, pair.size_a, pair.size_b, "same")] if same else [])
    elif one == two:
        pair.settle([Piece(0, 0, len(one), len(two), "same")])
    elif pair.a.index % PARTS and is_padding(one) and is_padding(two):
        pair.settle([Piece(0, 0, len(one), len(two), "pad")])
    elif pair.name == ".debug_line":
        dwarftables.map_lines(a, pair)
    elif pair.name in _STRINGS:
        pair.settle(tile(one, two, only_strings=True))
    elif pair.a.debug:
        same = len(one) == len(two)
        pair.settle([Piece(0, 0, len(one), len(two), "words" if same else "changed")])
    else:
        pair.settle(_pieces(pair, known))


def _pieces(pair: PartPair, known: tuple[Known, Known]) -> list[Piece]:
    ones = _inside(known[0], pair.a.addr, len(pair.plain_a))
    twos = _inside(known[1], pair.b.addr, len(pair.plain_b))
    pieces: list[Piece] = []
    # An address may look like text: as four letters, or as the start of a string.
    plain = (
        _without(known[0], pair.a.addr, pair.plain_a),
        _without(known[1], pair.b.addr, pair.plain_b),
    )
    at_a = at_b = 0
    for op in align([table.key for table in ones], [table.key for table in twos]):
        if op.tag != "equal":
            continue
        for one, two in zip(ones[op.a0 : op.a1], twos[op.b0 : op.b1], strict=True):
            pieces += _gap(pair, plain, (at_a, one.start), (at_b, two.start))
            pieces.append(_table(pair, one, two))
            at_a, at_b = one.stop, two.stop
    pieces += _gap(pair, plain, (at_a, len(pair.plain_a)), (at_b, len(pair.plain_b)))
    return pieces


def _inside(known: Known, start: int, size: int) -> list[_Table]:
    found: list[_Table] = []
    at = 0
    for rva, length, key in known.between(start, start + size):
        inside = rva - start
        if inside >= at and inside + length <= size:
            found.append(_Table(inside, inside + length, key, rva in known.strings))
            at = inside + length
    return found


def _table(pair: PartPair, one: _Table, two: _Table) -> Piece:
    sizes = one.stop - one.start, two.stop - two.start
    same = pair.plain_a[one.start : one.stop] == pair.plain_b[two.start : two.stop]
    if one.text and two.text:
        return Piece(one.start, two.start, *sizes, "same" if same else "string")
    return Piece(one.start, two.start, *sizes, "words" if sizes[0] == sizes[1] else "changed")


def _without(known: Known, start: int, data: bytes) -> bytes:
    """Return data with a mark in place of each absolute address."""
    copy = bytearray(data)
    for rva, word in known.words.items():
        at = rva - start
        if word.pinned and 0 <= at <= len(copy) - word.size:
            copy[at : at + word.size] = b"\x01" * word.size
    return bytes(copy)


def _gap(
    pair: PartPair, plain: tuple[bytes, bytes], one: tuple[int, int], two: tuple[int, int]
) -> Sequence[Piece]:
    a, b = plain[0][one[0] : one[1]], plain[1][two[0] : two[1]]
    if not a and not b:
        return ()
    address = (pair.a.addr + one[0], pair.b.addr + two[0])
    return [
        piece._replace(a=piece.a + one[0], b=piece.b + two[0])
        for piece in tile(a, b, only_strings=False, address=address)
    ]
