"""The platform section of the reports for people: what changed for those who install it.

Of two folders each change is told once, with the artifacts that it is true of.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from reprodiff.drift import PlacedPlatform, Platform, PlatformChange
from reprodiff.formats.parsing.archivenames import archive_name
from reprodiff.model import Report, Severity

TITLE: Final = "What changes for the people who install it"
_NAMED: Final = 4
"""Artifacts named for one change."""
_ORDER: Final = (
    *("python", "tags", "machine", "policy", "libc", "symbols", "macos", "windows"),
    *("system-library", "abi3", "purelib", "library"),
)
"""Kinds of changes: what decides whether it installs at all comes first."""


class Line(NamedTuple):
    """One change: a subject, its two values, and what it does; none of it escaped."""

    severity: Severity
    subject: str
    a: str
    b: str
    effect: str
    where: str = ""
    """The artifacts that it is true of, where there are several."""


def told(report: Report) -> bool:
    """Whether there is anything to say of platforms."""
    return report.platform is not None or bool(report.platforms)


def lines(report: Report) -> list[Line]:
    """Return the changes; where one of two values is not there, a word stands for it."""
    found = [_line(each) for each in report.platform.changes] if report.platform else []
    placed = report.platforms or ()
    names = short_names(placed)
    groups: dict[tuple[str, ...], list[tuple[str, PlatformChange]]] = {}
    for each in placed:
        for change in each.platform.changes:
            key = change.kind, change.subject, change.a, change.b, change.severity.value
            groups.setdefault(key, []).append((names[each.path_a], change))
    ordered = sorted(groups.values(), key=lambda group: (_rank(group[0][1]), -len(group)))
    return [*found, *(_folded(group) for group in ordered)]


def _rank(change: PlatformChange) -> int:
    return _ORDER.index(change.kind) if change.kind in _ORDER else len(_ORDER)


def _line(each: PlatformChange, effect: str | None = None, where: str = "") -> Line:
    return Line(
        each.severity,
        each.subject,
        each.a or ("none" if each.b else ""),
        each.b or ("none" if each.a else ""),
        each.effect if effect is None else effect,
        where,
    )


def _folded(group: Sequence[tuple[str, PlatformChange]]) -> Line:
    """Return one line for a change that several artifacts have in common."""
    first, change = group[0]
    effects = [_SENTENCE.split(each.effect) for _, each in group]
    common: list[str] = []
    for sentences in zip(*effects, strict=False):
        if len(set(sentences)) > 1:
            break
        common.append(sentences[0])
    effect = " ".join(common) or f"{first}: {change.effect}"
    return _line(change, effect, listed([name for name, _ in group]))


_SENTENCE: Final = re.compile(r"(?<=\.) ")


def listed(names: Sequence[str]) -> str:
    """Return the first few of some names, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def short_names(placed: Sequence[PlacedPlatform]) -> Mapping[str, str]:
    """Return what artifacts inside are called, by path: the project where it has but one."""
    projects: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for each in placed:
        base = each.path_a.rpartition("/")[2]
        read = archive_name(base)
        names[each.path_a] = base.removesuffix(".whl")
        if read is not None:
            projects.setdefault(read.name, []).append(each.path_a)
    for project, paths in projects.items():
        if len(paths) == 1:
            names[paths[0]] = project
    return names


def remarks(report: Report) -> list[str]:
    """Return what is to be said beside the changes: what both sides meet, and what is wrong."""
    if report.platform is not None and not report.platforms:
        return ["Nothing: both sides need the same of the system."] * (
            not report.platform.changes
        ) + _remarks(report.platform)
    names = short_names(report.platforms or ())
    said: dict[str, list[str]] = {}
    for each in report.platforms or ():
        alike = [] if each.platform.changes else ["Both sides need the same of the system."]
        for remark in [*alike, *_remarks(each.platform)]:
            said.setdefault(remark, []).append(names[each.path_a])
    return [f"{remark} ({listed(artifacts)})" for remark, artifacts in said.items()]


def _remarks(platform: Platform) -> list[str]:
    found: list[str] = []
    a, b = platform.a, platform.b
    if a.policy and a.policy == b.policy:
        alias = f" ({a.policy_alias})" if a.policy_alias else ""
        found.append(f"The binaries of both sides meet {a.policy}{alias}.")
    both = [text for text in a.contradictions if text in b.contradictions]
    found += [f"On both sides: {text}" for text in both]
    return found
