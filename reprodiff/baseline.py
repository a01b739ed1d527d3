"""Findings that somebody has looked at and accepts: a file of entries, each with its reason.

.. code-block:: toml

    [[ignore]]
    cause = "zip-member-mtime"
    path = "demo/*"
    reason = "SOURCE_DATE_EPOCH comes with the next release"

An entry names a cause or a category, a pattern for paths, or a cause or category and a pattern.  It
must say why.  What contradicts itself (an alarm) and what no cause explains is covered only by an
entry that names the cause *and* a path with at least one character that is no wildcard: nobody
accepts in advance what nobody has seen.
"""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from fnmatch import translate
from functools import cached_property
from typing import Final

from reprodiff.errors import InputError
from reprodiff.model import Category, Finding, Location, Report, Severity
from reprodiff.records import dataclass, replace
from reprodiff.text import plain

FILE_NAME: Final = "reprodiff-baseline.toml"
"""The name that the app gives to a file of its own."""
_TABLE: Final = "ignore"
_KEYS: Final = ("cause", "category", "path", "reason")
_HEAD: Final = """\
# Differences that were looked at and are accepted; reprodiff --baseline FILE reads this.
"""


@dataclass(frozen=True)
class Entry:
    """What is accepted, and why.

    ``path`` is a pattern as in a shell in which ``*`` also matches ``/``; one that ends in ``/``
    stands for all that lies below, ``""`` for the artifact itself, ``None`` for every place.
    """

    reason: str
    cause: str = ""
    category: str = ""
    path: str | None = None

    @property
    def words(self) -> str:
        """Return what it names, in a few words."""
        named = [f"cause {self.cause}"] if self.cause else []
        named += [f"category {self.category}"] if self.category else []
        if self.path is not None:
            named.append(f"path {self.path}" if self.path else "the artifact itself")
        return plain(", ".join(named))

    @property
    def narrow(self) -> bool:
        """Whether it is precise enough for what must not be accepted unseen."""
        return bool(self.cause) and self.path is not None and not _all_wildcards(self.path)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        path = self.path or ""
        return re.compile(translate(path + "*" if path.endswith("/") else path))

    def concerns(self, finding: Finding) -> bool:
        """Whether places of ``finding`` may be covered."""
        if self.cause and self.cause != finding.cause:
            return False
        if self.category and self.category != finding.category:
            return False
        return self.narrow or not guarded(finding)

    def covers(self, path: str) -> bool:
        """Whether a place with ``path`` is covered, of a finding that it concerns."""
        return self.path is None or self._pattern.match(path) is not None


def guarded(finding: Finding) -> bool:
    """Whether a finding is covered by a narrow entry only."""
    return finding.severity is Severity.ALARM or finding.category is Category.UNEXPLAINED


def _all_wildcards(path: str) -> bool:
    """Whether a pattern says nothing; the empty one says: the artifact itself."""
    return bool(path) and not path.strip("*?/[]!.")


def covered(entries: Iterable[Entry], finding: Finding) -> "Cover":
    """Return which places of ``finding`` the entries cover."""
    return Cover(tuple(entry for entry in entries if entry.concerns(finding)))


@dataclass(frozen=True)
class Cover:
    """The entries that concern one finding."""

    entries: tuple[Entry, ...]

    @property
    def everything(self) -> bool:
        """Whether all places are covered, those included that are not known yet."""
        return any(entry.path is None for entry in self.entries)

    def numbers(self, locations: Sequence[Location], start: int = 0) -> list[int]:
        """Return the numbers of the covered places from number ``start`` on."""
        if not self.entries:
            return []
        return [
            number
            for number in range(start, len(locations))
            if any(entry.covers(locations[number].path) for entry in self.entries)
        ]


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a baseline has taken out of a report."""

    findings: int
    """Findings of which nothing is left."""
    locations: int
    """Places, those of the findings that are gone included."""
    stale: tuple[Entry, ...]
    """Entries that cover nothing there is."""


def echoes_of(findings: Iterable[Finding], accepted: Collection[str]) -> set[str]:
    """Return the ids of the harmless findings that follow from nothing but accepted ones."""
    gone = set(accepted)
    waiting = [one for one in findings if one.derived_from and one.severity is Severity.BENIGN]
    while fresh := {
        one.id for one in waiting if one.id not in gone and gone.issuperset(one.derived_from)
    }:
        gone |= fresh
    return gone - set(accepted)


def apply(entries: Sequence[Entry], report: Report) -> tuple[Report, Accepted]:
    """Return ``report`` without what is accepted and what merely follows from it.

    All places of the findings must be known.  Verdict, counts and ledger stay those of the whole.
    """
    used: set[Entry] = set()
    kept: list[Finding] = []
    gone: set[str] = set()
    places = 0
    for finding in report.findings:
        cover = covered(entries, finding)
        numbers = cover.numbers(finding.locations)
        for entry in cover.entries:
            if entry.path is None or any(entry.covers(spot.path) for spot in finding.locations):
                used.add(entry)
        if cover.everything or (numbers and len(numbers) == len(finding.locations)):
            gone.add(finding.id)
            places += finding.location_count
            continue
        if not numbers:
            kept.append(finding)
            continue
        without = set(numbers)
        rest = tuple(spot for n, spot in enumerate(finding.locations) if n not in without)
        places += len(numbers)
        kept.append(
            replace(finding, locations=rest, location_count=finding.location_count - len(numbers))
        )
    echoes = echoes_of(kept, gone)
    places += sum(finding.location_count for finding in kept if finding.id in echoes)
    left = tuple(finding for finding in kept if finding.id not in echoes)
    stale = tuple(entry for entry in entries if entry not in used)
    return replace(report, findings=left), Accepted(len(gone | echoes), places, stale)


def parse(text: str, name: str) -> tuple[Entry, ...]:
    """Return the entries of a file.

    Raises :class:`~reprodiff.errors.InputError` that says which entry is wrong, and how.
    """
    shown = plain(name)
    if not text.strip():
        return ()
    import tomllib  # noqa: PLC0415  (only where there is something to read)

    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{shown} is no TOML: {plain(error, 200)}", "mend the line") from error
    unknown = sorted(document.keys() - {_TABLE})
    if unknown:
        raise InputError(
            f"{shown}: there is no key {plain(unknown[0], 60)!r}",
            f"entries are tables called [[{_TABLE}]]",
        )
    tables = document.get(_TABLE, [])
    if not isinstance(tables, list):
        raise InputError(f"{shown}: {_TABLE} must be a list", f"begin an entry with [[{_TABLE}]]")
    return tuple(
        _entry(table, f"{shown}: entry {number}") for number, table in enumerate(tables, 1)
    )


def _entry(table: object, where: str) -> Entry:
    if not isinstance(table, dict):
        raise InputError(f"{where} is no table", f"begin an entry with [[{_TABLE}]]")
    unknown = sorted(table.keys() - set(_KEYS))
    if unknown:
        raise InputError(
            f"{where}: there is no key {plain(unknown[0], 60)!r}", f"keys are {', '.join(_KEYS)}"
        )
    for key, value in table.items():
        if not isinstance(value, str):
            raise InputError(f"{where}: {key} must be a string", "put it between quotes")
    entry = Entry(
        table.get("reason", "").strip(),
        table.get("cause", ""),
        table.get("category", ""),
        table.get("path"),
    )
    if not entry.reason:
        raise InputError(f"{where} gives no reason", 'add reason = "why this is accepted"')
    if not (entry.cause or entry.category or entry.path is not None):
        raise InputError(
            f"{where} would ignore everything", "name a cause, a category or a path in it"
        )
    if entry.category and entry.category not in set(Category):
        raise InputError(
            f"{where}: there is no category {plain(entry.category, 60)!r}",
            "`reprodiff explain` lists them",
        )
    return entry


def written(entry: Entry) -> str:
    """Return an entry as it stands in a file."""
    values = {
        "cause": entry.cause or None,
        "category": entry.category or None,
        "path": entry.path,
        "reason": entry.reason,
    }
    lines = [f"{key} = {_quoted(value)}" for key, value in values.items() if value is not None]
    return "\n".join([f"[[{_TABLE}]]", *lines, ""])


def added(text: str, entry: Entry) -> str:
    """Return the text of a file with one more entry at its end; all else in it stays."""
    head = text if text.strip() else _HEAD
    return f"{head.rstrip()}\n\n{written(entry)}"


def removed(text: str, entry: Entry) -> str | None:
    """Return the text of a file without an entry; ``None`` if it does not stand there as written.

    Of several that are the same, the last goes.
    """
    block = written(entry)
    at = text.rfind(block)
    if at < 0:
        return None
    return text[:at].rstrip() + "\n" + text[at + len(block) :].lstrip("\n")


def _quoted(text: str) -> str:
    """Return a string of TOML; what TOML does not take as it is was escaped by ``plain``."""
    return json.dumps(plain(text), ensure_ascii=False)
