"""Checks of unwind tables: .eh_frame, .eh_frame_hdr, and the exception tables that they lead to.

Where a function is new, or has another size, there are entries of one side only, and all behind
them stand elsewhere.  Entries then pair by the functions that they are about; what has no partner
is left over.

Sources: Linux Standard Base Core 5.0, chapter 10.6; GCC's gcc/except.cc for .gcc_except_table.
"""

import struct
from collections.abc import Sequence
from typing import Final

from reprodiff.formats.machine.frames import (
    MAX_ENTRIES,
    OMIT,
    SIZES,
    Bytes,
    Damage,
    Frame,
    Pointer,
    frames,
)
from reprodiff.formats.machine.layout import AddressMap, AnyPair
from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.machine.proof import Region
from reprodiff.formats.machine.work import AnyWork
from reprodiff.formats.parsing.anchors import increasing, joined
from reprodiff.records import NamedTuple


def _sources(work: AnyWork, pair: AnyPair) -> tuple[Bytes, Bytes]:
    word, big = work.a.word, work.a.big
    return (
        Bytes(pair.plain_a, pair.a.addr, word, big=big, base=work.bases[0]),
        Bytes(pair.plain_b, pair.b.addr, word, big=big, base=work.bases[1]),
    )


def check_frames(work: AnyWork, region: Region, pair: AnyPair) -> None:
    """Check .eh_frame entry by entry, and the exception tables it leads to."""
    sources = _sources(work, pair)
    lists = frames(sources[0]), frames(sources[1])
    layouts = [[(x.at, x.stop, x.common) for x in side] for side in lists]
    both = list(zip(*lists, strict=False))
    for entries, data in zip(lists, (region.a, region.b), strict=True):
        read = entries[-1].stop if entries else 0
        if len(data) - read > 16 or (not entries and any(data)):
            if layouts[0] == layouts[1]:
                region.fail("the unwind table cannot be read to its end")
            return
    if layouts[0] != layouts[1]:
        both = _paired(work, region, sources, lists)
        pair.settle(_pieces(both))  # the index of the table leads to its entries
    for one, two in both:
        for x, y in (
            (one.code, two.code),
            (one.personality, two.personality),
            (one.table, two.table),
        ):
            if x is not None and y is not None and x.size == y.size:
                region.word(x.at, y.at, x.size, work.map.follows(x.value, y.value))
        if one.code is not None and two.code is not None and one.size != two.size:
            changed = work.resized.get(one.code.value) == (one.size, two.size)
            at_a, at_b = (x.at + x.size for x in (one.code, two.code))
            region.word(at_a, at_b, one.code.size, changed)
        if one.table is not None and two.table is not None and one.table.value:
            check_exceptions(work, one.table.value, two.table.value)


def _paired(
    work: AnyWork,
    region: Region,
    sources: tuple[Bytes, Bytes],
    lists: tuple[Sequence[Frame], Sequence[Frame]],
) -> list[tuple[Frame, Frame]]:
    """Pair entries that have not the same layout, and check where each has its common part."""
    by_code = {x.code.value: number for number, x in enumerate(lists[1]) if x.code is not None}
    found: list[tuple[int, int]] = []
    for number, one in enumerate(lists[0]):
        if one.code is not None:
            there = by_code.get(_mapped(work.map, one.code.value))
            if there is not None:
                found.append((number, there))
    made = [(lists[0][x], lists[1][y]) for x, y in increasing(found)]
    commons = [{frame.at: frame for frame in side if frame.common} for side in lists]
    known: dict[tuple[int, int], bool] = {}
    for pair in made:
        # No entry is so long that it would have a length of 64 bits.
        places = [frame.at + 4 - source.number(frame.at + 4, 4)
                  for source, frame in zip(sources, pair, strict=True)]  # fmt: skip
        key = places[0], places[1]
        if key not in known:
            both = [side.get(at) for side, at in zip(commons, key, strict=True)]
            known[key] = _in_common(work, sources, *both)
        region.word(pair[0].at + 4, pair[1].at + 4, 4, known[key])
    partners = {at_a: at_b for (at_a, at_b), same in known.items() if same}
    shared = [(commons[0][x], commons[1][y]) for x, y in increasing(sorted(partners.items()))]
    return sorted([*shared, *made])


def _pieces(both: Sequence[tuple[Frame, Frame]]) -> list[Piece]:
    """Return the map of a table: entries of one size, those that touch on both sides together."""
    runs = [(one.at, two.at, one.stop - one.at) for one, two in both
            if one.stop - one.at == two.stop - two.at]  # fmt: skip
    return [Piece(x, y, size, size, "words") for x, y, size in joined(runs)]


def _mapped(where: AddressMap, address: int) -> int:
    inside = where.containing(address)
    place = None if inside is None else inside.forward(address - inside.a.addr)
    return -1 if inside is None or place is None else inside.b.addr + place


def _in_common(
    work: AnyWork, sources: tuple[Bytes, Bytes], one: Frame | None, two: Frame | None
) -> bool:
    """Whether two common parts (CIE) say the same: but for the personality, in the same bytes."""
    if one is None or two is None:
        return False
    raw = [bytearray(source.data[frame.at : frame.stop])
           for source, frame in zip(sources, (one, two), strict=True)]  # fmt: skip
    x, y = one.personality, two.personality
    if x is not None and y is not None:
        if not work.map.follows(x.value, y.value):
            return False
        for side, frame, pointer in ((raw[0], one, x), (raw[1], two, y)):
            start = pointer.at - frame.at
            side[start : start + pointer.size] = bytes(pointer.size)
    return raw[0] == raw[1]


def check_frame_header(work: AnyWork, region: Region, pair: AnyPair) -> None:
    """Check .eh_frame_hdr: the place of .eh_frame, and the sorted table of its entries."""
    if min(len(region.a), len(region.b)) < 4 or region.a[:4] != region.b[:4]:
        return
    try:
        one, two = (_index(source, side.addr) for source, side in
                    zip(_sources(work, pair), (pair.a, pair.b), strict=True))  # fmt: skip
    except Damage:
        region.fail("the index of the unwind table cannot be read to its end")
        return
    if (one.start, one.size) != (two.start, two.size):
        return  # numbers of no fixed size: no place in one says where the same is in the other
    if one.table is not None and two.table is not None:
        head_a, head_b = one.table, two.table
        good = work.map.follows(head_a.value, head_b.value)
        region.word(head_a.at, head_b.at, head_a.size, good)
    rows = [(number, number) for number in range(min(len(one.rows), len(two.rows)))]
    if len(region.a) != len(region.b):
        by_function = {row[0]: number for number, row in enumerate(two.rows)}
        there = [by_function.get(_mapped(work.map, row[0]), -1) for row in one.rows]
        rows = increasing([(x, y) for x, y in enumerate(there) if y >= 0])
    size = one.size
    for x, y in rows:
        at_a, at_b = one.start + 2 * size * x, two.start + 2 * size * y
        for number in range(2):
            good = work.map.follows(one.rows[x][number], two.rows[y][number])
            region.word(at_a + size * number, at_b + size * number, size, good)


class _Index(NamedTuple):
    """An .eh_frame_hdr: its pointer to the table, and rows of a function and its entry there."""

    table: Pointer | None
    start: int
    """Where the rows start."""
    size: int
    """Bytes of each of the two in a row."""
    rows: list[tuple[int, int]]


_USUAL: Final = 0x3B
"""Numbers of 32 bits counted from the start of the index: what linkers write."""


def _index(source: Bytes, address: int) -> _Index:
    pointer, count, table = source.data[1:4]
    head = None
    at, number = 4, 0
    for encoding in (pointer, count):
        if encoding == OMIT:
            continue
        found = source.pointer(at, encoding, address)
        number = found.value
        if encoding == pointer and at == 4:
            head = found
        at += found.size
    if table == OMIT or not number:
        return _Index(head, at, 0, [])
    start = at
    number = min(number, MAX_ENTRIES)
    if table == _USUAL and source.width == 8:
        if start + 8 * number > len(source.data):
            raise Damage
        form = ">ii" if source.order else "<ii"
        return _Index(head, start, 4, [
            (x + address, y + address)
            for x, y in struct.iter_unpack(form, source.data[start : start + 8 * number])
        ])  # fmt: skip
    rows: list[tuple[int, int]] = []
    size = source.pointer(at, table, address).size
    for _ in range(number):
        one = source.pointer(at, table, address)
        two = source.pointer(one.at + one.size, table, address)
        if not one.size == two.size == size:
            raise Damage  # rows of one size are what lets them be searched
        rows.append((one.value, two.value))
        at = two.at + two.size
    return _Index(head, start, size, rows)


def check_exceptions(work: AnyWork, one: int, two: int) -> None:
    """Check the types that one function's exception table names."""
    pair = work.map.containing(one)
    if pair is None or not pair.b.addr <= two < pair.b.addr + pair.size_b:
        return
    region = work.region(pair)
    source_a, source_b = _sources(work, pair)
    try:
        types_a = _types(source_a, one - pair.a.addr)
        types_b = _types(source_b, two - pair.b.addr)
    except Damage:
        region.fail("an exception table cannot be read")
        return
    if len(types_a) != len(types_b):
        return
    for x, y in zip(types_a, types_b, strict=True):
        if x.value or y.value:
            region.word(x.at, y.at, x.size, work.map.follows(x.value, y.value))


def _types(source: Bytes, at: int) -> list[Pointer]:
    encoding = source.number(at, 1)
    at += 1
    if encoding != OMIT:
        at += source.pointer(at, encoding).size
    type_encoding = source.number(at, 1)
    at += 1
    if type_encoding == OMIT:
        return []
    offset, at = source.leb(at)
    base = at + offset
    sites = source.number(at, 1)
    length, at = source.leb(at + 1)
    stop = at + length
    if stop > len(source.data):
        raise Damage
    del sites
    # The types are counted by what lies between the actions and their base; those behind the
    # base are lists of specifications, in LEB128.
    size = SIZES.get(type_encoding & 0x0F, source.width)
    most = _filters(source, stop, base)
    return [source.pointer(base - (index + 1) * size, type_encoding) for index in range(most)]


def _filters(source: Bytes, at: int, base: int) -> int:
    """Return the highest type filter in an action table; it ends before the types start."""
    most = 0
    steps = 0
    while at < base - most * 4 and steps < 100_000:
        steps += 1
        try:
            kind, behind = source.leb(at, signed=True)
            _, following = source.leb(behind, signed=True)
        except Damage:
            break
        if kind > 0 and base - (kind * 4) < following:
            break
        most = max(most, kind)
        at = following
    return most
