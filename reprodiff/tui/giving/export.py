"""What the list shows, as a report in a file."""

import re
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from reprodiff.attribution import totals
from reprodiff.errors import ReprodiffError
from reprodiff.model import ArtifactInfo, ArtifactKind, Finding, Report, Side, Summary, Verdict
from reprodiff.reports.selection import LeftOut
from reprodiff.text import plain
from reprodiff.tui.selecting.shown import Shown
from reprodiff.tui.store import Store
from reprodiff.tui.triage.decisions import Decisions


class Form(StrEnum):
    """How it is written; the value is the end of the file's name."""

    MARKDOWN = "md"
    TEXT = "txt"
    JSON = "json"
    HTML = "html"
    TRIAGE = "triage.md"


WORDS: Final = {
    Form.MARKDOWN: "Markdown, for an issue or a pull request",
    Form.TEXT: "text, as the command line prints it",
    Form.JSON: "JSON, with every place",
    Form.HTML: "HTML, one page that needs nothing else",
    Form.TRIAGE: "what was decided about each finding (Markdown)",
}
_LIMIT: Final = 50
"""Places of a finding in a report for people."""


def file_name(store: Store, form: Form) -> str:
    """Return a name for the file that does not exist in the current folder."""
    info = next((info for info in store.infos.values() if info.name), None)
    parts = ["reprodiff", info.name, info.version] if info else ["reprodiff"]
    stem = re.sub(r"[^A-Za-z0-9._+-]+", "_", "-".join(part for part in parts if part))[:80]
    name, number = f"{stem}.{form.value}", 1
    while Path(name).exists():
        number += 1
        name = f"{stem}-{number}.{form.value}"
    return name


def write(name: str, text: str) -> Path:
    """Write a new file; raise :class:`~reprodiff.errors.ReprodiffError` where that is not so."""
    path = Path(name).expanduser()
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise ReprodiffError(f"{plain(name)} exists already", "give another name") from error
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", "") or "not a name"
        raise ReprodiffError(f"{plain(name)}: {reason.lower()}") from error
    return path


def export(store: Store, shown: Shown, decided: Decisions, form: Form, words: str) -> str:
    """Return what is shown; ``words`` is the filter as it was typed."""
    if form is Form.TRIAGE:
        return triage_text(store, decided)
    report, left_out = shown_report(store, shown, words)
    match form:
        case Form.MARKDOWN:
            from reprodiff.reports.markdown import to_markdown  # noqa: PLC0415

            return to_markdown(report, _LIMIT, left_out)
        case Form.TEXT:
            from reprodiff.reports.text import to_text  # noqa: PLC0415

            return to_text(report, _LIMIT, left_out)
        case Form.JSON:
            from reprodiff.reports.json import to_json  # noqa: PLC0415

            return to_json(report, None, left_out)
        case Form.HTML:
            from reprodiff.reports.html import to_html  # noqa: PLC0415

            return to_html(report, _LIMIT, left_out)


def shown_report(store: Store, shown: Shown, words: str) -> tuple[Report, LeftOut | None]:
    """Return the report of what is shown, and what of the whole is not."""
    findings: list[Finding] = []
    gone = 0
    for key, finding in store.findings.items():
        known = store.locations(key)
        numbers = shown.places.get(key)
        if numbers is None:
            gone += finding.location_count
            continue
        places = tuple(known[number] for number in numbers)
        left = finding.location_count if len(places) == len(known) else len(places)
        gone += finding.location_count - left
        findings.append(replace(finding, locations=places, location_count=left))
    whole = store.report or _unfinished(store)
    report = replace(whole, findings=tuple(findings))
    hidden = len(store.findings) - len(findings)
    if not hidden and not gone:
        return report, None
    by = [f"the filter {words}"] if words else []
    if shown.hidden_findings or shown.hidden_places:
        by.append("the baseline")
    return report, LeftOut(hidden, gone, " and ".join(by) or "the list")


def _unfinished(store: Store) -> Report:
    """Return what is known of a comparison that did not come to its end."""
    nothing = ArtifactInfo("", ArtifactKind.FILE)
    findings = tuple(store.findings.values())
    categories, ledger = totals(findings)
    return Report(
        verdict=Verdict.INCOMPLETE,
        a=store.infos.get(Side.A, nothing),
        b=store.infos.get(Side.B, nothing),
        summary=Summary(store.members, categories, ledger),
        findings=findings,
        problems=tuple(store.problems),
    )


def triage_text(store: Store, decided: Decisions) -> str:
    """Return what was decided about each finding, as Markdown."""
    from reprodiff.reports.markdown import code, escape  # noqa: PLC0415

    lines = ["# Triage", ""]
    for side in Side:
        if (info := store.infos.get(side)) is not None:
            digest = f" (sha256 {info.sha256})" if info.sha256 else ""
            lines.append(f"- {side.upper()}: {code(info.path)}{digest}")
    if store.verdict is not None:
        lines.append(f"- verdict: **{store.verdict}**")
    bands: dict[str, list[str]] = {"Left to look at": [], "Reviewed": [], "Ignored": []}
    for key, finding in store.findings.items():
        gone = decided.ignored(finding, store.locations(key)) is None
        band = "Ignored" if gone else "Reviewed" if decided.reviewed(key) else "Left to look at"
        note = decided.note(key)
        bands[band].append(
            f"- {finding.severity}: {escape(finding.title)} ({code(finding.cause)}, "
            f"{finding.location_count:,} places)" + (f"\n  - note: {escape(note)}" if note else "")
        )
    for band, found in bands.items():
        if found:
            lines += ["", f"## {band} ({len(found)})", "", *found]
    if decided.now.entries:
        lines += ["", "## Entries of the baseline", ""]
        lines += [f"- {escape(one.words)}: {escape(one.reason)}" for one in decided.now.entries]
    stale = list(decided.stale(list(store.findings.values()), store.locations))
    if stale:
        lines += ["", "## Entries that cover nothing here", ""]
        lines += [f"- {escape(one.words)}: {escape(one.reason)}" for one in stale]
    return "\n".join(lines) + "\n"
