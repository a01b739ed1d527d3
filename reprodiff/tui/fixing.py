"""What removes a finding, what goes with it, and how it is known to work."""

from collections.abc import Iterable

from reprodiff.model import Finding, Fix
from reprodiff.tui.chunks import counted
from reprodiff.tui.store import Store, roots

CHECKED = {
    "rebuilt": "checked by rebuilding: with it, two builds are the same",
    "normalized": "checked by normalising: with it, both sides become the same bytes",
}


def checked(fix: Fix) -> str:
    """Return how a fix is known to work."""
    return CHECKED.get(fix.checked, "not checked on this pair")


def known_fixes(store: Store, finding: Finding) -> list[Fix]:
    """Return the fixes that the report has for a finding, or for what it follows from."""
    found = [store.fixes[key] for key in finding.fixes if key in store.fixes]
    if found:
        return found
    for root, echoes in roots(store.findings.values()).items():
        if finding.id in echoes:
            return [store.fixes[k] for k in store.findings[root].fixes if k in store.fixes]
    return []


def snippet(store: Store, finding: Finding) -> str | None:
    """Return what to paste to remove a finding: the first fix that has something to paste."""
    return next((fix.snippet for fix in known_fixes(store, finding) if fix.snippet), None)


def removed_by(store: Store, fix: Fix) -> list[str]:
    """Return the ids of the findings that a fix removes."""
    return [item.id for item in store.findings.values() if fix.id in item.fixes]


def planned(store: Store, fix: Fix) -> bool:
    """Whether a fix is a setting that the plan counts on; advice removes nothing by itself."""
    plan = store.report.plan if store.report is not None else None
    return plan is not None and any(fix.id in change.fixes for change in plan.changes)


def removed(store: Store, ids: Iterable[str]) -> str:
    """Say how much goes with some findings: they, and what follows from them."""
    folded = roots(store.findings.values())
    gone: dict[str, None] = {}
    for key in ids:
        if key in store.findings:
            gone[key] = None
            gone.update(dict.fromkeys(folded.get(key, ())))
    findings = [store.findings[key] for key in gone]
    parts = [
        counted(len(findings), "finding"),
        counted(sum(item.location_count for item in findings), "place"),
    ]
    if size := sum(item.bytes for item in findings):
        parts.append(counted(size, "differing byte"))
    return ", ".join(parts)
