"""The entries of unwind tables (.eh_frame), and pointers as they are encoded there.

Sources: Linux Standard Base Core 5.0, chapters 10.6 (.eh_frame) and 10.5 (pointer encodings);
GCC's libgcc/unwind-pe.h.
"""

import struct
from collections.abc import Container, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

MAX_ENTRIES: Final = 2_000_000
SIZES: Final = {0x2: 2, 0x3: 4, 0x4: 8, 0xA: 2, 0xB: 4, 0xC: 8}
OMIT: Final = 0xFF
_new: Final = tuple.__new__
"""Makes a named tuple at a third of the cost: there are tens of thousands of entries."""


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


class Damage(Exception):  # noqa: N818
    """The bytes end early, or mean nothing that is known."""


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
            raise Damage
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
                raise Damage
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
        elif form in SIZES:
            size = SIZES[form]
            value = self.number(at, size, signed=form >= 8)
        else:
            raise Damage
        if value:
            relative = encoding & 0x70
            if relative == 0x10:
                value += self.address + at
            elif relative == 0x30:
                value += base
            elif relative:
                raise Damage
            else:
                value -= self.base
            value &= (1 << 8 * self.width) - 1
        return _new(Pointer, (at, size, value))


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
    except Damage:
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
    code = _new(Pointer, (at + 8, 4, address))
    return _new(Frame, (at, stop, False, code, size, None, None))


def _common(source: Bytes, at: int, start: int, stop: int) -> tuple[_Common, Frame]:
    version = source.number(at, 1)
    end = source.data.find(b"\0", at + 1, at + 32)
    if end < 0:
        raise Damage
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
        raise Damage
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
