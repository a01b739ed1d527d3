"""What of a report is shown: findings and places chosen by category, cause or path.

The verdict, the counts of members and the ledger stay those of the whole comparison: choosing
what to look at changes nothing about what is there.
"""

from re import Pattern
from re import compile as compile_pattern

from reprodiff.model import Finding, Report
from reprodiff.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Words:
    """Names of categories or causes, and patterns for paths."""

    names: frozenset[str] = frozenset()
    globs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.names or self.globs)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a selection has left out of the findings."""

    findings: int
    """Findings of which nothing is left."""
    locations: int
    """Places, those of the findings that are gone included."""
    by: str
    """What left them out, as it was asked for."""
    stale: tuple[str, ...] = ()
    """Entries of a baseline that cover nothing there is."""

    def and_then(self, other: "LeftOut") -> "LeftOut":
        """Return what this and, of what it left, another selection have left out."""
        return LeftOut(
            self.findings + other.findings,
            self.locations + other.locations,
            " ".join(part for part in (self.by, other.by) if part),
            (*self.stale, *other.stale),
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """Keep what ``only`` names, without what ``ignore`` names.

    A finding must go with the names and its places with the patterns; an empty half of ``only``
    asks for nothing.  A pattern is that of a shell in which ``*`` also matches ``/``; one that
    ends in ``/`` stands for all that lies below.  Places in the container itself have the path
    ``""``.
    """

    only: Words = Words()
    ignore: Words = Words()

    def __bool__(self) -> bool:
        return bool(self.only or self.ignore)

    @property
    def looks_at_paths(self) -> bool:
        """Whether all places must be known to select right."""
        return bool(self.only.globs or self.ignore.globs)

    def apply(self, report: Report) -> tuple[Report, LeftOut | None]:
        """Return ``report`` with what is left of its findings, and what was left out.

        Without a selection there is nothing to say, and the second is ``None``.  The weight in
        bytes of a finding that keeps only some of its places stays that of all of them.
        """
        if not self:
            return report, None
        wanted, unwanted = _matcher(self.only.globs), _matcher(self.ignore.globs)
        kept: list[Finding] = []
        locations = 0
        for finding in report.findings:
            left = self._left(finding, wanted, unwanted)
            locations += finding.location_count - (left.location_count if left else 0)
            if left is not None:
                kept.append(left)
        gone = len(report.findings) - len(kept)
        return replace(report, findings=tuple(kept)), LeftOut(gone, locations, self._words())

    def _left(
        self, finding: Finding, wanted: Pattern[str] | None, unwanted: Pattern[str] | None
    ) -> Finding | None:
        names = {finding.cause, finding.category.value}
        if self.only.names and not names & self.only.names:
            return None
        if names & self.ignore.names:
            return None
        if wanted is None and (unwanted is None or not finding.locations):
            return finding
        locations = tuple(
            place
            for place in finding.locations
            if (wanted is None or wanted.match(place.path))
            and (unwanted is None or not unwanted.match(place.path))
        )
        if not locations:
            return None
        return replace(finding, locations=locations, location_count=len(locations))

    def _words(self) -> str:
        only = [f"--only {word}" for word in (*sorted(self.only.names), *self.only.globs)]
        ignore = [f"--ignore {word}" for word in (*sorted(self.ignore.names), *self.ignore.globs)]
        return " ".join([*only, *ignore])


def _matcher(globs: tuple[str, ...]) -> Pattern[str] | None:
    if not globs:
        return None
    from fnmatch import translate  # noqa: PLC0415 - only where there are patterns

    patterns = (translate(glob + "*" if glob.endswith("/") else glob) for glob in globs)
    return compile_pattern("|".join(patterns))
