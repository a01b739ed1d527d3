import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.errors import DamagedError
from reprodiff.formats.elf.compare import compare
from reprodiff.formats.elf.reader import parse


def elf(bits: int = 64, *, big: bool = False, shoff: int = 0, shnum: int = 0) -> bytes:
    order = ">" if big else "<"
    word = "Q" if bits == 64 else "I"
    ident = b"\x7fELF" + bytes([2 if bits == 64 else 1, 2 if big else 1, 1]) + bytes(9)
    size, entry = (64, 64) if bits == 64 else (52, 40)
    return ident + struct.pack(
        f"{order}HHI{word}{word}{word}IHHHHHH",
        3,
        62,
        1,
        0,
        0,
        shoff,
        0,
        size,
        0,
        0,
        entry,
        shnum,
        0,
    )


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("big", [False, True])
def test_both_classes_and_byte_orders_are_read(bits: int, big: bool) -> None:
    found = parse(memoryview(elf(bits, big=big)))
    assert (found.bits, found.big, found.machine, found.damage) == (bits, big, 62, ())


@pytest.mark.parametrize(
    "data", [b"", b"\x7fELF", b"MZ" + bytes(80), b"\x7fELF\x09\x01" + bytes(80)]
)
def test_what_is_no_elf_file_is_refused(data: bytes) -> None:
    with pytest.raises(DamagedError):
        parse(memoryview(data))


def test_a_table_beyond_the_end_is_damage() -> None:
    found = parse(memoryview(elf(shoff=1 << 40, shnum=9)))
    assert found.sections == ()
    assert found.damage


@given(st.binary(max_size=400))
@settings(max_examples=200)
def test_any_bytes_behind_a_header_are_data_or_damage(rest: bytes) -> None:
    data = elf(shoff=64, shnum=3) + rest
    parse(memoryview(data))
    compare("x.so", memoryview(data), memoryview(elf(shoff=64, shnum=3) + rest[::-1]))
