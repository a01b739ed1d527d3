"""What a wheel's WHEEL file says of the platforms it is for.  Sources: PEP 427, PEP 425."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from reprodiff.artifacts.base import Artifact
from reprodiff.errors import ReprodiffError
from reprodiff.model import ArtifactKind, MemberType

_MAX_WHEEL: Final = 1 << 20
_MANY: Final = 1_000
"""Tag lines of WHEEL that are read."""


class Recorded(NamedTuple):
    """What the WHEEL file says."""

    tags: tuple[str, ...] = ()
    purelib: str = ""


def recorded(artifact: Artifact) -> Recorded:
    """Return what the artifact's WHEEL file says; nothing if there is none, or several."""
    if artifact.kind is not ArtifactKind.WHEEL:
        return Recorded()
    members = [
        member
        for member in artifact.members
        if member.type is MemberType.FILE
        and member.path.endswith(".dist-info/WHEEL")
        and member.path.count("/") == 1
    ]
    if len(members) != 1:
        return Recorded()
    try:
        with artifact.read(members[0]) as view:
            text = bytes(view[:_MAX_WHEEL]).decode("utf-8", "replace")
    except ReprodiffError:
        return Recorded()
    fields = [line.partition(":") for line in text.splitlines()]
    tags = [value.strip() for name, _, value in fields if name.strip().lower() == "tag"]
    pure = [value.strip() for name, _, value in fields if name.strip().lower() == "root-is-purelib"]
    return Recorded(tuple(sorted(_expanded(tags[:_MANY]))), "".join(pure[:1]).lower())


def _expanded(tags: Iterable[str]) -> set[str]:
    """Take compressed tag sets apart: ``py2.py3-none-any`` is two tags."""
    found: set[str] = set()
    for tag in tags:
        parts = [part.split(".")[:50] for part in tag.split("-")]
        if len(parts) == 3:
            found.update(f"{x}-{y}-{z}" for x in parts[0] for y in parts[1] for z in parts[2])
        else:
            found.add(tag)
    return found
