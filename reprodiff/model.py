"""The words of reprodiff as data; see docs/design.md for what each means.

Everything here is immutable and knows nothing of files, formats or screens.  Two kinds of text
live in it.  A :class:`Difference` keeps values as they were read: bytes and names from inside an
artifact, hostile until shown otherwise.  A :class:`Location`, a :class:`Finding` and all of a
:class:`Report` are for people and other programs: their text has gone through
:func:`reprodiff.text.plain` and is safe to print.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from reprodiff.drift import PlacedPlatform, Platform
from reprodiff.plans import Change, Left, Plan, RecipeLine
from reprodiff.records import dataclass, field
from reprodiff.vocabulary import (
    ArtifactKind,
    Category,
    Confidence,
    MemberType,
    Severity,
    Side,
    SpansIn,
    Verdict,
)

__all__ = [
    "NOWHERE",
    "SCHEMA_VERSION",
    "ArtifactInfo",
    "ArtifactKind",
    "Category",
    "CategoryCount",
    "Change",
    "Confidence",
    "Difference",
    "Finding",
    "Fix",
    "LedgerTotals",
    "Left",
    "Location",
    "MadeBy",
    "MemberCounts",
    "MemberType",
    "PlacedPlatform",
    "Plan",
    "Platform",
    "Problem",
    "RecipeLine",
    "Report",
    "Severity",
    "Side",
    "Span",
    "SpansIn",
    "Summary",
    "ToolTrace",
    "Value",
    "Verdict",
]

SCHEMA_VERSION: Final = 1
"""Counts breaking changes of the JSON report."""


Value = str | int | float | bytes | tuple[object, ...] | None
"""A value as it was read from an artifact; ``None`` means that the side has none."""


# Spans, facts and places are made by the million, which a standard named tuple is quicker at.


class Span(NamedTuple):
    """A half-open range of bytes, ``start <= offset < stop``."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self.stop - self.start


NOWHERE: Final = Span(0, 0)
"""The span of a side that has nothing."""


class Difference(NamedTuple):
    """A fact without opinion: one place where A and B differ.

    ``what`` names the kind of fact (``zip.time``, ``record.row``, ``text.line``); causes select
    facts by it.  ``path`` is the display path of the member, ``""`` for the container itself.
    ``span_a`` and ``span_b`` are the bytes the fact is about, the place to show: offsets in the
    member's plain content for facts on content, in the archive's bytes for facts on a
    container.  A fact without bytes of its own (the mode of an installed file) has no spans.
    """

    what: str
    path: str
    inside: str
    a: Value
    b: Value
    span_a: Span | None = None
    span_b: Span | None = None
    note: str = ""
    """More of the fact in words, when two values alone do not tell it."""
    parts: tuple[tuple[Span, Span], ...] = ()
    """All the bytes the fact is about, where they stand in more than one place (A, B)."""
    weight: int = 0
    """Differing bytes of a fact on a container; content is weighed by the ledger instead."""
    spans_in: SpansIn | None = None
    """What the spans are in; if it is not said, the content for facts on content, and the archive
    for facts on a container."""

    def places(self) -> tuple[tuple[Span, Span], ...]:
        """Return every pair of spans the fact is about; an absent side is an empty span."""
        if self.parts:
            return self.parts
        if self.span_a is None and self.span_b is None:
            return ()
        return ((self.span_a or NOWHERE, self.span_b or NOWHERE),)


class Location(NamedTuple):
    """One place of a finding, as safe text."""

    path: str
    inside: str
    a: str
    b: str
    span_a: Span | None = None
    span_b: Span | None = None
    spans_in: SpansIn | None = None
    """What ``span_a`` and ``span_b`` are offsets in; there if one of them is."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A concrete change in a named tool that removes a cause.

    ``checked`` says how it is known to work: ``rebuilt``, ``normalized`` or ``no``.
    """

    id: str
    tool: str
    title: str
    where: str
    snippet: str
    why: str
    since: str = ""
    docs: str = ""
    checked: str = "no"
    file: str = ""
    """The file or place that the snippet goes into, for example ``.gitattributes``."""
    language: str = ""
    """What the snippet is written in: ``shell``, ``toml``, ``yaml``, ``ini``, ..."""
    causes: tuple[str, ...] = ()
    """The causes in this report that it removes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Differences attributed to one cause, with what shows it."""

    id: str
    """Stable fingerprint: the same finding on the same kind of pair has the same id."""
    cause: str
    category: Category
    severity: Severity
    confidence: Confidence
    title: str
    explanation: str
    locations: tuple[Location, ...]
    location_count: int
    bytes: int = 0
    """Differing bytes that this finding accounts for."""
    evidence: tuple[str, ...] = ()
    derived_from: tuple[str, ...] = ()
    """Ids of the findings this one follows from; empty for a root cause."""
    fixes: tuple[str, ...] = ()
    no_fix: str = ""
    """Why nothing in the tool that made it removes the cause; empty where something does."""


@dataclass(frozen=True, slots=True)
class MadeBy:
    """The tool that wrote an artifact."""

    tool: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class ToolTrace:
    """A tool that took part in making an artifact, and what shows it."""

    tool: str
    version: str = ""
    """A version, or a range such as ``>=6.5``; empty if nothing tells it."""
    role: str = ""
    """``backend``, ``plugin``, ``repair``, ``installer``, ``compiler``, ``hand tool``, ..."""
    confidence: Confidence = Confidence.LIKELY
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArtifactInfo:
    """What a report says of an input.

    ``size`` is in bytes (of all regular files for a tree); ``sha256`` is hexadecimal and empty
    for a tree, which has no bytes of its own.
    """

    path: str
    kind: ArtifactKind
    size: int = 0
    sha256: str = ""
    name: str = ""
    version: str = ""
    tags: tuple[str, ...] = ()
    made_by: MadeBy | None = None
    tools: tuple[ToolTrace, ...] = ()
    """All tools that are known to have taken part; the backend first."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read or analysed.

    ``stage`` is one of ``open``, ``pair``, ``compare``, ``attribute``; ``side`` is ``a``, ``b``
    or empty for both.
    """

    path: str
    stage: str
    message: str
    side: str = ""


@dataclass(frozen=True, slots=True)
class MemberCounts:
    """How the members of both sides went together."""

    a: int = 0
    b: int = 0
    identical: int = 0
    differing: int = 0
    only_a: int = 0
    only_b: int = 0


@dataclass(frozen=True, slots=True)
class LedgerTotals:
    """The account of all differing bytes.

    A differing region counts with the longer of its two sides, so that the figure is the same
    when A and B change places.
    """

    differing_bytes: int = 0
    explained_bytes: int = 0
    unexplained_bytes: int = 0
    by_category: Mapping[Category, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """How many findings and places a category has."""

    findings: int = 0
    locations: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts over a whole report."""

    members: MemberCounts
    categories: Mapping[Category, CategoryCount]
    ledger: LedgerTotals


@dataclass(frozen=True, slots=True)
class Normalized:
    """The canonical forms of both sides, as `reprodiff normalize` writes them."""

    a: str
    """SHA-256 of A's canonical form in hexadecimal; empty where it has none."""
    b: str
    """The same of B's."""
    same: bool
    """Whether the two are the same bytes."""
    epoch: int
    """Time of every member, in seconds since 1970."""
    refused: Mapping[Side, tuple[str, ...]] = field(default_factory=dict)
    """Why a side has no canonical form, every reason."""
    kept: tuple[str, ...] = ()
    """Where they are not the same: the causes of what a canonical form leaves as it is."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known about a pair of artifacts."""

    verdict: Verdict
    a: ArtifactInfo
    b: ArtifactInfo
    summary: Summary
    findings: tuple[Finding, ...] = ()
    fixes: tuple[Fix, ...] = ()
    recipe: Mapping[Side, Mapping[str, str]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    platform: Platform | None = None
    """What both sides ask of the machine they are installed on, and what changed in it; absent
    where neither tags nor native code differ."""
    platforms: tuple[PlacedPlatform, ...] | None = None
    """The same for each pair of artifacts inside (the wheels of two folders) where tags or native
    code differ; absent where there is none."""
    plan: Plan = Plan()
    recipe_lines: Mapping[Side, tuple[RecipeLine, ...]] = field(default_factory=dict)
    """The recipe of each side with how sure each line is, and why."""
    normalized: Normalized | None = None
    """Whether the canonical forms are the same bytes; there only if that was asked for."""
