"""What a comparison is asked to do; apart from the engine, so that a face may ask without it."""

from collections.abc import Mapping

from reprodiff.limits import Limits
from reprodiff.records import dataclass, field


@dataclass(frozen=True, slots=True)
class Options:
    """How to compare.

    ``location_limit`` is the number of places kept for each finding, all of them if ``None``;
    counts are always of all.  ``project`` holds the project's own files by name, such as
    ``pyproject.toml``: the plan's changes are then patches of them.
    """

    limits: Limits = field(default_factory=Limits)
    location_limit: int | None = 1000
    project: Mapping[str, str] | None = None
    normalize: bool = False
    """Whether to say if the canonical forms of both are the same bytes."""
