import random
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reprodiff.formats.parsing import anchors, bytematch
from reprodiff.formats.parsing.align import Op, align, align_bytes, mirror, ops_between

ITEMS = st.lists(st.integers(0, 5), max_size=40)
FRAGMENTS = st.lists(
    st.sampled_from([b"\0" * 9, b"abcdefgh" * 3, b"x", b"\x01\x02", b"0123456789abcdef" * 8]),
    max_size=12,
).map(b"".join)
BUFFERS = st.binary(max_size=120) | FRAGMENTS


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  # test data that is the same every time


def check(ops: Sequence[Op], a: Sequence[object], b: Sequence[object]) -> None:
    """Ops tile both sides, take turns, and are what they say."""
    at_a = at_b = 0
    before = ""
    for op in ops:
        assert (op.a0, op.b0) == (at_a, at_b)
        at_a, at_b = op.a1, op.b1
        taken = (op.a1 - op.a0, op.b1 - op.b0)
        if op.tag == "equal":
            assert taken[0] > 0
            assert a[op.a0 : op.a1] == b[op.b0 : op.b1]
        else:
            assert op.tag == {(True, False): "delete", (False, True): "insert"}.get(
                (taken[0] > 0, taken[1] > 0), "replace"
            )
            assert any(taken)
        assert (op.tag == "equal") != (before == "equal") or not before
        before = op.tag
    assert (at_a, at_b) == (len(a), len(b))


def changed(ops: Sequence[Op]) -> int:
    return sum(op.a1 - op.a0 + op.b1 - op.b0 for op in ops if op.tag != "equal")


@given(ITEMS, ITEMS)
@example([0, 1], [1, 0])
@example([0], [])
def test_ops_tile_and_mirror(a: list[int], b: list[int]) -> None:
    ops = align(a, b)
    check(ops, a, b)
    assert align(b, a) == mirror(ops)
    assert mirror(mirror(ops)) == ops


@given(ITEMS, ITEMS)
def test_ops_tile_and_mirror_where_blocks_are_too_large_to_solve(
    a: list[int], b: list[int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anchors, "MAX_BLOCK", 6)
        ops = align(a, b)
        check(ops, a, b)
        assert align(b, a) == mirror(ops)


@given(st.lists(st.sampled_from([0, "0", b"0", None, (1,), 0.5, "b"]), max_size=8), st.randoms())
def test_things_that_cannot_be_ordered_mirror_too(
    items: list[object], shuffler: random.Random
) -> None:
    a = [item if isinstance(item, (str, int)) else repr(item) for item in items]
    b = a[:]
    shuffler.shuffle(b)
    assert align(b, a) == mirror(align(a, b))


def test_one_changed_line_is_one_op() -> None:
    assert align(["a", "b", "c"], ["a", "x", "c"]) == [
        Op("equal", 0, 1, 0, 1),
        Op("replace", 1, 2, 1, 2),
        Op("equal", 2, 3, 2, 3),
    ]
    assert align([], []) == []
    assert align(["a"], []) == [Op("delete", 0, 1, 0, 0)]
    assert align(["a", "a"], ["a"]) == [Op("equal", 0, 1, 0, 1), Op("delete", 1, 2, 1, 1)]


def test_unique_lines_hold_where_common_ones_pull_elsewhere() -> None:
    a = ["{", "}", "", "def one", "{", "}", ""]
    b = ["def one", "{", "}", ""]
    assert align(a, b) == [Op("delete", 0, 3, 0, 0), Op("equal", 3, 7, 0, 4)]


def test_a_moved_block_is_taken_out_once_and_put_in_once() -> None:
    lines = [f"line {n}" for n in range(3000)]
    moved = lines[:100] + lines[150:2000] + lines[100:150] + lines[2000:]
    ops = align(lines, moved)
    check(ops, lines, moved)
    assert [(op.tag, op.a1 - op.a0, op.b1 - op.b0) for op in ops if op.tag != "equal"] == [
        ("delete", 50, 0),
        ("insert", 0, 50),
    ]


def test_long_repetitive_texts_are_aligned_line_by_line() -> None:
    # 50,000 lines of 400 kinds: nothing is unique, and quadratic methods do not come back.
    source = seeded(5)
    a = [f"mov {source.randrange(400)}" for _ in range(50_000)]
    b = [line for line in a if source.random() > 0.02]
    for at in range(0, len(b), 77):
        b[at] = "nop"
    ops = align(a, b)
    check(ops, a, b)
    edits = (len(a) - len(b)) + 2 * len(range(0, len(b), 77))
    assert changed(ops) <= edits


def test_a_block_that_is_too_large_and_has_no_anchor_is_one_replacement() -> None:
    a = ["x", *["a", "b"] * 15_000, "y"]
    b = ["x", *["b", "a", "a"] * 10_000, "y"]
    assert align(a, b) == [
        Op("equal", 0, 1, 0, 1),
        Op("replace", 1, 30_001, 1, 30_001),
        Op("equal", 30_001, 30_002, 30_001, 30_002),
    ]


def test_ops_between_joins_matches_that_touch() -> None:
    assert ops_between([(0, 0, 0), (1, 0, 2), (3, 2, 1), (4, 4, 0)], 4, 4) == [
        Op("delete", 0, 1, 0, 0),
        Op("equal", 1, 4, 0, 3),
        Op("insert", 4, 4, 3, 4),
    ]


@given(BUFFERS, BUFFERS, st.integers(0, 20))
@example(b"ab", b"ba", 0)
@example(b"a" * 70, b"b" * 70, 0)
def test_byte_ops_tile_and_mirror(a: bytes, b: bytes, merge: int) -> None:
    ops = align_bytes(a, b, merge=merge)
    check(ops, a, b)
    assert align_bytes(b, a, merge=merge) == mirror(ops)
    assert all(op.a1 - op.a0 >= merge for op in ops[1:-1] if op.tag == "equal")


@given(FRAGMENTS, st.lists(st.tuples(st.integers(0, 999), st.binary(max_size=9)), max_size=5))
def test_byte_ops_tile_and_mirror_where_regions_are_chunked(
    a: bytes, edits: list[tuple[int, bytes]]
) -> None:
    b = bytearray(a)
    for at, new in edits:
        b[at % (len(b) + 1) : at % (len(b) + 1) + len(new) // 2] = new
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bytematch, "_CELLS", 16)
        patch.setattr(bytematch, "MAX_BLOCK", 64)
        ops = align_bytes(a, b)
        check(ops, a, b)
        assert align_bytes(b, a) == mirror(ops)


def test_a_region_with_too_many_chunks_is_one_replacement() -> None:
    source = seeded(6)
    a = source.randbytes(6000)
    b = b"?" + a[1:3000] + b"!!" + a[3000:-1] + b"?"
    assert len(align_bytes(a, b)) == 5
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bytematch, "_CELLS", 16)
        patch.setattr(bytematch, "MAX_BLOCK", 16)
        patch.setattr(bytematch, "_MAX_CHUNKS", 3)
        assert align_bytes(a, b) == [Op("replace", 0, 6000, 0, 6002)]


@given(FRAGMENTS, FRAGMENTS, st.integers(0, 30))
def test_byte_ops_tile_and_mirror_when_the_work_allowed_runs_out(
    a: bytes, b: bytes, work: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bytematch, "_WORK", work)
        patch.setattr(bytematch, "MAX_MATCHES", 3)
        ops = align_bytes(a, b)
        check(ops, a, b)
        assert len(ops) <= 11
        assert align_bytes(b, a) == mirror(ops)


def test_changes_in_place_are_found_to_the_byte() -> None:
    a = seeded(1).randbytes(300_000)
    b = bytearray(a)
    places = [0, 1, 7, 65_535, 65_536, 131_071, 200_000, 299_999]
    for at in places:
        b[at] ^= 0x40
    ops = align_bytes(memoryview(a), memoryview(b))
    assert [(op.a0, op.a1) for op in ops if op.tag != "equal"] == [
        (0, 2),
        (7, 8),
        (65_535, 65_537),
        (131_071, 131_072),
        (200_000, 200_001),
        (299_999, 300_000),
    ]
    near = align_bytes(a, b, merge=8)
    assert near[0] == Op("replace", 0, 8, 0, 8)


@pytest.mark.parametrize("size", [3000, 400_000, 5_000_000])
def test_an_insertion_is_found_where_it_is_and_moves_nothing_else(size: int) -> None:
    a = seeded(2).randbytes(size)
    third = size // 3
    b = b"?" + a[1:third] + b"inserted" + a[third : 2 * third] + a[2 * third + 5 :]
    ops = align_bytes(a, b)
    check(ops, a, b)
    assert [(op.tag, op.a0) for op in ops if op.tag != "equal"] == [
        ("replace", 0),
        ("insert", third),
        ("delete", 2 * third),
    ]
    assert changed(ops) == 2 + 8 + 5


def test_a_shifted_region_inside_equal_sizes_is_seen_as_shifted() -> None:
    # A longer string in a section that is padded: the file keeps its size.
    source = seeded(3)
    text = b"".join(b"%d\0" % source.randrange(10**9) for _ in range(20_000))
    a = b"head" + text + b"\0" * 16 + b"tail"
    b = b"head" + b"longer\0" + text + b"\0" * 9 + b"tail"
    ops = align_bytes(a, b)
    check(ops, a, b)
    assert changed(ops) == 14
    assert len(a) == len(b)


def test_unrelated_bytes_are_one_replacement_without_chance_matches() -> None:
    source = seeded(4)
    a = source.randbytes(20_000)
    assert len(align_bytes(a, source.randbytes(20_000))) <= 3
    assert len(align_bytes(a, source.randbytes(19_000))) <= 3


def test_a_long_fill_and_a_table_without_anchors_come_to_an_end() -> None:
    fill = bytes(2_000_000)
    assert align_bytes(fill, fill + b"\0") == [
        Op("equal", 0, 2_000_000, 0, 2_000_000),
        Op("insert", 2_000_000, 2_000_000, 2_000_000, 2_000_001),
    ]
    a, b = b"ab" * 200_000, b"aab" * 130_000
    check(align_bytes(a, b), a, b)


def test_the_number_of_byte_ops_is_bounded() -> None:
    a, b = bytes(1_000_000), b"\0\0\0\0\0\1" * 166_666 + b"\0\0\0\0"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bytematch, "MAX_MATCHES", 500)
        ops = align_bytes(a, b)
    check(ops, a, b)
    assert len(ops) <= 1003


def test_views_are_given_back() -> None:
    data = bytearray(b"abc" * 100)
    align_bytes(memoryview(data), b"abd" * 99)
    data.extend(b"a view still held would forbid this")
