"""The text report: does it matter, why, is that all, what to change; in this order.

Colour only repeats what signs and words say already.
"""

from collections.abc import Mapping, Sequence
from typing import Final

# Loaded only to write a text report.
from rich.text import Text  # noqa: TID253

from reprodiff.model import ArtifactInfo, Finding, Fix, Report, Severity, Side, Verdict
from reprodiff.reports import platforms, words
from reprodiff.reports.outline import Group, cells, groups, shares, with_severity
from reprodiff.reports.page import ASCII, NARROWEST, UNICODE, Page, Part, compose
from reprodiff.reports.places import put_places
from reprodiff.reports.selection import LeftOut

DEFAULT_LIMIT: Final = 10
"""Places shown for a finding that needs a person, unless somebody asks for another number."""
DEFAULT_WIDTH: Final = 100
BAR: Final = 60
"""Widest ledger bar, in cells."""

_VERDICT_STYLE: Final = {
    Verdict.IDENTICAL: "bold green",
    Verdict.EQUIVALENT: "bold green",
    Verdict.DIFFERENT: "bold yellow",
    Verdict.INCOMPLETE: "bold magenta",
}
_SEVERITY_STYLE: Final = {
    Severity.BENIGN: "green",
    Severity.REVIEW: "bold yellow",
    Severity.ALARM: "bold red",
}
_HEADINGS: Final = (
    (Severity.ALARM, "Alarms"),
    (Severity.REVIEW, "To review"),
    (Severity.BENIGN, "Benign"),
)
_BAR_STYLES: Final = ("blue", "cyan", "green", "magenta", "yellow", "white", "blue")


def to_text(
    report: Report,
    limit: int | None = DEFAULT_LIMIT,
    left_out: LeftOut | None = None,
    *,
    compact: bool = True,
    width: int = DEFAULT_WIDTH,
    color: bool = False,
    unicode: bool = True,
) -> str:
    """Return ``report`` as text, with at most ``limit`` places a finding (all if ``None``).

    ``compact`` keeps benign findings to a few lines each; ``width`` is in cells; ``unicode``
    says whether more than ASCII may be used for signs.
    """
    page = Page(max(width, NARROWEST), color, UNICODE if unicode else ASCII)
    _put_head(page, report, left_out)
    _put_ledger(page, report)
    _put_platform(page, report)
    _Findings(page, report, limit, compact=compact).put()
    _put_plan(page, report)
    _put_recipe(page, report.recipe)
    _put_problems(page, report)
    return page.render()


def _put_head(page: Page, report: Report, left_out: LeftOut | None) -> None:
    style = _VERDICT_STYLE[report.verdict]
    if any(finding.severity is Severity.ALARM for finding in report.findings):
        style = _SEVERITY_STYLE[Severity.ALARM]
    word = f"{page.glyphs.verdict} {report.verdict.value.upper()}"
    page.prose((word, style), (f"  {words.verdict(report, left_out)}", ""), hang=2)
    page.gap()
    for side, info in (("A", report.a), ("B", report.b)):
        _put_artifact(page, side, info)
    page.gap()
    between = page.glyphs.between
    if report.verdict is not Verdict.IDENTICAL:
        page.prose((between.join(words.counts(report)), "bold"), indent=2)
    if together := words.members(report):
        page.prose((between.join(together), ""), indent=2)
    for sentence in words.normalized(report.normalized):
        page.prose((sentence, ""), indent=2, hang=2)
    if left_out is not None:
        for sentence in (words.left_out_words(left_out), *words.stale_words(left_out)):
            page.prose((sentence, "yellow"), indent=2)


def _put_artifact(page: Page, side: str, info: ArtifactInfo) -> None:
    facts = words.artifact_facts(info)
    if info.sha256:
        facts += (f"sha256 {info.sha256[:12]}",)
    name = compose((f"{side} ", "bold"), (info.path, "cyan"))
    page.spread(name, compose((page.glyphs.between.join(facts), "dim")), indent=2)


def _put_ledger(page: Page, report: Report) -> None:
    found = shares(report.summary.ledger)
    if not found:
        return
    glyphs = page.glyphs
    bar = compose((glyphs.bar_left, "dim"))
    legend: list[Text] = []
    room = max(min(page.width - 6, BAR), len(found))
    for number, (share, wide) in enumerate(zip(found, cells(found, room), strict=True)):
        last = share.label == "unexplained"
        style = "bold red" if last else _BAR_STYLES[number % len(_BAR_STYLES)]
        shade = "?" if last else glyphs.shades[number % len(glyphs.shades)]
        bar.append(shade * wide, style)
        legend.append(compose((shade, style), (f" {share.label} {share.percent}", "")))
    bar.append(glyphs.bar_right, "dim")
    page.gap()
    page.text(bar, 2)
    total = words.count(report.summary.ledger.differing_bytes, "byte")
    differ = "differs" if report.summary.ledger.differing_bytes == 1 else "differ"
    page.items(compose((f"{total} {differ}:", "bold")), legend, indent=2)


def _put_platform(page: Page, report: Report) -> None:
    if not platforms.told(report):
        return
    page.gap()
    page.line((platforms.TITLE, "bold underline"))
    page.gap()
    glyphs = page.glyphs
    for change in platforms.lines(report):
        sign = getattr(glyphs, change.severity.value)
        parts: list[Part] = [
            (f"{sign} ", _SEVERITY_STYLE[change.severity]),
            (change.subject, "bold"),
        ]
        if change.a or change.b:
            parts += [("  ", ""), (change.a, ""), (f" {glyphs.arrow} ", "dim"), (change.b, "")]
        page.prose(*parts, indent=2, hang=4)
        page.prose((change.effect, ""), indent=4)
        if change.where:
            page.prose(("in ", "dim"), (change.where, "dim"), indent=4)
    for remark in platforms.remarks(report):
        page.prose((remark, ""), indent=2)


class _Findings:
    """The findings of one report on a page."""

    def __init__(self, page: Page, report: Report, limit: int | None, *, compact: bool) -> None:
        self._page = page
        self._report = report
        self._limit = limit
        self._compact = compact
        self._container = words.container(report.a.kind)
        self._fixes = {fix.id: fix for fix in report.fixes}

    def put(self) -> None:
        found = groups(self._report.findings)
        for severity, heading in _HEADINGS:
            some = with_severity(found, severity)
            if not some:
                continue
            self._page.gap()
            self._page.line((f"{heading} ({len(some)})", "bold underline"))
            for group in some:
                if not self._short(group.root):
                    self._page.gap()
                self._group(group)

    def _short(self, finding: Finding) -> bool:
        return self._compact and finding.severity is Severity.BENIGN

    def _group(self, group: Group) -> None:
        finding = group.root
        self._headline(finding)
        self._explanation(finding, 4)
        if not self._short(finding):
            for sentence in finding.evidence:
                bullet = f"{self._page.glyphs.bullet} "
                self._page.prose((bullet, "dim"), (sentence, ""), indent=4, hang=2)
        self._places(finding)
        for fix_id in finding.fixes[: 1 if self._short(finding) else None]:
            if fix_id in self._fixes:
                title = self._fixes[fix_id].title
                self._page.prose(("fix: ", "bold"), (title, ""), indent=4, hang=5)
        if finding.no_fix:
            stated = finding.no_fix.startswith("nothing to fix")
            label = "fix: " if stated else "no fix upstream: "
            self._page.prose((label, "bold"), (finding.no_fix, ""), indent=4, hang=5)
        for echo in group.echoes:
            self._echo(echo)

    def _headline(self, finding: Finding) -> None:
        style = _SEVERITY_STYLE[finding.severity]
        sign = getattr(self._page.glyphs, finding.severity.value)
        left = compose(
            (f"{sign} {finding.severity.value}", style),
            ("  ", ""),
            (words.title(finding.title), "bold"),
            ("  ", ""),
            (finding.cause, "cyan"),
        )
        self._page.spread(left, self._figures(finding))

    def _explanation(self, finding: Finding, indent: int) -> None:
        for paragraph in words.paragraphs(finding.explanation):
            self._page.prose((paragraph, ""), indent=indent)

    def _figures(self, finding: Finding) -> Text:
        return compose((self._page.glyphs.between.join(words.figures(finding)), "dim"))

    def _echo(self, echo: Finding) -> None:
        # What is benign in an echo needs no word; anything else does.
        sign = compose((f"{self._page.glyphs.echo} ", "dim"))
        if echo.severity is not Severity.BENIGN:
            sign.append(f"{echo.severity.value}  ", _SEVERITY_STYLE[echo.severity])
        left = sign.append_text(
            compose((words.title(echo.title), ""), ("  ", ""), (echo.cause, "cyan"))
        )
        self._page.spread(left, self._figures(echo), indent=4)
        if echo.severity is not Severity.BENIGN:
            self._explanation(echo, 8)
        if not self._short(echo):
            self._places(echo, indent=8)

    def _places(self, finding: Finding, indent: int = 4) -> None:
        shown = finding.locations[: 1 if self._short(finding) else self._limit]
        left = finding.location_count - len(shown)
        more = f"{self._page.glyphs.gap} and {left:,} more" if left > 0 else ""
        if more and not self._short(finding):
            more += " (--limit 0 shows all)"
        put_places(self._page, shown, self._container, indent, more)


def _put_plan(page: Page, report: Report) -> None:
    """Put down the changes of the plan, and what they leave; else the fixes one by one."""
    if not report.plan.changes:
        _put_fixes(page, report)
        _put_left(page, report)
        return
    page.gap()
    page.line(("What to change", "bold underline"))
    by_id = {fix.id: fix for fix in report.fixes}
    for change in report.plan.changes:
        page.gap()
        facts = page.glyphs.between.join(words.change_facts(change))
        page.spread(compose((change.file, "bold")), compose((facts, "dim")), indent=2)
        fixes = [by_id[key] for key in change.fixes if key in by_id]
        for fix in {fix.title: fix for fix in reversed(fixes)}.values():
            _put_step(page, fix)
        for line in words.lines(change.text):
            # Never broken: a snippet is there to be copied.
            page.text(compose((line, "green")), 4)
    _put_left(page, report)


def _put_step(page: Page, fix: Fix) -> None:
    """Put down one fix of a change, without its snippet."""
    facts = page.glyphs.between.join(words.fix_facts(fix)[0:1] + words.fix_facts(fix)[2:])
    page.prose((f"{fix.title}  ", "bold"), (facts, "dim"), indent=2, hang=2)
    for paragraph in words.paragraphs(fix.why):
        page.prose((paragraph, ""), indent=4)


def _put_left(page: Page, report: Report) -> None:
    """Put down what the plan does not remove, and why."""
    if not report.plan.left:
        return
    causes = {finding.id: finding for finding in report.findings}
    page.gap()
    page.line(("What will still differ", "bold underline"))
    for left in report.plan.left:
        if (finding := causes.get(left.finding)) is not None:
            page.prose(
                (words.title(finding.title), "bold"),
                (f"  {finding.cause}", "cyan"),
                (f"  {left.reason}", ""),
                indent=2,
                hang=2,
            )


def _put_fixes(page: Page, report: Report) -> None:
    if not report.fixes:
        return
    page.gap()
    page.line(("What to change", "bold underline"))
    for fix in report.fixes:
        _put_fix(page, fix)


def _put_fix(page: Page, fix: Fix) -> None:
    page.gap()
    page.prose((fix.title, "bold"), indent=2)
    page.prose((page.glyphs.between.join(words.fix_facts(fix)), "dim"), indent=2)
    for paragraph in words.paragraphs(fix.why):
        page.prose((paragraph, ""), indent=2)
    for line in words.snippet(fix):
        # Never broken: a snippet is there to be copied.
        page.text(compose((line, "green")), 4)
    if fix.docs:
        page.line((fix.docs, "dim"), indent=2)


def _put_recipe(page: Page, recipe: Mapping[Side, Mapping[str, str]]) -> None:
    a, b = recipe.get(Side.A, {}), recipe.get(Side.B, {})
    keys = [*a, *(key for key in b if key not in a)]
    if not keys:
        return
    page.gap()
    page.line(("To build each side again as it is", "bold underline"))
    for key in keys:
        if key in a and key in b and a[key] == b[key]:
            page.prose((key, "cyan"), (f"  {a[key]}", ""), indent=2, hang=4)
            continue
        for side, values in (("A", a), ("B", b)):
            if key in values:
                page.prose((key, "cyan"), (f"  {side}: ", "bold"), (values[key], ""), indent=2)


def _put_problems(page: Page, report: Report) -> None:
    if not report.problems:
        return
    page.gap()
    page.line((f"Problems ({len(report.problems)})", "bold underline"))
    for problem in report.problems:
        side = f"{problem.side.upper()}, " if problem.side else ""
        parts: Sequence[Part] = (
            (problem.path or words.container(report.a.kind), "cyan"),
            (f"  ({side}{problem.stage})  ", "dim"),
            (problem.message, ""),
        )
        page.prose(*parts, indent=2, hang=2)
