"""The three lines on top: what is compared, whether it matters, where the bytes went."""

from collections.abc import Mapping
from typing import Final

from rich.cells import cell_len

from reprodiff.model import (
    ArtifactInfo,
    Category,
    Finding,
    LedgerTotals,
    Severity,
    Side,
    Verdict,
)
from reprodiff.text import plain
from reprodiff.tui.chunks import (
    Chunk,
    Line,
    counted,
    fitted,
    justified,
    shortened,
    size_text,
    width,
)
from reprodiff.tui.store import Phase, Store, needs_person
from reprodiff.tui.triage.decisions import Decisions

VERDICTS: Final = {
    Verdict.IDENTICAL: "=",
    Verdict.EQUIVALENT: "≈",
    Verdict.DIFFERENT: "≠",
    Verdict.INCOMPLETE: "?",
}
_FILLS: Final = "█▓▒░"
"""Neighbours in the bar differ by these too, not by colour alone."""
_SHADES: Final = 4
"""Colours in the bar before they come again."""
_UNEXPLAINED: Final = "?"
_ROOMY: Final = 100
"""Columns from which on all counts are shown."""
_WIDE: Final = 120
"""Columns from which on the tool that made both is shown."""
_LABEL: Final = 5
"""Cells of the letter of a side, with the space around it."""
_LEAST: Final = 20
"""Cells of a path that tell something; with less, its size and its tool are left out."""


def title(store: Store, paths: dict[Side, str], cells: int) -> Line:
    """Return the name of the project and the two artifacts."""
    infos = [store.infos.get(side) for side in Side]
    head = [Chunk(" reprodiff ", "brand")]
    named = next((info for info in infos if info and info.name), None)
    if named is not None:
        head.append(Chunk(f" {plain(named.name)} {plain(named.version)} ", "name"))
    tools = {_tool(info) for info in infos}
    same = tools.pop() if len(tools) == 1 and cells >= _WIDE else ""
    if same:
        head.append(Chunk(f"· {same} ", "dim"))
    room = cells - width(head)
    shown = _told_apart(
        [plain(info.path if (info := store.infos.get(side)) else paths[side]) for side in Side]
    )
    if len(tools) == 1 and not same:
        same = tools.pop()  # not beside the name, and twice it would take the room of the paths
    needs = [cell_len(shown[side]) + _LABEL + _wide(store, side, same) for side in Side]
    for side, own in zip(Side, _divided(needs[0], needs[1], room), strict=True):
        info = store.infos.get(side)
        path = shown[side]
        details = f" {_details(info, same)}" if info else ""
        rest = own - cell_len(details) - _LABEL
        if rest < min(cell_len(path), _LEAST):
            details = ""
        path = shortened(path, max(own - _LABEL - cell_len(details), 4))
        label = Chunk(f" {side.upper()} ", f"side-{side}")
        part = [Chunk(" "), label, Chunk(f" {path}"), Chunk(details, "dim")]
        head += part
    return fitted(head, cells)


def _divided(one: int, two: int, room: int) -> tuple[int, int]:
    """Divide ``room`` between two that need so much: the short one leaves the rest to the other."""
    half = room // 2
    if one <= half or one + two <= room:
        return one, room - one
    return (room - two, two) if two <= half else (half, half)


def _told_apart(paths: list[str]) -> dict[Side, str]:
    """Return both paths without the directories that they begin with in common."""
    parts = [path.split("/") for path in paths]
    common = 0
    for one, other in zip(parts[0][:-1], parts[1][:-1], strict=False):
        if one != other:
            break
        common += 1
    if common < 2:
        return dict(zip(Side, paths, strict=True))
    return {side: "/".join(["…", *names[common:]]) for side, names in zip(Side, parts, strict=True)}


def _wide(store: Store, side: Side, same: str) -> int:
    info = store.infos.get(side)
    return cell_len(_details(info, same)) + 1 if info else 0


def _details(info: ArtifactInfo, same: str) -> str:
    """Return the size, and the tool unless it is the ``same`` for both."""
    made = _tool(info)
    return size_text(info.size) + (f" · {made}" if made and not same else "")


def _tool(info: ArtifactInfo | None) -> str:
    if info is None or info.made_by is None:
        return ""
    return plain(f"{info.made_by.tool} {info.made_by.version}".strip())


def verdict(store: Store, decided: Decisions, cells: int, again: Store | None = None) -> Line:
    """Return the verdict, or how far the analysis is, and the counts.

    ``again`` is what a repeated analysis knows so far.
    """
    counts = _counts(store, decided, cells)
    if again is not None:
        left = [Chunk(" … READING AGAIN ", "verdict-running"), *_progress(again)]
        return justified(left, counts, cells)
    match store.phase:
        case Phase.DONE if store.verdict is not None:
            sign, word = VERDICTS[store.verdict], store.verdict.value
            left = [Chunk(f" {sign} {word.upper()} ", f"verdict-{word}")]
            left.append(Chunk(f"  {_words(store, store.verdict)}"))
        case Phase.CANCELLED:
            left = [Chunk(" ? CANCELLED ", "verdict-incomplete"), Chunk("  what was found stays")]
        case Phase.FAILED:
            left = [Chunk(" ? STOPPED ", "verdict-incomplete")]
            if store.failure is not None:
                left.append(Chunk(f"  {plain(store.failure.message)}"))
        case _:
            left = [Chunk(" … COMPARING ", "verdict-running"), *_progress(store)]
    return justified(left, counts, cells)


def _progress(store: Store) -> Line:
    progress = store.progress
    if progress is None or not progress.total:
        return [Chunk("  opening" if len(store.infos) < 2 else "  pairing members", "dim")]
    share = progress.done * 100 // progress.total
    return [
        Chunk(f"  {share}%  {progress.done:,} of {progress.total:,}  "),
        Chunk(plain(progress.path), "dim"),
    ]


def _words(store: Store, verdict: Verdict) -> str:
    """Return what the verdict rests on."""
    match verdict:
        case Verdict.IDENTICAL:
            return "byte for byte the same"
        case Verdict.EQUIVALENT:
            return "every difference is proven benign"
        case Verdict.INCOMPLETE:
            return "something could not be read"
        case Verdict.DIFFERENT:
            return _different(list(store.findings.values()))


def _different(findings: list[Finding]) -> str:
    alarms = sum(item.severity is Severity.ALARM for item in findings)
    reviews = sum(item.severity is Severity.REVIEW for item in findings)
    parts = [counted(alarms, "alarm")] if alarms else []
    parts += [f"{reviews:,} to review"] if reviews else []
    unproven = sum(map(needs_person, findings)) - alarms - reviews
    if unproven and not parts:
        return f"all looks benign, {unproven:,} not proven"
    parts += [f"{unproven:,} not proven"] if unproven else []
    return ", ".join(parts) or "something needs you"


def _counts(store: Store, decided: Decisions, cells: int) -> Line:
    if not store.findings and not store.problems:
        return []
    parts: list[Line] = []
    if cells >= _ROOMY:
        waiting = 0
        reviewed = ignored = 0
        for finding in store.findings.values():
            done = decided.reviewed(finding.id)
            gone = decided.ignored(finding, store.locations(finding.id)) is None
            reviewed += done
            ignored += gone
            waiting += needs_person(finding) and not done and not gone
        # As reports count them: what is proven in some places and likely in others is one cause.
        known = store.findings.values()
        causes = {each.cause for each in known if each.category is not Category.UNEXPLAINED}
        parts.append([Chunk(f"{counted(len(causes), 'cause')} found")])
        verb = "needs" if waiting == 1 else "need"
        parts.append([Chunk(f"{waiting:,} {verb} you", "severity-review" if waiting else "good")])
        parts += [[Chunk(f"{reviewed:,} reviewed", "good")]] if reviewed else []
        parts += [[Chunk(f"{ignored:,} ignored", "dim")]] if ignored else []
    left_over = store.ledger.unexplained_bytes
    role = "unexplained-count" if left_over else "good"
    parts.append([Chunk(f"{counted(left_over, 'byte')} unexplained", role)])
    if store.problems:
        parts.append([Chunk(counted(len(store.problems), "problem"), "severity-review")])
    line: Line = []
    for number, part in enumerate(parts):
        line += [Chunk(" · " if number else "  ", "dim"), *part]
    return [*line, Chunk(" ")]


def ledger(store: Store, cells: int) -> Line:
    """Return the differing bytes as a stacked bar by category."""
    totals = store.ledger
    if not totals.differing_bytes:
        if store.verdict is Verdict.IDENTICAL:
            text = f" {counted(store.members.identical, 'member')} compared, no byte differs"
        elif store.phase is Phase.RUNNING:
            text = " the account of the differing bytes comes here"
        else:
            text = " no differing bytes are accounted"
        return fitted([Chunk(text, "dim")], cells)
    tail = Chunk(f" {counted(totals.differing_bytes, 'byte')} differ ", "dim")
    if totals.differing_bytes == 1:
        tail = Chunk(" 1 byte differs ", "dim")
    room = cells - cell_len(tail.text) - 2
    if room < 10:
        return fitted([Chunk(" "), tail], cells)
    worst: dict[Category, Severity] = {}
    for finding in store.findings.values():
        known = worst.setdefault(finding.category, finding.severity)
        worst[finding.category] = max(known, finding.severity, key=lambda item: item.rank)
    return [Chunk(" "), *_bar(totals, worst, room), tail, Chunk(" ")]


def _bar(totals: LedgerTotals, worst: Mapping[Category, Severity], cells: int) -> Line:
    """Return a segment for each category: what is benign by its size, then what needs somebody.

    That has its name, however little of it there is: a byte in a million is what matters.
    """

    def rank(item: tuple[Category, int]) -> tuple[object, ...]:
        category, size = item
        severity = worst.get(category, Severity.BENIGN)
        return category is Category.UNEXPLAINED, severity.rank, -size, category

    parts = sorted(totals.by_category.items(), key=rank)
    least = [
        cell_len(category) + 4 if worst.get(category, Severity.BENIGN).rank else 1
        for category, _ in parts
    ]
    sizes = shares([size for _, size in parts], cells, least)
    line: Line = []
    for number, ((category, size), room) in enumerate(zip(parts, sizes, strict=True)):
        share = size * 100 / totals.differing_bytes
        percent = f"{share:.0f}%" if share >= 1 else "<1%"
        if category is Category.UNEXPLAINED:
            line.append(
                Chunk(_labelled(f"{category} {percent}", room, _UNEXPLAINED), "unexplained")
            )
            continue
        fill = _FILLS[number % len(_FILLS)]
        label = _label(category, percent, room)
        severity = worst.get(category, Severity.BENIGN)
        role = f"share-{severity.value if severity.rank else number % _SHADES}"
        line.append(Chunk(fill * (room - cell_len(label)), role))
        if label:
            line.append(Chunk(label, f"{role}-label"))
    return line


def _label(category: Category, percent: str, room: int) -> str:
    for label in (f" {category} {percent} ", f" {category} "):
        if cell_len(label) + 2 <= room:
            return label
    return ""


def _labelled(label: str, room: int, fill: str) -> str:
    """Return ``label`` in the middle of ``room`` cells, or as much of it as fits."""
    if len(label) + 2 > room:
        return fill * room
    return f" {label} ".center(room, fill)


def shares(weights: list[int], cells: int, least: list[int] | None = None) -> list[int]:
    """Divide ``cells`` by ``weights``.

    Each gets what it needs at least, or, where there is no room for that, a cell.
    """
    total = sum(weights)
    if not total or cells < len(weights):
        return [0] * len(weights)
    if least is None or sum(least) > cells // 2:
        least = [1] * len(weights)
    spare = cells - sum(least)
    exact = [weight * spare / total for weight in weights]
    sizes = [room + int(share) for room, share in zip(least, exact, strict=True)]
    by_rest = sorted(range(len(weights)), key=lambda at: (int(exact[at]) - exact[at], at))
    for at in by_rest[: cells - sum(sizes)]:
        sizes[at] += 1
    return sizes
