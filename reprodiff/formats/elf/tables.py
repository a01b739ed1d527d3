"""Checks of the tables that linkers write: headers, symbols, relocations, dynamic, versions.

Each walks its table on both sides in step.  Sources: System V ABI (gABI) chapters 4 and 5; the
GNU extensions as in the Linux Standard Base, "Symbol Versioning"; RELR as in the gABI proposal of
2017 that binutils 2.38 and glibc 2.36 implement.
"""

from collections.abc import Sequence
from typing import Final

from reprodiff.formats.elf.entries import Symbol, dynamic, symbols
from reprodiff.formats.elf.layout import SectionPair
from reprodiff.formats.elf.naming import kind
from reprodiff.formats.elf.reader import (
    EHDR,
    SHT_NOBITS,
    Elf,
    Section,
)
from reprodiff.formats.machine import stringkeys
from reprodiff.formats.machine import work as work_module
from reprodiff.formats.machine.layout import AddressMap
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.parsing.align import Op, align

_ADDRESS_TAGS: Final = frozenset(
    {
        *(3, 4, 5, 6, 7, 12, 13, 17, 23, 25, 26, 32, 34, 36),
        *(0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFE, 0x6FFFFEF6, 0x6FFFFEF7, 0x6FFFFEF8),
        *(0x6FFFFEF9, 0x6FFFFEFA, 0x6FFFFEFE, 0x6FFFFEFF),
    }
)
STRING_TAGS: Final = {1: "NEEDED", 14: "SONAME", 15: "RPATH", 29: "RUNPATH"}
_OTHER_STRINGS: Final = frozenset({0x6FFFFEFA, 0x6FFFFEFB, 0x6FFFFEFC, 0x7FFFFFFD, 0x7FFFFFFF})


Work = work_module.Work[Elf]


def check_header(work: Work, region: Region) -> None:
    """Check the ELF header: the entry point, and where the tables are."""
    layout = EHDR[work.a.bits]
    entry = layout["entry"]
    region.word(entry.at, entry.at, entry.size, work.map.follows(work.a.entry, work.b.entry))
    for name in ("phoff", "shoff"):
        one, two = getattr(work.a, name), getattr(work.b, name)
        # What the tables say is compared, on both sides; without a table it is a number.
        tables = (work.a.segments, work.b.segments)
        if name == "shoff":
            read = bool(work.a.sections and work.b.sections) and _behind(work.a) == _behind(work.b)
        else:
            read = all(tables)
        region.word(layout[name].at, layout[name].at, layout[name].size, one == two or read)
    count = layout["shnum"]
    counts = [elf.number(count.at, count.size) for elf in (work.a, work.b)]
    # Sections of one side are stated by themselves.
    every = counts == [len(work.a.sections), len(work.b.sections)]
    region.word(count.at, count.at, count.size, every or counts[0] == counts[1])
    index = layout["shstrndx"]
    good = work.map.number(work.a.shstrndx) == work.b.shstrndx
    region.word(index.at, index.at, index.size, good)


def _behind(elf: Elf) -> bool:
    """Whether the section headers are bytes of nothing else."""
    start, stop = elf.shoff, elf.shoff + elf.sections[-1].header.stop - elf.sections[0].header.start
    return not any(
        s.type not in {SHT_NOBITS, 0} and s.size and s.offset < stop and start < s.offset + s.size
        for s in elf.sections
    )


def check_symbols(work: Work, region: Region, pair: SectionPair) -> None:
    """Check a symbol table; symbols pair by name and kind."""
    a, b, where = work.a, work.b, work.map
    list_a, list_b = list(symbols(a, pair.a)), list(symbols(b, pair.b))
    names = stringkeys.keys([x.name + b"\0" for x in list_a], [x.name + b"\0" for x in list_b])
    keys_a = [
        (name, x.info, _section(where, x) or 0) for name, x in zip(names[0], list_a, strict=True)
    ]
    keys_b = [(name, x.info, x.section) for name, x in zip(names[1], list_b, strict=True)]
    strings = where.by_index.get(pair.a.link)
    ops = align(keys_a, keys_b)
    if not pair.a.alloc:
        found = _crossing(ops, keys_a, keys_b)
        sides = (list_a, list_b)
        if _reordered(work, region, (pair, strings), sides, (ops, found)):
            return
    for op in ops:
        if op.tag == "equal":
            for i, j in zip(range(op.a0, op.a1), range(op.b0, op.b1), strict=True):
                _symbol(work, region, (pair, strings), list_a[i], list_b[j])
            continue
        ones, twos = list_a[op.a0 : op.a1], list_b[op.b0 : op.b1]
        if len(ones) == len(twos) and all(
            x.info == y.info and _section(where, x) == y.section
            for x, y in zip(ones, twos, strict=True)
        ):
            for x, y in zip(ones, twos, strict=True):
                _symbol(work, region, (pair, strings), x, y)
                size = 24 if a.bits == 64 else 16
                at = Quad(x.at - region.at_a, x.at - region.at_a + size,
                          y.at - region.at_b, y.at - region.at_b + size)  # fmt: skip
                work.added.append((x.name, y.name, at, region))
            continue
        size = 24 if a.bits == 64 else 16
        at_b = (twos[0].at if twos else _after(list_b, op.b0, pair.b, size)) - region.at_b
        at_a = (ones[0].at if ones else _after(list_a, op.a0, pair.a, size)) - region.at_a
        quad = Quad(at_a, at_a + size * len(ones), at_b, at_b + size * len(twos))
        region.stated.append(quad)
        names_a = b", ".join(x.name for x in ones[:20] if x.name)
        names_b = b", ".join(x.name for x in twos[:20] if x.name)
        if names_a == names_b and len(ones) == len(twos) == 1:
            names_a, names_b = _placed_name(a, ones[0]), _placed_name(b, twos[0])
            if names_a == names_b:
                names_a, names_b = (
                    name + b", a " + kind(item).encode()
                    for name, item in ((names_a, ones[0]), (names_b, twos[0]))
                )
        if not names_a and not names_b:  # those of sections
            names_a, names_b = (
                b"%d symbols without a name" % len(some) if some else b"" for some in (ones, twos)
            )
        bare = not pair.a.alloc and not any(x.bind or x.type == 2 for x in (*ones, *twos))
        (work.bare if bare else work.added).append((names_a, names_b, quad, region))


def _placed_name(elf: Elf, symbol: Symbol) -> bytes:
    """Return the name of a symbol with the section that its number says it is in."""
    if symbol.section >= len(elf.sections):
        return symbol.name + b" in section %d" % symbol.section
    return symbol.name + b" in " + elf.sections[symbol.section].name.encode(errors="replace")


def _crossing(
    ops: list[Op], keys_a: Sequence[object], keys_b: Sequence[object]
) -> list[tuple[int, int]] | None:
    """Return the symbols that stand out of turn, ``None`` if some have no partner at all."""
    waiting: dict[object, list[int]] = {}
    free_a = [i for op in ops if op.tag != "equal" for i in range(op.a0, op.a1)]
    free_b = [j for op in ops if op.tag != "equal" for j in range(op.b0, op.b1)]
    for j in reversed(free_b):
        waiting.setdefault(keys_b[j], []).append(j)
    found: list[tuple[int, int]] = []
    for i in free_a:
        queue = waiting.get(keys_a[i])
        if not queue:
            return None
        found.append((i, queue.pop()))
    return found if len(free_a) == len(free_b) else None


def _reordered(
    work: Work,
    region: Region,
    tables: tuple[SectionPair, SectionPair | None],
    sides: tuple[list[Symbol], list[Symbol]],
    order: tuple[list[Op], list[tuple[int, int]] | None],
) -> bool:
    """Check a table for debuggers that has the same symbols in another order; whether it is one.

    Each symbol out of turn is taken out of A in one place and put into B in another.
    """
    ops, crossing = order
    if not crossing:
        return False
    list_a, list_b = sides
    size = 24 if work.a.bits == 64 else 16
    trial = Region(region.name, region.a, region.b, region.at_a, region.at_b)
    for i, j in crossing:
        _symbol(work, trial, tables, list_a[i], list_b[j])
        if trial.wrong or list_a[i].other != list_b[j].other:
            return False
    turn = [(op.a0, op.b0, op.a1, op.b1) for op in ops if op.tag == "equal"]
    for a0, b0, a1, b1 in turn:
        for i, j in zip(range(a0, a1), range(b0, b1), strict=True):
            _symbol(work, region, tables, list_a[i], list_b[j])
    for i, j in crossing:
        before_b = max((b1 for _, _, a1, b1 in turn if a1 <= i), default=0)
        before_a = max((a1 for _, _, a1, b1 in turn if b1 <= j), default=0)
        region.moved.append(Quad(i * size, (i + 1) * size, before_b * size, before_b * size))
        region.moved.append(Quad(before_a * size, before_a * size, j * size, (j + 1) * size))
    return True


def _after(items: list[Symbol], at: int, section: Section, size: int) -> int:
    return items[at].at if at < len(items) else section.body.start + len(items) * size


def _symbol(
    work: Work,
    region: Region,
    tables: tuple[SectionPair, SectionPair | None],
    one: Symbol,
    two: Symbol,
) -> None:
    where, bits = work.map, work.a.bits
    at_a, at_b = one.at - region.at_a, two.at - region.at_b
    places = (8, 16) if bits == 64 else (4, 8)
    word = bits // 8
    strings = tables[1]
    region.word(at_a, at_b, 4, _named(strings, one, two))
    value = _value(where, one, two)
    region.word(at_a + places[0], at_b + places[0], word, value)
    size = one.size == two.size or work.resized.get(one.value) == (one.size, two.size)
    if size and one.type == _OBJECT and value and not where.relocatable and _is_text(where, one):
        size = _same_text(where, one, two)
    if not size and one.type != 2 and value:
        inside = where.by_index.get(one.section)
        if not where.relocatable:
            size = where.follows(one.value + one.size, two.value + two.size)
            size = size or _same_text(where, one, two)
        elif inside is not None:
            size = inside.forward(one.value + one.size) == two.value + two.size
    region.word(at_a + places[1], at_b + places[1], word, size)
    index = _section(where, one) == two.section
    place = 6 if bits == 64 else 14
    region.word(at_a + place, at_b + place, 2, index)


def _section(where: AddressMap, symbol: Symbol) -> int | None:
    """Return the number of the section of B that what a symbol of A stands for is in."""
    if symbol.type == _OF_SECTION:
        return where.number(symbol.section)
    return where.placed(symbol.section, symbol.value)


_OBJECT: Final = 1
_OF_SECTION: Final = 3


def _is_text(where: AddressMap, symbol: Symbol) -> bool:
    """Whether a symbol of A is all of a string that another one stands for in B."""
    pair = where.containing(symbol.value)
    piece = pair.piece(symbol.value - pair.a.addr) if pair is not None else None
    return (
        pair is not None
        and piece is not None
        and piece.kind in {"string", "apart"}
        and symbol.value == pair.a.addr + piece.a
        and piece.size_a - symbol.size in {0, 1}
    )


def _same_text(where: AddressMap, one: Symbol, two: Symbol) -> bool:
    """Whether two symbols are a string, and the one that stands for it, with the same end."""
    pair = where.containing(one.value)
    piece = pair.piece(one.value - pair.a.addr) if pair is not None else None
    return (
        pair is not None
        and piece is not None
        and piece.kind in {"string", "apart"}
        and (one.value, two.value) == (pair.a.addr + piece.a, pair.b.addr + piece.b)
        and piece.size_a - one.size == piece.size_b - two.size in {0, 1}
    )


def _named(strings: SectionPair | None, one: Symbol, two: Symbol) -> bool:
    """Whether two names are in the same place of their tables; a linker shares ends of names."""
    if strings is None:
        return one.name_at == two.name_at
    expected = strings.forward(one.name_at)
    if expected is not None:
        return expected == two.name_at
    inside = one.name_at < strings.size_a and two.name_at < strings.size_b
    return inside and one.name == two.name


def _value(where: AddressMap, one: Symbol, two: Symbol) -> bool:
    if one.section == 0 or one.section >= 0xFF00 or one.type == 6:
        return one.value == two.value
    if where.relocatable and one.type == _OF_SECTION:
        return one.value == two.value == 0
    if (crossed := where.crossed.get((one.section, one.value))) is not None:
        return crossed == (two.section, two.value)
    if where.relocatable:
        pair = where.by_index.get(one.section)
        return pair is not None and pair.forward(one.value) == two.value
    pair = where.by_index.get(one.section)
    if pair is not None and one.type == 3 and one.value == pair.a.addr:
        return bool(two.value == pair.b.addr)
    if pair is not None and pair.a.addr <= one.value <= pair.a.addr + pair.size_a:
        inside, there = one.value - pair.a.addr, two.value - pair.b.addr
        return there in pair.places(inside) or pair.empty(inside, there)
    return where.follows(one.value, two.value)


def check_dynamic(work: Work, region: Region, pair: SectionPair) -> None:
    """Check the dynamic table: strings, addresses and sizes."""
    a, b, where = work.a, work.b, work.map
    list_a, list_b = dynamic(a, pair.a), dynamic(b, pair.b)
    word = a.word
    strings = where.by_index.get(pair.a.link)
    sizes = {
        10: strings,
        2: where.by_name.get(".rela.plt") or where.by_name.get(".rel.plt"),
        8: where.by_name.get(".rela.dyn"),
        18: where.by_name.get(".rel.dyn"),
        35: where.by_name.get(".relr.dyn"),
        27: where.by_name.get(".init_array"),
        28: where.by_name.get(".fini_array"),
    }
    for op in align([x.tag for x in list_a], [x.tag for x in list_b]):
        if op.tag != "equal":
            continue
        for one, two in zip(list_a[op.a0 : op.a1], list_b[op.b0 : op.b1], strict=True):
            good = one.value == two.value
            if (one.tag in STRING_TAGS or one.tag in _OTHER_STRINGS) and strings is not None:
                good = strings.forward(one.value) == two.value
            elif one.tag in _ADDRESS_TAGS:
                good = where.follows(one.value, two.value)
            elif (table := sizes.get(one.tag)) is not None and table.a.size == one.value:
                good = table.b.size == two.value
            region.word(one.at + word - region.at_a, two.at + word - region.at_b, word, good)
