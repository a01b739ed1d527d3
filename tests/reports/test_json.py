import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from reprodiff.errors import InputError
from reprodiff.model import Finding, Location, Normalized, Report, Side
from reprodiff.reports import schema
from reprodiff.reports.json import to_json
from reprodiff.reports.load import from_json
from reprodiff.reports.selection import LeftOut
from tests.reports.factory import HOSTILE, finding, full, hostile, report, times
from tests.reports.platforms import with_platform, with_platforms

CASES = {
    "identical": report(),
    "equivalent": report([times(3)]),
    "full": full(),
    "hostile": hostile(),
    "platform": with_platform(full()),
    "hostile platform": with_platform(hostile(), HOSTILE),
    "platforms": with_platforms(full()),
    "hostile platforms": with_platforms(hostile(), HOSTILE),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Report:
    return CASES[request.param]


def test_canonical_forms_are_there_only_if_they_were_asked_for() -> None:
    assert "normalized" not in json.loads(to_json(full()))
    found = Normalized("ab", "", same=False, epoch=1, refused={Side.B: ("it lies", "it hides")})
    written = to_json(replace(full(), normalized=found))
    assert json.loads(written)["normalized"] == {
        "a": "ab",
        "b": "",
        "same": False,
        "epoch": 1,
        "refused": {"b": ["it lies", "it hides"]},
        "kept": [],
    }
    Draft202012Validator(json.loads(schema.shipped())).validate(json.loads(written))
    assert from_json(written).normalized == found


def test_a_platform_section_is_there_only_where_there_is_one() -> None:
    assert "platform" not in json.loads(to_json(full()))
    section = json.loads(to_json(with_platform(full())))["platform"]
    assert list(section) == ["a", "b", "changes", "ceilings", "libraries", "members"]
    assert section["ceilings"][0]["set_by_b"][0]["version"] == "GLIBC_2.28"


def test_platforms_of_artifacts_inside_have_a_key_of_their_own() -> None:
    assert "platforms" not in json.loads(to_json(full()))
    document = json.loads(to_json(with_platforms(full())))
    assert "platform" not in document
    assert [list(each) for each in document["platforms"]] == [["path_a", "path_b", "platform"]] * 2


def test_the_keys_are_those_of_the_contract_and_in_its_order() -> None:
    document = json.loads(to_json(full()))
    assert list(document) == [
        "schema_version",
        "tool",
        "verdict",
        "a",
        "b",
        "summary",
        "findings",
        "fixes",
        "recipe",
        "problems",
        "plan",
        "recipe_lines",
    ]
    assert list(document["a"]) == [
        "path",
        "kind",
        "size",
        "sha256",
        "name",
        "version",
        "tags",
        "made_by",
        "tools",
    ]
    assert list(document["summary"]) == ["members", "categories", "ledger"]
    assert list(document["summary"]["ledger"]) == [
        "differing_bytes",
        "explained_bytes",
        "unexplained_bytes",
        "by_category",
    ]
    assert list(document["findings"][0]) == [
        "id",
        "cause",
        "category",
        "severity",
        "confidence",
        "title",
        "explanation",
        "evidence",
        "derived_from",
        "bytes",
        "locations",
        "location_count",
        "fixes",
        "no_fix",
    ]
    assert document["findings"][1]["locations"][0] == {
        "path": "demo/core.py",
        "inside": "line 12",
        "a": "value = 1",
        "b": "value = 2",
        "span_a": [4, 13],
        "span_b": [4, 13],
    }
    assert list(document["fixes"][0]) == [
        "id",
        "tool",
        "title",
        "where",
        "snippet",
        "why",
        "since",
        "docs",
        "checked",
        "file",
        "language",
        "causes",
    ]
    assert document["recipe"]["a"] == {"SOURCE_DATE_EPOCH": "1700000000", "umask": "022"}
    assert document["problems"] == [
        {
            "path": "demo/broken.so",
            "stage": "compare",
            "message": "the section table is cut off",
            "side": "b",
        }
    ]


def test_a_report_without_a_recipe_still_has_both_sides() -> None:
    document = json.loads(to_json(report()))
    assert document["recipe"] == {"a": {}, "b": {}}
    assert document["recipe_lines"] == {"a": [], "b": []}


def test_a_place_without_spans_has_no_keys_for_them() -> None:
    bare = finding(locations=[Location("x", "mode", "644", "755")])
    (place,) = json.loads(to_json(report([bare])))["findings"][0]["locations"]
    assert list(place) == ["path", "inside", "a", "b"]


def test_places_are_cut_at_the_limit_and_counted_in_full() -> None:
    whole = report([times(15)])
    for limit, shown in ((5, 5), (None, 15), (100, 15)):
        (one,) = json.loads(to_json(whole, limit))["findings"]
        assert (len(one["locations"]), one["location_count"]) == (shown, 15)


def test_what_was_left_out_is_said_only_if_something_was_chosen() -> None:
    assert "left_out" not in json.loads(to_json(report()))
    chosen = json.loads(to_json(report(), None, LeftOut(2, 30, "--only content")))
    expected = {"findings": 2, "locations": 30, "by": "--only content", "stale": []}
    assert chosen["left_out"] == expected


def test_nothing_but_printable_ascii_and_line_ends_is_written(case: Report) -> None:
    text = to_json(case)
    assert re.fullmatch(r"[\x20-\x7e\n]*\n", text)


def test_a_report_is_the_same_bytes_every_time(case: Report) -> None:
    assert to_json(case) == to_json(case)


# -- the schema


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    made = json.loads(schema.shipped())
    Draft202012Validator.check_schema(made)
    return Draft202012Validator(made)


def test_the_shipped_schema_is_that_of_the_model() -> None:
    assert schema.shipped() == schema.render(), (
        "write it anew: python -m reprodiff.reports.schema > reprodiff/reports/schema.json"
    )


def test_reports_follow_the_schema(case: Report, validator: Draft202012Validator) -> None:
    validator.validate(json.loads(to_json(case)))
    validator.validate(json.loads(to_json(case, None, LeftOut(1, 2, "--only x"))))


def paths_of_keys(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*here, key)
            yield from paths_of_keys(item, (*here, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from paths_of_keys(item, (*here, number))


# What a reader may not count on: keys of maps, and what is there only where it says something.
_FREE = {"recipe", "recipe_lines", "categories", "by_category", "span_a", "span_b"}


def test_no_key_may_be_missing(validator: Draft202012Validator) -> None:
    document = json.loads(to_json(full()))
    checked = 0
    for path in list(paths_of_keys(document)):
        if any(part in _FREE for part in path[:-1]) or path[-1] in _FREE - {
            "recipe",
            "recipe_lines",
        }:
            continue
        broken = json.loads(json.dumps(document))
        inner = broken
        for step in path[:-1]:
            inner = inner[step]
        del inner[path[-1]]
        checked += 1
        required = path[-1] not in {"span_a", "span_b"} and "categories" not in path[:-1]
        assert validator.is_valid(broken) is not required, path
    assert checked > 100


def test_wrong_values_do_not_follow_the_schema(validator: Draft202012Validator) -> None:
    document = json.loads(to_json(full()))
    for path, value in (
        (("verdict",), "fine"),
        (("a", "size"), -1),
        (("a", "kind"), "egg"),
        (("a", "made_by"), "setuptools"),
        (("findings", 0, "severity"), "bad"),
        (("findings", 0, "locations", 0, "span_a"), [1]),
        (("findings", 0, "locations", 0, "span_a"), None),
        (("summary", "categories", "weather"), {"findings": 1, "locations": 1}),
    ):
        broken = json.loads(json.dumps(document))
        inner = broken
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = value
        assert not validator.is_valid(broken), path


# -- reading it back


@pytest.mark.parametrize("name", ["identical", "equivalent", "full"])
def test_what_was_written_is_read_back(name: str) -> None:
    case = CASES[name]
    again = from_json(to_json(case, None))
    assert to_json(again, None) == to_json(case, None)
    assert again.findings == case.findings
    assert again.summary == case.summary
    assert (again.a, again.fixes, again.problems) == (case.a, case.fixes, case.problems)


def test_a_report_from_a_stranger_is_safe_to_show() -> None:
    again = from_json(to_json(hostile(), None))
    shown = [again.a.path, again.problems[0].message, again.fixes[0].snippet]
    for one in again.findings:
        assert isinstance(one, Finding)
        shown += [one.explanation, *one.evidence]
        shown += [text for place in one.locations for text in place[:4]]
    for text in shown:
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e\u2066]", text)


def test_lines_of_a_snippet_survive() -> None:
    case = full()
    assert from_json(to_json(case)).fixes[0].snippet == case.fixes[0].snippet


def test_keys_of_a_later_release_are_passed_over() -> None:
    document = json.loads(to_json(full()))
    document["later"] = document["findings"][0]["later"] = {"x": 1}
    assert from_json(json.dumps(document)).verdict == full().verdict


@pytest.mark.parametrize(
    "text",
    ["", "[1, 2", "[]", "{}", '"x"', "[" * 100_000, "\x00", b"\xff\xfe\xff"],
    ids=range(8),
)
def test_what_is_no_report_is_refused_in_one_sentence(text: str | bytes) -> None:
    with pytest.raises(InputError) as caught:
        from_json(text)
    assert caught.value.hint


def test_another_schema_version_is_refused() -> None:
    document = json.loads(to_json(report()))
    for version in (2, 0, "1", None, True):
        document["schema_version"] = version
        with pytest.raises(InputError, match="schema version"):
            from_json(json.dumps(document))


def test_every_value_is_checked_when_a_report_is_read() -> None:
    document = json.loads(to_json(full()))
    refused: list[str] = []
    values: tuple[object, ...] = (None, -1, 1.5, True, [[]], {"x": "\x1b"})
    for path in list(paths_of_keys(document)):
        if path[0] in {"schema_version", "tool"}:
            continue
        for value in values:
            broken = json.loads(json.dumps(document))
            inner = broken
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = value
            try:
                from_json(json.dumps(broken))
            except InputError as error:
                refused.append(error.message)
    assert len(refused) > 500
    assert all(message.isprintable() for message in refused)


@pytest.mark.parametrize("name", CASES)
def test_it_is_laid_out_as_the_standard_library_does(name: str) -> None:
    text = to_json(CASES[name], None)
    again = json.dumps(json.loads(text), indent=2).replace("\x7f", "\\u007f")
    assert text == again + "\n"
