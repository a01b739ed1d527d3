import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len  # noqa: TID253 - what is tested has loaded it

from reprodiff.reports.changes import changed, excerpts, is_partial


def parts(a: str, b: str) -> tuple[str, str, str, str]:
    """Return what is common before, what A has, what B has, and what is common behind."""
    change = changed(a, b)
    assert a[: change.start] == b[: change.start]
    assert a[change.stop_a :] == b[change.stop_b :]
    return (
        a[: change.start],
        a[change.start : change.stop_a],
        b[change.start : change.stop_b],
        (a[change.stop_a :]),
    )


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("value = x", "value = y", ("value = ", "x", "y", "")),
        ("abc", "abXc", ("ab", "", "X", "c")),
        ("aa", "aaa", ("aa", "", "a", "")),
        ("same", "same", ("same", "", "", "")),
        ("", "new", ("", "", "new", "")),
        ("07:00:00", "07:02:00", ("07:", "00", "02", ":00")),
        ("1.19.2", "1.109.2", ("1.", "19", "109", ".2")),
        ("a\\x00b", "a\\x01b", ("a", "\\x00", "\\x01", "b")),
        ("\\u202a", "\\u202e!", ("", "\\u202a", "\\u202e!", "")),
        ("/tmp/aaa/x.c", "/home/ci/x.c", ("/", "tmp/aaa", "home/ci", "/x.c")),
    ],
)
def test_the_changed_part_is_small_but_cuts_no_number_and_no_escape(
    a: str, b: str, expected: tuple[str, str, str, str]
) -> None:
    assert parts(a, b) == expected


TEXTS = st.text(alphabet="ab01\\xu2漢", max_size=40)


@given(TEXTS, TEXTS)
def test_what_is_outside_the_change_is_equal(a: str, b: str) -> None:
    before, in_a, in_b, behind = parts(a, b)
    assert (before + in_a + behind, before + in_b + behind) == (a, b)
    change, mirrored = changed(a, b), changed(b, a)
    assert (change.start, change.stop_a, change.stop_b) == (
        mirrored.start,
        mirrored.stop_b,
        mirrored.stop_a,
    )


@given(TEXTS, TEXTS, st.integers(8, 30))
def test_excerpts_fit_and_point_at_the_change(a: str, b: str, room: int) -> None:
    for shown, whole in zip(
        excerpts(a, b, room=room, measure=cell_len, gap="…"), (a, b), strict=True
    ):
        assert cell_len(shown.text) <= room
        assert 0 <= shown.start <= shown.stop <= len(shown.text)
        assert shown.text.strip("…") in whole


def test_a_change_at_the_far_end_of_a_long_value_is_in_the_excerpt() -> None:
    head = "word " * 60
    a, b = excerpts(head + "cat", head + "dog!", room=30, measure=cell_len, gap="…")
    assert (a.text[a.start : a.stop], b.text[b.start : b.stop]) == ("cat", "dog!")
    assert a.start == b.start
    assert a.text.startswith("…")


def test_nothing_is_marked_where_all_of_it_changed() -> None:
    assert not is_partial(changed("abc", "xyz"), "abc", "xyz")
    assert not is_partial(changed("", "xyz"), "", "xyz")
    assert is_partial(changed("ab", "ac"), "ab", "ac")
