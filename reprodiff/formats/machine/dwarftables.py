"""What the other sections of debug information refer to (DWARF 5, sections 6 and 7).

Each function yields the words of one section, or of one list, that refer to something.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Final

from reprodiff.formats.machine.dwarfexpr import Damage, Reader
from reprodiff.formats.machine.dwarfinfo import FIXED, LEBS, Listing, Token, pointed
from reprodiff.formats.machine.layout import AnyPair
from reprodiff.formats.machine.model import Binary
from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.machine.work import AnyWork

# -- lists of ranges and locations ------------------------------------------------------------


def entries(data: bytes, work: AnyWork, start: Listing) -> Iterator[Token]:
    """Yield the addresses in a list of ranges or locations."""
    reader = Reader(data, start.at, big=work.a.big, numbers=bool(work.lengths))
    word = start.word
    if start.section in {".debug_loc", ".debug_ranges"}:
        yield from _old_list(reader, start)
        return
    located = start.section == ".debug_loclists"
    # Kind of entry -> how many addresses and numbers it has, and whether an expression follows.
    forms = {
        0: ("", False), 1: ("n", False), 2: ("nn", True), 3: ("nn", True), 4: ("nn", True),
    }  # fmt: skip
    if located:
        forms |= {5: ("", True), 6: ("a", False), 7: ("aa", True), 8: ("an", True)}
    else:
        forms |= {5: ("a", False), 6: ("aa", False), 7: ("an", False)}
    for _ in range(1_000_000):
        kind = reader.number(1)
        if kind not in forms:
            raise Damage
        operands, expression = forms[kind]
        for number, operand in enumerate(operands):
            if operand == "a":
                yield Token(reader.at, word, "end" if number else "addr", reader.number(word))
            else:
                reader.leb()
        if expression and located:
            length = reader.leb()
            yield from pointed(reader, length, word, start.wide, start.unit)
            reader.at += length
        if not kind:
            return
    raise Damage


def _old_list(reader: Reader, start: Listing) -> Iterator[Token]:
    """Yield the words of a list before version 5: pairs, from the unit's base if it has one."""
    word, base = start.word, start.base
    top = (1 << 8 * word) - 1
    for _ in range(1_000_000):
        place = reader.at
        low, high = reader.number(word), reader.number(word)
        if not low and not high:
            return
        if low == top:
            base = high
            yield Token(place + word, word, "addr", high)
            continue
        if not base:
            yield Token(place, word, "addr", low)
            yield Token(place + word, word, "end", high)
        if start.section == ".debug_loc":
            length = reader.number(2)
            yield from pointed(reader, length, word, 4, start.unit)
            reader.at += length
    raise Damage


# -- tables -----------------------------------------------------------------------------------


def ranges_of_units(data: bytes, work: AnyWork, side: int) -> Iterator[Token]:
    """Yield what .debug_aranges refers to."""
    del side
    reader = Reader(data, 0, big=work.a.big)
    while reader.at < len(data):
        start = reader.at
        length, wide = reader.length()
        stop = reader.at + length
        reader.number(2)
        yield Token(reader.at, wide, ".debug_info", reader.number(wide))
        word = reader.number(1)
        reader.number(1)
        if word not in {4, 8} or stop > len(data):
            raise Damage
        reader.at = start + -(-(reader.at - start) // (2 * word)) * 2 * word
        while reader.at + 2 * word <= stop:
            yield Token(reader.at, word, "addr", reader.number(word))
            reader.number(word)
        reader.at = stop


def string_offsets(data: bytes, work: AnyWork, side: int) -> Iterator[Token]:
    """Yield the offsets in .debug_str_offsets."""
    del side
    reader = Reader(data, 0, big=work.a.big)
    while reader.at < len(data):
        length, wide = reader.length()
        stop = reader.at + length
        reader.number(4)
        if stop > len(data):
            raise Damage
        while reader.at + wide <= stop:
            yield Token(reader.at, wide, ".debug_str", reader.number(wide))
        reader.at = stop


def frames(data: bytes, work: AnyWork, side: int) -> Iterator[Token]:
    """Yield the addresses of functions in .debug_frame (DWARF 5, section 6.4.1)."""
    del side
    reader = Reader(data, 0, big=work.a.big)
    while reader.at < len(data):
        length, wide = reader.length()
        stop = reader.at + length
        if stop > len(data):
            raise Damage
        if length and reader.number(wide) != (1 << 8 * wide) - 1:
            yield Token(reader.at, work.a.word, "addr", reader.number(work.a.word))
        reader.at = stop


def address_table(data: bytes, work: AnyWork, side: int) -> Iterator[Token]:
    """Yield the addresses in .debug_addr; before DWARF 5 it is nothing but addresses."""
    del side
    reader = Reader(data, 0, big=work.a.big)
    if len(data) >= 8 and not (reader.peek(4, 2) == 5 and reader.peek(0, 4) <= len(data) - 4):
        for at in range(0, len(data) - work.a.word + 1, work.a.word):
            yield Token(at, work.a.word, "addr", reader.peek(at, work.a.word))
        return
    while reader.at < len(data):
        length, _ = reader.length()
        stop = reader.at + length
        reader.number(2)
        word = reader.number(1)
        reader.number(1)
        if stop > len(data) or word not in {4, 8}:
            raise Damage
        while reader.at + word <= stop:
            yield Token(reader.at, word, "addr", reader.number(word))
        reader.at = stop


# -- .debug_line ------------------------------------------------------------------------------


def _line_units(data: bytes, *, big: bool) -> list[tuple[int, int]]:
    reader = Reader(data, 0, big=big)
    found: list[tuple[int, int]] = []
    try:
        while reader.at < len(data):
            start = reader.at
            length, _ = reader.length()
            stop = reader.at + length
            if stop > len(data):
                break
            found.append((start, stop))
            reader.at = stop
    except Damage:
        pass
    return found


def map_lines(file: Binary, pair: AnyPair) -> None:
    """Map .debug_line: .debug_info refers to the starts of units, relocations to all in them."""
    a, b = pair.plain_a, pair.plain_b
    if pair.unread or a == b:
        pair.settle([Piece(0, 0, len(a), len(b), "same")])
        return
    ones, twos = (_line_units(data, big=file.big) for data in (a, b))
    if len(ones) != len(twos):
        pair.settle([Piece(0, 0, len(a), len(b), "changed")])
        return
    texts_a, texts_b = _texts(a, file), _texts(b, file)
    pieces: list[Piece] = []
    for (x0, x1), (y0, y1) in zip(ones, twos, strict=True):
        inside_a, inside_b = (
            [text for text in texts if low <= text[0] < high]
            for texts, low, high in ((texts_a, x0, x1), (texts_b, y0, y1))
        )
        pieces += _unit_pieces(pair, (x0, x1, y0, y1), inside_a, inside_b)
    pair.settle(pieces)


def _texts(data: bytes, file: Binary) -> list[tuple[int, int]]:
    """Return where a line table has strings in place; as far as it can be read."""
    found: list[tuple[int, int]] = []
    with suppress(Damage, ValueError):
        found.extend(
            (token.at, token.at + token.size)
            for token in _lines(data, file, programs=False)
            if token.kind == "string"
        )
    return found


def _unit_pieces(
    pair: AnyPair,
    unit: tuple[int, int, int, int],
    ones: list[tuple[int, int]],
    twos: list[tuple[int, int]],
) -> list[Piece]:
    """Return the pieces of one unit: strings, and what is between them."""
    x0, x1, y0, y1 = unit
    pieces: list[Piece] = []
    at_a, at_b = x0, y0
    if len(ones) != len(twos):
        ones, twos = [], []
    for one, two in zip([*ones, (x1, x1)], [*twos, (y1, y1)], strict=True):
        size_a, size_b = one[0] - at_a, two[0] - at_b
        pieces.append(Piece(at_a, at_b, size_a, size_b, "words" if size_a == size_b else "changed"))
        same = pair.plain_a[slice(*one)] == pair.plain_b[slice(*two)]
        pieces.append(
            Piece(one[0], two[0], one[1] - one[0], two[1] - two[0], "same" if same else "string")
        )
        at_a, at_b = one[1], two[1]
    return pieces


def lines(data: bytes, work: AnyWork, side: int) -> Iterator[Token]:
    """Yield what .debug_line refers to, its lengths and its strings."""
    del side
    return _lines(data, work.a)


def _lines(data: bytes, file: Binary, *, programs: bool = True) -> Iterator[Token]:
    reader = Reader(data, 0, big=file.big)
    while reader.at < len(data):
        place = reader.at
        length, wide = reader.length()
        stop = reader.at + length
        if stop > len(data):
            raise Damage
        unit = place if wide == 4 else place + 4
        version = reader.number(2)
        word = file.word
        if version >= 5:
            word = reader.number(1)
            reader.number(1)
        place = reader.at
        header = reader.number(wide)
        program = reader.at + header
        reader.number(4 if version < 4 else 5)
        base = reader.number(1)
        lengths = [reader.number(1) for _ in range(base - 1)]
        if version >= 5:
            for _ in range(2):
                yield from _line_table(reader, wide)
        else:
            yield from _old_line_tables(reader)
        if program > stop:
            raise Damage
        # The two lengths say where the program starts, behind the tables, and how long it is.
        yield Token(unit, wide, "length", stop - program)
        yield Token(place, wide, "length", program - reader.at)
        reader.at = program
        if programs:
            yield from _program(reader, stop, tuple(lengths), word)
        reader.at = stop


def _old_line_tables(reader: Reader) -> Iterator[Token]:
    """Yield the directories and files of a line table before version 5, which are in place."""
    for numbers in (0, 3):
        for _ in range(len(reader.data)):
            place = reader.at
            reader.string()
            if reader.at == place + 1:
                break
            yield Token(place, reader.at - place, "string", 0)
            for _ in range(numbers):
                reader.leb()


def _line_table(reader: Reader, wide: int) -> Iterator[Token]:
    """Yield the offsets in a table of directories or files."""
    formats = [(reader.leb(), reader.leb()) for _ in range(reader.number(1))]
    count = reader.leb()
    if count > len(reader.data):
        raise Damage
    for _ in range(count):
        for _, form in formats:
            if form in {0x0E, 0x1F}:
                target = ".debug_str" if form == 0x0E else ".debug_line_str"
                yield Token(reader.at, wide, target, reader.number(wide))
            elif form == 0x08:
                place = reader.at
                reader.string()
                yield Token(place, reader.at - place, "string", 0)
            elif form in FIXED:
                reader.at += FIXED[form]
            elif form in LEBS:
                reader.leb()
            elif form == 0x09:
                reader.at += reader.leb()
            else:
                raise Damage


def _program(reader: Reader, stop: int, lengths: tuple[int, ...], word: int) -> Iterator[Token]:
    plain = _plain(lengths)
    while reader.at < stop:
        if (found := plain.match(reader.data, reader.at, stop)) is not None:
            reader.at = found.end()
            continue
        code = reader.number(1)
        if code == _FIXED_ADVANCE:
            reader.number(2)
        elif code:
            for _ in range(lengths[code - 1]):
                reader.leb()
        else:
            length = reader.leb()
            behind = reader.at + length
            if length and reader.number(1) == 2 and length == word + 1:
                yield Token(reader.at, word, "addr", reader.number(word))
            reader.at = behind


_FIXED_ADVANCE: Final = 9
"""DW_LNS_fixed_advance_pc, whose operand is no LEB128 but has two bytes."""
_NUMBER: Final = b"[\x80-\xff]{0,9}+[\0-\x7f]"


@lru_cache(maxsize=16)
def _plain(lengths: tuple[int, ...]) -> re.Pattern[bytes]:
    """Return the pattern of a run of opcodes that refer to nothing, with their operands.

    ``lengths`` has how many operands each standard opcode has, from the first one on.
    """
    codes: dict[int, bytes] = {}
    for code, operands in enumerate(lengths, 1):
        if code != _FIXED_ADVANCE and operands <= _MOST_OPERANDS:
            codes[operands] = codes.get(operands, b"") + b"\\x%02x" % code
    special = b"\\x%02x-\\xff" % (len(lengths) + 1) if len(lengths) < 0xFF else b""
    codes[0] = codes.get(0, b"") + special
    choices = [
        b"[%s]%s" % (each, _NUMBER * operands if operands else b"++")
        for operands, each in codes.items()
        if each
    ]
    return re.compile(b"(?:" + b"|".join(choices) + b")++")


_MOST_OPERANDS: Final = 3
