"""ATTRIBUTE and PROVE, put together: rules claim facts, the ledger checks, findings gather.

A :class:`Collector` takes claims from anywhere in the artifact and keeps one finding for each
cause, severity and confidence, however many places it has.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Prefixes, Rule, Scene
from reprodiff.model import (
    Category,
    CategoryCount,
    Confidence,
    Difference,
    Finding,
    LedgerTotals,
    Location,
    Severity,
    SpansIn,
)
from reprodiff.records import dataclass, field
from reprodiff.text import MAX_SHOWN, plain
from reprodiff.values import shown

MAX_EVIDENCE: Final = 8
"""Sentences of evidence kept for a finding."""

Hinge = tuple[str, str]


def attribute(
    facts: Sequence[Difference],
    rules: Sequence[Rule] | Callable[[Iterable[str]], Sequence[Rule]],
    scene: Scene,
) -> tuple[list[Claim], list[Difference]]:
    """Let ``rules`` claim ``facts`` in their order; return the claims and what nobody claimed.

    ``rules`` may be a function that returns those for some kinds of facts.

    A claim takes the facts it names; one that names a narrower fact (a token of a line) takes
    the fact of the same kind and place that it was cut from.
    """
    claims: list[Claim] = []
    kinds: dict[str, list[Difference]] = {}
    for fact in facts:
        kinds.setdefault(fact.what, []).append(fact)
    for rule in rules(kinds.keys()) if callable(rules) else rules:
        mine = [what for what in kinds if rule.wants(what)]
        if not mine:
            continue
        made = list(rule.apply([fact for what in mine for fact in kinds[what]], scene))
        taken = {id(fact) for claim in made for fact in (*claim.differences, *claim.consumed)}
        claims += made
        for what in mine:
            kinds[what] = [fact for fact in kinds[what] if id(fact) not in taken]
            if not kinds[what]:
                del kinds[what]
    return claims, [fact for left in kinds.values() for fact in left]


def locate(fact: Difference, path: str, *, headers: bool) -> Location:
    """Return ``fact`` as a place to show, all text safe; ``path`` is its full display path.

    ``headers`` says that it is on what a container records.
    """
    spans_in = None
    if fact.span_a is not None or fact.span_b is not None:
        spans_in = fact.spans_in or (SpansIn.ARCHIVE if headers else SpansIn.MEMBER)
    return Location(
        path,
        plain(fact.inside, MAX_SHOWN),
        shown(fact.what, fact.a),
        shown(fact.what, fact.b),
        fact.span_a,
        fact.span_b,
        spans_in,
    )


@dataclass(slots=True)
class _Gathered:
    cause: Cause
    severity: Severity
    confidence: Confidence
    hinge: Hinge | None
    explanation: str = ""
    locations: list[Location] = field(default_factory=list)
    count: int = 0
    bytes: int = 0
    evidence: dict[str, None] = field(default_factory=dict)
    follows: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    resizes: bool = False


class Collector:
    """Gathers claims into findings.

    ``limit`` is the number of locations kept for each finding (all of them if ``None``); counts
    are always of all.
    """

    def __init__(self, prefixes: Prefixes, limit: int | None = None) -> None:
        self._prefixes = prefixes
        self._limit = limit
        self._groups: dict[tuple[str, Severity, Confidence, Hinge | None], _Gathered] = {}
        self._dirty: set[tuple[str, Severity, Confidence, Hinge | None]] = set()
        self.claims = 0
        """How many claims it was given."""

    def add(self, claim: Claim, where: str, weight: int, *, headers: bool = False) -> None:
        """Take ``claim``; ``where`` is put before its paths, ``weight`` is in differing bytes.

        ``headers`` says that it is on what a container records: nothing inside a member follows
        from that, unless it is the member's being there or its name.
        """
        self.claims += 1
        severity = claim.severity or claim.cause.severity
        key = (claim.cause.id, severity, claim.confidence, claim.hinge)
        group = self._groups.get(key)
        if group is None:
            group = _Gathered(claim.cause, severity, claim.confidence, claim.hinge)
            self._groups[key] = group
        group.explanation = group.explanation or claim.explanation
        group.bytes += weight
        group.follows.update(
            path if path == "*" or path.startswith(":") else where + path for path in claim.follows
        )
        for sentence in claim.evidence:
            if len(group.evidence) < MAX_EVIDENCE:
                group.evidence.setdefault(plain(sentence, MAX_SHOWN))
        for fact in claim.differences:
            path = where + fact.path if fact.path else where.removesuffix("!/")
            group.count += 1
            if not headers or not fact.path or fact.what.startswith(("member.", "installed.")):
                group.touched.add(path)
            if self._limit is None or len(group.locations) < self._limit:
                group.locations.append(locate(fact, path, headers=headers))
            group.resizes = group.resizes or any(
                stop_a - start_a != stop_b - start_b
                for (start_a, stop_a), (start_b, stop_b) in fact.places()
            )
        self._dirty.add(key)

    def fresh(self) -> Iterator[Finding]:
        """Yield the findings that are new or have grown since the last call."""
        dirty, self._dirty = self._dirty, set()
        for key in self._groups:
            if key in dirty:
                yield _finding(self._groups[key], ())

    def causes(self) -> dict[str, Cause]:
        """Return the causes of all findings, by id."""
        return {group.cause.id: group.cause for group in self._groups.values()}

    def findings(self) -> tuple[Finding, ...]:
        """Return all findings: what matters most first, causes before what follows from them."""
        groups = list(self._settled())
        ids = {id(group): _fingerprint(group) for group in groups}
        roots: dict[str, set[str]] = {}
        layout: set[str] = set()
        for group in groups:
            if group.cause.blame is Blame.CONSEQUENCE:
                continue
            for path in (*group.touched, f":{group.cause.id}"):
                roots.setdefault(path, set()).add(ids[id(group)])
            if group.resizes or group.cause.category in _LAYOUT:
                layout.add(ids[id(group)])
        made: list[tuple[tuple[int | str, ...], Finding]] = []
        for group in groups:
            parents: set[str] = set()
            for path in group.follows:
                parents |= layout if path == "*" else roots.get(path, set())
            parents.discard(ids[id(group)])
            finding = _finding(group, tuple(sorted(parents)))
            made.append((_rank(group, finding), finding))
        made.sort(key=lambda item: item[0])
        return tuple(finding for _, finding in made)

    def _settled(self) -> Iterator[_Gathered]:
        """Settle what hung on a pair of prefixes, now that all votes are in; join equals."""
        settled: dict[tuple[str, Severity, Confidence], _Gathered] = {}
        for group in self._groups.values():
            confidence = group.confidence
            if group.hinge is not None:
                confidence = self._prefixes.settle(*group.hinge, confidence)
            key = (group.cause.id, group.severity, confidence)
            into = settled.get(key)
            if into is None:
                settled[key] = into = _Gathered(group.cause, group.severity, confidence, None)
            into.explanation = into.explanation or group.explanation
            room = (
                len(group.locations) if self._limit is None else self._limit - len(into.locations)
            )
            into.locations += group.locations[: max(room, 0)]
            into.count += group.count
            into.bytes += group.bytes
            for sentence in group.evidence:
                if len(into.evidence) < MAX_EVIDENCE:
                    into.evidence.setdefault(sentence)
            into.follows |= group.follows
            into.touched |= group.touched
            into.resizes = into.resizes or group.resizes
        yield from settled.values()


_LAYOUT = frozenset(
    {Category.MEMBERSHIP, Category.ORDERING, Category.COMPRESSION, Category.ARCHIVE_FORMAT}
)


def _fingerprint(group: _Gathered) -> str:
    text = f"{group.cause.id}\0{group.severity}\0{group.confidence}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


# Among findings of one severity, what people get stands before what says where it came from; but
# another compiler stands before the code that it made otherwise.
_WEIGHT: Final = (
    *(Category.INTEGRITY, Category.CONTENT, Category.TOOLCHAIN, Category.NATIVE_CODE),
    *(Category.BYTECODE, Category.UNEXPLAINED, Category.VENDORED_LIBRARIES),
    *(Category.ENVIRONMENT, Category.MEMBERSHIP, Category.PLATFORM, Category.PERMISSIONS),
    Category.METADATA,
)


def _rank(group: _Gathered, finding: Finding) -> tuple[int | str, ...]:
    category = group.cause.category
    return (
        -group.severity.rank,
        group.cause.blame is Blame.CONSEQUENCE,
        _WEIGHT.index(category) if category in _WEIGHT else len(_WEIGHT),
        group.cause.blame,
        group.confidence.rank,
        -finding.bytes,
        -finding.location_count,
        group.cause.id,
    )


def _finding(group: _Gathered, derived_from: tuple[str, ...]) -> Finding:
    return Finding(
        id=_fingerprint(group),
        cause=group.cause.id,
        category=group.cause.category,
        severity=group.severity,
        confidence=group.confidence,
        title=group.cause.title,
        explanation=plain(group.explanation) or group.cause.doc.what,
        locations=tuple(group.locations),
        location_count=group.count,
        bytes=group.bytes,
        evidence=tuple(group.evidence),
        derived_from=derived_from,
    )


def totals(findings: Iterable[Finding]) -> tuple[dict[Category, CategoryCount], LedgerTotals]:
    """Sum ``findings`` up by category, in the order of :class:`Category`."""
    counts: dict[Category, CategoryCount] = {}
    weights: dict[Category, int] = {}
    for finding in findings:
        known = counts.get(finding.category, CategoryCount())
        counts[finding.category] = CategoryCount(
            known.findings + 1, known.locations + finding.location_count
        )
        weights[finding.category] = weights.get(finding.category, 0) + finding.bytes
    order = list(Category)
    by_category = {category: weights[category] for category in order if weights.get(category)}
    unexplained = weights.get(Category.UNEXPLAINED, 0)
    differing = sum(weights.values())
    return (
        {category: counts[category] for category in order if category in counts},
        LedgerTotals(differing, differing - unexplained, unexplained, by_category),
    )
