"""What indexes of debug information and tables of macros refer to.

Sources: DWARF 5, sections 6.1 (.debug_names), 6.3 (.debug_macro) and DWARF 4, section 6.1.1
(.debug_pubnames); GCC's .debug_gnu_pubnames; "Index Section Format" in GDB's manual, versions 4 to
9, for .gdb_index.
"""

from collections.abc import Iterator
from typing import Final

from reprodiff.formats.machine.dwarfexpr import Damage, Reader
from reprodiff.formats.machine.dwarfinfo import FIXED, Token
from reprodiff.formats.machine.work import AnyWork


def names(data: bytes, work: AnyWork, side: int) -> Iterator[Token]:
    """Yield what .debug_names refers to: units and strings."""
    del side
    reader = Reader(data, 0, big=work.a.big)
    while reader.at < len(data):
        length, wide = reader.length()
        stop = reader.at + length
        reader.number(4)
        units, types, foreign, buckets, count, shapes, text = (reader.number(4) for _ in range(7))
        reader.at += text
        if stop > len(data) or (units + types) * wide + foreign * 8 + count * 2 * wide > length:
            raise Damage
        for _ in range(units + types):
            yield Token(reader.at, wide, ".debug_info", reader.number(wide))
        reader.at += foreign * 8 + buckets * 4 + (count * 4 if buckets else 0)
        for _ in range(count):
            yield Token(reader.at, wide, ".debug_str", reader.number(wide))
        del shapes
        reader.at = stop


def public_names(data: bytes, work: AnyWork, side: int) -> Iterator[Token]:
    """Yield what .debug_pubnames and its relations refer to: units."""
    del side
    reader = Reader(data, 0, big=work.a.big)
    while reader.at < len(data):
        length, wide = reader.length()
        stop = reader.at + length
        reader.number(2)
        yield Token(reader.at, wide, ".debug_info", reader.number(wide))
        if stop > len(data):
            raise Damage
        reader.at = stop


_MACROS = {
    0x01: "us", 0x02: "us", 0x03: "uu", 0x04: "", 0x05: "uo", 0x06: "uo", 0x07: "m",
    0x0B: "uu", 0x0C: "uu",
}  # fmt: skip


def macros(data: bytes, work: AnyWork, side: int) -> Iterator[Token]:
    """Yield what .debug_macro refers to: line tables, strings, other tables of macros."""
    del side
    reader = Reader(data, 0, big=work.a.big)
    while reader.at < len(data):
        if reader.number(2) not in {4, 5}:
            raise Damage
        flags = reader.number(1)
        wide = 8 if flags & 1 else 4
        if flags & 4:
            raise Damage  # operations of a vendor
        if flags & 2:
            yield Token(reader.at, wide, ".debug_line", reader.number(wide))
        while kind := reader.number(1):
            operands = _MACROS.get(kind)
            if operands is None:
                raise Damage
            for operand in operands:
                if operand == "u":
                    reader.leb()
                elif operand == "s":
                    reader.string()
                else:
                    target = ".debug_str" if operand == "o" else ".debug_macro"
                    yield Token(reader.at, wide, target, reader.number(wide))


def index_of_gdb(data: bytes, work: AnyWork, side: int) -> Iterator[Token]:
    """Yield what .gdb_index refers to: units and addresses; its numbers are little-endian."""
    del side, work
    reader = Reader(data, 0, big=False)
    if not 4 <= reader.number(4) <= 9:
        raise Damage
    units, types, places, symbols = (reader.number(4) for _ in range(4))
    if not 24 <= units <= types <= places <= symbols <= len(data):
        raise Damage
    for start, stop, width in ((units, types, 16), (types, places, 24)):
        for at in range(start, stop - width + 1, width):
            yield Token(at, 8, ".debug_info", reader.peek(at, 8))
    for at in range(places, symbols - 19, 20):
        yield Token(at, 8, "addr", reader.peek(at, 8))
        yield Token(at + 8, 8, "addr", reader.peek(at + 8, 8))


def apple(data: bytes, work: AnyWork, side: int) -> Iterator[Token]:
    """Yield what a table of names for Apple's debugger refers to: strings, and entries.

    Source: LLVM, "Source Level Debugging with LLVM", Name Accelerator Tables.
    """
    del side
    reader = Reader(data, 0, big=work.a.big)
    if reader.number(4) != _HASH:
        raise Damage
    reader.number(4)
    buckets, hashes, length = (reader.number(4) for _ in range(3))
    stop = reader.at + length
    base = reader.number(4)
    atoms = [(reader.number(2), reader.number(2)) for _ in range(reader.number(4))]
    if reader.at != stop or not all(form in FIXED for _, form in atoms):
        raise Damage
    reader.at += 4 * buckets + 8 * hashes
    while reader.at < len(data):
        place, name = reader.at, reader.number(4)
        if not name:
            continue  # the end of what has one hash
        yield Token(place, 4, ".debug_str", name)
        for _ in range(reader.number(4)):
            for kind, form in atoms:
                place, size = reader.at, FIXED[form]
                value = reader.number(size)
                if kind == _ENTRY:
                    yield Token(place, size, ".debug_info", base + value)


_HASH: Final = 0x48415348
_ENTRY: Final = 1
"""The atom that says where an entry of .debug_info is."""
