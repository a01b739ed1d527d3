"""What the app knows of a comparison, from the records that have come so far."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import assert_never

from reprodiff.events import Opened, Paired, Progress, Trouble
from reprodiff.model import (
    ArtifactInfo,
    Category,
    Confidence,
    Finding,
    Fix,
    LedgerTotals,
    Location,
    MemberCounts,
    Problem,
    Report,
    Severity,
    Side,
    Verdict,
)
from reprodiff.tui.records import Failed, Finished, Grown, Places, Record


class Phase(StrEnum):
    """How far the analysis is."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(slots=True)
class Store:
    """The state of one comparison; :meth:`apply` is the only thing that changes it."""

    phase: Phase = Phase.RUNNING
    infos: dict[Side, ArtifactInfo] = field(default_factory=dict)
    members: MemberCounts = field(default_factory=MemberCounts)
    progress: Progress | None = None
    findings: dict[str, Finding] = field(default_factory=dict)
    """By id: what matters most first, in the report's order once there is a report."""
    problems: list[Problem] = field(default_factory=list)
    fixes: dict[str, Fix] = field(default_factory=dict)
    verdict: Verdict | None = None
    failure: Failed | None = None
    places: dict[str, list[Location]] = field(default_factory=dict)
    ledger: LedgerTotals = field(default_factory=LedgerTotals)
    report: Report | None = None
    """The whole report, once there is one; its findings come without their places."""

    def apply(self, records: Iterable[Record]) -> None:
        """Take what has come in."""
        touched = False
        for record in records:
            touched |= self._take(record)
        if touched and self.phase is Phase.RUNNING:
            from reprodiff.attribution import totals  # noqa: PLC0415

            self.findings = {item.id: item for item in sorted(self.findings.values(), key=_rank)}
            _, self.ledger = totals(self.findings.values())

    def become(self, other: "Store") -> None:
        """Know what ``other`` knows, and nothing else."""
        for one in fields(self):
            setattr(self, one.name, getattr(other, one.name))

    def cancel(self) -> None:
        """Note that nothing more will come because the user said so."""
        if self.phase is Phase.RUNNING:
            self.phase = Phase.CANCELLED

    def locations(self, finding_id: str) -> Sequence[Location]:
        """Return the places of a finding that have come so far."""
        return self.places.get(finding_id, ())

    def _take(self, record: Record) -> bool:
        """Take one record; return whether the findings have changed."""
        match record:
            case Grown(finding):
                self.findings[finding.id] = finding
                return True
            case Places(finding_id, start, locations):
                known = self.places.setdefault(finding_id, [])
                del known[start:]
                known.extend(locations)
            case Opened(side, info):
                self.infos[side] = info
            case Paired(members):
                self.members = members
            case Progress():
                self.progress = record
            case Trouble(problem):
                self.problems.append(problem)
            case Finished():
                self._finish(record)
            case Failed():
                self.failure = record
                self.phase = Phase.FAILED
                self.problems.append(Problem("", "analysis", record.message))
            case _:
                assert_never(record)
        return False

    def _finish(self, record: Finished) -> None:
        report = record.report
        self.phase = Phase.DONE
        self.report = report
        self.verdict = report.verdict
        self.infos = {Side.A: report.a, Side.B: report.b}
        self.members = report.summary.members
        self.ledger = report.summary.ledger
        self.findings = {item.id: item for item in report.findings}
        self.places = {key: self.places[key] for key in self.findings if key in self.places}
        self.problems = list(report.problems)
        self.fixes = {fix.id: fix for fix in report.fixes}


def needs_person(finding: Finding) -> bool:
    """Whether somebody has to look: it may matter, or it is not proven that it does not."""
    return finding.severity is not Severity.BENIGN or finding.confidence is not Confidence.PROVEN


def _rank(finding: Finding) -> tuple[object, ...]:
    return (
        -finding.severity.rank,
        finding.category is not Category.UNEXPLAINED and finding.severity is Severity.BENIGN,
        list(Category).index(finding.category),
        finding.id,
    )


def roots(findings: Iterable[Finding]) -> dict[str, list[str]]:
    """Return the ids of root causes, each with those of the findings that fold under it.

    A finding folds under one of its reasons, at the root of their chain.  One that matters more
    than all its reasons stands by itself: a harmless cause hides nothing.
    """
    known = {finding.id: finding for finding in findings}
    homes = {key: _home(finding, known) for key, finding in known.items()}
    folded: dict[str, list[str]] = {key: [] for key, home in homes.items() if home == key}
    for key, home in homes.items():
        if home != key:
            folded[home].append(key)
    return folded


def _home(finding: Finding, known: dict[str, Finding]) -> str:
    """Return the id of the root that ``finding`` folds under; its own, where it is a root."""
    seen = {finding.id}
    at = finding
    while (parent := _parent(at, known)) is not None:
        if parent.id in seen:
            return finding.id
        seen.add(parent.id)
        at = parent
    return at.id


def _parent(finding: Finding, known: dict[str, Finding]) -> Finding | None:
    """Return the reason that matters least of those that matter as much as ``finding``."""
    order = {key: number for number, key in enumerate(known)}
    reasons = [
        known[key]
        for key in finding.derived_from
        if key in known and known[key].severity.rank >= finding.severity.rank
    ]
    return min(reasons, key=lambda item: (item.severity.rank, order[item.id]), default=None)
