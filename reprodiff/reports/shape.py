"""The shape of the JSON report: which keys an object has, and in which order.

This one table is what writing, reading and the schema share.  Keys have the names of the model's
fields; a field that is not listed here is not in the report.
"""

from typing import Final

from reprodiff.drift import (
    BundledLibrary,
    Ceiling,
    NativeMember,
    PlacedPlatform,
    Platform,
    PlatformChange,
    PlatformSide,
    SymbolNeed,
)
from reprodiff.model import (
    ArtifactInfo,
    CategoryCount,
    Change,
    Finding,
    Fix,
    LedgerTotals,
    Left,
    Location,
    MadeBy,
    MemberCounts,
    Normalized,
    Plan,
    Problem,
    RecipeLine,
    Report,
    Summary,
    ToolTrace,
)
from reprodiff.reports.selection import LeftOut

TOOL: Final = "reprodiff"

KEYS: Final[dict[type, tuple[str, ...]]] = {
    Report: (
        *("verdict", "a", "b", "summary", "findings", "fixes", "recipe", "problems"),
        *("platform", "platforms", "plan", "recipe_lines", "normalized"),
    ),
    ArtifactInfo: ("path", "kind", "size", "sha256", "name", "version", "tags", "made_by", "tools"),
    ToolTrace: ("tool", "version", "role", "confidence", "evidence"),
    MadeBy: ("tool", "version"),
    Summary: ("members", "categories", "ledger"),
    MemberCounts: ("a", "b", "identical", "differing", "only_a", "only_b"),
    CategoryCount: ("findings", "locations"),
    LedgerTotals: ("differing_bytes", "explained_bytes", "unexplained_bytes", "by_category"),
    Finding: (
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
    ),
    Location: ("path", "inside", "a", "b", "span_a", "span_b", "spans_in"),
    Fix: (
        *("id", "tool", "title", "where", "snippet", "why", "since", "docs", "checked"),
        *("file", "language", "causes"),
    ),
    Plan: ("changes", "left"),
    Change: ("file", "where", "language", "text", "fixes", "findings", "bytes"),
    Left: ("finding", "reason"),
    RecipeLine: ("key", "value", "confidence", "reason"),
    Problem: ("path", "stage", "message", "side"),
    Normalized: ("a", "b", "same", "epoch", "refused", "kept"),
    LeftOut: ("findings", "locations", "by", "stale"),
    PlacedPlatform: ("path_a", "path_b", "platform"),
    Platform: ("a", "b", "changes", "ceilings", "libraries", "members"),
    PlatformSide: (
        "tags",
        "recorded_tags",
        "purelib",
        "policy",
        "policy_alias",
        "limits",
        "machines",
        "needs",
        "system_libraries",
        "contradictions",
    ),
    PlatformChange: ("kind", "subject", "a", "b", "effect", "severity"),
    Ceiling: ("family", "a", "b", "set_by_a", "set_by_b"),
    SymbolNeed: ("symbol", "version", "library", "members", "member_count"),
    BundledLibrary: (
        "name",
        "change",
        "path_a",
        "path_b",
        "version_a",
        "version_b",
        "needed_by_a",
        "needed_by_b",
        "evidence",
    ),
    NativeMember: (
        "path_a",
        "path_b",
        "format",
        "needs_a",
        "needs_b",
        "libraries_a",
        "libraries_b",
    ),
}

MAY_BE_ABSENT: Final = frozenset(
    {
        *((Location, key) for key in ("span_a", "span_b", "spans_in")),
        (Report, "platform"),
        (Report, "platforms"),
        (Report, "normalized"),
    }
)
"""Keys that an object has only where there is something to say."""

MULTILINE: Final = frozenset(
    {
        *((Finding, "explanation"), (Fix, "snippet"), (Fix, "why")),
        *((Change, "text"), (RecipeLine, "value")),
    }
)
"""Texts that may have more than one line."""
