"""The address map: where each byte of A stands in B.

Built from the two lists of sections, then from what is inside each of them (strings, data,
functions).  The map says where equal things *are*; whether a word that refers to one of them
refers to the same one in B is what :mod:`~reprodiff.formats.elf.proof` asks of it.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import field
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
from reprodiff.formats.elf.strings import Piece, tile
from reprodiff.records import dataclass

_TABLES: Final = frozenset({".eh_frame", ".eh_frame_hdr", ".gcc_except_table", ".debug_frame"})
_PAGE: Final = 0x1000
_STRING_SECTIONS: Final = frozenset({".debug_str", ".debug_line_str", ".comment"})


@dataclass(slots=True)
class SectionPair:
    """A section of A and the one of B that is the same, with the map of what is inside.

    ``plain_a`` and ``plain_b`` are its bytes, inflated where it is ``packed``; ``name`` is without
    what says so (.zdebug_info).
    """

    name: str
    a: Section
    b: Section
    plain_a: bytes
    plain_b: bytes
    packed: bool = False
    unread: bool = False
    pieces: list[Piece] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)

    def settle(self, pieces: list[Piece]) -> None:
        """Take ``pieces``, sorted by their place in A, as the map."""
        self.pieces = [piece for piece in pieces if piece.size_a or piece.size_b]
        self._starts = [piece.a for piece in self.pieces]

    @property
    def size_a(self) -> int:
        """Size of the section in memory or, without one, of its plain bytes."""
        return len(self.plain_a) if self.a.type != SHT_NOBITS else self.a.size

    @property
    def size_b(self) -> int:
        """The same of B."""
        return len(self.plain_b) if self.b.type != SHT_NOBITS else self.b.size

    @property
    def straight(self) -> bool:
        """Whether every offset maps to itself."""
        return self.size_a == self.size_b and all(
            piece.a == piece.b and piece.size_a == piece.size_b and piece.kind in {"same", "words"}
            for piece in self.pieces
        )

    def forward(self, offset: int) -> int | None:  # noqa: PLR0911
        """Return where the byte at ``offset`` of A stands in B; the end maps to the end."""
        if offset == self.size_a:
            return self.size_b
        at = bisect_right(self._starts, offset) - 1
        if at < 0:
            return 0 if offset == 0 else None
        piece = self.pieces[at]
        inside = offset - piece.a
        if inside >= piece.size_a:
            return 0 if offset == 0 else None
        if piece.kind in {"same", "words", "moved"}:
            return piece.b + inside
        if inside == 0 and piece.size_b:
            return piece.b
        if piece.kind == "pad" and inside < piece.size_b:
            return piece.b + inside  # zeros at the end of what is in front of it
        if piece.kind in {"string", "apart"}:
            left = piece.size_a - inside
            place = piece.b + piece.size_b - left
            if left < piece.size_b and (
                self.plain_a[offset : offset + left] == self.plain_b[place : place + left]
            ):
                return place
            # A tail that another string shares: of "/tmp/a/x.c" the name "a/x.c" below /tmp.
            head = self.plain_a[piece.a : offset]
            if head.endswith(b"/") and self.plain_b[piece.b : piece.b + inside] == head:
                return piece.b + inside
        return None


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
    return ".debug" + section.name[7:] if section.name.startswith(".zdebug") else section.name


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


def map_data(pair: SectionPair) -> None:
    """Build the map inside a section that is not code."""
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
        pair.settle(tile(a, b, only_strings=True))
    elif one.type == SHT_PROGBITS and one.alloc and pair.name not in _TABLES:
        pair.settle(tile(a, b, only_strings=False, address=(one.addr, pair.b.addr)))
    elif len(a) == len(b):
        pair.settle([Piece(0, 0, len(a), len(b), "words")])
    else:
        pair.settle([Piece(0, 0, len(a), len(b), "changed")])


def _merged(section: Section) -> bool:
    return section.flags & (SHF_MERGE | SHF_STRINGS) == SHF_MERGE | SHF_STRINGS and (
        section.entsize == 1
    )


class AddressMap:
    """From addresses, file offsets and section numbers of A to those of B."""

    def __init__(self, a: Elf, b: Elf, pairs: Sequence[SectionPair]) -> None:
        self.a, self.b = a, b
        self.pairs = list(pairs)
        self.relocatable = a.type == ET_REL
        self.by_index = {pair.a.index: pair for pair in pairs}
        self.by_name: dict[str, SectionPair] = {}
        for pair in pairs:
            self.by_name.setdefault(pair.name, pair)
        mapped = [] if self.relocatable else [pair for pair in pairs if pair.a.mapped]
        self._mapped = sorted(mapped, key=lambda pair: (pair.a.addr, pair.a.index))
        self._starts = [pair.a.addr for pair in self._mapped]
        self._ends: dict[int, list[SectionPair]] = {}
        for pair in self._mapped:
            self._ends.setdefault(pair.a.addr + pair.size_a, []).append(pair)
        self._head = _header_address(a), _header_address(b)

    @property
    def straight(self) -> bool:
        """Whether every address and every offset maps to itself."""
        return all(pair.straight for pair in self.pairs) and all(
            pair.a.addr == pair.b.addr for pair in self._mapped
        )

    def containing(self, address: int) -> SectionPair | None:
        """Return the section that an address of A is in."""
        at = bisect_right(self._starts, address) - 1
        while at >= 0:
            pair = self._mapped[at]
            if address < pair.a.addr + pair.size_a:
                return pair
            if pair.size_a:
                return None
            at -= 1
        return None

    def addresses(self, address: int) -> tuple[int, ...]:
        """Return what an address of A can be in B: inside a section, or right behind one."""
        found: list[int] = []
        inside = self.containing(address)
        if inside is not None:
            place = inside.forward(address - inside.a.addr)
            if place is not None:
                found.append(inside.b.addr + place)
            if address == inside.a.addr and inside.a.type == SHT_NOBITS:
                # The end of .data and the start of .bss are one address, and may part.
                found += [end.b.addr + end.size_b for end in self._ends.get(address, ())]
        else:
            found += [end.b.addr + end.size_b for end in self._ends.get(address, ())]
            found += [
                pair.b.addr for pair in self._mapped if not pair.size_a and pair.a.addr == address
            ]
        head_a, head_b = self._head
        if not found and head_a is not None and head_b is not None:
            offset = address - head_a
            if 0 <= offset < self._head_size():
                found.append(head_b + offset)
        return tuple(found)

    def _head_size(self) -> int:
        return min((s.offset for s in self.a.sections if s.mapped and s.offset), default=0)

    def follows(self, one: int, two: int) -> bool:
        """Whether address ``two`` of B is what ``one`` of A has become.

        An address outside of all sections is a number like any other, and must be the same.
        """
        candidates = self.addresses(one)
        if candidates:
            return two in candidates
        return one == two and self.containing(one) is None

    def ends(self, one: int, two: int) -> bool:
        """Whether both are the ends of the same section."""
        return two in (pair.b.addr + pair.size_b for pair in self._ends.get(one, ()))

    def page_end(self, one: int, two: int) -> bool:
        """Whether both are ends of pages between the same two sections (as RELRO ends)."""
        if one % _PAGE or two % _PAGE:
            return False
        at = bisect_right(self._starts, one - 1) - 1
        if at < 0 or at + 1 >= len(self._mapped):
            return False
        before, behind = self._mapped[at], self._mapped[at + 1]
        return (
            before.a.addr + before.size_a <= one <= behind.a.addr
            and before.b.addr + before.size_b <= two <= behind.b.addr
        )

    def offset(self, name: str, one: int, two: int) -> bool:
        """Whether offset ``two`` in the section of B is what ``one`` in that of A has become."""
        pair = self.by_name.get(name)
        if pair is None:
            return one == two
        return pair.forward(one) == two

    def number(self, index: int) -> int | None:
        """Return the number in B of a section of A; special numbers stand for themselves."""
        if index == 0 or index >= 0xFF00:
            return index
        pair = self.by_index.get(index)
        return None if pair is None else pair.b.index


def _header_address(elf: Elf) -> int | None:
    """Return the address that the ELF header itself is loaded at."""
    for segment in elf.segments:
        if segment.type == PT_LOAD and segment.offset == 0:
            return segment.vaddr
    return None
