"""Comparisons made up for the app: no artifact is opened, no process started."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from threading import Event as Gate

from reprodiff.artifacts.base import Payload
from reprodiff.attribution import totals
from reprodiff.errors import DamagedError
from reprodiff.events import Done, Event, Found, Opened, Paired, Progress, Trouble
from reprodiff.limits import Limits
from reprodiff.model import (
    ArtifactInfo,
    ArtifactKind,
    Category,
    Confidence,
    Finding,
    Fix,
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
from reprodiff.tui.evidence import Library, Subject
from reprodiff.tui.records import Record
from reprodiff.tui.worker import Run, serve

PATHS = {Side.A: "dist/demo_ext-0.4.0-cp311-cp311-linux_x86_64.whl", Side.B: "rebuilt/demo.whl"}
TEXT_A = "".join(f"line {n}\n" for n in range(1, 60)).replace("line 30\n", "value = compute(1)\n")
TEXT_B = TEXT_A.replace("compute(1)", "compute(22)").replace("line 50\n", "line 50 changed\n")

# (cause, category, severity, title, the number of the finding it follows from)
_CAST = (
    ("record-mismatch", Category.INTEGRITY, Severity.ALARM, "RECORD denies a file", None),
    ("source-changed", Category.CONTENT, Severity.REVIEW, "source text changed", None),
    ("native-code", Category.NATIVE_CODE, Severity.REVIEW, "machine code changed", None),
    ("unexplained", Category.UNEXPLAINED, Severity.REVIEW, "bytes no cause accounts for", None),
    ("build-path", Category.EMBEDDED_PATHS, Severity.BENIGN, "build directory in debug info", None),
    ("build-id", Category.BUILD_IDS, Severity.BENIGN, "build-id follows", 4),
    ("record-echo", Category.CHECKSUMS, Severity.BENIGN, "RECORD row follows", 4),
    ("zip-member-mtime", Category.TIMESTAMPS, Severity.BENIGN, "zip member times", None),
)


def location(number: int, path: str = "") -> Location:
    """Return a place that tells itself from the others."""
    return Location(
        path or f"demo_ext/module_{number:05}.py",
        "last modified",
        f"2024-05-06 07:{number % 60:02}:00",
        f"2024-05-06 08:{number % 60:02}:00",
    )


def _span(text: str, part: str) -> Span:
    start = text.index(part)
    return Span(start, start + len(part))


def findings(places: int = 3, extra: int = 0) -> list[Finding]:
    """Return the cast, the last of them with ``places`` places, and ``extra`` more causes."""
    cast = [
        *_CAST,
        *(
            (f"other-{n:02}", Category.ENVIRONMENT, Severity.BENIGN, f"other cause {n:02}", None)
            for n in range(extra)
        ),
    ]
    made: list[Finding] = []
    for number, (cause, category, severity, title, follows) in enumerate(cast):
        if cause == "source-changed":
            spots = tuple(
                Location(
                    "demo_ext/core.py", inside, old, new, _span(TEXT_A, old), _span(TEXT_B, new)
                )
                for inside, old, new in (
                    ("line 30", "value = compute(1)\n", "value = compute(22)\n"),
                    ("line 50", "line 50\n", "line 50 changed\n"),
                )
            )
        elif cause == "native-code":
            spots = (
                Location("demo_ext/_speed.so", ".text+0x40", "", "", Span(64, 66), Span(64, 70)),
            )
        else:
            many = places if cause == "zip-member-mtime" else 2
            spots = tuple(location(n) for n in range(many))
        made.append(
            Finding(
                id=f"f{number:02}",
                cause=cause,
                category=category,
                severity=severity,
                confidence=Confidence.LIKELY if cause == "native-code" else Confidence.PROVEN,
                title=title,
                explanation=f"This is why: {title}. "
                "It is told in a sentence or two, long enough to be broken into lines.",
                locations=spots,
                location_count=len(spots),
                bytes=100 * (number + 1),
                evidence=("two places agree", "the rest was compared byte for byte"),
                derived_from=() if follows is None else (f"f{follows:02}",),
                fixes=("fix-times",) if cause == "zip-member-mtime" else (),
            )
        )
    return made


FIX = Fix(
    id="fix-times",
    tool="hatchling",
    title="give the build one time",
    where="environment",
    snippet="export SOURCE_DATE_EPOCH=1700000000\npython -m build",
    why="Every member then gets the same time.",
    since="1.0",
    checked="normalized",
)


def report(
    found: Sequence[Finding],
    verdict: Verdict = Verdict.DIFFERENT,
    problems: Sequence[Problem] = (),
) -> Report:
    """Return a whole report of ``found``."""
    sides = [
        ArtifactInfo(
            path=PATHS[side],
            kind=ArtifactKind.WHEEL,
            size=21_400,
            name="demo_ext",
            version="0.4.0",
            made_by=MadeBy("setuptools", "84.2"),
        )
        for side in Side
    ]
    categories, ledger = totals(found)
    members = MemberCounts(a=40, b=40, identical=30, differing=10)
    return Report(
        verdict=verdict,
        a=sides[0],
        b=sides[1],
        summary=Summary(members, categories, ledger),
        findings=tuple(found),
        fixes=(FIX,),
        problems=tuple(problems),
    )


def events(whole: Report) -> Iterator[Event]:
    """Tell of ``whole`` as an engine does."""
    yield Opened(Side.A, whole.a)
    yield Opened(Side.B, whole.b)
    yield Paired(whole.summary.members)
    for number, finding in enumerate(whole.findings):
        yield Progress(number, len(whole.findings), "demo_ext/at_hand.py")
        # Which finding follows from which is known only at the end.
        yield Found(replace(finding, derived_from=()))
    for problem in whole.problems:
        yield Trouble(problem)
    yield Done(whole)


def runner(whole: Report) -> Run:
    """Return what stands in for the engine."""
    return lambda _a, _b, _options: events(whole)


def records(whole: Report) -> list[list[Record]]:
    """Return what the worker sends of ``whole``."""
    sent: list[list[Record]] = []
    serve(sent.append, runner(whole), "a", "b", None)
    return sent


class ListFeed:
    """Records that are there already; ``hold`` keeps those from that number on back."""

    def __init__(self, batches: Sequence[list[Record]], hold: int | None = None) -> None:
        self._batches = batches
        self._hold = hold
        self._gate = Gate()
        self.stopped = False

    def records(self) -> Iterator[list[Record]]:
        for number in count():
            if number == self._hold:
                self._gate.wait(30)
            if self.stopped or number >= len(self._batches):
                return
            yield self._batches[number]

    def release(self) -> None:
        """Let the held records go."""
        self._gate.set()

    def stop(self) -> None:
        self.stopped = True
        self._gate.set()


class Shelf(Library):
    """Contents by path, in place of two artifacts."""

    def __init__(self, contents: dict[str, tuple[bytes, bytes]]) -> None:
        super().__init__(PATHS, Limits())
        self._shelf = dict(contents)

    def _payload(self, side: Side, path: str) -> Payload:
        if path not in self._shelf:
            raise DamagedError("its stored bytes are damaged")
        return Payload(memoryview(self._shelf[path][side is Side.B]))


CONTENTS = {
    "demo_ext/core.py": (TEXT_A.encode(), TEXT_B.encode()),
    "demo_ext/_speed.so": (
        bytes(range(256)) * 4,
        bytes(range(66)) + b"\xff\xfe\xfd\xfc" + bytes(range(66, 256)) + bytes(range(256)) * 3,
    ),
}


def subject(finding: Finding, number: int | None = None) -> Subject:
    """Return a finding, or one of its places, as what the cursor is on."""
    return Subject(finding, finding.locations, number)
