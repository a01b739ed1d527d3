"""The report as SARIF 2.1.0, for code scanning and for other programs that show findings.

Causes are rules, findings are results, and a finding's id is its fingerprint.  What could not be
analysed is a notification of the run.  Source: OASIS, Static Analysis Results Interchange Format
(SARIF) Version 2.1.0.
"""

import json
from collections.abc import Iterable, Mapping
from re import compile as compile_pattern
from typing import Final
from urllib.parse import quote

from reprodiff import __version__
from reprodiff.causes import registry
from reprodiff.causes.base import Cause
from reprodiff.model import ArtifactInfo, Finding, Location, Problem, Report, Severity, SpansIn
from reprodiff.reports import words
from reprodiff.reports.explain import cause_text
from reprodiff.reports.selection import LeftOut
from reprodiff.reports.shape import TOOL

DEFAULT_LIMIT: Final = 100
"""Places written for each finding unless somebody asks for more."""

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {Severity.ALARM: "error", Severity.REVIEW: "warning", Severity.BENIGN: "note"}
_LINE: Final = compile_pattern(r"lines? (?P<first>[1-9]\d{0,8})\b")

Object = dict[str, object]


def to_sarif(
    report: Report, limit: int | None = DEFAULT_LIMIT, left_out: LeftOut | None = None
) -> str:
    """Return ``report`` as SARIF, with at most ``limit`` places a finding (all if ``None``).

    The text is ASCII: everything else is written as an escape.
    """
    ids = list(dict.fromkeys(finding.cause for finding in report.findings))
    rules = {cause: number for number, cause in enumerate(ids)}
    properties: Object = {
        "verdict": report.verdict.value,
        "differingBytes": report.summary.ledger.differing_bytes,
        "unexplainedBytes": report.summary.ledger.unexplained_bytes,
    }
    if left_out is not None:
        properties["leftOut"] = words.left_out_words(left_out)
    run: Object = {
        "tool": {
            "driver": {
                "name": TOOL,
                "version": __version__,
                "rules": [_rule(registry.CAUSES.get(cause), cause) for cause in ids],
            }
        },
        "invocations": [_invocation(report)],
        "artifacts": [_artifact(info) for info in dict.fromkeys((report.a, report.b))],
        "results": [_result(it, report, rules[it.cause], limit) for it in report.findings],
        "columnKind": "unicodeCodePoints",
        "properties": properties,
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    text = json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False)
    # The one control character that JSON lets stand as it is.
    return text.replace("\x7f", "\\u007f") + "\n"


def _text(value: str) -> Mapping[str, str]:
    return {"text": value}


def _rule(cause: Cause | None, name: str) -> Object:
    """Return a cause as a rule; one that is not known, of a report read back, is only a name."""
    if cause is None:
        return {"id": name}
    return {
        "id": cause.id,
        "shortDescription": _text(words.title(cause.title)),
        "fullDescription": _text(cause.doc.what),
        "help": _text(cause_text(cause)),
        "defaultConfiguration": {"level": _LEVELS[cause.severity]},
        "properties": {"category": cause.category.value, "tags": [cause.category.value]},
    }


def _invocation(report: Report) -> Object:
    made: Object = {"executionSuccessful": True}
    if report.problems:
        made["toolExecutionNotifications"] = [_notification(it, report) for it in report.problems]
    return made


def _notification(problem: Problem, report: Report) -> Object:
    side = f" in {problem.side.upper()}" if problem.side else ""
    where = {"physicalLocation": {"artifactLocation": {"uri": _uri(problem.path, report)}}}
    return {
        "level": "warning",
        "message": _text(f"{problem.stage}{side}: {problem.message}"),
        "locations": [where],
    }


def _artifact(info: ArtifactInfo) -> Object:
    made: Object = {"location": {"uri": quote(info.path)}, "roles": ["analysisTarget"]}
    if info.sha256:
        made |= {"length": info.size, "hashes": {"sha-256": info.sha256}}
    return made


def _result(finding: Finding, report: Report, rule: int, limit: int | None) -> Object:
    sentences = [f"{words.title(finding.title)}.", *words.paragraphs(finding.explanation)]
    made: Object = {
        "ruleId": finding.cause,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": _text(" ".join([*sentences, *_sentences(finding.evidence)])),
        "locations": [_location(place, report) for place in finding.locations[:limit]],
        "partialFingerprints": {"reprodiffFinding/v1": finding.id},
        "properties": {
            "category": finding.category.value,
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "bytes": finding.bytes,
            "locationCount": finding.location_count,
            "derivedFrom": list(finding.derived_from),
        },
    }
    return made


def _sentences(evidence: Iterable[str]) -> list[str]:
    return [sentence if sentence.endswith(".") else f"{sentence}." for sentence in evidence]


def _uri(path: str, report: Report) -> str:
    """Return a member's path as a relative reference; the container is its own file."""
    return quote(path or report.a.path)


def _location(place: Location, report: Report) -> Object:
    physical: Object = {"artifactLocation": {"uri": _uri(place.path, report)}}
    region = _region(place)
    if region:
        physical["region"] = region
    made: Object = {
        "physicalLocation": physical,
        "message": _text(_change(place)),
    }
    if place.inside:
        made["logicalLocations"] = [{"name": place.inside, "kind": "object"}]
    return made


def _change(place: Location) -> str:
    where = f"{place.inside}: " if place.inside else ""
    return f"{where}{place.a or '(none)'} \N{RIGHTWARDS ARROW} {place.b or '(none)'}"


def _region(place: Location) -> Object:
    """Return where in the file a place is: its line, else its bytes in A, or in B if only there.

    A place in what a container records of a member is none in the member.
    """
    if found := _LINE.match(place.inside):
        return {"startLine": int(found["first"])}
    span = place.span_a or place.span_b
    own = SpansIn.MEMBER if place.path else SpansIn.ARCHIVE
    if span is None or place.spans_in is not own:
        return {}
    return {"byteOffset": span.start, "byteLength": span.size}
