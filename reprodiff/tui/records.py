"""What the analysis sends to the app, made to be sent in small portions.

The engine tells of a finding with all its places each time it grows.  Between two processes that
would be the same hundred thousand places again and again, so here a finding goes without them,
and new places follow as they come.
"""

from typing import NamedTuple

from reprodiff.events import Opened, Paired, Progress, Trouble
from reprodiff.model import Finding, Location, Report


class Grown(NamedTuple):
    """A finding is new or has changed; it comes without its places."""

    finding: Finding


class Places(NamedTuple):
    """Places of a finding from number ``start`` on; what was known from there on is void."""

    id: str
    start: int
    locations: tuple[Location, ...]


class Finished(NamedTuple):
    """The whole report; its findings come without their places, which have been sent."""

    report: Report


class Failed(NamedTuple):
    """The analysis ended without a report.

    ``refused`` is set where an input could not be opened, so that nothing was compared.
    """

    message: str
    hint: str = ""
    refused: bool = False


Record = Opened | Paired | Progress | Trouble | Grown | Places | Finished | Failed
