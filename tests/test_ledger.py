"""The ledger: a claim explains the bytes it covers, and not one byte beside them."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.formats.parsing.byteruns import common_head, common_tail, weigh
from reprodiff.ledger import Balance, Pair, balance, gaps, merge, weigh_words
from reprodiff.model import Span

SMALL = st.binary(max_size=24) | st.text("ab", max_size=24).map(str.encode)
SPANS = st.builds(lambda x, y: Span(min(x, y), max(x, y)), *(st.integers(0, 26),) * 2)
CLAIMS = st.lists(st.lists(st.tuples(SPANS, SPANS), max_size=4), max_size=4)


def account(a: bytes, b: bytes, *claims: list[Pair]) -> Balance:
    return balance(memoryview(a), memoryview(b), claims)


def without(data: bytes, spans: list[Span]) -> bytes:
    covered = {at for span in spans for at in range(*span)}
    return bytes(byte for at, byte in enumerate(data) if at not in covered)


@settings(max_examples=400)
@given(SMALL, SMALL, CLAIMS)
def test_what_is_explained_is_equal_without_its_claims(
    a: bytes, b: bytes, claims: list[list[Pair]]
) -> None:
    result = account(a, b, *claims)
    spans = [pair for pairs in claims for pair in pairs]
    if result.explained:
        assert without(a, [x for x, _ in spans]) == without(b, [y for _, y in spans])
        assert result.unexplained == 0
    # And with what is left over taken out as well they are equal in any case.
    spans += list(result.left_over)
    assert without(a, [x for x, _ in spans]) == without(b, [y for _, y in spans])


@settings(max_examples=300)
@given(SMALL, SMALL, CLAIMS)
def test_the_account_is_the_same_with_a_and_b_changed_over(
    a: bytes, b: bytes, claims: list[list[Pair]]
) -> None:
    result = account(a, b, *claims)
    back = account(b, a, *[[(y, x) for x, y in pairs] for pairs in claims])
    assert back.claimed == result.claimed
    assert back.differing == result.differing
    assert back.unexplained == result.unexplained
    assert sorted((y, x) for x, y in back.left_over) == sorted(result.left_over)


@settings(max_examples=300)
@given(SMALL, SMALL, CLAIMS)
def test_no_byte_is_claimed_twice(a: bytes, b: bytes, claims: list[list[Pair]]) -> None:
    result = account(a, b, *claims)
    assert sum(result.claimed) <= len(a) + len(b)
    assert result.differing == sum(result.claimed) + result.unexplained
    assert all(weight >= 0 for weight in result.claimed)


@settings(max_examples=300)
@given(SMALL, SMALL, CLAIMS)
def test_what_is_left_over_is_no_part_of_a_claim(
    a: bytes, b: bytes, claims: list[list[Pair]]
) -> None:
    left = account(a, b, *claims).left_over
    spans = [pair for pairs in claims for pair in pairs if pair[0].size or pair[1].size]
    # Crossing claims leave one stretch of free bytes, which may have claims inside of it.
    if all(x[0].stop <= y[0].start and x[1].stop <= y[1].start for x, y in pairwise(sorted(spans))):
        for x, y in left:
            assert not any(max(x.start, s.start) < min(x.stop, s.stop) for s, _ in spans)
            assert not any(max(y.start, s.start) < min(y.stop, s.stop) for _, s in spans)


def test_without_claims_everything_that_differs_is_left_over() -> None:
    result = account(b"one two three", b"one 2 three")
    assert result.left_over == ((Span(4, 7), Span(4, 5)),)
    assert (result.differing, result.unexplained, result.claimed) == (3, 3, ())


def test_a_claim_leaves_what_stands_beside_it() -> None:
    a, b = b"built 2024-01-01 by me, evil=0", b"built 2024-01-02 by me, evil=1"
    date = (Span(6, 16), Span(6, 16))
    result = account(a, b, [date])
    assert result.claimed == (1,)
    assert result.left_over == ((Span(29, 30), Span(29, 30)),)


def test_nothing_slips_past_a_claim() -> None:
    """Free bytes in front of a claim on one side are not those behind it on the other."""
    a, b = b"xPATHy", b"PATHxy"
    result = account(a, b, [(Span(1, 5), Span(0, 4))])
    assert without(a, [Span(1, 5)]) == without(b, [Span(0, 4)])
    assert not result.explained


def test_moved_text_is_claimed_by_the_place_it_moved_to() -> None:
    a, b = b"one\ntwo\n", b"two\none\n"
    moved = [(Span(0, 4), Span(4, 8)), (Span(4, 8), Span(0, 4))]
    assert account(a, b, moved).explained
    assert not account(a, b"two\nONE!", moved[1:]).explained


def test_nothing_slips_past_a_claim_where_others_cross() -> None:
    a, b = b"onetwo|xPATHy", b"twoone|PATHxy"
    crossing = [(Span(0, 3), Span(3, 6)), (Span(3, 6), Span(0, 3))]
    result = account(a, b, [*crossing, (Span(8, 12), Span(7, 11))])
    assert not result.explained
    assert result.unexplained > 0
    same = account(a, b"twoone|xPATHy", [*crossing, (Span(8, 12), Span(8, 12))])
    assert same.explained


def test_a_claim_beyond_the_end_is_cut_there() -> None:
    result = account(b"abc", b"abd", [(Span(2, 99), Span(2, 99))])
    assert result.explained
    assert result.claimed == (1,)
    assert account(b"abc", b"abd", [(Span(50, 99), Span(-5, -1))]).left_over


def test_a_second_claim_counts_only_what_the_first_left() -> None:
    whole, part = (Span(0, 4), Span(0, 4)), (Span(0, 2), Span(0, 2))
    assert account(b"abcd", b"wxyz", [whole], [part]).claimed == (4, 0)
    assert account(b"abcd", b"wxyz", [part], [whole]).claimed == (2, 2)


def test_an_insertion_is_claimed_by_an_empty_span() -> None:
    result = account(b"ab", b"aXXb", [(Span(1, 1), Span(1, 3))])
    assert result.explained
    assert result.claimed == (2,)


@given(SMALL, SMALL)
def test_common_ends_and_weights(a: bytes, b: bytes) -> None:
    left, right = memoryview(a), memoryview(b)
    head, tail = common_head(left, right), common_tail(left, right)
    assert a[:head] == b[:head]
    assert a[len(a) - tail :] == b[len(b) - tail :]
    assert head == min(len(a), len(b)) or a[head] != b[head]
    assert weigh(left, right) == weigh(right, left)
    assert (weigh(left, right) == 0) == (a == b)
    assert weigh(left, right) <= max(len(a), len(b))


@given(st.data(), st.integers(0, 6), st.integers(0, 5))
def test_words_together_weigh_what_they_weigh_one_by_one(
    data: st.DataObject, size: int, count: int
) -> None:
    words = st.lists(st.text("ab", min_size=size, max_size=size), min_size=count, max_size=count)
    one, two = ([word.encode() for word in data.draw(words)] for _ in range(2))
    each = [weigh(memoryview(x), memoryview(y)) for x, y in zip(one, two, strict=True)]
    assert weigh_words(b"".join(one), b"".join(two), size) == sum(each)


def test_a_change_between_thousands_of_claims_is_left_over() -> None:
    a = bytearray(b"word and more of it;" * 3000)
    b = a.replace(b"word", b"WORD")
    b[40_015] ^= 1
    claims = [(Span(at, at + 4), Span(at, at + 4)) for at in range(0, len(a), 20)]
    found = account(bytes(a), bytes(b), claims)
    assert found.claimed == (4 * 3000,)
    assert found.left_over == ((Span(40_015, 40_016), Span(40_015, 40_016)),)


@given(st.lists(SPANS, max_size=8), st.integers(26, 30))
def test_merged_spans_and_their_gaps_tile_the_whole(spans: list[Span], size: int) -> None:
    cover = merge(spans)
    assert {at for span in spans for at in range(*span)} == {
        at for span in cover for at in range(*span)
    }
    assert all(x.stop < y.start for x, y in pairwise(cover))
    free = [span for span in gaps(cover, size) if span.size]
    assert sorted([*cover, *free]) == merge_touching([*cover, *free])
    assert sum(span.size for span in [*cover, *free]) == size


def merge_touching(spans: list[Span]) -> list[Span]:
    """The same spans in order, if each begins where the last one ends."""
    ordered = sorted(spans)
    assert all(x.stop == y.start for x, y in pairwise(ordered))
    return ordered


@pytest.mark.parametrize("size", [0, 1, 5000])
def test_equal_contents_owe_nothing(size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    result = account(data[:size], data[:size], [(Span(0, size), Span(0, size))])
    assert result.explained
    assert result.differing == 0
