"""The report as one page of HTML, to keep and to send on.

The page is whole by itself: it loads nothing, has no script, and forbids both to whatever might
get into it (Content-Security-Policy).  What comes from an artifact is text and nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Final

from reprodiff import __version__
from reprodiff.model import ArtifactInfo, Finding, Fix, Location, Report, Severity, Side, Verdict
from reprodiff.reports import platforms, words
from reprodiff.reports.changes import alike
from reprodiff.reports.outline import Group, groups, shares, with_severity
from reprodiff.reports.selection import LeftOut
from reprodiff.text import plain
from reprodiff.views.fields import field_row
from reprodiff.views.pieces import Mark, Pieces

DEFAULT_LIMIT: Final = 100
"""Places shown for each finding unless somebody asks for another number."""

_SIGNS: Final = {Severity.ALARM: "✖", Severity.REVIEW: "▲", Severity.BENIGN: "○"}
_HEADINGS: Final = (
    (Severity.ALARM, "Alarms"),
    (Severity.REVIEW, "To review"),
    (Severity.BENIGN, "Benign"),
)
_TONES: Final = {
    Verdict.IDENTICAL: "benign",
    Verdict.EQUIVALENT: "benign",
    Verdict.DIFFERENT: "review",
    Verdict.INCOMPLETE: "review",
}
_COLOURS: Final = 7
_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


def to_html(
    report: Report, limit: int | None = DEFAULT_LIMIT, left_out: LeftOut | None = None
) -> str:
    """Return ``report`` as a page, with at most ``limit`` places a finding (all if ``None``)."""
    title = f"reprodiff: {report.verdict.value}"
    style = files("reprodiff.reports").joinpath("report.css").read_text(encoding="utf-8")
    writer = _Findings(report, limit)
    found = groups(report.findings)
    body = [*_head(report, left_out), *_ledger(report), *_platform(report)]
    for severity, heading in _HEADINGS:
        some = with_severity(found, severity)
        if some:
            body.append(f"<h2>{heading} ({len(some)})</h2>")
            body += [writer.group(group) for group in some]
    body += [*_plan(report), *_left(report), *_recipe(report.recipe), *_problems(report)]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta name="generator" content="reprodiff {_t(__version__)}">',
            f"<title>{_t(title)}</title>",
            f"<style>\n{style}</style>",
            "</head>",
            "<body>",
            *body,
            "</body>",
            "</html>",
            "",
        ]
    )


def _t(value: object) -> str:
    """Return a value as text that is no markup, in an element or in quotes."""
    return escape(plain(value), quote=True)


def _code(value: object) -> str:
    return f"<code>{_t(value)}</code>"


def _soft(parts: Iterable[str]) -> str:
    return f'<p class="soft">{_t(" · ".join(parts))}</p>'


def _pre(lines: Iterable[str]) -> str:
    text = "\n".join(map(_t, lines))
    return f"<pre>{text}</pre>"


def _head(report: Report, left_out: LeftOut | None) -> Iterator[str]:
    alarming = any(finding.severity is Severity.ALARM for finding in report.findings)
    tone = "alarm" if alarming else _TONES[report.verdict]
    yield f'<h1><span class="{tone}">●</span> {_t(report.verdict.value.upper())}</h1>'
    yield f"<p>{_t(words.verdict(report, left_out).capitalize())}.</p>"
    yield '<table class="artifacts">'
    for side, info in (("A", report.a), ("B", report.b)):
        yield f"<tr><th>{side}</th><td>{_artifact(info)}</td></tr>"
    yield "</table>"
    if report.verdict is not Verdict.IDENTICAL:
        yield _soft(words.counts(report))
    if together := words.members(report):
        yield _soft(together)
    for sentence in words.normalized(report.normalized):
        yield _soft([sentence])
    if left_out is not None:
        yield _soft([words.left_out_words(left_out)])


def _artifact(info: ArtifactInfo) -> str:
    facts = [_code(info.path), *map(_t, words.artifact_facts(info))]
    if info.sha256:
        facts.append(f"sha256 {_code(info.sha256)}")
    return " · ".join(facts)


def _ledger(report: Report) -> Iterator[str]:
    found = shares(report.summary.ledger)
    if not found:
        return
    total = sum(share.bytes for share in found)
    parts = [
        f'<span class="s{number % _COLOURS}" style="flex-grow:{share.bytes}"></span>'
        for number, share in enumerate(found)
    ]
    yield f"<h2>{_t(words.count(total, 'differing byte'))}</h2>"
    yield f'<div class="bar" aria-hidden="true">{"".join(parts)}</div>'
    yield '<ul class="legend">'
    for number, share in enumerate(found):
        colour = f'<i class="s{number % _COLOURS}"></i>'
        label = f"{share.label}: {words.count(share.bytes, 'byte')}, {share.percent}"
        yield f"<li>{colour} {_t(label)}</li>"
    yield "</ul>"


def _platform(report: Report) -> Iterator[str]:
    """Yield the table on what changed where it installs, and what is to be said beside it."""
    if not platforms.told(report):
        return
    yield f"<h2>{_t(platforms.TITLE)}</h2>"
    rows = platforms.lines(report)
    placed = any(row.where for row in rows)
    if rows:
        yield '<table class="places">'
        more = "<th>in</th>" if placed else ""
        yield f"<tr><th>what</th><th>A</th><th>B</th><th>effect</th>{more}</tr>"
    for row in rows:
        values = (f"<td>{_code(value) if value else ''}</td>" for value in (row.a, row.b))
        sign = f'<span class="{row.severity.value}">{_SIGNS[row.severity]}</span>'
        cells = f"<td>{sign} {_t(row.subject)}</td>{''.join(values)}<td>{_t(row.effect)}</td>"
        more = f"<td>{_t(row.where)}</td>" if placed else ""
        yield f"<tr>{cells}{more}</tr>"
    if rows:
        yield "</table>"
    for remark in platforms.remarks(report):
        yield f"<p>{_t(remark)}</p>"


class _Findings:
    """The findings of one report as blocks that unfold."""

    def __init__(self, report: Report, limit: int | None) -> None:
        self._limit = limit
        self._container = words.container(report.a.kind)
        self._fixes = {fix.id: fix for fix in report.fixes}

    def group(self, group: Group) -> str:
        """Return a finding with its echoes folded into it; benign ones are closed at first."""
        return self._block(group.root, group.echoes)

    def _block(self, finding: Finding, echoes: tuple[Finding, ...] = ()) -> str:
        level = finding.severity
        opened = "" if level is Severity.BENIGN else " open"
        sign = f'<span class="badge {level.value}">{_SIGNS[level]} {level.value}</span>'
        title = f"<strong>{_t(words.title(finding.title))}</strong>"
        figures = f'<span class="soft">{_t(" · ".join(words.figures(finding)))}</span>'
        parts = [
            f'<details id="{_t(finding.id)}"{opened}>',
            f"<summary>{sign} {title} {_code(finding.cause)} {figures}</summary>",
            *(f"<p>{_t(text)}</p>" for text in words.paragraphs(finding.explanation)),
        ]
        if finding.evidence:
            items = "".join(f"<li>{_t(sentence)}</li>" for sentence in finding.evidence)
            parts.append(f"<ul>{items}</ul>")
        parts += self._places(finding)
        titles = [self._fixes[it].title for it in finding.fixes if it in self._fixes]
        parts += [f"<p><strong>Fix:</strong> {_t(title)}</p>" for title in titles]
        parts += [self._block(echo) for echo in echoes]
        parts.append("</details>")
        return "\n".join(parts)

    def _places(self, finding: Finding) -> Iterator[str]:
        shown = finding.locations[: self._limit]
        if shown:
            yield '<table class="places">'
            yield from map(self._same, alike(shown))
            yield "</table>"
        left = finding.location_count - len(shown)
        if left > 0:
            yield f'<p class="soft">… and {left:,} more</p>'

    def _same(self, places: Sequence[Location]) -> str:
        """Return the row of places that have the same two values."""
        place = places[0]
        row = field_row(place)
        where = "".join(map(self._where, places))
        sides = [
            f'<div class="value {side}">{_pieces(pieces)}</div>'
            for side, value, pieces in (("old", place.a, row.a), ("new", place.b, row.b))
            if value
        ]
        return f"<tr><td>{where}</td><td>{''.join(sides)}</td></tr>"

    def _where(self, place: Location) -> str:
        where = f'<span class="place">{_t(place.path or self._container)}</span>'
        where += f' <span class="soft">{_t(place.inside)}</span>' if place.inside else ""
        return f"<div>{where}</div>"


def _pieces(pieces: Pieces) -> str:
    """Return a value with what changed in it marked."""
    return "".join(
        f"<mark>{_t(piece.text)}</mark>" if piece.mark is Mark.CHANGED else _t(piece.text)
        for piece in pieces
    )


def _plan(report: Report) -> Iterator[str]:
    """Yield the changes of the plan; else the fixes one by one."""
    by_id = {fix.id: fix for fix in report.fixes}
    if not by_id and not report.plan.changes:
        return
    yield "<h2>What to change</h2>"
    for change in report.plan.changes:
        fixes = {by_id[key].title: by_id[key] for key in change.fixes if key in by_id}
        facts = _t(" · ".join(words.change_facts(change)))
        yield f'<h3>{_code(change.file)} <span class="soft">{facts}</span></h3>'
        for fix in fixes.values():
            yield from _fix(fix, snippet=False)
        if lines := words.lines(change.text):
            yield _pre(lines)
    if not report.plan.changes:
        for fix in report.fixes:
            yield from _fix(fix, snippet=True)


def _fix(fix: Fix, *, snippet: bool) -> Iterator[str]:
    yield f"<p><strong>{_t(fix.title)}</strong></p>"
    yield _soft(words.fix_facts(fix))
    for paragraph in words.paragraphs(fix.why):
        yield f"<p>{_t(paragraph)}</p>"
    if snippet and (lines := words.snippet(fix)):
        yield _pre(lines)
    if fix.docs.startswith("https://"):
        yield f'<p><a href="{_t(fix.docs)}" rel="noreferrer">{_t(fix.docs)}</a></p>'


def _left(report: Report) -> Iterator[str]:
    """Yield what the plan does not remove, and why."""
    causes = {finding.id: finding for finding in report.findings}
    rows = [
        f"<li>{_t(words.title(causes[left.finding].title))}: {_t(left.reason)}</li>"
        for left in report.plan.left
        if left.finding in causes
    ]
    if rows:
        yield "<h2>What will still differ</h2>"
        yield f"<ul>{''.join(rows)}</ul>"


def _recipe(recipe: Mapping[Side, Mapping[str, str]]) -> Iterator[str]:
    if not any(recipe.values()):
        return
    yield "<h2>To build each side again as it is</h2>"
    for side in Side:
        if settings := recipe.get(side, {}):
            yield f"<p><strong>{side.upper()}</strong></p>"
            yield _pre(f"{key} = {value}" for key, value in settings.items())


def _problems(report: Report) -> Iterator[str]:
    if not report.problems:
        return
    yield f"<h2>Problems ({len(report.problems)})</h2>"
    yield "<ul>"
    for problem in report.problems:
        where = _code(problem.path or words.container(report.a.kind))
        side = f"{problem.side.upper()}, " if problem.side else ""
        yield f"<li>{where} ({_t(side + problem.stage)}): {_t(problem.message)}</li>"
    yield "</ul>"
