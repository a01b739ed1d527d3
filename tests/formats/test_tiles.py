from hypothesis import given
from hypothesis import strategies as st

from reprodiff.formats.tiles import Endings, Match, Tile, beside, in_turn, match
from reprodiff.model import Span

KEYS = st.lists(st.sampled_from("abcd"), max_size=8)


@given(KEYS, KEYS)
def test_every_tile_is_paired_once_or_on_one_side(a: list[str], b: list[str]) -> None:
    found = match(a, b)
    assert sorted([one for one, _ in found.both] + list(found.only_a)) == list(range(len(a)))
    assert sorted([two for _, two in found.both] + list(found.only_b)) == list(range(len(b)))
    assert all(a[one] == b[two] for one, two in found.both)
    assert not {a[one] for one in found.only_a} & {b[two] for two in found.only_b}


@given(KEYS, KEYS)
def test_changing_the_sides_over_mirrors_the_pairs(a: list[str], b: list[str]) -> None:
    there, back = match(a, b), match(b, a)
    assert sorted(there.both) == sorted((two, one) for one, two in back.both)
    assert sorted(there.moved()) == sorted((two, one) for one, two in back.moved())


def test_only_the_region_that_is_out_of_turn_has_moved() -> None:
    assert match("abcde", "abdce").moved() == ((2, 3), (3, 2))
    assert match("abc", "abc").moved() == ()
    assert match("xabc", "abyc").moved() == ()  # added and removed is not moved


def test_bytes_claimed_in_turn_keep_the_order_of_both_sides() -> None:
    moved = [(Span(0, 2), Span(5, 7)), (Span(2, 7), Span(0, 5))]
    assert in_turn(moved) == ((Span(0, 2), Span(0, 5)), (Span(2, 7), Span(5, 7)))


def test_a_missing_tile_has_its_place_behind_the_one_before_it() -> None:
    tiles = [Tile(0, 1, 2), Tile(2, 3, 4)]
    others = [Tile(0, 9, 10)]
    assert beside(tiles, others, {0: 0}) == [Span(10, 10), Span(10, 10)]
    assert beside(tiles, others, {1: 0}) == [Span(0, 0), Span(10, 10)]


def test_a_last_line_that_moved_is_no_missing_newline() -> None:
    a, b = b"x\ny", b"y\nx"
    tiles = [Tile(0, 1, 2), Tile(2, 3, 3)]
    endings = Endings()
    endings.add(a, b, tiles[0], tiles[1])
    endings.add(a, b, tiles[1], tiles[0])
    assert len(endings.missing) == 2
    assert len(endings.loose(tiles, tiles)) == 2
    assert endings.facts("p", "line") == []


def test_a_newline_that_one_file_lacks_is_told() -> None:
    endings = Endings()
    endings.add(b"x\n", b"x", Tile(0, 1, 2), Tile(0, 1, 1))
    assert endings.loose([Tile(0, 1, 2)], [Tile(0, 1, 1)]) == []
    (fact,) = endings.facts("p", "line")
    assert (fact.what, fact.a, fact.b) == ("text.final-newline", "newline", None)


def test_no_pairs_have_not_moved() -> None:
    assert Match((), (0,), (0,)).moved() == ()
