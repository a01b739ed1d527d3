"""The counts of objects that Microsoft's linker writes by how they were compiled."""

import struct
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from reprodiff.formats.pe.debug import debug_facts
from reprodiff.formats.pe.tables import FEATURES, DebugEntry
from reprodiff.model import Difference, Span
from tests.causes.facts import judged

if TYPE_CHECKING:
    from reprodiff.formats.pe.image import Image


def _facts(*sides: bytes) -> list[Difference]:
    images = [
        cast("Image", SimpleNamespace(data=memoryview(data), in_code=lambda at: False))
        for data in sides
    ]
    entries = [(DebugEntry(FEATURES, 0, Span(0, len(data))),) for data in sides]
    return list(debug_facts(images[0], images[1], (entries[0], entries[1]), "x.pyd"))


def test_counts_that_differ_are_told_by_name() -> None:
    counts = [struct.pack("<5I", 0, 28, 28, number, 27) for number in (1, 2)]
    (found,) = _facts(*counts)
    assert judged([found]) == [("pe-rich-header", "review", "proven", 1)]
    assert found.a == "before VC++ 11 0, C/C++ 28, /GS 28, /sdl 1, guardN 27"
    assert found.b == "before VC++ 11 0, C/C++ 28, /GS 28, /sdl 2, guardN 27"


def test_data_of_another_size_is_no_such_list() -> None:
    assert [fact.what for fact in _facts(bytes(24), bytes(23) + b"\1")] == ["pe.header"]
