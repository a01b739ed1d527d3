"""What __LINKEDIT tells the loader: rebases, bindings, exports, starts of functions.

Source: Apple, mach-o/loader.h (REBASE_*, BIND_*, EXPORT_SYMBOL_*) and mach-o/fixup-chains.h.
Everything is decoded to what it means; a stream that cannot be read to its end is ``None``.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from reprodiff.formats.macho.parts import File

MAX_ENTRIES: Final = 2_000_000
# Operations that have no use for the low half of their byte.
_WITHOUT: Final = frozenset({0x00, 0x30, 0x60, 0x70, 0x80})
_BIND_WITHOUT: Final = frozenset({0x00, 0x20, 0x60, 0x80, 0x90, 0xA0, 0xC0})
_LONGEST: Final = 1 << 14
"""Bytes of a name in the trie of exports."""


class Fixup(NamedTuple):
    """A pointer that the loader adjusts (``target``) or fills in (``symbol`` is then what with)."""

    target: int | None
    symbol: tuple[object, ...] = ()


class Bad(Exception):  # noqa: N818
    """A stream that cannot be read."""


class Stream:
    """Reads numbers from a stream of bytes."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def byte(self) -> int:
        """Return the next byte."""
        if self.at >= len(self.data):
            raise Bad
        self.at += 1
        return self.data[self.at - 1]

    def leb(self, *, signed: bool = False) -> int:
        """Return a LEB128 number."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
            if shift > 70:
                raise Bad
        if not signed and (value >> 64 or (not byte and shift > 7)):
            raise Bad  # no number of 64 bits, or longer than it has to be
        if signed and byte & 0x40:
            value -= 1 << shift
        return value

    def end(self, last: int) -> None:
        """Make sure that nothing but zeros is left behind the last thing that was said."""
        if any(self.data[last:]):
            raise Bad

    def text(self) -> bytes:
        """Return a string up to its NUL."""
        stop = self.data.find(b"\0", self.at)
        if stop < 0:
            raise Bad
        found = self.data[self.at : stop]
        self.at = stop + 1
        return found


def _place(file: File, segment: int, offset: int) -> int:
    if segment >= len(file.segments):
        raise Bad
    return file.segments[segment].addr + offset & (1 << file.bits) - 1


def rebases(file: File) -> dict[int, int] | None:
    """Return the address of each pointer that the loader adjusts -> its type."""
    try:
        return dict(_rebases(file, Stream(file.linked("rebase"))))
    except Bad:
        return None


def _rebases(file: File, stream: Stream) -> Iterator[tuple[int, int]]:
    kind = segment = offset = total = last = 0
    while stream.at < len(stream.data):
        byte = stream.byte()
        code, low = byte & 0xF0, byte & 0x0F
        count, step = 0, file.word
        if low and code in _WITHOUT:
            raise Bad  # bits that say nothing
        if code == 0x00:
            break
        if code == 0x10:
            kind = low
        elif code == 0x20:
            segment, offset = low, stream.leb()
        elif code in {0x30, 0x40}:
            offset += stream.leb() if code == 0x30 else file.word * low
        elif code in {0x50, 0x60}:
            count = low if code == 0x50 else stream.leb()
        elif code in {0x70, 0x80}:
            count = 1 if code == 0x70 else stream.leb()
            step += stream.leb()
        else:
            raise Bad
        total += count
        if total > MAX_ENTRIES or (code >= 0x50 and not count):
            raise Bad
        if count:
            last = stream.at
        for _ in range(count):
            yield _place(file, segment, offset), kind
            offset += step
    stream.end(last)


class Binding(NamedTuple):
    """A pointer that the loader fills in, and where its entry starts in the stream."""

    at: int
    symbol: tuple[object, ...]
    entry: int


def bindings(file: File, name: str) -> list[Binding] | None:
    """Return the bindings of one of the three streams."""
    try:
        return list(_bindings(file, Stream(file.linked(name)), lazy=name == "lazy bind"))
    except Bad:
        return None


def _bindings(  # noqa: C901, PLR0912, PLR0915
    file: File, stream: Stream, *, lazy: bool
) -> Iterator[Binding]:
    # In the lazy stream all are pointers; in the others each is said to be one.
    kind, ordinal, symbol, flags, addend, segment, offset = int(lazy), 0, b"", 0, 0, 0, 0
    total = entry = last = 0
    while stream.at < len(stream.data):
        byte = stream.byte()
        code, low = byte & 0xF0, byte & 0x0F
        count, step = 0, file.word
        if low and code in _BIND_WITHOUT:
            raise Bad  # bits that say nothing
        if code == 0x00:
            if not lazy:
                break
            # Each pointer is bound by itself, when it is first used.
            kind, ordinal, symbol, flags, addend, segment, offset = 1, 0, b"", 0, 0, 0, 0
            entry = stream.at
        elif code == 0x10:
            ordinal = low
        elif code == 0x20:
            ordinal = stream.leb()
        elif code == 0x30:
            ordinal = low - 16 if low else 0
        elif code == 0x40:
            flags, symbol = low, stream.text()
        elif code == 0x50:
            kind = low
        elif code == 0x60:
            addend = stream.leb(signed=True)
        elif code == 0x70:
            segment, offset = low, stream.leb()
        elif code == 0x80:
            step = stream.leb()
            if not step:
                raise Bad
            offset += step
        elif code == 0x90:
            count = 1
        elif code in {0xA0, 0xB0}:
            more = stream.leb() if code == 0xA0 else file.word * low
            if not more:
                raise Bad  # there is a shorter way to say this
            count, step = 1, file.word + more
        elif code == 0xC0:
            count, step = stream.leb(), file.word + stream.leb()
        else:
            raise Bad
        total += count
        if total > MAX_ENTRIES:
            raise Bad
        if count:
            last = stream.at
        for _ in range(count):
            key = (kind, ordinal, symbol, flags, addend)
            yield Binding(_place(file, segment, offset), key, entry)
            offset += step
    stream.end(last)


class Export(NamedTuple):
    """An exported name: flags, and its address, or what it is exported from again."""

    flags: int
    address: int | None
    other: tuple[object, ...]


def exports(file: File) -> dict[bytes, Export] | None:
    """Return the names in the trie of exports."""
    data = file.linked("exports") or file.linked("exports trie")
    try:
        return dict(_exports(file, data))
    except Bad:
        return None


def _exports(file: File, data: bytes) -> Iterator[tuple[bytes, Export]]:
    waiting: list[tuple[int, bytes]] = [(0, b"")] if data else []
    seen: set[int] = set()
    rest = bytearray(data)
    while waiting:
        at, prefix = waiting.pop()
        if at in seen or len(seen) > MAX_ENTRIES or len(prefix) > _LONGEST:
            raise Bad
        seen.add(at)
        stream = Stream(data, at)
        size = stream.leb()
        start = stream.at
        if size:
            yield prefix, _export(file, stream)
        if stream.at != start + size:
            raise Bad
        for _ in range(stream.byte()):
            edge = stream.text()
            waiting.append((stream.leb(), prefix + edge))
        rest[at : stream.at] = bytes(stream.at - at)
    if any(rest):
        raise Bad  # bytes that no name leads to


def _export(file: File, stream: Stream) -> Export:
    flags = stream.leb()
    if flags & 8:
        return Export(flags, None, (stream.leb(), stream.text()))
    value = stream.leb()
    if flags & 3 == 2:  # a number, not an address
        return Export(flags, None, (value,))
    return Export(flags, file.base + value, (stream.leb(),) if flags & 16 else ())


def function_starts(file: File) -> list[int] | None:
    """Return the addresses of functions."""
    stream = Stream(file.linked("function starts"))
    found: list[int] = []
    at = file.base
    try:
        while stream.at < len(stream.data):
            last = stream.at
            step = stream.leb()
            if not step:
                stream.end(last)
                break
            at += step
            found.append(at)
    except Bad:
        return None
    return found


def chained(file: File) -> dict[int, Fixup] | None:
    """Return the pointers in the chains of fixups; ``None`` if they cannot be read."""
    data = file.linked("chained fixups")
    if not data:
        return {}
    try:
        version, starts, imports, symbols, count, form, packed = struct.unpack_from("<7I", data)
        if version or packed or count > MAX_ENTRIES:
            return None
        names = _imports(data, imports, symbols, count, form)
        (segments,) = struct.unpack_from("<I", data, starts)
        found: dict[int, Fixup] = {}
        for number in range(min(segments, len(file.segments))):
            (place,) = struct.unpack_from("<I", data, starts + 4 + 4 * number)
            if place:
                _chains(file, data, starts + place, names, found)
    except (struct.error, Bad):
        return None
    return found


def _imports(data: bytes, at: int, symbols: int, count: int, form: int) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for number in range(count):
        addend = 0
        if form in {1, 2}:
            step = 4 * form
            (word,) = struct.unpack_from("<I", data, at + step * number)
            ordinal, weak, name = word & 0xFF, word >> 8 & 1, word >> 9
            if form == 2:
                (addend,) = struct.unpack_from("<i", data, at + step * number + 4)
        elif form == 3:
            word, addend = struct.unpack_from("<2Q", data, at + 16 * number)
            ordinal, weak, name = word & 0xFFFF, word >> 16 & 1, word >> 32
        else:
            raise Bad
        found.append((ordinal, weak, Stream(data, symbols + name).text(), addend))
    return found


def _chains(
    file: File, data: bytes, at: int, names: list[tuple[object, ...]], found: dict[int, Fixup]
) -> None:
    """Walk the chains of one segment (DYLD_CHAINED_PTR_64 and _OFFSET)."""
    _size, page, form, offset, _most, count = struct.unpack_from("<IHHQIH", data, at)
    if form not in {2, 6}:
        raise Bad
    for number in range(count):
        (start,) = struct.unpack_from("<H", data, at + 22 + 2 * number)
        if start == 0xFFFF:
            continue
        if start & 0x8000:
            raise Bad
        place = file.base + offset + page * number + start
        while True:
            word = file.read(place, 8)
            if word is None or place in found or len(found) > MAX_ENTRIES:
                raise Bad
            following = word >> 51 & 0xFFF
            if word >> 63:
                if word & 0xFFFFFF >= len(names):
                    raise Bad
                found[place] = Fixup(None, (*names[word & 0xFFFFFF], word >> 24 & 0xFF))
            else:
                target = word & (1 << 36) - 1
                top = word >> 36 & 0xFF
                found[place] = Fixup(target + (file.base if form == 6 else 0), (top,))
            if not following:
                break
            place += 4 * following
