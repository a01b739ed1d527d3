import mmap

from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.formats.parsing.align import align_bytes
from reprodiff.model import Side, Span
from reprodiff.views.hexdump import GAP, MAX_ALIGNED, HexPair

BYTES = st.lists(st.sampled_from([b"\0", b"\1", b"abc", b"0123456789abcdef" * 2]), max_size=8).map(
    b"".join
)
SIDES = (Side.A, Side.B)


def aligned(a: bytes, b: bytes) -> HexPair:
    return HexPair(memoryview(a), memoryview(b), align_bytes(a, b))


def columns(pair: HexPair) -> list[tuple[int, int]]:
    row = pair.row(0, pair.size)
    return list(zip(row.a, row.b, strict=True))


@given(BYTES, BYTES, st.integers(1, 20))
@settings(max_examples=150)
def test_rows_hold_every_byte_of_each_side_once_in_order(a: bytes, b: bytes, count: int) -> None:
    pair = aligned(a, b)
    left: list[int] = []
    right: list[int] = []
    for start in range(0, pair.size, count):
        row = pair.row(start, count)
        assert row.offset_a == sum(value != GAP for value in left)
        assert row.offset_b == sum(value != GAP for value in right)
        left += row.a
        right += row.b
    assert bytes(value for value in left if value != GAP) == a
    assert bytes(value for value in right if value != GAP) == b


@given(BYTES, BYTES)
@settings(max_examples=150)
def test_going_forth_passes_no_differing_column(a: bytes, b: bytes) -> None:
    pair = aligned(a, b)
    differing = {at for at, (x, y) in enumerate(columns(pair)) if x != y}
    met: set[int] = set()
    at = 0
    while (found := pair.change_from(at)) is not None:
        assert found.start in differing
        assert found.stop - 1 in differing
        met |= set(range(found.start, found.stop))
        at = found.stop
    assert differing <= met


@given(BYTES, BYTES)
@settings(max_examples=150)
def test_going_back_meets_what_going_forth_does(a: bytes, b: bytes) -> None:
    pair = aligned(a, b)
    forth: list[Span] = []
    at = 0
    while (found := pair.change_from(at)) is not None:
        forth.append(found)
        at = found.stop
    back: list[Span] = []
    at = pair.size
    while (found := pair.change_before(at)) is not None:
        back.append(found)
        at = found.start
    assert back[::-1] == forth


@given(BYTES, BYTES)
@settings(max_examples=100)
def test_an_offset_leads_to_the_column_of_its_byte(a: bytes, b: bytes) -> None:
    pair = aligned(a, b)
    for side, data in zip(SIDES, (a, b), strict=True):
        seen = [cells[side is Side.B] for cells in columns(pair)]
        for offset in range(len(data)):
            column = pair.column_of(side, offset)
            assert seen[column] == data[offset]
            assert sum(value != GAP for value in seen[:column]) == offset


def test_inserted_bytes_leave_a_gap_and_what_follows_stands_together() -> None:
    body = bytes(range(200))
    pair = HexPair.aligned(memoryview(body), memoryview(body[:50] + b"NEW" + body[50:]))
    assert pair.change_from(0) == Span(50, 53)
    assert pair.row(48, 8).a == (48, 49, GAP, GAP, GAP, 50, 51, 52)
    assert pair.change_from(53) is None


def test_bytes_that_moved_within_one_size_stand_together() -> None:
    body = bytes(range(1, 250))
    pair = HexPair.aligned(memoryview(b"\0" * 9 + body), memoryview(body + b"\0" * 9))
    assert pair.size == len(body) + 18
    assert pair.row(9, 3).a == pair.row(9, 3).b == (1, 2, 3)


def test_changes_with_little_between_them_are_one() -> None:
    a = bytearray(200)
    b = bytearray(200)
    b[10] = b[20] = b[60] = 1
    pair = HexPair(memoryview(a), memoryview(b))
    assert pair.change_from(0) == Span(10, 21)
    assert pair.change_from(21) == Span(60, 61)
    assert pair.change_before(200) == Span(60, 61)
    assert pair.change_before(60) == Span(10, 21)


def test_a_pair_too_large_to_align_still_stands_together_at_both_ends() -> None:
    # Zeros that take no memory, and a few bytes in the middle of one side.
    with mmap.mmap(-1, 2 * MAX_ALIGNED) as one, mmap.mmap(-1, 2 * MAX_ALIGNED + 4) as other:
        middle = MAX_ALIGNED
        one[middle] = other[middle] = 7
        other[middle + 1 : middle + 5] = b"more"
        with memoryview(one) as a, memoryview(other) as b:
            pair = HexPair.aligned(a, b)
            assert pair.size == len(b)
            assert pair.change_from(0) == Span(middle + 1, middle + 5)
            assert pair.change_from(middle + 5) is None
            del pair


def test_two_empty_sides_have_no_rows() -> None:
    pair = HexPair(memoryview(b""), memoryview(b""))
    assert pair.size == 0
    assert pair.change_from(0) is None
    assert pair.change_before(0) is None
