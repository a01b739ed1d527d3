import json
import re
from dataclasses import replace
from typing import Any

import pytest

from reprodiff.model import Category, Report, Severity, Span, SpansIn
from reprodiff.reports.sarif import to_sarif
from reprodiff.reports.selection import LeftOut
from tests.reports.factory import HOSTILE, finding, full, hostile, place, report, times


def run(made: Report, limit: int | None = None, left_out: LeftOut | None = None) -> Any:
    document = json.loads(to_sarif(made, limit, left_out))
    assert document["version"] == "2.1.0"
    (only,) = document["runs"]
    return only


def test_every_finding_is_a_result_of_the_rule_that_is_its_cause() -> None:
    made = full()
    found = run(made)
    rules = found["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert [result["ruleId"] for result in found["results"]] == [it.cause for it in made.findings]
    for result, one in zip(found["results"], made.findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == one.cause
        assert result["partialFingerprints"] == {"reprodiffFinding/v1": one.id}
        assert result["properties"]["locationCount"] == one.location_count
        assert result["properties"]["derivedFrom"] == list(one.derived_from)


@pytest.mark.parametrize(
    ("severity", "level"),
    [(Severity.ALARM, "error"), (Severity.REVIEW, "warning"), (Severity.BENIGN, "note")],
)
def test_the_level_is_the_severity(severity: Severity, level: str) -> None:
    (result,) = run(report([finding(severity=severity)]))["results"]
    assert result["level"] == level


def test_a_known_cause_brings_its_documentation() -> None:
    (rule,) = run(report([times()]))["tool"]["driver"]["rules"]
    assert "What it is mistaken for" in rule["help"]["text"]
    assert rule["properties"]["category"] == Category.TIMESTAMPS.value
    (unknown,) = run(report([finding("of-another-release")]))["tool"]["driver"]["rules"]
    assert unknown == {"id": "of-another-release"}


def test_a_place_is_a_line_or_bytes_of_its_member() -> None:
    member = place("demo/a b.bin", ".rodata+0x120")._replace(spans_in=SpansIn.MEMBER)
    header = place("demo/a.py", "time")._replace(spans_in=SpansIn.ARCHIVE)
    whole = place("", "end", a="", b="x")._replace(span_a=None, spans_in=SpansIn.ARCHIVE)
    (result,) = run(report([finding(locations=[place(), member, header, whole])]))["results"]
    physical = [it["physicalLocation"] for it in result["locations"]]
    assert [it.get("region") for it in physical] == [
        {"startLine": 12},
        {"byteOffset": 4, "byteLength": 9},
        None,
        {"byteOffset": 4, "byteLength": 9},
    ]
    assert [it["artifactLocation"]["uri"] for it in physical] == [
        "demo/core.py",
        "demo/a%20b.bin",
        "demo/a.py",
        "dist/demo-1.0-py3-none-any.whl",
    ]
    assert result["locations"][0]["message"]["text"].endswith("value = 1 \u2192 value = 2")
    assert Span(4, 13).size == 9


def test_places_are_cut_and_what_was_left_out_is_said() -> None:
    found = run(report([times(15)]), 5, LeftOut(1, 2, "--ignore x"))
    assert len(found["results"][0]["locations"]) == 5
    assert found["properties"]["leftOut"] == "left out by --ignore x: 1 finding, 2 places"


def test_problems_are_notifications() -> None:
    (invocation,) = run(full())["invocations"]
    (note,) = invocation["toolExecutionNotifications"]
    assert note["message"]["text"] == "compare in B: the section table is cut off"
    assert "toolExecutionNotifications" not in run(report())["invocations"][0]


def test_hostile_text_stays_text() -> None:
    text = to_sarif(hostile(), None)
    assert text.isascii()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)
    for result in json.loads(text)["runs"][0]["results"]:
        for location in result["locations"]:
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[A-Za-z0-9_.~/%-]+", uri)
    assert "<script>" in HOSTILE


def test_an_artifact_against_itself_is_listed_once() -> None:
    made = report()
    same = replace(made, b=made.a)
    assert len(run(same)["artifacts"]) == 1
    assert len(run(made)["artifacts"]) == 2
