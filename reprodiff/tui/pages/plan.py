"""The fix plan: what to change, file by file, and what will still differ."""

from collections.abc import Iterable

from reprodiff.model import Change, Fix
from reprodiff.text import plain
from reprodiff.tui.chunks import Chunk, counted, severity_chunk
from reprodiff.tui.fixing import checked, removed
from reprodiff.tui.pages.common import not_yet
from reprodiff.tui.sources.pages import BLANK, Block, bullet, code, heading, text
from reprodiff.tui.store import Store


def plan_page(store: Store) -> list[Block]:
    """Return the plan; while the analysis runs, that there is none yet."""
    report = store.report
    if report is None:
        return not_yet(store, "The plan is made")
    plan = report.plan
    if not plan.changes:
        words = "No change of settings is known that would remove any of this."
        blocks = [text("Nothing differs." if not store.findings else words)]
    else:
        ids = [id_ for change in plan.changes for id_ in change.findings]
        blocks = [
            text(
                Chunk(counted(len(plan.changes), "change"), "strong"),
                Chunk(f" · removes {removed(store, ids)}", "dim"),
            )
        ]
    for number, change in enumerate(plan.changes, start=1):
        blocks += [BLANK, *_change(store, number, change)]
    if plan.left:
        blocks += [BLANK, heading("What will still differ")]
        for left in plan.left:
            finding = store.findings.get(left.finding)
            if finding is None:
                continue
            sign = severity_chunk(finding.severity)
            told = Chunk(f": {plain(left.reason)}", "dim")
            blocks.append(bullet(sign, Chunk("  "), Chunk(plain(finding.title), "strong"), told))
    return blocks


def plan_text(store: Store) -> str:
    """Return all changes as text to paste, each under the name of its file."""
    report = store.report
    if report is None:
        return ""
    parts = [f"# {change.file}\n{change.text}" for change in report.plan.changes]
    return "\n\n".join(parts)


def _change(store: Store, number: int, change: Change) -> list[Block]:
    fixes = [store.fixes[key] for key in change.fixes if key in store.fixes]
    where = "" if change.where == change.file else f"{plain(change.where)} · "
    told = f"{where}removes {removed(store, change.findings)}"
    blocks = [
        heading(f"{number}. {plain(change.file)}"),
        text(Chunk(told, "dim"), lead=[Chunk("  ")]),
        *code(change.text),
    ]
    # A change is several settings where they go into one file: each is known to work by itself.
    for fix in {fix.title: fix for fix in reversed(fixes)}.values():
        known = f" · {plain(fix.tool)} · {checked(fix).partition(':')[0]}"
        blocks.append(bullet(Chunk(plain(fix.title), "strong"), Chunk(known, "dim")))
    if titles := _titles(store, change.findings):
        blocks.append(text(Chunk(f"For: {'; '.join(titles)}."), lead=[Chunk("  ")]))
    blocks += [_source(fix) for fix in _documented(fixes)]
    return blocks


def _titles(store: Store, ids: Iterable[str]) -> list[str]:
    known = [store.findings[key].title for key in ids if key in store.findings]
    return list(dict.fromkeys(map(plain, known)))


def _documented(fixes: Iterable[Fix]) -> list[Fix]:
    found: dict[str, Fix] = {}
    for fix in fixes:
        if fix.docs:
            found.setdefault(fix.docs, fix)
    return list(found.values())


def _source(fix: Fix) -> Block:
    return text(Chunk(plain(fix.docs), "link"), lead=[Chunk("  ")])
