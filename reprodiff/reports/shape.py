"""The shape of the JSON report: which keys an object has, and in which order.

This one table is what writing, reading and the schema share.  Keys have the names of the model's
fields; a field that is not listed here is not in the report.
"""

from typing import Final

from reprodiff.model import (
    ArtifactInfo,
    CategoryCount,
    Finding,
    Fix,
    LedgerTotals,
    Location,
    MadeBy,
    MemberCounts,
    Problem,
    Report,
    Summary,
)
from reprodiff.reports.selection import LeftOut

TOOL: Final = "reprodiff"

KEYS: Final[dict[type, tuple[str, ...]]] = {
    Report: ("verdict", "a", "b", "summary", "findings", "fixes", "recipe", "problems"),
    ArtifactInfo: ("path", "kind", "size", "sha256", "name", "version", "tags", "made_by"),
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
    ),
    Location: ("path", "inside", "a", "b", "span_a", "span_b"),
    Fix: ("id", "tool", "title", "where", "snippet", "why", "since", "docs", "checked"),
    Problem: ("path", "stage", "message", "side"),
    LeftOut: ("findings", "locations", "by"),
}

MAY_BE_ABSENT: Final = frozenset({(Location, "span_a"), (Location, "span_b")})
"""Keys that an object has only where there is something to say."""

MULTILINE: Final = frozenset({(Finding, "explanation"), (Fix, "snippet"), (Fix, "why")})
"""Texts that may have more than one line."""
