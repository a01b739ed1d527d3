"""Reports made in code, from nothing that has to be opened or compared."""

from collections.abc import Sequence

from reprodiff.model import (
    ArtifactInfo,
    ArtifactKind,
    Category,
    CategoryCount,
    Confidence,
    Finding,
    Fix,
    LedgerTotals,
    Location,
    MadeBy,
    MemberCounts,
    Problem,
    Report,
    Severity,
    Side,
    Span,
    Summary,
    Verdict,
)

HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J\x9b31m\x7f\u202egnp\u2066\u200b"
    "[red]x[/red][link=https://e.example]y[/link]:skull:"
    "<script>alert(1)</script><img src=x>&amp;"
    "`tick` ```fence``` | pipe *em* __strong__ ![i](https://e.example/i) [l](javascript:1) "
    "@someone #12 https://e.example www.e.example me@e.example \\"
)
"""A name as somebody chooses it who wants to reach the reader's terminal, browser or forge."""


def artifact(
    path: str = "dist/demo-1.0-py3-none-any.whl", *, kind: ArtifactKind = ArtifactKind.WHEEL
) -> ArtifactInfo:
    return ArtifactInfo(
        path=path,
        kind=kind,
        size=21_430,
        sha256="" if kind is ArtifactKind.TREE else "0f" * 32,
        name="demo",
        version="1.0",
        tags=("py3-none-any",),
        made_by=MadeBy("setuptools", "84.2"),
    )


def place(
    path: str = "demo/core.py",
    inside: str = "line 12",
    a: str = "value = 1",
    b: str = "value = 2",
) -> Location:
    return Location(path, inside, a, b, Span(4, 13), Span(4, 13))


def finding(  # noqa: PLR0917 - the parts of a finding
    cause: str = "text-changed",
    category: Category = Category.CONTENT,
    severity: Severity = Severity.REVIEW,
    confidence: Confidence = Confidence.PROVEN,
    locations: Sequence[Location] = (),
    count: int | None = None,
    weight: int = 1,
    follows: tuple[str, ...] = (),
    fixes: tuple[str, ...] = (),
    evidence: tuple[str, ...] = (),
) -> Finding:
    """Return a finding; its id is made of its cause, severity and confidence."""
    places = tuple(locations) or (place(),)
    return Finding(
        id=f"{cause}-{severity[0]}{confidence[0:2]}",
        cause=cause,
        category=category,
        severity=severity,
        confidence=confidence,
        title=cause.replace("-", " ").capitalize(),
        explanation=f"This is why {cause} was found.",
        locations=places,
        location_count=len(places) if count is None else count,
        bytes=weight,
        evidence=evidence,
        derived_from=follows,
        fixes=fixes,
    )


def times(count: int = 812) -> Finding:
    """Return the most common finding there is: all times in a zip."""
    locations = [
        place(f"demo/module_{number}.py", "time", "2024-05-06 07:00:00", "2024-05-06 07:02:00")
        for number in range(min(count, 20))
    ]
    return finding(
        "zip-member-mtime",
        Category.TIMESTAMPS,
        Severity.BENIGN,
        locations=locations,
        count=count,
        weight=4 * count,
        fixes=("setuptools-epoch",),
    )


FIX = Fix(
    id="setuptools-epoch",
    tool="setuptools",
    title="Set SOURCE_DATE_EPOCH for the build",
    where="environment",
    snippet="export SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct)\n",
    why="The time of the last commit is the same for everybody who builds it.",
    since="wheel 0.27",
    docs="https://docs.example/epoch",
    checked="normalized",
)


def report(
    findings: Sequence[Finding] = (),
    verdict: Verdict | None = None,
    *,
    problems: tuple[Problem, ...] = (),
    kind: ArtifactKind = ArtifactKind.WHEEL,
) -> Report:
    """Return a report whose summary and verdict follow from what is in it."""
    if verdict is None:
        if any(f.severity is not Severity.BENIGN for f in findings):
            verdict = Verdict.DIFFERENT
        elif problems:
            verdict = Verdict.INCOMPLETE
        elif not findings:
            verdict = Verdict.IDENTICAL
        elif all(f.confidence is Confidence.PROVEN for f in findings):
            verdict = Verdict.EQUIVALENT
        else:
            verdict = Verdict.DIFFERENT
    categories: dict[Category, CategoryCount] = {}
    weights: dict[Category, int] = {}
    for one in findings:
        known = categories.get(one.category, CategoryCount())
        categories[one.category] = CategoryCount(
            known.findings + 1, known.locations + one.location_count
        )
        weights[one.category] = weights.get(one.category, 0) + one.bytes
    total = sum(weights.values())
    unexplained = weights.get(Category.UNEXPLAINED, 0)
    differing = 3 if findings else 0
    return Report(
        verdict=verdict,
        a=artifact("dist/demo-1.0-py3-none-any.whl", kind=kind),
        b=artifact("rebuilt/demo-1.0-py3-none-any.whl", kind=kind),
        summary=Summary(
            MemberCounts(12, 12, 12 - differing, differing),
            {category: categories[category] for category in Category if category in categories},
            LedgerTotals(
                total,
                total - unexplained,
                unexplained,
                {category: weights[category] for category in Category if category in weights},
            ),
        ),
        findings=tuple(findings),
        fixes=(FIX,) if any(one.fixes for one in findings) else (),
        problems=problems,
    )


def full() -> Report:
    """Return a report in which everything occurs that a report can say."""
    changed = finding(
        locations=[
            place(),
            place(inside="line 40", a="", b="import os"),
            place("demo/data.bin", ".rodata+0x120", "00 01", "00 02"),
        ],
        evidence=("Both sides are the same otherwise.",),
        weight=12,
    )
    denied = finding(
        "record-mismatch",
        Category.INTEGRITY,
        Severity.ALARM,
        locations=[place("demo-1.0.dist-info/RECORD", "demo/core.py", "sha256=aa", "sha256=bb")],
    )
    rows = finding(
        "record-row-follows",
        Category.CHECKSUMS,
        Severity.BENIGN,
        locations=[place("demo-1.0.dist-info/RECORD", "line 3", "core.py,x", "core.py,y")],
        weight=43,
        follows=(changed.id,),
    )
    left = finding(
        "unexplained",
        Category.UNEXPLAINED,
        confidence=Confidence.POSSIBLE,
        locations=[place("", "bytes 0x40", "\\x00", "\\x01")],
        weight=7,
    )
    made = report(
        [denied, changed, left, times(), rows],
        problems=(Problem("demo/broken.so", "compare", "the section table is cut off", "b"),),
    )
    return Report(
        verdict=made.verdict,
        a=made.a,
        b=made.b,
        summary=made.summary,
        findings=made.findings,
        fixes=made.fixes,
        recipe={
            Side.A: {"SOURCE_DATE_EPOCH": "1700000000", "umask": "022"},
            Side.B: {"SOURCE_DATE_EPOCH": "1700000120", "umask": "022"},
        },
        problems=made.problems,
    )


def hostile() -> Report:
    """Return a report with a hostile text in every place that an artifact can fill.

    The engine makes such text safe before it is in a report; here it is left as it is, so that
    each report is seen to hold on its own.
    """
    one = finding(
        locations=[
            place(HOSTILE, HOSTILE, HOSTILE + "1", HOSTILE + "2"),
            place(HOSTILE, "line 1", HOSTILE, ""),
            place("x", "time", "[1]", HOSTILE),
        ],
        evidence=(HOSTILE,),
        fixes=("fix",),
    )
    echo = finding(
        "echo", Category.CHECKSUMS, Severity.BENIGN, locations=[place(HOSTILE)], follows=(one.id,)
    )
    one, echo = (
        Finding(
            id=it.id,
            cause=it.cause,
            category=it.category,
            severity=it.severity,
            confidence=it.confidence,
            title=it.title,
            explanation=HOSTILE,
            locations=it.locations,
            location_count=it.location_count,
            bytes=it.bytes,
            evidence=it.evidence,
            derived_from=it.derived_from,
            fixes=it.fixes,
        )
        for it in (one, echo)
    )
    quiet = finding("quiet", Category.TIMESTAMPS, Severity.BENIGN, locations=[place(HOSTILE)])
    made = report([one, quiet, echo], problems=(Problem(HOSTILE, "compare", HOSTILE, "a"),))
    info = ArtifactInfo(
        path=HOSTILE,
        kind=ArtifactKind.WHEEL,
        sha256="0f" * 32,
        name=HOSTILE,
        version=HOSTILE,
        tags=(HOSTILE,),
        made_by=MadeBy(HOSTILE, HOSTILE),
    )
    fix = Fix("fix", "setuptools", HOSTILE, "environment", f"a {HOSTILE}\n```\n{HOSTILE}", HOSTILE)
    return Report(
        verdict=made.verdict,
        a=info,
        b=info,
        summary=made.summary,
        findings=made.findings,
        fixes=(fix,),
        recipe={Side.A: {"umask": HOSTILE}, Side.B: {}},
        problems=made.problems,
    )
