"""What a cause is, and how a rule turns facts into claims.

A *cause* is a named reason with its documentation.  A *rule* looks at facts
(:class:`~reprodiff.model.Difference`) and claims those it can account for, each claim under one
cause.  Rules run in the order of blame; what one claims is gone for the next; what none claims is
``unexplained``.  Rules are pure: all they know comes from the facts and from the
:class:`Scene`, which the engine fills.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import IntEnum
from typing import Final

from reprodiff.formats.parsing.paths import find_temporary_names
from reprodiff.model import (
    ArtifactInfo,
    Category,
    Confidence,
    Difference,
    Severity,
    Side,
)
from reprodiff.records import dataclass, field, replace

_HERE: Final = "."
AGREEMENT: Final = 3
"""Places that must agree on a pair of prefixes before it counts as proven by number."""


class Blame(IntEnum):
    """Order of blame: causes are reported before what follows from them."""

    INTEGRITY = 0
    SOURCE = 1
    """Other sources, backend, compiler or repair tool."""
    LEAF = 2
    """Paths, times, umask, order, hash seed: nothing else in the artifact explains it."""
    CONSEQUENCE = 3
    """Follows from another difference."""


@dataclass(frozen=True, slots=True)
class Doc:
    """A cause's documentation, under the fixed headings of ``reprodiff explain``.

    All texts are plain prose; paragraphs are separated by an empty line.
    """

    what: str
    recognised: str
    why: str
    fix: tuple[tuple[str, str], ...]
    """(tool, what to change), most direct first; or one ("", reason) where nothing can fix it."""
    mistaken_for: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """A named reason from the catalogue."""

    id: str
    category: Category
    severity: Severity
    """What a finding of this cause has unless its rule says otherwise."""
    title: str
    """A short noun phrase for lists and headings."""
    blame: Blame
    doc: Doc


@dataclass(frozen=True, slots=True)
class Claim:
    """Facts that a rule attributes to one cause.

    ``differences`` become the finding's locations.  ``explanation`` is one or two sentences on
    this very case, with its values; it must read the same for A and B changed over, so it names
    the sides as "A" and "B" only where it has both.  ``follows`` names the member paths whose
    differences are the reason of this one; ``"*"`` stands for whatever changed the layout, a
    cause's id behind a colon for that cause wherever it was found.
    """

    cause: Cause
    differences: Sequence[Difference]
    confidence: Confidence = Confidence.PROVEN
    severity: Severity | None = None
    explanation: str = ""
    evidence: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    consumed: tuple[Difference, ...] = ()
    """Facts that narrower ones in ``differences`` were cut from, and that are done with."""
    hinge: tuple[str, str] | None = None
    """The pair of prefixes the claim hangs on: settled when all of the artifact has been seen."""


def _below(path: str, directory: str) -> str | None:
    """Return what ``path`` adds to ``directory``, ``None`` if it does not lie below it."""
    if path == directory:
        return ""
    return path[len(directory) :] if path.startswith(directory.rstrip("/") + "/") else None


def _place(path: str, directory: str) -> str | None:
    """Return what ``path`` adds to ``directory``, without what build tools make up for each run."""
    added = _below(path, directory)
    if added is None or path == directory:
        return added
    raw = path.encode("utf-8", "surrogateescape")
    for name in reversed(list(find_temporary_names(raw))):
        raw = raw[: name.random_start] + raw[name.stop :]
    steady = raw.decode("utf-8", "surrogateescape")
    return steady[len(directory) :] if steady.startswith(directory) else added


def _ancestors(path: str) -> Iterator[str]:
    """Yield the path and every directory it lies below, in the two ways to write one."""
    yield path
    at = path.rfind("/")
    while at >= 0:
        yield path[: at + 1]
        yield path[:at]
        at = path.rfind("/", 0, at)


class Prefixes:
    """Pairs of build directories, learnt once and used everywhere.

    A pair of paths votes for the pair of their prefixes before the longest common suffix of
    whole components.  A prefix that goes with two different prefixes of the other side is
    contradicted, and proves nothing.
    """

    def __init__(self) -> None:
        self._votes: dict[tuple[str, str], int] = {}
        self._from_a: dict[str, set[str]] = {}
        self._from_b: dict[str, set[str]] = {}
        self._here: set[tuple[str, str]] = set()
        """Pairs of which one half is a dot: what else a directory goes with does not matter."""

    def learn(self, prefix_a: str, prefix_b: str, votes: int = 1) -> None:
        """Count ``votes`` places in which ``prefix_a`` stands where B has ``prefix_b``."""
        key = (prefix_a, prefix_b)
        self._votes[key] = self._votes.get(key, 0) + votes
        if _HERE in key:
            self._here.add(key)
            return
        self._from_a.setdefault(prefix_a, set()).add(prefix_b)
        self._from_b.setdefault(prefix_b, set()).add(prefix_a)

    def votes(self, prefix_a: str, prefix_b: str) -> int:
        """Return in how many places the pair was seen."""
        return self._votes.get((prefix_a, prefix_b), 0)

    def contradicted(self, prefix_a: str, prefix_b: str) -> bool:
        """Whether another pair says otherwise of either prefix.

        That is so if one of them also goes with another prefix, or if it lies below a prefix
        whose partner would put it elsewhere: /a with /b contradicts /a/x with /b/y.
        """
        if (prefix_a, prefix_b) in self._here:
            return len({key.index(_HERE) for key in self._here}) < len(self._here)
        if len(self._from_a.get(prefix_a, ())) > 1 or len(self._from_b.get(prefix_b, ())) > 1:
            return True
        return self._strays(prefix_a, prefix_b, self._from_a) or (
            self._strays(prefix_b, prefix_a, self._from_b)
        )

    @staticmethod
    def _strays(path: str, other: str, partners: Mapping[str, AbstractSet[str]]) -> bool:
        """Whether ``path`` lies below a known prefix, and ``other`` not at the same place."""
        for known in _ancestors(path):
            for partner in partners.get(known, ()):
                same = (known, partner) == (path, other)
                if not same and _place(path, known) != _place(other, partner):
                    return True
        return False

    def settle(self, prefix_a: str, prefix_b: str, confidence: Confidence) -> Confidence:
        """Return what a claim that hangs on this pair is worth once all votes are in.

        A contradicted pair proves nothing.  Three places that agree prove one that was only
        likely by its own looks; so does another pair with the directory that is a dot here.
        """
        if self.contradicted(prefix_a, prefix_b):
            return max(confidence, Confidence.LIKELY, key=lambda c: c.rank)
        if confidence is Confidence.LIKELY and (
            self.votes(prefix_a, prefix_b) >= AGREEMENT
            or (prefix_b == _HERE and not self._from_a.keys().isdisjoint(_ancestors(prefix_a)))
            or (prefix_a == _HERE and not self._from_b.keys().isdisjoint(_ancestors(prefix_b)))
        ):
            return Confidence.PROVEN
        return confidence

    def pairs(self) -> list[tuple[str, str, int]]:
        """Return all pairs with their votes, most votes first."""
        items = [(a, b, n) for (a, b), n in self._votes.items()]
        return sorted(items, key=lambda item: (-item[2], item[0], item[1]))


@dataclass(slots=True)
class SideScene:
    """What is known of one side beyond the facts at hand."""

    info: ArtifactInfo
    paths: frozenset[str] = frozenset()
    """Display paths of all file members."""
    times: tuple[int, ...] = ()
    """Distinct times recorded by the container and its members, seconds since 1970 (UTC),
    sorted; DOS times are read as if they were UTC."""
    zoned: bool = True
    """Whether ``times`` are true UTC instants (tar, gzip, tree) or local clock readings (zip)."""
    mtimes: Mapping[str, int] = field(default_factory=dict)
    """Recorded time of each member by display path, as in ``times``."""
    root: str = ""
    """Absolute location of an installed tree, ``""`` for anything else."""
    writer: str = ""
    """The tool whose habits the container has, with what shows it; empty if none is known."""
    owners: frozenset[str] = frozenset()
    """User and group names recorded by the container."""


@dataclass(slots=True)
class Scene:
    """All that a rule may know of the pair it looks at."""

    a: SideScene
    b: SideScene
    partner: Mapping[str, str] = field(default_factory=dict)
    """Path in A -> path in B for the members that pair under different paths."""
    differing: AbstractSet[str] = frozenset()
    """Display paths (of A) of paired members whose content differs, as far as compared: members
    that depend on others (RECORD) are compared when all others have been."""
    only_a: frozenset[str] = frozenset()
    only_b: frozenset[str] = frozenset()
    digest: Callable[[Side, str, str], tuple[bytes, int] | None] = lambda _side, _path, _alg: None
    prefixes: Prefixes = field(default_factory=Prefixes)
    # The member at hand, for rules on content:
    path: str = ""
    path_b: str = ""
    data_a: memoryview = field(default_factory=lambda: memoryview(b""))
    data_b: memoryview = field(default_factory=lambda: memoryview(b""))
    syntax: str = ""
    """For Python source whether the syntax tree is the ``same``, another (``other``) or not known
    (``unknown``); empty for everything else."""
    paths: "list[Claim]" = field(default_factory=list)
    """Claims on strings of a compiled file that are one path of one length in two places."""

    def at(
        self, paths: tuple[str, str], data: tuple[memoryview, memoryview], syntax: str
    ) -> "Scene":
        """Return the scene with a pair of members at hand."""
        return replace(
            self,
            path=paths[0],
            path_b=paths[1],
            data_a=data[0],
            data_b=data[1],
            syntax=syntax,
            paths=[],
        )


Apply = Callable[[Sequence[Difference], Scene], Iterable[Claim]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule and the facts it wants to see.

    ``takes`` are kinds of facts (``Difference.what``); a kind that ends in ``.`` stands for all
    kinds that start with it.  ``rank`` orders the rules: a lower one looks first.
    """

    name: str
    causes: tuple[Cause, ...]
    takes: tuple[str, ...]
    rank: int
    apply: Apply

    def wants(self, what: str) -> bool:
        """Whether the rule wants to see facts of kind ``what``."""
        return any(
            what == kind or (kind[-1] == "." and what.startswith(kind)) for kind in self.takes
        )
