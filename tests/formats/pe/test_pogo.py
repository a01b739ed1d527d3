"""The list of what the linker put where: taken only where it is one of the image."""

import struct
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from reprodiff.formats.pe.pogo import contributions
from reprodiff.model import Span
from tests.causes.facts import fact, judged

if TYPE_CHECKING:
    from reprodiff.formats.pe.image import Image

ROWS = ((0x1000, 0x80, b".text$mn"), (0x2000, 0x18, b".rdata"), (0x2018, 8, b".rdata$zzzdbg"))


def table(*rows: tuple[int, int, bytes], signature: bytes = b"GCTL", tail: bytes = b"") -> bytes:
    made = signature
    for rva, size, name in rows:
        text = name + b"\0"
        made += struct.pack("<2I", rva, size) + text + bytes(-len(text) % 4)
    return made + tail


def read(data: bytes) -> int | None:
    sections = [SimpleNamespace(rva=rva, vsize=0x100) for rva in (0x1000, 0x2000)]
    image = cast("Image", SimpleNamespace(data=memoryview(data), sections=sections))
    found = contributions(image, Span(0, len(data)))
    return None if found is None else len(found)


def test_a_list_is_taken_apart_to_its_end() -> None:
    assert read(table(*ROWS)) == 3
    assert read(table(*ROWS, signature=bytes(4))) == 3


@pytest.mark.parametrize(
    "data",
    [
        table(*ROWS, signature=b"evil"),
        table(*ROWS, tail=b"payload!"),
        table(*ROWS, tail=b"\1\2"),
        table(*reversed(ROWS)),
        table((0x1000, 0x101, b".text$mn")),
        table((0x3000, 1, b".none")),
        table((0x1000, 0, b".text")),
        table((0x1000, 8, b"")),
        table((0x1000, 8, b"\x1b]0;owned")),
        table(*ROWS)[:-1] + b"x",
        table(*ROWS)[:-9],
    ],
)
def test_what_is_no_such_list_is_left_to_be_explained(data: bytes) -> None:
    assert read(data) is None


def test_two_such_lists_follow_and_are_no_proof() -> None:
    found = judged([fact("pe.contributions", "3 ranges", "4 ranges", "x.pyd", "debug data: POGO")])
    assert found == [("pe-contributions", "benign", "likely", 1)]
