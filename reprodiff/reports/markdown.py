"""The report as Markdown, for pull requests and issue comments.

It is written for GitHub's dialect and reads well in others.  What comes from an artifact stands
in code, which no dialect interprets, or is escaped; it makes no link, mentions nobody and is no
HTML.
"""

from collections.abc import Iterable, Mapping, Sequence
from re import compile as compile_pattern
from typing import Final

from reprodiff.model import ArtifactInfo, Finding, Fix, Location, Report, Severity, Side, Verdict
from reprodiff.reports import platforms, words
from reprodiff.reports.changes import alike
from reprodiff.reports.outline import Group, groups, shares, with_severity
from reprodiff.reports.selection import LeftOut
from reprodiff.text import plain

DEFAULT_LIMIT: Final = 10
"""Places shown for each finding unless somebody asks for another number."""

_SIGNS: Final = {Severity.ALARM: "✖", Severity.REVIEW: "▲", Severity.BENIGN: "○"}
_HEADINGS: Final = (
    (Severity.ALARM, "Alarms"),
    (Severity.REVIEW, "To review"),
    (Severity.BENIGN, "Benign"),
)
# What starts or ends something in the middle of a line: code, emphasis, links, cells, formulas.
_LANGUAGES: Final = {"shell": "sh", "toml": "toml", "yaml": "yaml", "ini": "ini", "diff": "diff"}
"""Names that a block of code in each language goes by."""
_PUNCTUATION: Final = compile_pattern(r"[\\`*_\[\]|~$]|:(?=//)|(?<=www)\.")
# What makes a heading, a list, a quote or a rule of the line that starts with it.
_START: Final = compile_pattern(r"^(\d*)([-+=#.)])")
# What a forge makes a mention, a reference or a picture of, whatever Markdown says.
_FORGE: Final = compile_pattern(r"@|#(?=\d)|:(?=[0-9]{0,40}[A-Za-z_+-][\w+-]{0,40}:)")
_TICKS: Final = compile_pattern(r"`+")
# An empty comment is the one thing that keeps a forge from seeing a mention or a reference.
_BREAK: Final = "<!-- -->"


def to_markdown(
    report: Report,
    limit: int | None = DEFAULT_LIMIT,
    left_out: LeftOut | None = None,
    *,
    compact: bool = True,
) -> str:
    """Return ``report`` as Markdown, with at most ``limit`` places a finding (all if ``None``).

    ``compact`` shows one place only of a benign finding.
    """
    blocks: list[str] = [*_head(report, left_out), *_ledger(report), *_platform(report)]
    writer = _Findings(report, limit, compact=compact)
    found = groups(report.findings)
    for severity, heading in _HEADINGS:
        some = with_severity(found, severity)
        if not some:
            continue
        written = [block for group in some for block in writer.group(group)]
        if severity is Severity.BENIGN:
            summary = f"<summary>{heading} ({len(some)})</summary>"
            blocks += [f"<details>\n{summary}", *written, "</details>"]
        else:
            blocks += [f"### {heading} ({len(some)})", *written]
    blocks += [*_plan(report), *_left(report), *_recipe(report.recipe), *_problems(report)]
    return "\n\n".join(blocks) + "\n"


def escape(value: object) -> str:
    """Return a value as Markdown text that shows it as it is."""
    text = plain(value).strip()
    text = _PUNCTUATION.sub(r"\\\g<0>", text)
    text = _START.sub(r"\1\\\2", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _FORGE.sub(lambda found: found[0] + _BREAK, text)


def code(value: object) -> str:
    """Return a value as inline code."""
    text = plain(value)
    if not text:
        return "(none)"
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def fence(lines: Iterable[str], language: str = "") -> str:
    """Return lines as a block of code that nothing in them can end."""
    shown = [plain(line) for line in lines]
    longest = max((len(run) for line in shown for run in _TICKS.findall(line)), default=0)
    ticks = "`" * max(longest + 1, 3)
    return "\n".join([ticks + language, *shown, ticks])


def _head(report: Report, left_out: LeftOut | None) -> list[str]:
    word = report.verdict.value.upper()
    sums = [] if report.verdict is Verdict.IDENTICAL else [" · ".join(words.counts(report))]
    if together := words.members(report):
        sums.append(" · ".join(together))
    sums += map(escape, words.normalized(report.normalized))
    if left_out is not None:
        sums.append(escape(words.left_out_words(left_out)))
        sums += [escape(sentence) for sentence in words.stale_words(left_out)]
    blocks = [
        f"## reprodiff: {word}",
        f"{words.verdict(report, left_out).capitalize()}.",
        "\n".join(_artifact(side, info) for side, info in (("A", report.a), ("B", report.b))),
    ]
    if sums:
        blocks.append("  \n".join(sums))
    return blocks


def _artifact(side: str, info: ArtifactInfo) -> str:
    facts = [escape(fact) for fact in words.artifact_facts(info)]
    if info.sha256:
        facts.append(f"sha256 {code(info.sha256)}")
    return " · ".join([f"- **{side}** {code(info.path)}", *facts])


def _ledger(report: Report) -> list[str]:
    found = shares(report.summary.ledger)
    if not found:
        return []
    rows = [f"| {share.label} | {share.bytes:,} | {share.percent} |" for share in found]
    return ["\n".join(["| category | differing bytes | share |", "| --- | --: | --: |", *rows])]


def _platform(report: Report) -> list[str]:
    """Return the table on what changed where it installs, and what is to be said beside it."""
    if not platforms.told(report):
        return []
    blocks = [f"### {platforms.TITLE}"]
    known = platforms.lines(report)
    placed = any(row.where for row in known)
    rows = [
        f"| {escape(row.subject)} | {_cell(row.a)} | {_cell(row.b)} | {escape(row.effect)} |"
        + (f" {escape(row.where)} |" if placed else "")
        for row in known
    ]
    if rows:
        head = ["| what | A | B | effect |", "| --- | --- | --- | --- |"]
        if placed:
            head = [f"{head[0]} in |", f"{head[1]} --- |"]
        blocks.append("\n".join([*head, *rows]))
    return [*blocks, *(escape(remark) for remark in platforms.remarks(report))]


def _cell(value: str) -> str:
    """Return a value as code in a table, where a bar would end the cell even there."""
    return code(value).replace("|", "\\|") if value else ""


class _Findings:
    """The findings of one report as blocks of Markdown."""

    def __init__(self, report: Report, limit: int | None, *, compact: bool) -> None:
        self._limit = limit
        self._compact = compact
        self._container = words.container(report.a.kind)
        self._fixes = {fix.id: fix for fix in report.fixes}

    def group(self, group: Group) -> list[str]:
        finding = group.root
        sign = f"{_SIGNS[finding.severity]} {finding.severity.value}"
        blocks = [
            f"#### {sign}: {escape(words.title(finding.title))} ({code(finding.cause)})",
            *self._body(finding),
        ]
        titles = [self._fixes[it].title for it in finding.fixes if it in self._fixes]
        blocks += [f"**Fix:** {escape(title)}" for title in titles]
        if group.echoes:
            blocks.append("\n".join(map(self._echo, group.echoes)))
        for echo in group.echoes:
            if echo.severity is not Severity.BENIGN:
                blocks += [f"**{escape(words.title(echo.title))}**", *self._body(echo)]
        return blocks

    def _body(self, finding: Finding) -> list[str]:
        blocks = [" · ".join(words.figures(finding))]
        blocks += [escape(paragraph) for paragraph in words.paragraphs(finding.explanation)]
        if finding.evidence:
            blocks.append("\n".join(f"- {escape(sentence)}" for sentence in finding.evidence))
        places = self._places(finding)
        return [*blocks, places] if places else blocks

    @staticmethod
    def _echo(echo: Finding) -> str:
        severity = "" if echo.severity is Severity.BENIGN else f"**{echo.severity.value}** "
        name = f"{severity}{escape(words.title(echo.title))} ({code(echo.cause)})"
        return " · ".join([f"- ↳ {name}", *words.figures(echo)])

    def _places(self, finding: Finding) -> str:
        few = self._compact and finding.severity is Severity.BENIGN
        shown = finding.locations[: 1 if few else self._limit]
        lines = [line for same in alike(shown) for line in self._same(same)]
        left = finding.location_count - len(shown)
        if left > 0:
            lines.append(f" … and {left:,} more")
        return fence(lines, "diff") if lines else ""

    def _same(self, places: Sequence[Location]) -> list[str]:
        """Return the lines of places that have the same two values."""
        # The space keeps a name that starts with a sign from being coloured as a change.
        lines = [f" {self._where(place)}" for place in places]
        values = (("-", places[0].a), ("+", places[0].b))
        return [*lines, *(f"{sign}{value}" for sign, value in values if value)]

    def _where(self, place: Location) -> str:
        return "  ".join(part for part in (place.path or self._container, place.inside) if part)


def _plan(report: Report) -> list[str]:
    """Return the changes of the plan; else the fixes one by one."""
    if not report.plan.changes:
        return _fixes(report)
    by_id = {fix.id: fix for fix in report.fixes}
    blocks = ["### What to change"]
    for change in report.plan.changes:
        facts = " · ".join(words.change_facts(change))
        blocks.append(f"#### {code(change.file)} · {facts}")
        fixes = [by_id[key] for key in change.fixes if key in by_id]
        steps = [
            f"- **{escape(fix.title)}** ({' · '.join(map(escape, _without_place(fix)))})"
            + "".join(f" {escape(paragraph)}" for paragraph in words.paragraphs(fix.why))
            for fix in {fix.title: fix for fix in reversed(fixes)}.values()
        ]
        if steps:
            blocks.append("\n".join(steps))
        if lines := words.lines(change.text):
            blocks.append(fence(lines, _LANGUAGES.get(change.language, "")))
    return blocks


def _without_place(fix: Fix) -> tuple[str, ...]:
    facts = words.fix_facts(fix)
    return (*facts[:1], *facts[2:])


def _left(report: Report) -> list[str]:
    """Return what the plan does not remove, and why."""
    causes = {finding.id: finding for finding in report.findings}
    rows = [
        f"- {escape(words.title(causes[left.finding].title))}"
        f" ({code(causes[left.finding].cause)}): {escape(left.reason)}"
        for left in report.plan.left
        if left.finding in causes
    ]
    return ["### What will still differ", "\n".join(rows)] if rows else []


def _fixes(report: Report) -> list[str]:
    if not report.fixes:
        return []
    blocks = ["### What to change"]
    for fix in report.fixes:
        blocks.append(f"#### {escape(fix.title)}")
        blocks.append(" · ".join(map(escape, words.fix_facts(fix))))
        blocks += [escape(paragraph) for paragraph in words.paragraphs(fix.why)]
        if lines := words.snippet(fix):
            blocks.append(fence(lines))
        if fix.docs:
            blocks.append(code(fix.docs))
    return blocks


def _recipe(recipe: Mapping[Side, Mapping[str, str]]) -> list[str]:
    blocks: list[str] = []
    for side in Side:
        settings = recipe.get(side, {})
        if settings:
            blocks.append(f"**{side.upper()}**")
            blocks.append(fence(f"{key} = {value}" for key, value in settings.items()))
    return ["### To build each side again as it is", *blocks] if blocks else []


def _problems(report: Report) -> list[str]:
    if not report.problems:
        return []
    lines: Sequence[str] = [
        f"- {code(problem.path or words.container(report.a.kind))}"
        f" ({f'{problem.side.upper()}, ' if problem.side else ''}{problem.stage}):"
        f" {escape(problem.message)}"
        for problem in report.problems
    ]
    return [f"### Problems ({len(report.problems)})", "\n".join(lines)]
