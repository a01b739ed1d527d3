"""JSON: which values differ, by their place, and that nothing else does."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.errors import DamagedError
from reprodiff.formats.base import Content
from reprodiff.formats.json import FORMAT, MAX_FACTS
from reprodiff.model import ArtifactKind, Difference
from tests.formats.accounts import account, kinds

BILL = "demo.dist-info/sboms/a.cdx.json"


def facts(a: str | bytes, b: str | bytes, path: str = "a.json") -> list[Difference]:
    one, two = (text.encode() if isinstance(text, str) else text for text in (a, b))
    content = Content(path, path, memoryview(one), memoryview(two), ArtifactKind.WHEEL)
    return list(FORMAT.compare(content))


def shown(found: list[Difference]) -> list[tuple[str, str, object, object]]:
    return [(fact.what, fact.inside, fact.a, fact.b) for fact in found]


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "\u00e9"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)
FORMS = st.sampled_from([{}, {"indent": 1}, {"separators": (",", ":")}, {"ensure_ascii": False}])


@settings(max_examples=300)
@given(VALUES, VALUES, FORMS, FORMS)
def test_documents_are_equal_if_their_data_are(
    a: Any, b: Any, form_a: dict[str, Any], form_b: dict[str, Any]
) -> None:
    one, two = json.dumps(a, **form_a), json.dumps(b, **form_b)
    if one == two:
        return
    found = facts(one, two)
    same = kinds(found) <= {"json.format", "json.spacing", "json.key-order"}
    assert same == (json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True))


@settings(max_examples=300)
@given(VALUES, VALUES, FORMS)
def test_facts_on_one_form_are_all_that_differs(a: Any, b: Any, form: dict[str, Any]) -> None:
    one, two = (json.dumps(value, **form).encode() for value in (a, b))
    if one != two:
        assert account(one, two, facts(one, two)).explained


@settings(max_examples=200)
@given(VALUES, VALUES)
def test_a_and_b_changed_over_say_the_same(a: Any, b: Any) -> None:
    one, two = json.dumps(a), json.dumps(b)
    there, back = facts(one, two), facts(two, one)
    assert [(f.what, f.inside, f.a, f.b) for f in there] == [
        (f.what, f.inside, f.b, f.a) for f in back
    ]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ('{"a": 1}', '{"a": 2}', [("json.value", "a", "1", "2")]),
        ('{"a": [1, {"b": "x"}]}', '{"a": [1, {"b": "y"}]}', [("json.value", "a[1].b", "x", "y")]),
        ('{"a": 1}', '{"a": 1, "b": 2}', [("json.member", "b", None, "2")]),
        ('{"b": 2}', "{}", [("json.member", "b", "2", None)]),
        ("[1, 2]", "[2, 1]", [("json.order", "document", "[1, 2]", "[2, 1]")]),
        ("[1]", "[1, 2]", [("json.value", "document", "[1]", "[1, 2]")]),
        ("1", '"1"', [("json.value", "document", "1", "1")]),
    ],
)
def test_a_difference_is_named_by_its_place(
    a: str, b: str, expected: list[tuple[str, str, object, object]]
) -> None:
    assert shown(facts(a, b)) == expected
    assert account(a.encode(), b.encode(), facts(a, b)).explained


def test_spaces_inside_a_list_are_spacing() -> None:
    found = facts('{"a": [1, 2], "b": 1}', '{"a": [1,2], "b": 2}')
    assert sorted(kinds(found)) == ["json.spacing", "json.value"]


def test_a_name_that_comes_twice_makes_its_object_one_fact() -> None:
    (fact,) = facts('{"x": {"a": 1, "a": 2}}', '{"x": {"a": 1, "a": 3}}')
    assert (fact.what, fact.inside, fact.note) == ("json.value", "x", "a name occurs twice")
    assert facts('{"a": 1, "a": 1}', '{"a": 1,  "a": 1}')[0].what == "json.value"


@pytest.mark.parametrize("more", ["serialNumber", "x", "zzz"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_members_of_a_bill_that_one_side_has_are_told_one_by_one(more: str, place: int) -> None:
    names = ["bomFormat", "version"]
    a = dict.fromkeys(names, "CycloneDX")
    names[place:place] = [more, f"{more}2"]
    b = dict.fromkeys(names, "CycloneDX")
    one, two = json.dumps(a, indent=1), json.dumps(b, indent=1)
    found = facts(one, two, BILL)
    assert {(fact.what, fact.inside, fact.note) for fact in found} == {
        ("json.member", more, "sbom"),
        ("json.member", f"{more}2", "sbom"),
    }
    assert account(one.encode(), two.encode(), found).explained


@pytest.mark.parametrize(
    ("path", "document", "bill"),
    [
        (BILL, '{"bomFormat": "CycloneDX", "v": %d}', True),
        ("a.cdx.json", '{"bomFormat": "CycloneDX", "v": %d}', False),
        ("demo/sboms/a.json", '{"bomFormat": "CycloneDX", "v": %d}', False),
        (BILL, '{"bomFormat": "other", "v": %d}', False),
        (BILL, '{"x": {"bomFormat": "CycloneDX"}, "v": %d}', False),
        (f"lib/site-packages/{BILL}", '{"bomFormat": "CycloneDX", "v": %d}', True),
    ],
)
def test_a_bill_of_materials_is_one_by_place_and_content(
    path: str, document: str, bill: bool
) -> None:
    (fact,) = facts(document % 1, document % 2, path)
    assert (fact.note == "sbom") is bill


def test_very_many_values_are_one_fact() -> None:
    a, b = (json.dumps([[n + more] for n in range(MAX_FACTS + 5)]) for more in (0, 1))
    (fact,) = facts(a, b)
    assert (fact.what, fact.inside) == ("json.value", "document")


@pytest.mark.parametrize(
    "broken",
    ["", "{", '{"a": 1} x', "\ufeff[1]", "[1,]", "nul", b"\xff[1]", "[" * 3000 + "]" * 3000],
)
def test_what_is_no_json_is_left_to_another_format(broken: str | bytes) -> None:
    with pytest.raises(DamagedError):
        facts("[1]", broken)
    with pytest.raises(DamagedError):
        facts(broken, "[1]")
