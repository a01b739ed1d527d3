import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.formats.parsing.coremetadata import expanded_tags, identity, meaning

KEYS = st.sampled_from(["requires-dist", "requires-python", "name", "keywords", "x", "license"])


@given(KEYS, st.text(max_size=60) | st.text("ab[]()<>=;,. '\"~!", max_size=60))
def test_any_value_has_a_meaning_that_can_be_compared(key: str, value: str) -> None:
    assert meaning(key, value) == meaning(key, value)
    assert hash(meaning(key, value)) == hash(meaning(key, value))
    identity(key, value)


@pytest.mark.parametrize("value", ["a; " + "(" * 50_000, "x" * 100_000, "a;" + "(" * 21, "a===1"])
def test_hostile_and_undecidable_values_mean_only_themselves(value: str) -> None:
    assert meaning("requires-dist", value) == value


@pytest.mark.parametrize(
    ("key", "one", "other", "same"),
    [
        ("requires-dist", "a>=1", "A >= 1.0", True),
        ("requires-dist", "a (>=1)", "a>=1", True),
        ("requires-dist", "a>=1", "a>=1.0.post1", False),
        ("requires-dist", "a; extra=='x'", 'a ; extra == "x"', True),
        ("requires-dist", "a; extra=='x'", "a; extra=='y'", False),
        ("requires-dist", "a[x]", "a", False),
        ("requires-python", ">=3.8, <4", "<4,>=3.8", True),
        ("requires-python", ">=3.8", ">=3.80", False),
        ("provides-extra", "a.b", "a-b", True),
        ("description", "a\n  b", "a b", False),
        ("summary", "a b", "a\tb", True),
        ("version", "1.0", "1.0.0", False),
        ("keywords", "a,b", "b,a", False),
    ],
)
def test_values_mean_the_same_only_if_readers_take_them_alike(
    key: str, one: str, other: str, same: bool
) -> None:
    assert (meaning(key, one) == meaning(key, other)) is same


def test_a_value_follows_one_about_the_same_thing() -> None:
    assert identity("requires-dist", "A_b>=1") == identity("requires-dist", "a-b[x]; extra=='y'")
    assert identity("project-url", "Home, https://a") == identity("project-url", "home,https://b")
    assert identity("classifier", "A") is None
    assert identity("version", "1") == identity("version", "2")


def test_tags_are_expanded_within_limits() -> None:
    assert expanded_tags(["py2.py3-none-any"]) == frozenset({"py2-none-any", "py3-none-any"})
    assert expanded_tags(["no-tag"]) is None
    many = ".".join(f"x{n}" for n in range(200))
    assert expanded_tags([f"{many}-{many}-any"]) is None
