"""Working out what a filter leaves, a slice at a time so that keys are never kept waiting."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Final, Protocol

from reprodiff.model import Finding, Location
from reprodiff.tui.selecting.query import Query, Term, holds, in_text, matcher
from reprodiff.tui.selecting.shown import Shown
from reprodiff.tui.store import Store, roots

_SLICE: Final = 2_000
"""Places looked at between two looks at the clock: some 2 ms."""


class Marks(Protocol):
    """What the user has decided about findings."""

    @property
    def any_ignored(self) -> bool:
        """Whether anything is to be ignored."""

    def reviewed(self, finding_id: str) -> bool:
        """Whether a finding was marked as reviewed."""

    def note(self, finding_id: str) -> str:
        """Return what was noted about a finding."""

    def ignored(self, finding: Finding, locations: Sequence[Location]) -> Sequence[int] | None:
        """Return the numbers of the places that are ignored; ``None`` if all are."""


class Haystacks:
    """The text of places in lower case, made once: path, NUL, and all else of the place."""

    def __init__(self) -> None:
        self._texts: dict[str, tuple[Sequence[Location], list[str]]] = {}

    def of(self, key: str, locations: Sequence[Location]) -> Generator[None, None, list[str]]:
        """Return the texts of a finding's places, made a slice at a time."""
        known = self._texts.get(key)
        if known is None or known[0] is not locations or len(known[1]) > len(locations):
            known = self._texts[key] = (locations, [])
        texts = known[1]
        while len(texts) < len(locations):
            texts += [
                f"{place.path}\0{place.inside}\0{place.a}\0{place.b}".lower()
                for place in locations[len(texts) : len(texts) + _SLICE]
            ]
            yield
        return texts


class Selecting:
    """One pass over a comparison; :attr:`result` is there when :meth:`run` says so."""

    def __init__(
        self, store: Store, query: Query, marks: Marks, haystacks: Haystacks, *, ignored: bool
    ) -> None:
        self._store = store
        self._query = query
        self._marks = marks
        self._haystacks = haystacks
        self._show_ignored = ignored or any(
            term.key == "is" and not term.negated and "ignored".startswith(value)
            for term in query.terms
            for value in term.values
        )
        self.result = Shown({})
        self._steps = self._work()

    def run(self, seconds: float) -> bool:
        """Work for some time; return whether it is done."""
        end = time.monotonic() + seconds
        return all(time.monotonic() <= end for _ in self._steps)

    def _work(self) -> Iterator[None]:
        places: dict[str, Sequence[int]] = {}
        hidden_findings = hidden_places = 0
        echoes = {key for found in self._roots().values() for key in found}
        of_findings = self._query.of_findings()
        of_places = self._query.of_places()
        for key, finding in list(self._store.findings.items()):
            if not all(holds(term, finding, self._marked(key, echoes)) for term in of_findings):
                continue
            locations = self._store.locations(key)
            gone = self._marks.ignored(finding, locations)
            left = self._left(gone, len(locations))
            if not self._show_ignored:
                hidden_places += len(locations) - len(left)
                if not left and (gone is None or locations):
                    hidden_findings += 1
                    continue
            numbers: Sequence[int] = range(len(locations)) if self._show_ignored else left
            for term in of_places:
                if term.key == "is":
                    numbers = _others(numbers, left, negated=term.negated)
                    continue
                numbers = yield from self._fitting(term, finding, locations, numbers)
            if numbers or (not locations and not of_places):
                places[key] = numbers
            yield
        self.result = Shown(places, not self._query, hidden_findings, hidden_places)

    def _roots(self) -> dict[str, list[str]]:
        wanted = any(term.key == "is" for term in self._query.terms)
        return roots(self._store.findings.values()) if wanted else {}

    def _marked(self, key: str, echoes: set[str]) -> Callable[[str], bool]:
        def marked(what: str) -> bool:
            match what:
                case "reviewed":
                    return self._marks.reviewed(key)
                case "noted":
                    return bool(self._marks.note(key))
                case "echo":
                    return key in echoes
                case "root":
                    return key not in echoes
                case _:
                    return False

        return marked

    def _left(self, gone: Sequence[int] | None, count: int) -> Sequence[int]:
        if gone is None:
            return ()
        if not gone:
            return range(count)
        without = set(gone)
        return [number for number in range(count) if number not in without]

    def _fitting(
        self, term: Term, finding: Finding, locations: Sequence[Location], numbers: Sequence[int]
    ) -> Generator[None, None, Sequence[int]]:
        """Return which of ``numbers`` fit a word."""
        if not term.key and in_text(term, finding):
            return () if term.negated else numbers
        texts = yield from self._haystacks.of(finding.id, locations)
        fits = matcher(term)
        found: list[int] = []
        for start in range(0, len(numbers), _SLICE):
            part = numbers[start : start + _SLICE]
            found += [number for number in part if fits(texts[number]) != term.negated]
            yield
        return numbers if len(found) == len(numbers) else found


def _others(numbers: Sequence[int], left: Sequence[int], *, negated: bool) -> Sequence[int]:
    """Return those of ``numbers`` that are ignored, or that are not."""
    kept = set(left)
    return [number for number in numbers if (number in kept) == negated]
