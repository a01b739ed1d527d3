"""The outcome as the two files that tell it: trials.json of the package, and docs/trials.md."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reprodiff.toolchains.registry import load

ROOT = Path(__file__).parents[1]
MARKS = ROOT / "reprodiff" / "toolchains" / "trials.json"
DOCUMENT = ROOT / "docs" / "trials.md"

REBUILT, NORMALIZED, FAILED, SAME = "rebuilt", "normalized", "failed", "same"


@dataclass(frozen=True, slots=True)
class Row:
    """What came out for one fix against one cause; or, without a cause, that nothing differed."""

    tool: str
    version: str
    kind: str
    varied: str
    outcome: str
    cause: str = ""
    fix: str = ""
    note: str = ""

    @property
    def case(self) -> tuple[str, str, str]:
        """The case that it is an outcome of."""
        return self.tool, self.kind, self.varied


def read() -> list[Row]:
    """The rows that were written last."""
    document = json.loads(MARKS.read_text(encoding="utf-8"))
    return [Row(**row) for row in (*document["trials"], *document.get("same", ()))]


def merged(
    old: Iterable[Row], new: Iterable[Row], order: Sequence[tuple[str, str, str]]
) -> list[Row]:
    """Put new outcomes in place of old ones of the same cases; cases that are gone are left out."""
    fresh = list(new)
    cases = {row.case for row in fresh}
    rows = [*(row for row in old if row.case not in cases and row.case in order), *fresh]
    return sorted(rows, key=lambda row: (order.index(row.case), row.cause, row.fix))


def write(rows: Sequence[Row]) -> None:
    """Write both files."""
    MARKS.write_text(as_json(rows), encoding="utf-8")
    DOCUMENT.write_text(as_markdown(rows), encoding="utf-8")


def as_json(rows: Sequence[Row]) -> str:
    """The rows as the package reads them; one line for each, so that a change is one line."""
    tried, same = _split(rows)
    lists = {
        "trials": [{key: value for key, value in asdict(row).items() if value} for row in tried],
        "same": [{key: value for key, value in asdict(row).items() if value} for row in same],
    }
    parts = ['  "format": 1']
    for name, some in lists.items():
        lines = ",\n".join(f"    {json.dumps(each)}" for each in some)
        parts.append(f'  "{name}": [\n{lines}\n  ]' if some else f'  "{name}": []')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def as_markdown(rows: Sequence[Row]) -> str:
    """The rows as a document."""
    tried, same = _split(rows)
    counts = {name: sum(row.outcome == name for row in tried) for name in _WORDS}
    pairs = {(row.tool, row.cause) for row in tried}
    before = len(tried) - counts[NORMALIZED]
    share, of_settings = (100 * counts[REBUILT] / max(n, 1) for n in (len(tried), before))
    lines = [
        "# Fixes, tried",
        "",
        "Written by `make trials ARGS=--write`; do not edit.",
        "",
        _HOW,
        "",
        (
            f"{len(tried)} trials of {len(pairs)} pairs of tool and cause: {counts[REBUILT]} "
            f"{REBUILT}, {counts[NORMALIZED]} {NORMALIZED}, {counts[FAILED]} {FAILED}. That is "
            f"{share:.1f} % {REBUILT} of all trials, and {of_settings:.1f} % of those whose fix is "
            f"set before a build or an installation. {len(same)} more pairs of builds did not "
            "differ, so that there was nothing to fix."
        ),
        "",
        *(f"- **{name}**: {words}" for name, words in _WORDS.items()),
        "",
    ]
    for tool in dict.fromkeys(row.tool for row in (*tried, *same)):
        mine = [row for row in tried if row.tool == tool]
        versions = sorted({row.version for row in rows if row.tool == tool})
        lines += [f"## {tool}", "", f"With {'; '.join(versions)}.", ""]
        if mine:
            lines += [
                "| artifact | what was varied | cause | fix | outcome | afterwards |",
                "| --- | --- | --- | --- | --- | --- |",
                *(_line(row) for row in mine),
                "",
            ]
        for kind in dict.fromkeys(row.kind for row in same if row.tool == tool):
            some = [row.varied for row in same if row.tool == tool and row.kind == kind]
            lines += [f"No difference in a {kind} for another: {'; '.join(some)}.", ""]
    lines += _reasons(tried)
    lines += ["## Not tried", "", *(f"- **{what}**: {why}" for what, why in _UNTRIED.items())]
    return "\n".join(lines).rstrip("\n") + "\n"


_HOW = """\
Each trial builds a small project twice with the real tool. The two builds differ in one thing, and
reprodiff says what that did to the artifacts and what removes it. The fix is then applied exactly
as it is printed: lines of shell are run by bash in front of the build (or after it), settings of
files are the patch that the plan prints, commands take the place of the command that was run
before. Both builds are made again, still with that difference between them, and compared again.
This is what gives a fix its mark `checked` in reports."""

_UNTRIED = {
    "workflows of CI services": "they run on those services.",
    "MSVC and Apple's tools": "the trials run on Linux; MinGW and LLVM stand in where they can.",
    "other implementations of deflate": "Python has the one that it was built with.",
}

_WORDS = {
    REBUILT: "built again with the fix, the cause is gone from the pair and no other has come.",
    NORMALIZED: "the same, by a fix that works on what was built.",
    FAILED: "the cause is still there, or nothing that is printed removes it; the last column says "
    "why.",
}


def _reasons(tried: Iterable[Row]) -> list[str]:
    """Why nothing that is set before a build removes what was only normalized."""
    rows = dict.fromkeys((row.tool, row.cause) for row in tried if row.outcome == NORMALIZED)
    if not rows:
        return []
    lines = ["## Only normalized", "", "Where no setting is known that works before or in a build:"]
    for tool, cause in rows:
        limits = (limit for limit in load(tool.replace("-", "_")).limits if cause in limit.causes)
        reason = next((limit.reason for limit in limits), "it is not stated why.")
        lines += ["", f"- **{tool}, `{cause}`**: {reason}"]
    return [*lines, ""]


def _split(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    every = list(rows)
    return [row for row in every if row.outcome != SAME], [
        row for row in every if row.outcome == SAME
    ]


def _line(row: Row) -> str:
    fix = f"`{row.fix}`" if row.fix else ""
    cells = (row.kind, row.varied, f"`{row.cause}`", fix, row.outcome, row.note)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
