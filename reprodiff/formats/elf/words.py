"""Checks of relocations, of words that are addresses themselves, and of version tables.

Sources: System V ABI (gABI); the Linux Standard Base, "Symbol Versioning"; RELR as in the gABI
proposal of 2017 that binutils 2.38 and glibc 2.36 implement.
"""

from collections.abc import Iterator
from typing import Final

from reprodiff.formats.elf.entries import Relocation, Symbol, relocations, symbols
from reprodiff.formats.elf.layout import SectionPair
from reprodiff.formats.elf.reader import (
    SHT_DYNSYM,
    SHT_NOBITS,
    SHT_REL,
    SHT_SYMTAB,
    Elf,
    Section,
)
from reprodiff.formats.elf.slices import check_length
from reprodiff.formats.elf.tables import Work
from reprodiff.formats.machine.layout import AddressMap
from reprodiff.formats.machine.proof import Region

# Relocations whose addend is an address: R_*_RELATIVE and R_*_IRELATIVE by machine.
RELATIVE: Final = {
    3: frozenset({8, 42}),
    8: frozenset({3}),
    20: frozenset({22, 248}),
    21: frozenset({22, 248}),
    22: frozenset({12, 61}),
    40: frozenset({23, 160}),
    62: frozenset({8, 37, 38}),
    183: frozenset({1027, 1032}),
    243: frozenset({3, 58}),
    258: frozenset({3, 12}),
}


# Relocations without an addend of their own whose word holds it: where the symbol is a section, an
# offset in it (R_386_32, R_386_GOTOFF, R_ARM_ABS32).
IN_PLACE: Final = {3: frozenset({1, 9}), 40: frozenset({2})}
# Those that count from the end of an instruction, four bytes behind the word.
_RESERVED: Final = 0xFF00
_FROM_END: Final = {62: frozenset({2, 4})}


def check_relocations(  # noqa: C901
    work: Work, region: Region, pair: SectionPair
) -> None:
    """Check a relocation table, and the words it is about where they hold the address itself.

    A table that is no part of the memory image (of an object file, or kept by --emit-relocs) says
    where in a section each word is, and its addends are offsets in sections.
    """
    a, b, where = work.a, work.b, work.map
    list_a, list_b = list(relocations(a, pair.a)), list(relocations(b, pair.b))
    relative = RELATIVE.get(a.machine, frozenset())
    if [x.type for x in list_a] != [x.type for x in list_b]:
        return
    names_a, names_b = _names(a, pair.a), _names(b, pair.b)
    word = a.word
    static = where.relocatable or not pair.a.alloc
    target = where.by_index.get(pair.a.info) if static else None
    if target is not None and not where.relocatable and target.a.alloc:
        target = None  # a linked file counts from the start of memory there
    held = IN_PLACE.get(a.machine, frozenset()) if target is not None else frozenset()
    ends = _FROM_END.get(a.machine, frozenset())
    for one, two in zip(list_a, list_b, strict=True):
        at_a, at_b = one.at - region.at_a, two.at - region.at_b
        if target is not None:
            place = target.forward(one.offset) == two.offset
        else:
            place = where.follows(one.offset, two.offset)
        region.word(at_a, at_b, word, place)
        same = _symbol_at(names_a, one.symbol, where) == _symbol_at(names_b, two.symbol, None)
        if one.addend is not None and two.addend is not None:
            good = one.addend == two.addend
            if one.type in relative:
                good = where.follows(one.addend, two.addend)
            elif static:
                behind = 4 if one.type in ends else 0
                addends = one.addend + behind, two.addend + behind
                good = _addend(where, names_a, one.symbol, *addends)
                if _elsewhere(where, (names_a, names_b), (one, two), addends):
                    good = same = True
            region.word(at_a + 2 * word, at_b + 2 * word, word, good)
        region.word(at_a + word, at_b + word, word, same)
        if one.addend is None and one.type in held and target is not None and place:
            _held(work, target, (one.offset, two.offset), names_a, one.symbol)
        if place and not static and one.addend is not None and two.addend is not None:
            bases = _base(names_a, one.symbol), _base(names_b, two.symbol)
            _written(work, (one.offset, two.offset), (one.addend, two.addend), bases)
        if one.type in relative and place and not static:
            check_address(work, one.offset, two.offset)
            if one.addend is not None and two.addend is not None:
                check_length(work, (one.offset, two.offset), (one.addend, two.addend))


def _elsewhere(
    where: AddressMap,
    names: tuple[list[Symbol], list[Symbol]],
    pair: tuple[Relocation, Relocation],
    addends: tuple[int, int],
) -> bool:
    """Whether two addends lead to a string that stands in another section in B."""
    items = [
        known[entry.symbol] if entry.symbol < len(known) else None
        for known, entry in zip(names, pair, strict=True)
    ]
    one, two = items
    if one is None or two is None or not one.type == two.type == _OF_SECTION:
        return False
    return where.crossed.get((one.section, addends[0])) == (two.section, addends[1])


def _names(elf: Elf, section: Section) -> list[Symbol]:
    if section.link >= len(elf.sections):
        return []
    table = elf.sections[section.link]
    return list(symbols(elf, table)) if table.type in {SHT_SYMTAB, SHT_DYNSYM} else []


_OF_SECTION: Final = 3


def _symbol_at(
    names: list[Symbol], index: int, where: AddressMap | None
) -> tuple[bytes, int, int] | int:
    if index >= len(names):
        return index
    item = names[index]
    number = item.section
    if where is not None:
        plain = item.type == _OF_SECTION
        number = (where.number(number) if plain else where.placed(number, item.value)) or 0
    return item.name, item.info, number


def held_places(elf: Elf, section: Section) -> list[int]:
    """Return where words of a section of an object file hold the addend of their relocation."""
    held = IN_PLACE.get(elf.machine, frozenset())
    return [
        item.offset
        for table in elf.sections
        if table.type == SHT_REL and table.info == section.index
        for item in relocations(elf, table)
        if item.type in held
    ]


def _held(
    work: Work, target: SectionPair, places: tuple[int, int], names: list[Symbol], index: int
) -> None:
    """Check a word in place that is the addend of a relocation."""
    order = "big" if work.a.big else "little"
    values = [
        int.from_bytes(data[at : at + 4], "big" if order == "big" else "little")
        for data, at in zip((target.plain_a, target.plain_b), places, strict=True)
    ]
    if places[0] + 4 <= len(target.plain_a) and places[1] + 4 <= len(target.plain_b):
        good = _addend(work.map, names, index, *values)
        work.region(target).word(*places, 4, good)


def _addend(where: AddressMap, names: list[Symbol], index: int, one: int, two: int) -> bool:
    """Whether an addend in an object file stands for the same place: an offset in a section."""
    if index < len(names) and names[index].type == 3:
        pair = where.by_index.get(names[index].section)
        if pair is not None and 0 <= one <= pair.size_a:
            return pair.forward(one) == two
    return one == two


def check_address(work: Work, one: int, two: int) -> None:
    """Check the word in memory at ``one`` of A, ``two`` of B, that is an address itself."""
    pair = work.map.containing(one)
    if pair is None or pair.a.type == SHT_NOBITS:
        return
    at_a, at_b, word = one - pair.a.addr, two - pair.b.addr, work.a.word
    if at_a + word > len(pair.plain_a) or not 0 <= at_b <= len(pair.plain_b) - word:
        return
    values = [
        int.from_bytes(data[at : at + word], "big" if work.a.big else "little")
        for data, at in ((pair.plain_a, at_a), (pair.plain_b, at_b))
    ]
    work.region(pair).word(at_a, at_b, word, work.map.follows(*values))
    check_length(work, (one, two), (values[0], values[1]))


def _base(names: list[Symbol], index: int) -> int | None:
    """Return the value of a symbol that the file itself defines."""
    defined = index < len(names) and 0 < names[index].section < _RESERVED
    return names[index].value if defined else None


def _written(
    work: Work, places: tuple[int, int], addends: tuple[int, int], bases: tuple[int | None, ...]
) -> None:
    """Check a word that a relocation by name is about where gold wrote its value all the same.

    The loader puts the symbol's address there, plus the addend.  gold writes what that would be if
    no other file had such a symbol; the table of symbols is held against the map by itself.
    """
    pair = work.map.containing(places[0])
    if None in bases or pair is None or pair.a.type == SHT_NOBITS:
        return
    word, order = work.a.word, "big" if work.a.big else "little"
    at_a, at_b = places[0] - pair.a.addr, places[1] - pair.b.addr
    if at_a + word > len(pair.plain_a) or not 0 <= at_b <= len(pair.plain_b) - word:
        return
    raw = pair.plain_a[at_a : at_a + word], pair.plain_b[at_b : at_b + word]
    right = [
        int.from_bytes(each, "big" if order == "big" else "little") == (base or 0) + addend
        for each, base, addend in zip(raw, bases, addends, strict=True)
    ]
    if any(right):
        work.region(pair).word(at_a, at_b, word, all(right))


def check_relr(work: Work, region: Region, pair: SectionPair) -> None:
    """Check packed relative relocations: even words are addresses, odd ones bit maps."""
    word, order = work.a.word, "big" if work.a.big else "little"
    if len(region.a) != len(region.b):
        return
    base_a = base_b = 0
    del pair
    for at in range(0, len(region.a) - word + 1, word):
        one, two = (
            int.from_bytes(data[at : at + word], "big" if order == "big" else "little")
            for data in (region.a, region.b)
        )
        if one % 2 == 0:
            region.word(at, at, word, work.map.follows(one, two))
            check_address(work, one, two)
            base_a, base_b = one + word, two + word
            continue
        if one == two:
            for bit in range(word * 8 - 1):
                if one >> bit + 1 & 1:
                    check_address(work, base_a + bit * word, base_b + bit * word)
        base_a += (word * 8 - 1) * word
        base_b += (word * 8 - 1) * word


def check_addresses(work: Work, region: Region, pair: SectionPair) -> None:
    """Check a table of addresses, one in each word: .got, .init_array and the like."""
    del pair
    word = work.a.word
    if len(region.a) != len(region.b):
        return

    def order(raw: bytes) -> int:
        return int.from_bytes(raw, "big" if work.a.big else "little")

    for at in range(0, len(region.a) - word + 1, word):
        one, two = order(region.a[at : at + word]), order(region.b[at : at + word])
        region.word(at, at, word, work.map.follows(one, two))


MAX_VERSIONS: Final = 100_000


def check_versions(work: Work, region: Region, pair: SectionPair) -> None:
    """Check .gnu.version_r and .gnu.version_d: the offsets of names, and the hashes of those."""
    strings = work.map.by_index.get(pair.a.link)
    if strings is None or len(region.a) != len(region.b):
        return
    for at, hashed in _version_names(region.a, needs=pair.name == ".gnu.version_r", big=work.a.big):
        one, two = _number(region.a, at, 4, work.a.big), _number(region.b, at, 4, work.a.big)
        region.word(at, at, 4, strings.forward(one) == two)
        if hashed is None:
            continue
        texts = _text(strings.plain_a, one), _text(strings.plain_b, two)
        if texts[0] != texts[1]:
            hashes = (_number(region.a, hashed, 4, work.a.big),
                      _number(region.b, hashed, 4, work.a.big))  # fmt: skip
            region.word(hashed, hashed, 4, hashes == (elf_hash(texts[0]), elf_hash(texts[1])))


def _number(data: bytes, at: int, size: int, big: bool) -> int:  # noqa: FBT001
    return int.from_bytes(data[at : at + size], "big" if big else "little")


def _version_names(data: bytes, *, needs: bool, big: bool) -> Iterator[tuple[int, int | None]]:
    """Yield where a version table has the offset of a name, and where the hash of that name."""
    at = steps = 0
    while at + 16 <= len(data) and steps < MAX_VERSIONS:
        steps += 1
        if needs:
            count, places = _number(data, at + 2, 2, big), (at + 8, at + 12)
            yield at + 4, None
        else:
            count, places = _number(data, at + 6, 2, big), (at + 12, at + 16)
        first, following = (_number(data, place, 4, big) for place in places)
        inner = at + first
        for turn in range(count):
            steps += 1
            if inner + 8 > len(data) or steps > MAX_VERSIONS:
                break
            if needs:
                yield inner + 8, inner
            else:
                yield inner, None if turn else at + 8
            step = _number(data, inner + (12 if needs else 4), 4, big)
            if not step:
                break
            inner += step
        if not following:
            break
        at += following


def _text(data: bytes, at: int) -> bytes:
    stop = data.find(0, at)
    return data[at : stop if stop >= 0 else len(data)]


def elf_hash(name: bytes) -> int:
    """Return the hash of a name that version tables have (gABI, chapter 5, "Hash Table")."""
    found = 0
    for byte in name:
        found = (found << 4) + byte
        found = (found ^ (found >> 24 & 0xF0)) & 0x0FFFFFFF
    return found
