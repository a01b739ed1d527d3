"""Small PE images made field by field: what linkers write, and what they never would."""

import struct
from dataclasses import dataclass

from reprodiff.formats.pe.checks import checksum
from reprodiff.model import Span

PE = 0x80
OPTIONAL = PE + 24
CHECKSUM = OPTIONAL + 64
TEXT, RDATA, RELOC, SIZE = 0x400, 0x600, 0xA00, 0xC00
STRINGS = RDATA + 0x200


@dataclass(frozen=True)
class Recipe:
    stamp: int = 1_700_000_000
    base: int = 0x1_8000_0000
    pdb: bytes = b"D:\\a\\demo\\build\\demo.pdb"
    guid: bytes = bytes(range(16))
    source: bytes = b"/tmp/build-aaa/src/demo.c"
    date: bytes = b"Nov 14 2023"
    linker: tuple[int, int] = (14, 38)
    rich: int = 0x1234
    brepro: bool = False
    summed: bool = True
    overlay: bytes = b""
    plus: bool = True


def make(recipe: Recipe) -> bytearray:
    """Three sections: code with one absolute address, data with all tables, relocations."""
    data = bytearray(SIZE)
    data[0:2] = b"MZ"
    struct.pack_into("<I", data, 60, PE)
    _rich(data, recipe.rich)
    data[PE : PE + 4] = b"PE\0\0"
    optional = 240 if recipe.plus else 224
    struct.pack_into("<HHIIIHH", data, PE + 4, 0x8664, 3, recipe.stamp, 0, 0, optional, 0x2022)
    struct.pack_into("<HBB", data, OPTIONAL, 0x20B if recipe.plus else 0x10B, *recipe.linker)
    if recipe.plus:
        struct.pack_into("<Q", data, OPTIONAL + 24, recipe.base)
    else:
        struct.pack_into("<I", data, OPTIONAL + 28, recipe.base & 0xFFFFFFFF)
    struct.pack_into("<II", data, OPTIONAL + 32, 0x1000, 0x200)
    struct.pack_into("<II", data, OPTIONAL + 56, 0x4000, 0x400)
    table = OPTIONAL + (112 if recipe.plus else 96)
    struct.pack_into("<I", data, table - 4, 16)
    struct.pack_into("<II", data, table, 0x2000, 40)
    struct.pack_into("<II", data, table + 8 * 5, 0x3000, 12)
    entries = 2 if recipe.brepro else 1
    struct.pack_into("<II", data, table + 8 * 6, 0x2040, 28 * entries)
    sections = OPTIONAL + optional
    for number, (name, rva, at, size, flags) in enumerate(
        (
            (b".text", 0x1000, TEXT, RDATA - TEXT, 0x60000020),
            (b".rdata", 0x2000, RDATA, RELOC - RDATA, 0x40000040),
            (b".reloc", 0x3000, RELOC, SIZE - RELOC, 0x42000040),
        )
    ):
        place = sections + 40 * number
        head = (name, size, rva, size, at, 0, 0, 0, 0, flags)
        struct.pack_into("<8sIIIIIIHHI", data, place, *head)
    # Twelve times mov eax, NUMBER; then movabs rax, ADDRESS (mov eax, ADDRESS), and ret.
    code = b"".join(b"\xb8" + struct.pack("<I", 7 * i + 3) for i in range(12))
    code += b"\x90\x90\x48\xb8" if recipe.plus else b"\x90\x90\x90\xb8"
    data[TEXT : TEXT + 64] = code
    data[TEXT + 64 + (8 if recipe.plus else 4)] = 0xC3
    wide = recipe.plus
    struct.pack_into("<Q" if wide else "<I", data, TEXT + 64, (recipe.base + 0x2200) & _mask(wide))
    struct.pack_into("<II", data, RDATA, 0, recipe.stamp)
    _debug(data, recipe)
    text = recipe.source + b"\0" + recipe.date + b"\0" + b"limit=100\0"
    data[STRINGS : STRINGS + len(text)] = text
    struct.pack_into("<IIHH", data, RELOC, 0x1000, 12, (10 if wide else 3) << 12 | 64, 0)
    data += recipe.overlay
    if recipe.summed:
        resum(data)
    return data


def _mask(wide: bool) -> int:
    return (1 << 64) - 1 if wide else (1 << 32) - 1


def _rich(data: bytearray, build: int) -> None:
    key = 0x5A5A1234
    words = [0x536E6144, 0, 0, 0, 0x0104 << 16 | build, 3]
    for number, word in enumerate(words):
        struct.pack_into("<I", data, 0x40 + 4 * number, word ^ key)
    struct.pack_into("<4sI", data, 0x40 + 4 * len(words), b"Rich", key)


def _debug(data: bytearray, recipe: Recipe) -> None:
    at = RDATA + 0x80
    record = b"RSDS" + recipe.guid + struct.pack("<I", 1) + recipe.pdb + b"\0"
    data[at : at + len(record)] = record
    entry = (0, recipe.stamp, 0, 0, 2, len(record), 0x2080, at)
    struct.pack_into("<IIHHIIII", data, RDATA + 0x40, *entry)
    if recipe.brepro:
        repro = (0, recipe.stamp, 0, 0, 16, 0, 0, 0)
        struct.pack_into("<IIHHIIII", data, RDATA + 0x40 + 28, *repro)


def resum(data: bytearray) -> None:
    """Write the true CheckSum."""
    field = Span(CHECKSUM, CHECKSUM + 4)
    struct.pack_into("<I", data, CHECKSUM, checksum(memoryview(data), field))
