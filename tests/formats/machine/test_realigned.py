"""Objects that are aligned anew, each behind the one before it."""

from typing import Final

import pytest

from reprodiff.formats.machine.realigned import Known, Object, objects

_TABLE: Final = b"\x11\x12\x13\x14\x15\x16"


def _side(at: int, places: tuple[int, ...]) -> tuple[bytes, int, int]:
    """Return a section of 96 bytes: a table at ``at``, then bytes 1, 2 and so on at places."""
    data = bytearray(96)
    data[at : at + len(_TABLE)] = _TABLE
    for number, place in enumerate(places):
        data[place] = number + 1
    return bytes(data), at, len(data)


def _objects(
    a: tuple[bytes, int, int], b: tuple[bytes, int, int], known: list[Known]
) -> list[Object] | None:
    return objects(a, b, (0x1000, 0x1000), known)


def test_zeros_of_an_object_with_a_name_are_its_own() -> None:
    """Sixteen zeros, aligned to eight, between a table and an object that is aligned to 32."""
    a, b = _side(2, (32,)), _side(18, (64,))
    assert _objects(a, b, []) is None
    found = _objects(a, b, [(8, 24, 16)])
    assert found is not None
    assert (8, 24, 16, 16, "words") in found
    assert (32, 64, 1, 1, "words") in found


@pytest.mark.parametrize("known", [(9, 25, 16), (8, 32, 16), (16, 24, 16), (8, 28, 16)])
def test_a_name_at_a_place_that_no_alignment_makes_counts_for_nothing(known: Known) -> None:
    assert _objects(_side(2, (32,)), _side(18, (64,)), [known]) is None


def test_a_value_that_moved_inside_of_an_object_is_left_to_be_compared() -> None:
    a, b = _side(2, (12, 32)), _side(18, (32, 64))
    found = _objects(a, b, [(8, 24, 16)])
    assert found is not None
    assert (8, 24, 16, 16, "words") in found
    assert a[0][8:24] != b[0][24:40]


def test_an_empty_string_may_stand_in_front_of_the_first_object() -> None:
    """Its zero comes behind those that align it, and the object is aligned behind it."""
    texts = b"some text\0"
    a = texts.ljust(12, b"\0") + _TABLE + bytes(2)
    b = b"a longer text\0".ljust(17, b"\0").ljust(20, b"\0") + _TABLE + bytes(2)
    found = objects((a, 10, len(a)), (b, 14, len(b)), (0x1000, 0x1000))
    assert found is not None
    assert (12, 20, 6, 6, "words") in found
    # Not by more than that, and not behind other data.
    far = b"a longer text\0".ljust(28, b"\0") + _TABLE + bytes(2)
    assert objects((a, 10, len(a)), (far, 14, len(far)), (0x1000, 0x1000)) is None
    other = b"a longer text\1".ljust(20, b"\0") + _TABLE + bytes(2)
    assert objects((a, 10, len(a)), (other, 14, len(other)), (0x1000, 0x1000)) is None
