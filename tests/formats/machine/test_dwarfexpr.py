"""Expressions of DWARF: what they refer to is found behind blocks of any content."""

import pytest

from reprodiff.formats.machine.dwarfexpr import Damage, Reader, addresses

ADDRESS = b"\x03" + bytes(range(1, 9))


def places(expression: bytes) -> list[tuple[int, int, str]]:
    reader = Reader(expression, 0, big=False)
    return list(addresses(reader, len(expression), 8, 4))


@pytest.mark.parametrize(
    ("block", "at"),
    [
        (b"\x9e\x08" + b"\x03" * 8, 11),  # DW_OP_implicit_value
        (b"\xa4\x2a\x04\x03\xff\xff\x03", 8),  # DW_OP_const_type
        (b"\x9e\x00", 3),
        (b"", 1),
    ],
)
def test_an_address_behind_a_block_is_found(block: bytes, at: int) -> None:
    assert places(block + ADDRESS) == [(at, 8, "addr")]


def test_a_block_that_is_no_expression_has_no_addresses() -> None:
    assert places(b"\x9e\x03\x03\x03\x03\x9f") == []


def test_an_operation_that_is_not_known_is_said() -> None:
    with pytest.raises(Damage):
        places(b"\xff" + ADDRESS)
