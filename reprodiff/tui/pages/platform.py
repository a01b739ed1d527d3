"""The platform: what both sides ask of the machine they are installed on, A beside B."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.drift import BundledLibrary, Ceiling, Platform, PlatformSide, SymbolNeed
from reprodiff.model import Report, Severity
from reprodiff.reports.platforms import TITLE, lines
from reprodiff.tui.chunks import SIGNS
from reprodiff.tui.store import Store
from reprodiff.views.tables import State, TableRow, heading, note, row

_SHOWN: Final = 8
"""Symbols named for a ceiling, and members for a symbol."""
_REASONS: Final = 4
"""Reasons given for a policy."""
_STATES: Final = {
    "same": State.SAME,
    "renamed": State.MOVED,
    "added": State.ONLY_B,
    "dropped": State.ONLY_A,
}


def platform_rows(store: Store) -> list[TableRow]:
    """Return all that is known of the platform as one table; empty where nothing is."""
    report = store.report
    if report is None:
        return []
    rows = _one(report.platform) if report.platform is not None and not report.platforms else []
    if report.platforms:
        # Of two folders: what all have in common first, then each pair by itself.
        rows += _folded(report)
        for placed in report.platforms:
            same = placed.path_a == placed.path_b
            names = placed.path_a if same else f"{placed.path_a} with {placed.path_b}"
            rows += [heading(names), *_one(placed.platform)]
    return rows


def _folded(report: Report) -> Iterator[TableRow]:
    yield heading(f"{TITLE}, all together")
    for line in lines(report):
        yield row(line.subject, line.a or None, line.b or None, State.CHANGED)
        yield note(f"{SIGNS[line.severity]} {line.severity.value}: {line.effect}")
        if line.where:
            yield note(f"in {line.where}")


def _one(platform: Platform) -> list[TableRow]:
    return [
        *_changes(platform),
        *_where(platform.a, platform.b),
        *_ceilings(platform.ceilings),
        *_system(platform.a, platform.b),
        *_bundled(platform.libraries),
        *_members(platform),
    ]


def _changes(platform: Platform) -> Iterator[TableRow]:
    yield heading(TITLE)
    for change in platform.changes:
        none = "none" if change.a or change.b else None
        yield row(change.subject, change.a or none, change.b or none, State.CHANGED)
        sign = SIGNS[change.severity]
        yield note(f"{sign} {change.severity.value}: {change.effect}")
    if not platform.changes:
        yield note("Nothing: both sides need the same of the system.")


def _where(a: PlatformSide, b: PlatformSide) -> Iterator[TableRow]:
    yield heading("Where it installs")
    pairs = (
        ("tags in the file name", _list(a.tags), _list(b.tags)),
        ("tags in WHEEL", _list(a.recorded_tags), _list(b.recorded_tags)),
        ("Root-Is-Purelib", a.purelib, b.purelib),
        ("the binaries meet", _policy(a), _policy(b)),
        ("machines", _list(a.machines), _list(b.machines)),
    )
    for name, one, two in pairs:
        if one or two:
            yield row(name, one or None, two or None)
    both = [reason for reason in a.limits if reason in b.limits]
    for side, limits in (("", both), ("A", a.limits), ("B", b.limits)):
        own = [reason for reason in limits if not side or reason not in both]
        head = f"{side} meets no stricter policy:" if side else "No stricter policy is met:"
        yield from (note(f"{head} {reason}") for reason in own[:_REASONS])
        if len(own) > _REASONS:
            yield note(f"{head} {len(own) - _REASONS} more reasons like these")
    alarm = SIGNS[Severity.ALARM]
    for side, platform in (("A", a), ("B", b)):
        for contradiction in platform.contradictions:
            yield note(f"{alarm} {side}: {contradiction}")


def _ceilings(ceilings: Sequence[Ceiling]) -> Iterator[TableRow]:
    if not ceilings:
        return
    yield heading("The highest version of each family of symbols")
    for ceiling in ceilings:
        yield row(ceiling.family, ceiling.a or None, ceiling.b or None)
        sides = (("A", ceiling.set_by_a), ("B", ceiling.set_by_b))
        if ceiling.set_by_a == ceiling.set_by_b:
            sides = (("both", ceiling.set_by_a), ("", ()))
        for side, needs in sides:
            if needs:
                yield note(f"{side}: {_needs(needs)}")


def _system(a: PlatformSide, b: PlatformSide) -> Iterator[TableRow]:
    names = sorted({*a.system_libraries, *b.system_libraries})
    if not names:
        return
    yield heading("Libraries it needs and does not bring along")
    for name in names:
        one = "needed" if name in a.system_libraries else None
        two = "needed" if name in b.system_libraries else None
        yield row(name, one, two)


def _bundled(libraries: Sequence[BundledLibrary]) -> Iterator[TableRow]:
    if not libraries:
        return
    yield heading("Libraries it brings along")
    for library in libraries:
        one = _library(library.path_a, library.version_a)
        two = _library(library.path_b, library.version_b)
        state = _STATES.get(library.change, State.CHANGED)
        yield row(library.name, one or None, two or None, state)
        told = [library.change, *library.evidence]
        yield note(". ".join(told))
        needed = [("A", library.needed_by_a), ("B", library.needed_by_b)]
        if library.needed_by_a == library.needed_by_b:
            needed = [("", library.needed_by_a)]
        for side, members in needed:
            if members:
                yield note(f"{side} needed by {_list(members, _SHOWN)}".strip())


def _members(platform: Platform) -> Iterator[TableRow]:
    if not platform.members:
        return
    yield heading("Who needs whom")
    for member in platform.members:
        name = member.path_a or member.path_b
        one = _list(member.libraries_a) or "nothing" if member.path_a else None
        two = _list(member.libraries_b) or "nothing" if member.path_b else None
        yield row(name, one, two)
        versions = (_versions(member.needs_a), _versions(member.needs_b))
        if versions[0] == versions[1]:
            told = [versions[0]] if versions[0] else []
        else:
            told = [f"{side}: {text}" for side, text in zip("AB", versions, strict=True) if text]
        yield from (note(words) for words in told)


def _versions(needs: object) -> str:
    items = needs.items() if hasattr(needs, "items") else ()
    return ", ".join(f"{family} {version}" for family, version in items)


def _library(path: str, version: str) -> str:
    return f"{version}  {path}".strip()


def _policy(side: PlatformSide) -> str:
    if not side.policy:
        return ""
    return side.policy + (f" ({side.policy_alias})" if side.policy_alias else "")


def _needs(needs: Sequence[SymbolNeed]) -> str:
    parts: list[str] = []
    for need in needs[:_SHOWN]:
        who = _list(need.members, 2)
        more = need.member_count - min(len(need.members), 2)
        who += f" and {more} more" if more > 0 else ""
        what = need.symbol or f"the version {need.version}"
        parts.append(f"{what} of {need.library}, for {who}")
    if len(needs) > _SHOWN:
        parts.append(f"and {len(needs) - _SHOWN} more symbols")
    return "; ".join(parts)


def _list(items: Sequence[str], most: int = 1_000) -> str:
    shown = ", ".join(items[:most])
    return shown + (f" and {len(items) - most} more" if len(items) > most else "")
