"""Why a finding is there and what removes it, as a page."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from reprodiff.model import Confidence, Finding, Fix, Verdict
from reprodiff.text import plain
from reprodiff.tui import chunks
from reprodiff.tui.chunks import Chunk, counted, severity_chunk
from reprodiff.tui.evidence import Subject
from reprodiff.tui.fixing import checked, known_fixes, planned, removed, removed_by
from reprodiff.tui.outline import Grouping
from reprodiff.tui.outline.grouped import group_of
from reprodiff.tui.sources.pages import (
    BLANK,
    Block,
    bullet,
    code,
    heading,
    paragraphs,
    quoted,
    text,
)
from reprodiff.tui.store import Phase, Store
from reprodiff.tui.triage.decisions import Decisions

if TYPE_CHECKING:
    from reprodiff.causes.base import Cause


def cause_of(finding: Finding) -> "Cause | None":
    """Return the documented cause of a finding."""
    from reprodiff.causes.registry import CAUSES  # noqa: PLC0415

    return CAUSES.get(finding.cause)


def reason(store: Store, finding: Finding) -> list[Block]:
    """Return the page below the evidence: why, what to change, and what shows it."""
    blocks = [
        text(
            severity_chunk(finding.severity),
            Chunk("  "),
            Chunk(finding.confidence.value, f"confidence-{finding.confidence.value}"),
            Chunk(f": {chunks.CONFIDENCE[finding.confidence]}", "dim"),
        ),
        text(Chunk(_figures(finding), "dim")),
        BLANK,
        *paragraphs(finding.explanation),
    ]
    parents = [store.findings[key] for key in finding.derived_from if key in store.findings]
    if parents:
        blocks += [BLANK, text("It follows from:")]
        blocks += [bullet(plain(parent.title)) for parent in parents]
    return [*blocks, BLANK, *fixes(store, finding), *_shown_by(finding)]


def _shown_by(finding: Finding) -> list[Block]:
    """Return what shows the cause here, and how it is told from others."""
    blocks: list[Block] = []
    if finding.evidence:
        blocks += [BLANK, heading("Evidence")]
        blocks += [bullet(sentence) for sentence in finding.evidence]
    cause = cause_of(finding)
    if cause is not None and cause.doc.recognised:
        proven = finding.confidence is Confidence.PROVEN
        title = "How it was proven" if proven else "How it is recognised"
        blocks += [BLANK, heading(title), *paragraphs(cause.doc.recognised)]
    return blocks


def nothing_listed(store: Store, *, filtered: bool) -> list[str]:
    """Return what to say in place of evidence where the list has no rows."""
    if filtered:
        return ["Nothing is chosen: the filter leaves nothing."]
    if store.phase is Phase.RUNNING:
        return [
            "What is found appears on the left while the comparison runs.",
            "Esc ends it and keeps what was found.",
        ]
    if store.verdict is not Verdict.IDENTICAL:
        return ["There is nothing to look at."]
    sums = sorted({info.sha256 for info in store.infos.values()} - {""})
    return ["Both have the same bytes, to the last one.", *(f"sha256 {one}" for one in sums)]


def decisions(decided: Decisions, subject: Subject) -> list[Block]:
    """Return what the user has decided about a finding."""
    finding = subject.finding
    blocks: list[Block] = []
    if decided.reviewed(finding.id):
        blocks.append(text(Chunk("✓ reviewed", "good")))
    if note := decided.note(finding.id):
        blocks.append(text(note, lead=[Chunk("¶ ", "key")]))
    for entry in decided.now.entries:
        if entry.concerns(finding) and (
            entry.path is None or any(entry.covers(place.path) for place in subject.locations)
        ):
            lead = [Chunk("∅ ", "dim")]
            blocks.append(text(f"ignored, {entry.words}: {entry.reason}", lead=lead))
    return [*blocks, BLANK] if blocks else []


def group(store: Store, name: str, grouping: Grouping) -> list[Block]:
    """Return what there is in a group."""
    return [
        heading(name),
        *(
            _summed(finding, finding.location_count)
            for finding in store.findings.values()
            if group_of(finding, grouping) == name
        ),
    ]


def file_page(store: Store, inside: Mapping[str, Sequence[int]]) -> list[Block]:
    """Return what there is in a file."""
    return [
        heading("In this file"),
        *(_summed(store.findings[key], len(numbers)) for key, numbers in inside.items()),
    ]


def _summed(finding: Finding, places: int) -> Block:
    figures = [counted(places, "place")]
    if finding.bytes and places == finding.location_count:
        figures.append(counted(finding.bytes, "differing byte"))
    sign = chunks.SIGNS[finding.severity]
    lead = [Chunk(f"  {sign} ", f"severity-{finding.severity.value}")]
    return text(plain(finding.title), Chunk(f"  {', '.join(figures)}", "dim"), lead=lead)


def _figures(finding: Finding) -> str:
    parts = [counted(finding.location_count, "place")]
    if finding.bytes:
        parts.append(counted(finding.bytes, "differing byte"))
    return " · ".join([finding.category.value, *parts])


def fixes(store: Store, finding: Finding) -> list[Block]:
    """Return what removes the cause: the report's own fixes, or else those of the catalogue."""
    known = known_fixes(store, finding)
    if known:
        return [heading("Fix"), *(block for fix in known for block in _fix(store, fix))]
    cause = cause_of(finding)
    if cause is None or not cause.doc.fix:
        return [heading("Fix"), text(Chunk("None is known for this cause.", "dim"))]
    used = {info.made_by.tool.casefold() for info in store.infos.values() if info.made_by}
    advice = sorted(cause.doc.fix, key=lambda item: item[0].casefold() not in used)
    blocks = [heading("Fix")]
    for tool, change in advice:
        if not tool:
            blocks.append(text(*quoted(change)))
            continue
        mark = [Chunk(" (made this)", "good")] if tool.casefold() in used else []
        blocks.append(bullet(Chunk(plain(tool), "strong"), *mark, Chunk(": "), *quoted(change)))
    return blocks


def _fix(store: Store, fix: Fix) -> list[Block]:
    title = plain(fix.title)
    where = [name for name in (fix.tool, fix.file or fix.where) if name and name != "any"]
    told = "".join(f" · {plain(name)}" for name in where)
    blocks = [text(*quoted(title[:1].upper() + title[1:]), Chunk(told, "dim"))]
    if fix.snippet:
        blocks += code(fix.snippet)
    gone = removed_by(store, fix)
    if gone:
        verb = "removes" if planned(store, fix) else "concerns"
        blocks.append(text(Chunk(f"{verb} {removed(store, gone)} · {checked(fix)}", "dim")))
    if fix.since:
        blocks.append(text(Chunk(f"since {plain(fix.tool)} {plain(fix.since)}", "dim")))
    if fix.docs:
        blocks.append(text(Chunk(plain(fix.docs), "link")))
    return [*blocks, BLANK]


def explanation(store: Store, finding: Finding) -> list[Block]:
    """Return all that is known of a finding's cause."""
    cause = cause_of(finding)
    head = [
        heading(plain(finding.title)),
        text(Chunk(f"{finding.cause} · {finding.category.value}", "dim")),
        BLANK,
    ]
    if cause is None:
        return [*head, *reason(store, finding)]
    doc = cause.doc
    blocks = [*head, *paragraphs(doc.what)]
    for title, prose in (
        ("How it is recognised", doc.recognised),
        ("Why it comes", doc.why),
        ("What it is mistaken for", doc.mistaken_for),
    ):
        if prose:
            blocks += [BLANK, heading(title), *paragraphs(prose)]
    blocks += [BLANK, *fixes(store, finding)]
    if doc.sources:
        blocks += [
            BLANK,
            heading("Sources"),
            *(bullet(Chunk(plain(s), "link")) for s in doc.sources),
        ]
    return blocks
