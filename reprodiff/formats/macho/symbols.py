"""Facts on debug symbols (stabs) that name object files with their times, and on their strings.

Source: Apple, mach-o/nlist.h and mach-o/stab.h.  N_OSO names an object file by its path, with its
modification time for a value; N_SO names the source and its directory.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from reprodiff.formats.macho.image import SIGNATURE, SYMTAB, Command, Image
from reprodiff.formats.parsing.native import MAX_STRING, Pair, all_zero, fact
from reprodiff.ledger import merge
from reprodiff.model import Difference, Span

N_SO, N_OSO = 0x64, 0x66
_PATHS: Final = frozenset({N_SO, N_OSO})
_MAX_SYMBOLS: Final = 2_000_000


class _Table(NamedTuple):
    command: Command
    symbols: Span
    rows: int
    strings: Span
    form: struct.Struct


def _table(image: Image, damage: list[str]) -> _Table | None:
    command = image.find(SYMTAB)
    if command is None or command.size < 24:
        return None
    form = struct.Struct(f"{image.order}IBBHQ" if image.wide else f"{image.order}IBBHI")
    at, count, strings, size = (image.word(command.at + 8 + 4 * n) for n in range(4))
    if at + count * form.size > len(image.data) or strings + size > len(image.data):
        damage.append("the symbol table runs past the end of the file")
        return None
    if count > _MAX_SYMBOLS:
        damage.append("there are too many symbols")
        return None
    symbols = Span(at, at + count * form.size)
    return _Table(command, symbols, count, Span(strings, strings + size), form)


def symbol_facts(
    a: Image, b: Image, damage: tuple[list[str], list[str]], path: str
) -> Iterator[Difference]:
    """Yield facts on the symbol tables, if they differ in stabs and their strings alone."""
    one, two = _table(a, damage[0]), _table(b, damage[1])
    if one is None or two is None or one.rows != two.rows or one.form.size != two.form.size:
        return
    yield Difference("macho.place", path, "symbol table", None, None, one.symbols, two.symbols)
    yield Difference("macho.place", path, "string table", None, None, one.strings, two.strings)
    raw = [
        bytes(image.data[span.start : span.stop])
        for image, table in ((a, one), (b, two))
        for span in (table.symbols, table.strings)
    ]
    if raw[0] == raw[2] and raw[1] == raw[3]:
        return
    found = _Walk(a, b, one, two, raw[1], raw[3])
    if not found.sound:
        return
    if found.times:
        inside = f"N_OSO time of {len(found.times)} object files"
        yield fact(("macho.oso-time", path, inside), found.first_times, found.times)
    if not found.moved:
        for text_a, text_b, span_a, span_b in found.paths:
            yield Difference("macho.oso-path", path, "stab", text_a, text_b, span_a, span_b)
        return
    parts = found.moved_parts()
    if parts is None:
        return
    for text_a, text_b, _, _ in found.paths:
        yield Difference("macho.oso-path", path, "stab", text_a, text_b)
    sizes = (f"{one.strings.size} bytes", f"{two.strings.size} bytes")
    yield fact(("macho.string-table", path, "string table"), sizes, parts)


class _Walk:
    """Symbol by symbol: what differs, and whether that is paths and times of stabs alone."""

    def __init__(
        self, a: Image, b: Image, one: _Table, two: _Table, strings_a: bytes, strings_b: bytes
    ) -> None:
        self.a, self.b, self.one, self.two = a, b, one, two
        self.strings = (strings_a, strings_b)
        self.times: list[Pair] = []
        self.first_times = (0, 0)
        self.paths: list[tuple[bytes, bytes, Span, Span]] = []
        self.indexes: list[Pair] = []
        self.used: tuple[list[Span], list[Span]] = ([], [])
        self.moved = one.strings.size != two.strings.size
        self.sound = True
        seen: set[tuple[int, int, bool]] = set()
        rows = zip(
            one.form.iter_unpack(a.data[one.symbols.start : one.symbols.stop]),
            two.form.iter_unpack(b.data[two.symbols.start : two.symbols.stop]),
            strict=True,
        )
        for number, (row_a, row_b) in enumerate(rows):
            if row_a[1:4] != row_b[1:4]:
                self.sound = False
                return
            self._value(number, row_a, row_b)
            self._name(number, row_a, row_b, seen)
            if not self.sound:
                return

    def _place(self, number: int, offset: int, size: int) -> Pair:
        step = self.one.form.size
        at_a = self.one.symbols.start + step * number + offset
        at_b = self.two.symbols.start + step * number + offset
        return Span(at_a, at_a + size), Span(at_b, at_b + size)

    def _value(self, number: int, a: tuple[int, ...], b: tuple[int, ...]) -> None:
        if a[4] == b[4]:
            return
        if a[1] != N_OSO:
            self.sound = False
            return
        self.first_times = self.first_times if self.times else (a[4], b[4])
        self.times.append(self._place(number, 8, self.one.form.size - 8))

    def _name(
        self, number: int, a: tuple[int, ...], b: tuple[int, ...], seen: set[tuple[int, int, bool]]
    ) -> None:
        if a[0] != b[0]:
            self.moved = True
            self.indexes.append(self._place(number, 0, 4))
        key = (a[0], b[0], a[1] in _PATHS)
        if key in seen:
            return
        seen.add(key)
        text_a, text_b = (_text(s, row[0]) for s, row in zip(self.strings, (a, b), strict=True))
        if text_a is None or text_b is None:
            self.sound = False
            return
        spans = []
        for table, row, text in ((self.one, a, text_a), (self.two, b, text_b)):
            at = table.strings.start + row[0]
            spans.append(Span(at, at + len(text)))
        for used, span in zip(self.used, spans, strict=True):
            used.append(Span(span.start, span.stop + 1))
        if text_a == text_b:
            return
        if a[1] not in _PATHS:
            self.sound = False
            return
        self.moved = self.moved or len(text_a) != len(text_b)
        self.paths.append((text_a, text_b, spans[0], spans[1]))

    def moved_parts(self) -> list[Pair] | None:
        """Return the bytes that follow strings of another length; ``None`` if others do, too.

        Every byte of both string tables must belong to a symbol's name or be zero, and what lies
        behind the strings must be told by fields that are true on each side.
        """
        parts = list(self.indexes)
        sides = ((self.a, self.one, self.used[0]), (self.b, self.two, self.used[1]))
        for image, table, used in sides:
            at = table.strings.start
            # The first string is that of symbols without a name: a space or nothing.
            if bytes(image.data[at : at + 2]) == b" \0":
                at += 2
            for span in [*merge(used), Span(table.strings.stop, table.strings.stop)]:
                if span.start > at and not all_zero(image.data, Span(at, span.start)):
                    return None
                at = max(at, span.stop)
        parts.append((self.one.strings, self.two.strings))
        command_a, command_b = self.one.command, self.two.command
        parts.append((_field(command_a, 20), _field(command_b, 20)))
        tail = self._tail()
        return None if tail is None else sorted([*parts, *tail])

    def _tail(self) -> list[Pair] | None:
        """Return the fields that say where the last segment and the signature end."""
        parts: list[Pair] = []
        linkedit = [
            next((s for s in image.segments if s.name == b"__LINKEDIT"), None)
            for image in (self.a, self.b)
        ]
        one, two = linkedit
        if one is None or two is None:
            return None
        for image, segment in ((self.a, one), (self.b, two)):
            # In memory it is as large as in the file, or rounded up to a page.
            rounded = {-(-segment.span.size // page) * page for page in (1, 0x1000, 0x4000)}
            if segment.span.stop != len(image.data) or segment.vmsize not in rounded:
                return None
        wide = self.a.wide
        for offset in (32, 48) if wide else (28, 36):
            width = 8 if wide else 4
            parts.append((_field(one.command, offset, width), _field(two.command, offset, width)))
        signed = self.a.find(SIGNATURE), self.b.find(SIGNATURE)
        if signed[0] and signed[1]:
            signed_sides = ((self.a, self.one, signed[0]), (self.b, self.two, signed[1]))
            for image, table, command in signed_sides:
                at = image.word(command.at + 8)
                if at != (table.strings.stop + 15) // 16 * 16:
                    return None
                if not all_zero(image.data, Span(table.strings.stop, at)):
                    return None
            parts.append((_field(signed[0], 8), _field(signed[1], 8)))
            gaps = [_behind(*side) for side in signed_sides]
            parts.append((gaps[0], gaps[1]))
        return parts


def _behind(image: Image, table: _Table, command: Command) -> Span:
    """Return the zeros between the strings and the signature."""
    return Span(table.strings.stop, max(table.strings.stop, image.word(command.at + 8)))


def _field(command: Command, offset: int, width: int = 4) -> Span:
    return Span(command.at + offset, command.at + offset + width)


def _text(strings: bytes, at: int) -> bytes | None:
    stop = strings.find(b"\0", at, at + MAX_STRING)
    return strings[at:stop] if stop >= 0 else None
