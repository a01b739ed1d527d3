"""Which section of A is which of B, what is inside of each, and where the headers are loaded."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from reprodiff.formats.elf.reader import (
    ET_REL,
    PT_LOAD,
    SHF_COMPRESSED,
    SHF_MERGE,
    SHF_STRINGS,
    SHT_NOBITS,
    SHT_NULL,
    SHT_PROGBITS,
    SHT_STRTAB,
    Elf,
    Section,
    inflated,
)
from reprodiff.formats.machine import layout
from reprodiff.formats.machine.layout import AddressMap
from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.machine.realigned import Known
from reprodiff.formats.machine.strings import tile
from reprodiff.model import Span

SectionPair = layout.SectionPair[Section]
_TABLES: Final = frozenset({".eh_frame", ".eh_frame_hdr", ".gcc_except_table", ".debug_frame"})
_SLASH: Final = ord("/")
_STRING_SECTIONS: Final = frozenset({".debug_str", ".debug_line_str", ".comment"})


def address_map(a: Elf, b: Elf, pairs: Sequence[SectionPair]) -> AddressMap:
    """Return the map of two files from the pairs of their sections."""
    head: tuple[Span, Span] | None = None
    at_a, at_b = _header_address(a), _header_address(b)
    if at_a is not None and at_b is not None:
        size = min((s.offset for s in a.sections if s.mapped and s.offset), default=0)
        head = Span(at_a, at_a + size), Span(at_b, at_b + size)
    return AddressMap(pairs, head, relocatable=a.type == ET_REL)


def pair_sections(a: Elf, b: Elf) -> tuple[list[SectionPair], list[Section], list[Section]]:
    """Pair the sections of one name, the first with the first; return those of one side, too."""
    waiting: dict[str, list[Section]] = {}
    for section in b.sections:
        if section.type != SHT_NULL:
            waiting.setdefault(_plain_name(section), []).append(section)
    for queue in waiting.values():
        queue.reverse()
    pairs: list[SectionPair] = []
    only_a: list[Section] = []
    for section in a.sections:
        if section.type == SHT_NULL:
            continue
        queue = waiting.get(_plain_name(section), [])
        if queue and (queue[-1].type == SHT_NOBITS) == (section.type == SHT_NOBITS):
            pairs.append(_pair(a, b, section, queue.pop()))
        else:
            only_a.append(section)
    only_b = [section for queue in waiting.values() for section in reversed(queue)]
    return pairs, only_a, sorted(only_b, key=lambda section: section.index)


def _plain_name(section: Section) -> str:
    """Return a name without what says that it is compressed, or the seed of GCC's LTO."""
    if section.name.startswith(".zdebug"):
        return ".debug" + section.name[7:]
    found = _SEEDED.fullmatch(section.name)
    return found[1] if found is not None else section.name


_SEEDED: Final = re.compile(r"(\.(?:rela?\.)?gnu\.(?:debug)?lto_.*)\.[0-9a-f]{1,16}")


def _is_packed(section: Section) -> bool:
    return bool(section.flags & SHF_COMPRESSED) or section.name.startswith(".zdebug")


def _pair(a: Elf, b: Elf, one: Section, two: Section) -> SectionPair:
    name = _plain_name(one)
    raw_a, raw_b = bytes(a.content(one)), bytes(b.content(two))
    if not (_is_packed(one) or _is_packed(two)):
        return SectionPair(name, one, two, raw_a, raw_b)
    plain_a = inflated(a, one) if _is_packed(one) else raw_a
    plain_b = inflated(b, two) if _is_packed(two) else raw_b
    if plain_a is None or plain_b is None:
        return SectionPair(name, one, two, raw_a, raw_b, packed=True, unread=True)
    return SectionPair(name, one, two, plain_a, plain_b, packed=True)


def map_data(
    pair: SectionPair,
    known: Sequence[tuple[int, int]] = (),
    cuts: Callable[[], tuple[Sequence[int], Sequence[int]]] = lambda: ((), ()),
    named: Callable[[], Sequence[Known]] = tuple,
) -> None:
    """Build the map inside a section that is not code; the rest is as for :func:`tile`.

    ``cuts`` is asked for if strings may stand side by side.
    """
    a, b = pair.plain_a, pair.plain_b
    one = pair.a
    if pair.unread:
        pair.settle([])
    elif one.type == SHT_NOBITS:
        same = pair.size_a == pair.size_b
        pair.settle([Piece(0, 0, pair.size_a, pair.size_b, "same")] if same else [])
    elif a == b:
        pair.settle([Piece(0, 0, len(a), len(b), "same")])
    elif one.type == SHT_STRTAB or pair.name in _STRING_SECTIONS or _merged(one):
        pair.settle(tile(a, b, only_strings=True, known=known))
    elif one.type == SHT_PROGBITS and one.alloc and pair.name not in _TABLES:
        where = one.addr, pair.b.addr
        pieces = tile(a, b, only_strings=False, address=where, texts=one.constant, named=named)
        if one.constant and _runs_on(a, pieces):
            pieces = _divided(pair, pieces, cuts())
        pair.settle(pieces)
    elif len(a) == len(b):
        pair.settle([Piece(0, 0, len(a), len(b), "words")])
    else:
        pair.settle([Piece(0, 0, len(a), len(b), "changed")])


def _divided(
    pair: SectionPair, pieces: list[Piece], cuts: tuple[Sequence[int], Sequence[int]]
) -> list[Piece]:
    """Return the map with strings divided where slices start and stop, if that pairs more.

    A zero behind a string may be its own, or align what is behind it: so it is where the other
    side has the string without one.
    """
    a, b = pair.plain_a, pair.plain_b
    ends = [{at for at in own if data[at : at + 1] != b"\0"}
            for data, own in zip((a, b), cuts, strict=True)]  # fmt: skip
    for _ in range(2) if any(cuts) else ():
        found = sorted(ends[0]), sorted(ends[1])
        other = tile(a, b, only_strings=False, address=(pair.a.addr, pair.b.addr), cuts=found)
        pieces = min(pieces, other, key=lambda each: _unlike(a, b, each))
        for piece, one, two in _replaced(a, b, other):
            if one == two:
                ends[0].add(piece.a + len(one))
                ends[1].add(piece.b + len(two))
    return pieces


def _replaced(a: bytes, b: bytes, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, bytes, bytes]]:
    """Yield the strings that others stand for, and those without zeros."""
    for piece in pieces:
        if piece.kind in {"string", "apart"}:
            (a0, a1), (b0, b1) = piece.spans()
            yield piece, a[a0:a1].rstrip(b"\0"), b[b0:b1].rstrip(b"\0")


def _unlike(a: bytes, b: bytes, pieces: Sequence[Piece]) -> int:
    """Return how many bytes a map leaves unpaired, or pairs with what is hardly a path."""
    changed = sum(p.size_a + p.size_b for p in pieces if p.kind == "changed")
    return changed + sum(
        len(one) + len(two)
        for _, one, two in _replaced(a, b, pieces)
        if one == two or one[:1] != b"/"
    )


def _runs_on(data: bytes, pieces: Sequence[Piece]) -> bool:
    """Whether a section of Rust has something other than a path that differs.

    Its strings stand side by side; among them are the paths of its library.
    """
    return b"/rustc/" in data and any(
        piece.kind == "changed"
        or (piece.kind in {"string", "apart"}
            and not (data[piece.a] == _SLASH and data[piece.a + piece.size_a - 1] == 0))
        for piece in pieces
    )  # fmt: skip


def _merged(section: Section) -> bool:
    return section.flags & (SHF_MERGE | SHF_STRINGS) == SHF_MERGE | SHF_STRINGS and (
        section.entsize == 1
    )


def _header_address(elf: Elf) -> int | None:
    """Return the address that the ELF header itself is loaded at."""
    for segment in elf.segments:
        if segment.type == PT_LOAD and segment.offset == 0:
            return segment.vaddr
    return None
