"""Which bytes of a section in A are which in B, and what both files hold addresses in."""

from collections.abc import Mapping

from reprodiff.formats.machine import dwarftables
from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.machine.references import Word
from reprodiff.formats.machine.strings import tile
from reprodiff.formats.macho.linkedit import chained, rebases
from reprodiff.formats.macho.parts import CSTRINGS, STRINGS, SYMBOLS, File, PartPair
from reprodiff.formats.macho.relocations import marked

_TABLES = frozenset(
    {
        *("__TEXT,__unwind_info", "__TEXT,__eh_frame", "__TEXT,__gcc_except_tab"),
        "__LD,__compact_unwind",
    }
)
_TEXTS = frozenset({".debug_str", ".debug_line_str"})


def words(file: File) -> dict[int, Word] | None:
    """Return all words that the loader adjusts or fills in; ``None`` if they cannot be read."""
    if file.object:
        return {}
    simple, linked = rebases(file), chained(file)
    if simple is None or linked is None:
        return None
    found: dict[int, Word] = {}
    for at, kind in simple.items():
        size = file.word if kind == 1 else 4
        value = file.read(at, size)
        if value:
            found[at] = Word(size, value, pinned=True, more=(kind,))
    for at, fixup in linked.items():
        target = file.base if fixup.target is None else fixup.target
        found[at] = Word(8, target, pinned=True, more=(fixup.target is None, *fixup.symbol))
    return found


def relocated(file: File) -> dict[int, Word]:
    """Return the words of an object that relocations are about; what they mean is not told."""
    if not file.object:
        return {}
    return {
        part.addr + at: Word(size, 0)
        for part in file.parts
        if not part.linked
        for at, size in marked(file, part)
    }


def map_part(
    file: File, pair: PartPair, known: tuple[Mapping[int, Word], Mapping[int, Word]]
) -> None:
    """Build the map inside a part that is not code."""
    one, two = pair.plain_a, pair.plain_b
    if pair.a.bare:
        same = pair.size_a == pair.size_b
        pair.settle([Piece(0, 0, pair.size_a, pair.size_b, "same")] if same else [])
    elif one == two:
        pair.settle([Piece(0, 0, len(one), len(two), "same")])
    elif pair.name == ".debug_line":
        dwarftables.map_lines(file, pair)
    elif pair.name in _TEXTS:
        pair.settle(tile(one, two, only_strings=True))
    elif pair.name == STRINGS and _filled_up(one) != _filled_up(two):
        pair.settle([Piece(0, 0, len(one), len(two), "changed")])
    elif pair.name == STRINGS or (not pair.a.linked and pair.a.kind == CSTRINGS):
        pair.settle(tile(one, two, only_strings=True))
    elif pair.name == SYMBOLS or not pair.a.alloc or pair.name in _TABLES:
        same = len(one) == len(two)
        pair.settle([Piece(0, 0, len(one), len(two), "words" if same else "changed")])
    else:
        # An address may look like text: as four letters, or as the start of a string.
        a = _without(known[0], pair.a.addr, one)
        b = _without(known[1], pair.b.addr, two)
        pair.settle(tile(a, b, only_strings=False, address=(pair.a.addr, pair.b.addr)))


def _filled_up(strings: bytes) -> tuple[bool, int]:
    """Return how a linker filled a string table up: whether to whole words, and by how much else.

    Zeros behind the last string say nothing, but each linker has its way, which two builds share.
    """
    whole = len(strings) % 8 == 0
    filling = max(len(strings) - len(strings.rstrip(b"\0")) - 1, 0)
    return whole, filling // 8 if whole else filling


def _without(known: Mapping[int, Word], start: int, data: bytes) -> bytes:
    copy = bytearray(data)
    for address, word in known.items():
        at = address - start
        if 0 <= at <= len(copy) - word.size:
            copy[at : at + word.size] = b"\x01" * word.size
    return bytes(copy)
