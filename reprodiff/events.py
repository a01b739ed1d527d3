"""What the engine tells while it works.

One stream serves all faces: the app fills from it, the command line shows progress from it, a
batch run stores what it wants of it.  The last event of a run is always :class:`Done`.
"""

from reprodiff.model import ArtifactInfo, Finding, MemberCounts, Problem, Report, Side
from reprodiff.records import NamedTuple


class Opened(NamedTuple):
    """One input is open."""

    side: Side
    info: ArtifactInfo


class Paired(NamedTuple):
    """It is known which member goes with which."""

    members: MemberCounts


class Progress(NamedTuple):
    """``done`` of ``total`` members have been compared; ``path`` is at hand now."""

    done: int
    total: int
    path: str


class Found(NamedTuple):
    """A finding is new, or has grown; the latest with an id replaces the earlier ones."""

    finding: Finding


class Trouble(NamedTuple):
    """Something could not be read or analysed."""

    problem: Problem


class Done(NamedTuple):
    """The whole report."""

    report: Report


Event = Opened | Paired | Progress | Found | Trouble | Done
