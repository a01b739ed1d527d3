"""The order of a report for people: root causes, the echoes under them, shares of the ledger."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from reprodiff.model import Category, Finding, LedgerTotals, Severity

MAX_SHARES: Final = 6
"""Categories named in a bar; the smaller ones are drawn as one."""


class Group(NamedTuple):
    """A root cause and the findings that follow from it."""

    root: Finding
    echoes: tuple[Finding, ...]


class Share(NamedTuple):
    """One part of the differing bytes."""

    label: str
    bytes: int
    percent: str
    """As a figure to print: never 0 % or 100 % of what is only nearly so."""


def groups(findings: Sequence[Finding]) -> tuple[Group, ...]:
    """Return ``findings`` as root causes with their echoes, in the order of severity.

    An echo stands under the first finding it follows from.  What matters more than its reason
    is not folded away: it stands on its own.
    """
    position = {finding.id: number for number, finding in enumerate(findings)}
    by_id = {finding.id: finding for finding in findings}
    echoes: dict[str, list[Finding]] = {}
    roots: list[Finding] = []
    for finding in findings:
        root = _root(finding, by_id, position)
        if root == finding.id:
            roots.append(finding)
        else:
            echoes.setdefault(root, []).append(finding)
    roots.sort(key=lambda finding: -finding.severity.rank)
    return tuple(Group(root, tuple(echoes.get(root.id, ()))) for root in roots)


def _root(finding: Finding, by_id: Mapping[str, Finding], position: Mapping[str, int]) -> str:
    """Return the id at the end of the way from echo to reason; of a circle, its first finding."""
    here = finding
    seen = {here.id}
    while True:
        parents = [
            parent
            for parent in here.derived_from
            if parent in by_id and by_id[parent].severity.rank >= here.severity.rank
        ]
        if not parents:
            return here.id
        nearest = min(parents, key=position.__getitem__)
        if nearest in seen:
            return min(seen, key=position.__getitem__)
        seen.add(nearest)
        here = by_id[nearest]


def with_severity(found: Sequence[Group], severity: Severity) -> tuple[Group, ...]:
    """Return the groups whose root has ``severity``."""
    return tuple(group for group in found if group.root.severity is severity)


def shares(ledger: LedgerTotals) -> tuple[Share, ...]:
    """Return who accounts for the differing bytes: largest first, what is unexplained last."""
    total = sum(ledger.by_category.values())
    known = [
        (category, weight)
        for category, weight in ledger.by_category.items()
        if weight > 0 and category is not Category.UNEXPLAINED
    ]
    order = list(Category)
    known.sort(key=lambda item: (-item[1], order.index(item[0])))
    parts = [(category.value, weight) for category, weight in known]
    if len(parts) > MAX_SHARES:
        rest = sum(weight for _, weight in parts[MAX_SHARES - 1 :])
        parts = [*parts[: MAX_SHARES - 1], ("other", rest)]
    unexplained = ledger.by_category.get(Category.UNEXPLAINED, 0)
    if unexplained > 0:
        parts.append((Category.UNEXPLAINED.value, unexplained))
    return tuple(Share(label, weight, percent(weight, total)) for label, weight in parts)


def percent(part: int, whole: int) -> str:
    """Return ``part`` of ``whole`` in percent; 0 and 100 only where they are exact."""
    if part == whole:
        return "100%"
    rounded = (200 * part + whole) // (2 * whole)
    if rounded == 0:
        return "<1%" if part else "0%"
    return ">99%" if rounded == 100 else f"{rounded}%"


def cells(found: Sequence[Share], width: int) -> tuple[int, ...]:
    """Divide ``width`` cells of a bar by weight, at least one for each; the sum is ``width``.

    ``width`` must not be smaller than the number of shares.
    """
    total = sum(share.bytes for share in found)
    if not total:
        return ()
    spare = width - len(found)
    exact = [share.bytes * spare for share in found]
    given = [weight // total for weight in exact]
    left = spare - sum(given)
    by_remainder = sorted(range(len(found)), key=lambda n: (-(exact[n] % total), n))
    for number in by_remainder[:left]:
        given[number] += 1
    return tuple(1 + share for share in given)
