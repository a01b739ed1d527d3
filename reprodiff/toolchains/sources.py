"""What an sdist adds to the recipe of a wheel: its time zone, and the requirements of its build."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from reprodiff.artifacts.base import Artifact
from reprodiff.model import Confidence, MemberType, RecipeLine
from reprodiff.records import replace
from reprodiff.toolchains.recipe import UNSET, zone
from reprodiff.toolchains.recognise import build_requirements

_QUARTER: Final = 900
_FARTHEST: Final = 14 * 3600


def with_sdist(
    lines: Sequence[RecipeLine], wheel: Artifact, sdist: Artifact
) -> tuple[RecipeLine, ...]:
    """Return the recipe of ``wheel`` with what ``sdist``, which it is to be built from, tells."""
    found = {line.key: line for line in lines}
    if "TZ" in found and found["TZ"].confidence is Confidence.POSSIBLE:
        found["TZ"] = _zone(found["TZ"], wheel, sdist)
    epoch = found.get("SOURCE_DATE_EPOCH")
    if epoch is not None and epoch.value == UNSET and _shift(wheel, sdist) is not None:
        words = f"{epoch.reason}; copied files have the times that the sdist gives them"
        found["SOURCE_DATE_EPOCH"] = replace(epoch, reason=words)
    known = {re.split("[<>=!~]", line.value, maxsplit=1)[0].lower() for line in lines}
    asked = [
        f"{name}{spec}" for name, spec in build_requirements(sdist) if name.lower() not in known
    ]
    if asked:
        reason = "the sdist's build-system.requires; their versions are not told by the wheel"
        found["other_requirements"] = RecipeLine(
            "other_requirements", " ".join(asked), Confidence.POSSIBLE, reason
        )
    return tuple(found.values())


def _zone(line: RecipeLine, wheel: Artifact, sdist: Artifact) -> RecipeLine:
    shift = _shift(wheel, sdist)
    if shift is None:
        return line
    words = (
        "every file that is in both has the sdist's time in that zone"
        if shift
        else "every file that is in both has the sdist's time, in UTC"
    )
    return RecipeLine("TZ", zone(shift), Confidence.LIKELY, words)


def _shift(wheel: Artifact, sdist: Artifact) -> int | None:
    """Return by how many seconds the wheel's times are ahead of the sdist's, the same for all.

    ``None`` where files do not agree, or none is in both.  A zip has even seconds only.
    """
    times = _by_tail(sdist)
    shifts: Counter[int] = Counter()
    for member in wheel.members:
        own = times.get(member.path)
        if own is None or member.mtime is None:
            continue
        shift = member.mtime - (own - own % 2)
        if shift % _QUARTER or abs(shift) > _FARTHEST:
            return None
        shifts[shift] += 1
    return next(iter(shifts)) if len(shifts) == 1 else None


def _by_tail(sdist: Artifact) -> Mapping[str, int]:
    """Return times by path in the project, without its own directory and ``src``."""
    found: dict[str, int] = {}
    for member in sdist.members:
        if member.type is MemberType.FILE and member.mtime is not None:
            inside = member.path.partition("/")[2]
            found[inside.removeprefix("src/")] = member.mtime
    return found
