"""Checks of section headers: each field equals what the layout of its file makes it.

Source: System V ABI (gABI), chapter 4, "Sections", and chapter 5, "Program Loading".
"""

from typing import Final

from reprodiff.formats.elf.entries import symbols
from reprodiff.formats.elf.layout import SectionPair
from reprodiff.formats.elf.reader import (
    EHDR_SIZE,
    PT_GNU_RELRO,
    PT_LOAD,
    PT_TLS,
    SHDR,
    SHDR_SIZE,
    SHF_COMPRESSED,
    SHF_MERGE,
    SHF_STRINGS,
    SHF_WRITE,
    SHT_NOBITS,
    SHT_NULL,
    SHT_REL,
    SHT_RELA,
    SHT_STRTAB,
    SHT_SYMTAB,
    Elf,
    Section,
)
from reprodiff.formats.elf.tables import Work
from reprodiff.formats.machine.proof import Quad, Region

_INFO_LINK: Final = 0x40
_LONG: Final = 31
"""Bytes of a string, its zero among them, from which on GCC aligns it to a word."""
_PAGE: Final = 0x1000
_BLANKED: Final = 4
"""Zeros at the end of a table of names that are more than the end of a name."""
_ROUND: Final = 8
"""What linker scripts round the end of .bss up to."""


def check_section_headers(work: Work, region: Region, whole: set[int]) -> None:
    """Check the section headers of all pairs; ``whole`` are the sections mapped to their end."""
    a, b, pairs = work.a, work.b, work.map.pairs
    sides = Placing(a), Placing(b)
    rows = [pair.b.index for pair in sorted(pairs, key=lambda pair: pair.a.index)]
    every = len(a.sections) - 1 == len(rows) == len(b.sections) - 1
    if rows == sorted(rows) or not every:
        for pair in pairs:
            _check(work, region, pair, (sides, whole))
        return
    # The same headers in another order: each of them is held against its own.
    region.moved.append(Quad(0, len(region.a), 0, len(region.b)))
    size = SHDR_SIZE[a.bits]
    if region.a[:size] != region.b[:size]:
        region.wrong.append(Quad(0, size, 0, size))
    for pair in pairs:
        trial = Region(region.name, region.a, region.b, region.at_a, region.at_b)
        at_a, at_b = pair.a.header.start - a.shoff, pair.b.header.start - b.shoff
        _check(work, trial, pair, (sides, whole))
        trial.moved += [Quad(0, at_a, 0, at_b)]
        trial.moved += [Quad(at_a + size, len(region.a), at_b + size, len(region.b))]
        region.wrong += trial.left()


def _check(
    work: Work,
    region: Region,
    pair: SectionPair,
    context: tuple[tuple["Placing", "Placing"], set[int]],
) -> None:
    a, b, where = work.a, work.b, work.map
    sides, whole = context
    layout = SHDR[a.bits]
    one, two = pair.a, pair.b
    at_a, at_b = one.header.start - a.shoff, two.header.start - b.shoff

    def word(name: str, good: bool) -> None:  # noqa: FBT001
        place = layout[name]
        region.word(at_a + place.at, at_b + place.at, place.size, good)

    word("name", _named(work, region, at_a, at_b))
    loaded = one.alloc and two.alloc and bool(sides[0].loads and sides[1].loads)
    sound = loaded and sides[0].loaded(one) and sides[1].loaded(two)
    sound = sound and (one.mapped or sides[0].thread_place(one) == sides[1].thread_place(two))
    word("addr", good=sound or (not loaded and one.addr == two.addr))
    word("offset", good=_offset(pair, sides, sound=sound))
    filled = sides[0].fills_relro(one) and sides[1].fills_relro(two)
    word("size", filled or _size(pair, whole))
    if pair.packed and not pair.unread:
        word("flags", good=(one.flags ^ two.flags) & ~SHF_COMPRESSED == 0)
        word("addralign", good=_aligned_alike(a, b, pair))
    elif one.align != two.align and loaded:
        word("addralign", good=_longer_string(pair, a.word))
    word("link", good=where.number(one.link) == two.link)
    if one.type in {SHT_REL, SHT_RELA} or one.flags & _INFO_LINK:
        word("info", good=where.number(one.info) == two.info)
    elif one.type == two.type == SHT_SYMTAB:
        word("info", good=one.info == two.info or (_locals(a, one) and _locals(b, two)))


def _locals(elf: Elf, table: Section) -> bool:
    """Whether ``sh_info`` of a symbol table is the number of its local symbols, which lead it."""
    binds = [item.bind for item in symbols(elf, table)]
    return table.info <= len(binds) and not any(binds[: table.info]) and all(binds[table.info :])


def are_names_used(elf: Elf, names: Section) -> bool:
    """Whether a table has nothing but names of sections, or of symbols that no loader reads."""
    layout = SHDR[elf.bits]["name"]
    used = {0}
    if names.index == elf.shstrndx:
        used |= {elf.number(s.header.start + layout.at, layout.size) for s in elf.sections}
    for table in elf.sections:
        if table.type == SHT_SYMTAB and table.link == names.index:
            used |= {item.name_at for item in symbols(elf, table)}
    data = bytes(elf.content(names))
    if data[:1] != b"\0":
        return False  # the name of what has none
    at = 0
    while 0 <= at < len(data):
        if at not in used:
            return False
        at = data.find(0, at) + 1
        if not at:
            return False
    return bool(data)


def _plain_align(elf: Elf, section: Section) -> int:
    """Return the alignment of a section once it is inflated (``ch_addralign`` of Elf_Chdr)."""
    if section.flags & SHF_COMPRESSED:
        at = 16 if elf.bits == 64 else 8
        return elf.number(section.body.start + at, elf.word)
    return section.align


def _aligned_alike(a: Elf, b: Elf, pair: SectionPair) -> bool:
    """Whether two sections of which one at least is compressed have the same alignments."""
    if _plain_align(a, pair.a) != _plain_align(b, pair.b):
        return False
    if (pair.a.flags ^ pair.b.flags) & SHF_COMPRESSED == 0:
        return pair.a.align == pair.b.align
    # What is compressed is aligned as its header is, or (LLVM) not at all.
    packed = pair.a if pair.a.flags & SHF_COMPRESSED else pair.b
    return packed.align in {1, a.word}


def _longer_string(pair: SectionPair, word: int) -> bool:
    """Whether constants are aligned otherwise only because of how long a replaced string is.

    GCC for x86 aligns a string to a word if it has 31 bytes or more, its zero among them
    (``ix86_constant_alignment``), and an array to 32 bytes if it has as many
    (``ix86_data_alignment``): the one side has such a string in place of a shorter one, and
    nothing else in the section asked for that alignment.
    """
    least, most = sorted((pair.a.align, pair.b.align))
    if pair.a.flags & SHF_WRITE or not (most == _ARRAY > least or (least, most) == (1, word)):
        return False
    for_a = pair.a.align == most
    size = _ARRAY if most == _ARRAY else _LONG
    return any(
        piece.kind in {"string", "apart"}
        and (piece.size_a if for_a else piece.size_b) >= size
        and (piece.size_b if for_a else piece.size_a) < size
        and (pair.a.addr + piece.a if for_a else pair.b.addr + piece.b) % most == 0
        for piece in pair.pieces
    )


_ARRAY: Final = 32


def _named(work: Work, region: Region, at_a: int, at_b: int) -> bool:
    """Whether the name is in the mapped place of the table of names."""
    order = "big" if work.a.big else "little"
    one, two = (
        int.from_bytes(data[at : at + 4], "big" if order == "big" else "little")
        for data, at in ((region.a, at_a), (region.b, at_b))
    )
    names = work.map.by_index.get(work.a.shstrndx)
    if names is None:
        return one == two
    # Names that pair two sections are equal; where the tables differ one may be the tail of
    # another name on one side only.
    expected = names.forward(one)
    if expected is not None:
        return expected == two
    return one < len(names.plain_a) and two < len(names.plain_b)


def _size(pair: SectionPair, whole: set[int]) -> bool:
    one, two = pair.a, pair.b
    if one.size == two.size:
        return True
    if pair.packed:
        return not pair.unread  # the stored bytes were inflated to their end, on both sides
    if SHT_NOBITS not in {one.type, two.type}:
        return one.index in whole and _ends_alike(pair)
    # It ends at the next multiple of eight, and so it is longer where it starts behind one.
    return (
        one.type == two.type
        and one.alloc
        and (one.addr - two.addr) % _ROUND != 0
        and (one.addr + one.size) % _ROUND == 0 == (two.addr + two.size) % _ROUND
        and abs(one.size - two.size) < _ROUND
    )


def _ends_alike(pair: SectionPair) -> bool:
    """Whether what one side has more of is not just zeros or padding at the section's end.

    Padding is what aligns something behind it, and behind the end there is nothing: a size that
    takes in more of what is between two sections, or leaves some of its own out, is another size.
    """
    if (
        pair.a.type == SHT_STRTAB
        and pair.a.alloc
        and all(raw.endswith(bytes(_BLANKED)) for raw in (pair.plain_a, pair.plain_b))
    ):
        return True  # where the last name was a search path, CMake leaves zeros in its place
    if pair.plain_a.endswith(b"\0") != pair.plain_b.endswith(b"\0") and any(
        piece.kind in {"string", "apart", "moved"} for piece in pair.pieces
    ):
        return False  # the last string is cut off on one side
    filled = [piece.spans() for piece in pair.pieces if piece.kind != "pad"]
    stop_a = max((one[1] for one, _ in filled if one[0] < one[1]), default=0)
    stop_b = max((two[1] for _, two in filled if two[0] < two[1]), default=0)
    if _rounds_up(pair.a, stop_a) and _rounds_up(pair.b, stop_b):
        return True
    return pair.size_a - stop_a == pair.size_b - stop_b


def _rounds_up(section: Section, stop: int) -> bool:
    """Whether strings that stop there are filled up to the alignment, as mold does with its own."""
    merged = section.flags & (SHF_MERGE | SHF_STRINGS) == SHF_MERGE | SHF_STRINGS
    align = max(section.align, 1)
    return merged and section.size == -(-stop // align) * align


def _offset(pair: SectionPair, sides: tuple["Placing", "Placing"], *, sound: bool) -> bool:
    """Whether the offsets of two sections in their files stand for each other."""
    one, two = pair.a, pair.b
    empty_a, empty_b = (each.type == SHT_NOBITS or not each.size for each in (one, two))
    if empty_a != empty_b:
        return one.offset == two.offset
    if not empty_a:
        # The bytes there are compared; all that is asked is that they are nothing else's too.
        if one.alloc and sides[0].loads and not sound:
            return one.offset == two.offset
        # Zeros in front of one that has zeros itself are told from it by its alignment alone.
        if one.offset % max(one.align, 1) != two.offset % max(two.align, 1) and not sound:
            return False
        return sides[0].overlaps(one) == sides[1].overlaps(two)
    if one.offset == two.offset and sides[0].follows(one) == sides[1].follows(two):
        return True
    if one.alloc and sides[0].congruent(one) and sides[1].congruent(two):
        return True
    return bool(sides[0].follows(one) & sides[1].follows(two))


class Placing:
    """Where the sections of one file are, in it and in memory."""

    def __init__(self, elf: Elf) -> None:
        self.elf = elf
        self.loads = [segment for segment in elf.segments if segment.type == PT_LOAD]
        filled = [(0, EHDR_SIZE[elf.bits])]
        if elf.segments:
            filled.append((elf.segments[0].header.start, elf.segments[-1].header.stop))
        if elf.sections:
            filled.append((elf.sections[0].header.start, elf.sections[-1].header.stop))
        filled += [
            (s.offset, s.offset + s.size)
            for s in elf.sections
            if s.size and s.type not in {SHT_NOBITS, SHT_NULL}
        ]
        filled.sort()
        self._shared: set[tuple[int, int]] = set()
        last = (0, 0)
        for span in filled:
            if span[0] < last[1]:
                self._shared |= {span, last}
            if span[1] > last[1]:
                last = span
        self.stops: dict[int, str] = {stop: "" for _, stop in filled}
        self.stops |= {
            s.offset + s.size: s.name
            for s in elf.sections
            if s.size and s.type not in {SHT_NOBITS, SHT_NULL}
        }

    def overlaps(self, section: Section) -> bool:
        """Whether bytes of the section are also those of another section or of a table."""
        return (section.offset, section.offset + section.size) in self._shared

    def loaded(self, section: Section) -> bool:
        """Whether its address and its place in the file fit one segment."""
        size = section.size if section.mapped else 0
        return any(
            load.vaddr <= section.addr
            and section.addr + size <= load.vaddr + load.memsz
            and (
                section.type == SHT_NOBITS
                or section.offset - load.offset == section.addr - load.vaddr
            )
            for load in self.loads
        )

    def fills_relro(self, section: Section) -> bool:
        """Whether it is what lld 18 puts behind the last section that is read-only once loaded.

        It has no bytes, and ends with the segment (PT_GNU_RELRO), at the end of a page.
        """
        ends = [s.vaddr + s.memsz for s in self.elf.segments if s.type == PT_GNU_RELRO]
        stop = section.addr + section.size
        return (
            section.name == ".relro_padding"
            and section.type == SHT_NOBITS
            and [stop] == ends
            and stop % _PAGE == 0
        )

    def thread_place(self, section: Section) -> int:
        """Return where zeros of each thread stand: behind the start of what threads have."""
        starts = [segment.vaddr for segment in self.elf.segments if segment.type == PT_TLS]
        return section.addr - starts[0] if starts else section.addr

    def congruent(self, section: Section) -> bool:
        """Whether it stands in the file where its segment would load it from."""
        return any(
            load.vaddr <= section.addr <= load.vaddr + load.memsz
            and section.offset - load.offset == section.addr - load.vaddr
            for load in self.loads
        )

    def follows(self, section: Section) -> frozenset[str]:
        """Return in which ways a section without bytes stands behind the one before it.

        Tools put it where the bytes before it end, aligned or not; before it is what precedes it
        in the list of sections, or in the file.
        """
        ways: set[str] = set()
        align = max(section.align, 1)
        before = EHDR_SIZE[self.elf.bits]
        if self.elf.segments:
            before = max(before, self.elf.segments[-1].header.stop)
        listed = before
        for other in self.elf.sections[: section.index]:
            if other.type not in {SHT_NOBITS, SHT_NULL} and other.size:
                listed = max(listed, other.offset + other.size)
        nearest = max((stop for stop in self.stops if stop <= section.offset), default=0)
        for name, stop in (
            (f"listed {self.stops.get(listed, '')}", listed),
            (f"nearest {self.stops.get(nearest, '')}", nearest),
        ):
            if section.offset == stop:
                ways.add(name)
            if section.offset == -(-stop // align) * align:
                ways.add(f"{name}, aligned")
        return frozenset(ways)
