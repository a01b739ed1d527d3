"""Unwind tables: .eh_frame, .eh_frame_hdr, and the exception tables that they lead to.

Sources: Linux Standard Base Core 5.0, chapters 10.6 (.eh_frame) and 10.5 (pointer encodings);
GCC's libgcc/unwind-pe.h and gcc/except.cc for .gcc_except_table.
"""

import struct
from collections.abc import Container, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from reprodiff.formats.machine.layout import AnyPair
from reprodiff.formats.machine.proof import Region
from reprodiff.formats.machine.work import AnyWork

MAX_ENTRIES: Final = 2_000_000
_SIZES: Final = {0x2: 2, 0x3: 4, 0x4: 8, 0xA: 2, 0xB: 4, 0xC: 8}
OMIT: Final = 0xFF


class Pointer(NamedTuple):
    """An encoded pointer: where it stands, and the address it means (0 for none)."""

    at: int
    size: int
    value: int


class Frame(NamedTuple):
    """A CIE or FDE: where it stands, and what it points to."""

    at: int
    stop: int
    common: bool
    code: Pointer | None = None
    size: int = 0
    personality: Pointer | None = None
    table: Pointer | None = None
    """The language-specific data of a function."""


class _Common(NamedTuple):
    augmentation: bytes = b""
    code: int = 0
    table: int = OMIT


class _Damage(Exception):  # noqa: N818
    pass


class Bytes:
    """Reads numbers from bytes that are loaded at ``address``; raises where they end."""

    def __init__(self, data: bytes, address: int, word: int, *, big: bool, base: int = 0) -> None:
        self.data, self.address, self.width = data, address, word
        self.order = big
        self.base = base
        """What absolute addresses have on top of those counted from."""

    def number(self, at: int, size: int, *, signed: bool = False) -> int:
        """Return the number of ``size`` bytes at ``at``."""
        if at < 0 or at + size > len(self.data):
            raise _Damage
        return int.from_bytes(
            self.data[at : at + size], "big" if self.order else "little", signed=signed
        )

    def leb(self, at: int, *, signed: bool = False) -> tuple[int, int]:
        """Return a LEB128 number and the place behind it."""
        value = shift = 0
        while True:
            byte = self.number(at, 1)
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
            if shift > 70:
                raise _Damage
        if signed and byte & 0x40:
            value -= 1 << shift
        return value, at

    def pointer(self, at: int, encoding: int, base: int = 0) -> Pointer:
        """Return an encoded pointer; ``base`` is what data-relative ones start from."""
        form = encoding & 0x0F
        if form == 0:
            size, value = self.width, self.number(at, self.width)
        elif form in {1, 9}:
            value, stop = self.leb(at, signed=form == 9)
            size = stop - at
        elif form in _SIZES:
            size = _SIZES[form]
            value = self.number(at, size, signed=form >= 8)
        else:
            raise _Damage
        if value:
            relative = encoding & 0x70
            if relative == 0x10:
                value += self.address + at
            elif relative == 0x30:
                value += base
            elif relative:
                raise _Damage
            else:
                value -= self.base
            value &= (1 << 8 * self.width) - 1
        return Pointer(at, size, value)


def frames(source: Bytes) -> Sequence[Frame]:
    """Return the entries of an .eh_frame up to the first that cannot be read."""
    if len(source.data) > _KEPT:
        return _read(source)
    return _frames(source.data, source.address, source.width, source.base, big=source.order)


_KEPT: Final = 2 << 20
"""Bytes of a table whose entries are kept."""


@lru_cache(maxsize=2)  # those of two files, for their functions first and their checks then
def _frames(data: bytes, address: int, word: int, base: int, *, big: bool) -> Sequence[Frame]:
    return _read(Bytes(data, address, word, big=big, base=base))


def _read(source: Bytes) -> Sequence[Frame]:
    data = source.data
    found: list[Frame] = []
    commons: dict[int, _Common] = {}
    plain: set[int] = set()
    at = 0
    try:
        while at + 4 <= len(data) and len(found) < MAX_ENTRIES:
            if (frame := _plain(source, at, plain)) is not None:
                found.append(frame)
                at = frame.stop
                continue
            length = source.number(at, 4)
            start = at + 4
            if not length:
                at = start  # an end; in PE files each runtime object may bring its own
                continue
            if length == 0xFFFFFFFF:
                length, start = source.number(start, 8), start + 8
            stop = start + length
            if stop > len(data) or length < 4:
                break
            identity = source.number(start, 4)
            if not identity:
                common, frame = _common(source, start + 4, at, stop)
                commons[at] = common
                if common == _USUAL and not source.order and not source.base:
                    plain.add(at)
            else:
                frame = _function(source, start + 4, commons.get(start - identity), at, stop)
            found.append(frame)
            at = stop
    except _Damage:
        pass
    return found


_USUAL: Final = _Common(b"zR", 0x1B)
"""What nearly all functions of C have in common: addresses of 32 bits, counted from themselves."""
_ENTRY: Final = struct.Struct("<IIiIB")
"""Length, place of what is common, address, size, and no more than 127 bytes of other data."""


def _plain(source: Bytes, at: int, plain: Container[int]) -> Frame | None:
    """Return an entry of the usual form at once, ``None`` where it may be another."""
    if at + _ENTRY.size > len(source.data):
        return None
    length, identity, move, size, more = _ENTRY.unpack_from(source.data, at)
    start, stop = at + 4, at + 4 + length
    if (
        start - identity not in plain
        or not _ENTRY.size - 4 <= length < 0xFFFFFFFF
        or stop > len(source.data)
        or not identity or not move or size >> 31 or more >> 7
    ):  # fmt: skip
        return None
    address = (move + source.address + at + 8) & ((1 << 8 * source.width) - 1)
    return Frame(at, stop, common=False, code=Pointer(at + 8, 4, address), size=size)


def _common(source: Bytes, at: int, start: int, stop: int) -> tuple[_Common, Frame]:
    version = source.number(at, 1)
    end = source.data.find(b"\0", at + 1, at + 32)
    if end < 0:
        raise _Damage
    augmentation = source.data[at + 1 : end]
    _, at = source.leb(end + 1)
    _, at = source.leb(at, signed=True)
    if version == 1:
        at += 1
    else:
        _, at = source.leb(at)
    code, table, personality = 0, OMIT, None
    if augmentation.startswith(b"z"):
        _, at = source.leb(at)
        for letter in augmentation[1:]:
            if letter == ord("P"):
                personality = source.pointer(at + 1, source.number(at, 1))
                at += 1 + personality.size
            elif letter == ord("L"):
                table = source.number(at, 1)
                at += 1
            elif letter == ord("R"):
                code = source.number(at, 1)
                at += 1
    frame = Frame(start, stop, common=True, personality=personality)
    return _Common(augmentation, code, table), frame


def _function(source: Bytes, at: int, common: _Common | None, start: int, stop: int) -> Frame:
    if common is None:
        raise _Damage
    code = source.pointer(at, common.code)
    at += code.size
    size = source.pointer(at, common.code & 0x0F)
    at += size.size
    table = None
    if common.augmentation.startswith(b"z"):
        _, at = source.leb(at)
        if common.table != OMIT:
            table = source.pointer(at, common.table)
    return Frame(start, stop, common=False, code=code, size=size.value, table=table)


def _sources(work: AnyWork, pair: AnyPair) -> tuple[Bytes, Bytes]:
    word, big = work.a.word, work.a.big
    return (
        Bytes(pair.plain_a, pair.a.addr, word, big=big, base=work.bases[0]),
        Bytes(pair.plain_b, pair.b.addr, word, big=big, base=work.bases[1]),
    )


def check_frames(work: AnyWork, region: Region, pair: AnyPair) -> None:
    """Check .eh_frame entry by entry, and the exception tables it leads to."""
    source_a, source_b = _sources(work, pair)
    list_a, list_b = frames(source_a), frames(source_b)
    if [(x.at, x.stop, x.common) for x in list_a] != [(x.at, x.stop, x.common) for x in list_b]:
        return
    read = list_a[-1].stop if list_a else 0
    if len(region.a) - read > 16 or (not list_a and any(region.a)):
        region.fail("the unwind table cannot be read to its end")
        return
    for one, two in zip(list_a, list_b, strict=True):
        for x, y in (
            (one.code, two.code),
            (one.personality, two.personality),
            (one.table, two.table),
        ):
            if x is not None and y is not None:
                region.word(x.at, y.at, x.size, work.map.follows(x.value, y.value))
        if one.code is not None and one.size != two.size:
            changed = work.resized.get(one.code.value) == (one.size, two.size)
            at = one.code.at + one.code.size
            region.word(at, at, one.code.size, changed)
        if one.table is not None and two.table is not None and one.table.value:
            check_exceptions(work, one.table.value, two.table.value)


def check_frame_header(work: AnyWork, region: Region, pair: AnyPair) -> None:
    """Check .eh_frame_hdr: the place of .eh_frame, and the sorted table of its entries."""
    source_a, source_b = _sources(work, pair)
    if len(region.a) != len(region.b) or len(region.a) < 4 or region.a[:4] != region.b[:4]:
        return
    pointer, count, table = region.a[1:4]
    try:
        at = 4
        number = 0
        for encoding in (pointer, count):
            if encoding == OMIT:
                continue
            one = source_a.pointer(at, encoding, pair.a.addr)
            two = source_b.pointer(at, encoding, pair.b.addr)
            number = one.value
            if encoding == pointer and at == 4:
                region.word(at, at, one.size, work.map.follows(one.value, two.value))
            at += one.size
        if table == OMIT:
            return
        for _ in range(min(2 * number, 2 * MAX_ENTRIES)):
            one = source_a.pointer(at, table, pair.a.addr)
            two = source_b.pointer(at, table, pair.b.addr)
            region.word(at, at, one.size, work.map.follows(one.value, two.value))
            at += one.size
    except _Damage:
        region.fail("the index of the unwind table cannot be read to its end")


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
    except _Damage:
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
        raise _Damage
    del sites
    # The types are counted by what lies between the actions and their base; those behind the
    # base are lists of specifications, in LEB128.
    size = _SIZES.get(type_encoding & 0x0F, source.width)
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
        except _Damage:
            break
        if kind > 0 and base - (kind * 4) < following:
            break
        most = max(most, kind)
        at = following
    return most
