"""The sentences and figures that all reports for people share."""

from collections.abc import Sequence
from typing import Final

from reprodiff.model import (
    ArtifactInfo,
    ArtifactKind,
    Category,
    Change,
    Confidence,
    Finding,
    Fix,
    Normalized,
    Report,
    Severity,
    Side,
    Verdict,
)
from reprodiff.reports.selection import LeftOut
from reprodiff.text import plain

_UNITS: Final = ("kB", "MB", "GB", "TB", "PB", "EB")
_FOLDERS: Final = frozenset({ArtifactKind.TREE, ArtifactKind.WHEELHOUSE})


def count(number: int, noun: str, plural: str = "") -> str:
    """Return ``number`` with its noun: ``1 place``, ``1,204 places``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number: int) -> str:
    """Return a size in bytes for people, in decimal units: ``812 bytes``, ``21 kB``, ``1.4 MB``."""
    if number < 1000:
        return count(number, "byte")
    value = float(number)
    for unit in _UNITS:
        value /= 1000
        # 999.5 would be rounded to four figures, which the next unit says in two.
        if value < 999.5 or unit == _UNITS[-1]:
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}"
    raise AssertionError("the last unit takes everything")


def normalized(found: Normalized | None) -> tuple[str, ...]:
    """Return in sentences whether the canonical forms are the same; nothing if none were made."""
    if found is None:
        return ()
    if found.same:
        return (f"Canonical forms: the same bytes, sha256 {found.a}",)
    kept = f" in what is left as it is: {', '.join(found.kept)}" if found.kept else ""
    said = [] if found.refused else [f"Canonical forms: they differ{kept}"]
    for side, digest in ((Side.A, found.a), (Side.B, found.b)):
        if digest:
            said.append(f"Canonical form of {side.upper()}: sha256 {digest}")
        reasons = "; ".join(found.refused.get(side, ()))
        if reasons:
            said.append(f"{side.upper()} has no canonical form: {reasons}")
    return tuple(said)


def needs_person(finding: Finding) -> bool:
    """Whether somebody has to look: it may matter, or it is not proven that it does not."""
    return finding.severity is not Severity.BENIGN or finding.confidence is not Confidence.PROVEN


def verdict(report: Report, left_out: LeftOut | None = None) -> str:
    """Return what the verdict rests on, as half a sentence."""
    match report.verdict:
        case Verdict.IDENTICAL:
            folders = {report.a.kind, report.b.kind} & _FOLDERS
            return "nothing differs" if folders else "byte for byte the same"
        case Verdict.EQUIVALENT:
            return "every difference is proven benign"
        case Verdict.INCOMPLETE:
            problems = count(len(report.problems), "problem")
            return f"{problems} kept part of it from being compared"
        case Verdict.DIFFERENT:
            return _different(report.findings, left_out)


def _different(findings: Sequence[Finding], left_out: LeftOut | None) -> str:
    alarms = sum(finding.severity is Severity.ALARM for finding in findings)
    reviews = sum(finding.severity is Severity.REVIEW for finding in findings)
    parts = []
    if alarms:
        parts.append(count(alarms, "alarm"))
    if reviews:
        parts.append(f"{count(reviews, 'finding')} to review")
    unproven = sum(map(needs_person, findings)) - alarms - reviews
    if parts:
        # The figures add up to those that need somebody.
        return ", ".join([*parts, f"{unproven:,} not proven"] if unproven else parts)
    if unproven:
        verb = "is" if unproven == 1 else "are"
        return f"all looks benign, but {count(unproven, 'finding')} {verb} not proven"
    if left_out is not None:
        return "what needs a person has been left out"
    return "something needs a person"


def counts(report: Report) -> tuple[str, ...]:
    """Return the figures that sum the findings up: causes, what needs a person, unexplained."""
    causes = {f.cause for f in report.findings if f.category is not Category.UNEXPLAINED}
    people = sum(map(needs_person, report.findings))
    return (
        f"{count(len(causes), 'cause')} found",
        f"{people:,} {'needs' if people == 1 else 'need'} you",
        f"{count(report.summary.ledger.unexplained_bytes, 'byte')} unexplained",
    )


def members(report: Report) -> tuple[str, ...]:
    """Return how the members of both sides went together, without figures that say nothing."""
    known = report.summary.members
    if not (known.a or known.b):
        return ()
    total = f"{known.a:,}" if known.a == known.b else f"{known.a:,} and {known.b:,}"
    parts = [
        f"{total} {'member' if known.a == known.b == 1 else 'members'}",
        f"{known.identical:,} with equal content",
        f"{known.differing:,} with different content",
    ]
    if known.only_a:
        parts.append(f"{known.only_a:,} only in A")
    if known.only_b:
        parts.append(f"{known.only_b:,} only in B")
    return tuple(parts)


def left_out_words(left_out: LeftOut) -> str:
    """Return what a selection has left out, as a sentence without a full stop."""
    findings = count(left_out.findings, "finding")
    places = count(left_out.locations, "place")
    return f"left out by {left_out.by}: {findings}, {places}"


def stale_words(left_out: LeftOut) -> tuple[str, ...]:
    """Return a sentence for each entry of a baseline that covers nothing any more."""
    return tuple(f"the baseline covers nothing by: {entry}" for entry in left_out.stale)


def artifact_facts(info: ArtifactInfo) -> tuple[str, ...]:
    """Return what an artifact is, how large, and which tool wrote it, if that is known."""
    facts = (info.kind.value, size(info.size))
    if info.made_by is None:
        return facts
    return (*facts, f"{info.made_by.tool} {info.made_by.version}".rstrip())


def fix_facts(fix: Fix) -> tuple[str, ...]:
    """Return where a fix belongs, since when it works, and how it was checked."""
    since = f"since {fix.since}" if fix.since else ""
    checked = "not checked" if fix.checked == "no" else f"checked: {fix.checked}"
    return tuple(fact for fact in (fix.tool, fix.where, since, checked) if fact)


def change_facts(change: Change) -> tuple[str, ...]:
    """Return how much a change of the plan removes."""
    facts = [f"removes {count(len(change.findings), 'finding')}"]
    if change.bytes:
        facts.append(count(change.bytes, "byte"))
    return tuple(facts)


def title(text: str) -> str:
    """Return the title of a cause as it stands at the start of a line."""
    return text[:1].upper() + text[1:]


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, each as one line."""
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def snippet(fix: Fix) -> list[str]:
    """Return the lines to be copied, every one safe to show."""
    return lines(fix.snippet)


def lines(text: str) -> list[str]:
    """Return the lines of a text to be copied, every one safe to show."""
    whole = text.strip("\n")
    return [plain(line.expandtabs(4)) for line in whole.split("\n")] if whole else []


def container(kind: ArtifactKind) -> str:
    """Return how a place in the container itself, outside all members, is called."""
    return "(the tree itself)" if kind in _FOLDERS else f"(the {kind.value} itself)"


def figures(finding: Finding) -> tuple[str, ...]:
    """Return confidence, number of places and weight of ``finding``."""
    parts = [finding.confidence.value, count(finding.location_count, "place")]
    if finding.bytes:
        parts.append(count(finding.bytes, "byte"))
    return tuple(parts)
