"""Remedies that fit the artifacts at hand."""

from reprodiff.causes.registry import CAUSES
from reprodiff.model import (
    ArtifactInfo,
    ArtifactKind,
    Category,
    Confidence,
    Finding,
    MadeBy,
    Severity,
)
from reprodiff.toolchains.fixes import MOST, with_fixes


def finding(cause: str, *, derived: bool = False) -> Finding:
    return Finding(
        id=cause,
        cause=cause,
        category=Category.TIMESTAMPS,
        severity=Severity.BENIGN,
        confidence=Confidence.PROVEN,
        title="",
        explanation="",
        locations=(),
        location_count=0,
        derived_from=("root",) if derived else (),
    )


def made_by(tool: str) -> ArtifactInfo:
    return ArtifactInfo("x.whl", ArtifactKind.WHEEL, made_by=MadeBy(tool, "1"))


def test_the_remedy_for_the_tool_that_made_it_stands_first() -> None:
    (got,), fixes = with_fixes([finding("zip-member-mtime")], CAUSES, made_by("flit"))
    assert [fix.tool for fix in fixes] == ["flit"]
    assert got.fixes == (fixes[0].id,)
    assert fixes[0].snippet == "export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)"
    assert fixes[0].where == "environment"


def test_another_tools_remedy_is_not_given() -> None:
    _, fixes = with_fixes([finding("gzip-mtime")], CAUSES, made_by("hatchling"))
    assert fixes == ()


def test_a_backend_is_known_by_either_of_its_names() -> None:
    _, fixes = with_fixes([finding("zip-member-mtime")], CAUSES, made_by("flit_core"))
    assert [fix.tool for fix in fixes] == ["flit"]


def test_what_follows_from_a_root_cause_has_no_remedy_of_its_own() -> None:
    (got,), fixes = with_fixes([finding("mode-umask", derived=True)], CAUSES, made_by("flit"))
    assert (got.fixes, fixes) == ((), ())


def test_a_finding_gets_a_handful_at_most_and_ids_are_those_of_the_fixes() -> None:
    roots = [finding(cause) for cause in sorted(CAUSES)]
    found, fixes = with_fixes(roots, CAUSES, made_by("setuptools"), made_by("flit"))
    assert all(len(each.fixes) <= MOST for each in found)
    assert {fix.id for fix in fixes} == {id_ for each in found for id_ in each.fixes}
    assert len({fix.id for fix in fixes}) == len(fixes)
