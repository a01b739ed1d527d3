"""Tables of distances: what lies behind the bytes of a section is no string."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from reprodiff.formats.machine.jumptables import _is_text

if TYPE_CHECKING:
    from reprodiff.formats.machine.work import AnyWork


@pytest.mark.parametrize(
    ("address", "text"),
    [(0x1000, True), (0x1003, False), (0x1004, True), (0x1008, False), (0x1010, False)],
)
def test_a_string_starts_within_the_bytes_of_a_section(address: int, *, text: bool) -> None:
    """The address may lie in zeros that the file does not hold."""
    section = SimpleNamespace(addr=0x1000, code=False, data=True)
    pair = SimpleNamespace(a=section, plain_a=b"abc\0def\0")
    work = SimpleNamespace(map=SimpleNamespace(containing=lambda _: pair))
    assert _is_text(cast("AnyWork", work), address) is text
