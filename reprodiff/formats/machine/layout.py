"""The address map: where each byte of A stands in B.

Built from the two lists of sections, then from what is inside each of them (strings, data,
functions).  The map says where equal things *are*; whether a word that refers to one of them
refers to the same one in B is what :mod:`~reprodiff.formats.machine.proof` asks of it.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

from reprodiff.formats.machine import zeros
from reprodiff.formats.machine.model import Part
from reprodiff.formats.machine.pieces import Piece, ends, shared
from reprodiff.formats.machine.zeros import Side
from reprodiff.model import Span
from reprodiff.records import dataclass, field

_PAGE: Final = 0x1000
_PAGES: Final = (0x1000, 0x2000, 0x4000, 0x10000, 0x200000)
"""Sizes of pages that linkers round up to."""
_STRINGS: Final = frozenset({".debug_str", ".debug_line_str"})
"""Sections to which offsets mean the string that begins there, and nothing else."""
_BEHIND: Final = 16
"""Bytes behind the end of a section that may be meant by their distance from it."""
_STILL: Final = frozenset({"same", "words", "pad"})
_CARRIED: Final = frozenset({"same", "words", "moved"})
_IN_PLACE: Final = frozenset({"same", "words", "string", "pad"})
P = TypeVar("P", bound=Part)


@dataclass(slots=True)
class SectionPair(Generic[P]):
    """A section of A and the one of B that is the same, with the map of what is inside.

    ``plain_a`` and ``plain_b`` are its bytes, inflated where it is ``packed``; ``name`` is without
    what says so (.zdebug_info).
    """

    name: str
    a: P
    b: P
    plain_a: bytes
    plain_b: bytes
    packed: bool = False
    unread: bool = False
    pieces: list[Piece] = field(default_factory=list)
    tails: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """Strings of A that a linker has shared with another in B, or no longer shares: where else."""
    led: set[tuple[int, int]] = field(default_factory=set)
    """Places in A and B that something leads to, in strings that one side may share."""
    _empty: dict[int, int] = field(default_factory=dict)
    """Where an empty string is in A, and where in B."""
    _starts: list[int] = field(default_factory=list)
    _moves: list[tuple[int, int]] = field(default_factory=list)
    """Of each piece its stop in A, and what to add to a place in it; 0 and 0 unless all goes on."""

    def settle(self, pieces: list[Piece]) -> None:
        """Take ``pieces``, sorted by their place in A, as the map."""
        self.pieces = [piece for piece in pieces if piece.size_a or piece.size_b]
        for piece in self.pieces:
            if piece.kind == "tail":
                self._shared(piece)
        self._starts = [piece.a for piece in self.pieces]
        self._moves = [
            (a + size_a, b - a) if kind in _CARRIED else (0, 0)
            for a, b, size_a, _, kind in self.pieces
        ]

    def carries(self, offset: int, place: int) -> bool:
        """Whether a byte before the end of A is in data whose bytes all stand in B, at ``place``.

        The quick answer for nearly all references; without it :meth:`forward` has the full one.
        """
        at = bisect_right(self._starts, offset) - 1
        if at < 0:
            return False
        stop, move = self._moves[at]
        return offset < stop and offset + move == place

    def _shared(self, piece: Piece) -> None:
        """Note which ends of strings stand for a string that one side has by itself."""
        if piece.size_a:
            text = self.plain_a[piece.a : piece.a + piece.size_a]
            others = shared(self.pieces, self.plain_a, self.plain_b, text, 0)
            self.tails[piece.a] = (*ends(self.plain_b, text), *others)
            return
        text = self.plain_b[piece.b : piece.b + piece.size_b]
        places = shared(self.pieces, self.plain_a, self.plain_b, text, 1)
        for at in (*ends(self.plain_a, text), *places):
            self.tails[at] = (*self.tails.get(at, ()), piece.b)

    @property
    def size_a(self) -> int:
        """Size of the section in memory or, without one, of its plain bytes."""
        return len(self.plain_a) if not self.a.bare else self.a.size

    @property
    def size_b(self) -> int:
        """The same of B."""
        return len(self.plain_b) if not self.b.bare else self.b.size

    def piece(self, offset: int) -> Piece | None:
        """Return the piece of A that an offset is in."""
        at = bisect_right(self._starts, offset) - 1
        if at < 0 or offset >= self.pieces[at].a + self.pieces[at].size_a:
            return None
        return self.pieces[at]

    @property
    def straight(self) -> bool:
        """Whether every offset maps to itself."""
        return self.size_a == self.size_b and all(
            piece.a == piece.b and piece.size_a == piece.size_b and piece.kind in _IN_PLACE
            for piece in self.pieces
        )

    def forward(self, offset: int) -> int | None:  # noqa: PLR0911
        """Return where the byte at ``offset`` of A stands in B; the end maps to the end."""
        at = bisect_right(self._starts, offset) - 1
        if at >= 0:
            stop, move = self._moves[at]
            if offset < stop:
                return offset + move
        if offset == self.size_a:
            return self.size_b
        if at < 0:
            return 0 if offset == 0 else None
        piece = self.pieces[at]
        inside = offset - piece.a
        if inside >= piece.size_a:
            return 0 if offset == 0 else None
        if piece.kind in {"string", "apart"} and piece.size_a == piece.size_b:
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
            # A tail that another string shares: of "/tmp/a/x.c" the name "a/x.c" below /tmp, of
            # "not in /tmp/a/x.c" the path.
            head = self.plain_a[piece.a : offset]
            if self.plain_b[piece.b : piece.b + inside] == head:
                return piece.b + inside
        return None

    def same_text(self, one: int, two: int) -> bool:
        """Whether the same string stands at an offset of A and at one of B.

        The name of a variable may be the end of a path on one side, and of a symbol on the other.
        """
        stop = self.plain_a.find(0, one) + 1
        return 0 <= one < stop and self.plain_a[one:stop] == self.plain_b[two : two + stop - one]

    def places(self, offset: int) -> tuple[int, ...]:
        """Return where the byte at ``offset`` of A stands in B, as far as it is known."""
        place, at = self.forward(offset), self._zeros(offset)
        if at is None:
            return () if place is None else (place,)
        a, b = self._sides()
        if self.pieces[at].size_a != self.pieces[at].size_b and a.empty(offset):
            return ()
        return zeros.places(a, b, self.pieces, at, offset, place)

    def empty(self, one: int, two: int) -> bool:
        """Whether an empty string stands at both places, which linkers put anywhere among others.

        All that leads to it in A leads to one place in B.
        """
        at = self._zeros(one)
        if at is None or self.pieces[at].size_a == self.pieces[at].size_b:
            return False
        a, b = self._sides()
        good = (a.empty(one) and (b.empty(two) or b.ends_strings(two))) or (
            a.ends_strings(one) and b.empty(two)
        )
        return good and self._empty.setdefault(one, two) == two

    def _sides(self) -> tuple[Side, Side]:
        return Side(self.plain_a, self.a.addr), Side(self.plain_b, self.b.addr)

    def _zeros(self, offset: int) -> int | None:
        """Return the number of the piece that an offset is in, if it is zeros among constants."""
        at = bisect_right(self._starts, offset) - 1
        constant = at >= 0 and self.a.constant and self.b.constant
        if not constant or self.pieces[at].kind != "pad" or any(self.plain_a[offset : offset + 1]):
            return None
        return at


AnyPair = SectionPair[Any]


class AddressMap:
    """From addresses, file offsets and section numbers of A to those of B."""

    def __init__(
        self,
        pairs: Sequence[AnyPair],
        head: tuple[Span, Span] | None = None,
        *,
        relocatable: bool = False,
        placed: bool = False,
    ) -> None:
        """Take all pairs of sections; ``head`` are the addresses that the headers are loaded at.

        ``relocatable`` says that sections have no addresses yet, as in object files, and
        ``placed`` that they were given some all the same, to tell their places apart.
        """
        self.pairs = list(pairs)
        self.relocatable = relocatable
        self.crossed: dict[tuple[int, int], tuple[int, int]] = {}
        """Strings that stand in another section: numbers of sections with places in them."""
        self.alone: Sequence[tuple[int, int]] = ()
        """Addresses of what one side alone has in memory: nothing in it is the same on both."""
        self.by_index = {pair.a.index: pair for pair in pairs}
        self.by_name: dict[str, AnyPair] = {}
        for pair in pairs:
            self.by_name.setdefault(pair.name, pair)
        known = placed or not relocatable
        mapped = [pair for pair in pairs if pair.a.mapped] if known else []
        self._mapped = sorted(mapped, key=lambda pair: (pair.a.addr, pair.a.index))
        self._starts = [pair.a.addr for pair in self._mapped]
        self._stops = [pair.a.addr + pair.size_a for pair in self._mapped]
        self._ends: dict[int, list[AnyPair]] = {}
        for pair in self._mapped:
            self._ends.setdefault(pair.a.addr + pair.size_a, []).append(pair)
        self._head = head
        self._spans: list[tuple[int, int]] | None = None
        self._parting = {
            pair.a.addr: pair for pair in self._mapped if pair.a.bare and pair.a.addr in self._ends
        }

    def held(self, one: int, two: int) -> bool:
        """Whether ``two`` is more than the end of what stands before ``one`` in A.

        Where a section without bytes starts in A at the end of another, and does not in B, an
        address may mean the one or the other; what is read or written there is the one alone.
        """
        pair = self._parting.get(one)
        return pair is None or pair.b.addr == two

    @property
    def straight(self) -> bool:
        """Whether every address and every offset maps to itself."""
        return all(pair.straight for pair in self.pairs) and all(
            pair.a.addr == pair.b.addr for pair in self._mapped
        )

    def containing(self, address: int) -> AnyPair | None:
        """Return the section that an address of A is in."""
        at = bisect_right(self._starts, address) - 1
        while at >= 0:
            if address < self._stops[at]:
                return self._mapped[at]
            if self._starts[at] < self._stops[at]:
                return None
            at -= 1
        return None

    def addresses(self, address: int) -> tuple[int, ...]:
        """Return what an address of A can be in B: inside a section, or right behind one."""
        found: list[int] = []
        inside = self.containing(address)
        if inside is not None:
            offset = address - inside.a.addr
            found += [inside.b.addr + at for at in inside.places(offset)]
            found += [inside.b.addr + at for at in inside.tails.get(offset, ())]
            if address == inside.a.addr and inside.a.bare:
                # The end of .data and the start of .bss are one address, and may part.
                found += [end.b.addr + end.size_b for end in self._ends.get(address, ())]
        else:
            found += [end.b.addr + end.size_b for end in self._ends.get(address, ())]
            found += [
                pair.b.addr for pair in self._mapped if not pair.size_a and pair.a.addr == address
            ]
        found += self._behind(address)
        if not found and self._head is not None:
            one, two = self._head
            if one.start <= address < one.stop:
                found.append(two.start + address - one.start)
        return tuple(found)

    def _behind(self, address: int) -> list[int]:
        """Return what is as far behind the end of constants, where zeros fill their last page.

        An empty list at the end of a section is led to in this way, by its entries that are not
        there.  The zeros of one side may end with the file's part of the section.
        """
        at = bisect_right(self._starts, address) - 1
        pair = self._mapped[at] if at >= 0 else None
        if pair is None or not (pair.a.constant and pair.b.constant):
            return []
        behind, place = address - pair.a.addr, pair.b.addr + address - pair.a.addr
        filled = len(pair.pieces) == 1 and pair.pieces[0].kind == "pad"
        if not filled or behind >= _BEHIND or any(pair.plain_a) or any(pair.plain_b):
            return []
        pages = (address // _PAGE, place // _PAGE)
        if pages != ((pair.a.addr - 1) // _PAGE, (pair.b.addr - 1) // _PAGE):
            return []
        taken = any(
            other is not pair and other.b.addr <= place < other.b.addr + other.size_b
            for other in self._mapped
        )
        return [] if taken else [place]

    def follows(self, one: int, two: int) -> bool:
        """Whether address ``two`` of B is what ``one`` of A has become.

        An address outside of all sections is a number like any other, and must be the same.
        """
        at = bisect_right(self._starts, one) - 1
        if at >= 0 and one < self._stops[at]:
            pair = self._mapped[at]
            if pair.carries(one - pair.a.addr, two - pair.b.addr):
                return True
        candidates, inside = self.addresses(one), self.containing(one)
        if two in candidates:
            if inside is not None and inside.tails:
                inside.led.add((one - inside.a.addr, two - inside.b.addr))
            return True
        if inside is not None:
            return inside.empty(one - inside.a.addr, two - inside.b.addr)
        if any(start <= one < stop for start, stop in self.alone):
            return False
        return one == two and not candidates and not self._taken(two)

    def _taken(self, address: int) -> bool:
        """Whether an address of B is in one of its sections, whatever that number is in A."""
        if self._spans is None:
            spans = ((pair.b.addr, pair.b.addr + pair.size_b) for pair in self._mapped)
            self._spans = sorted(span for span in spans if span[0] < span[1])
        at = bisect_right(self._spans, (address, 1 << 64)) - 1
        return at >= 0 and address < self._spans[at][1]

    def ends(self, one: int, two: int) -> bool:
        """Whether both are the ends of the same section."""
        return two in (pair.b.addr + pair.size_b for pair in self._ends.get(one, ()))

    def page_end(self, one: int, two: int) -> bool:
        """Whether both are the end of the page that the same section ends in (as RELRO ends)."""
        at = bisect_right(self._starts, one - 1) - 1
        if at < 0 or at + 1 >= len(self._mapped):
            return False
        before, behind = self._mapped[at], self._mapped[at + 1]
        if one > behind.a.addr or two > behind.b.addr:
            return False
        ends = before.a.addr + before.size_a, before.b.addr + before.size_b
        return any(one == -(-ends[0] // page) * page and two == -(-ends[1] // page) * page
                   for page in _PAGES)  # fmt: skip

    def offset(self, name: str, one: int, two: int) -> bool:
        """Whether offset ``two`` in the section of B is what ``one`` in that of A has become."""
        pair = self.by_name.get(name)
        if pair is None:
            return one == two
        return pair.forward(one) == two or (name in _STRINGS and pair.same_text(one, two))

    def placed(self, index: int, value: int) -> int | None:
        """Return the number in B of the section that what stands at a place of one of A is in."""
        found = self.crossed.get((index, value))
        return self.number(index) if found is None else found[0]

    def number(self, index: int) -> int | None:
        """Return the number in B of a section of A; special numbers stand for themselves."""
        if index == 0 or index >= 0xFF00:
            return index
        pair = self.by_index.get(index)
        return None if pair is None else pair.b.index
