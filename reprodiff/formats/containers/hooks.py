"""Facts on entry points of a file that only one side has."""

from collections.abc import Iterator
from typing import Final

from reprodiff.artifacts.base import Artifact
from reprodiff.errors import ReprodiffError
from reprodiff.model import ArtifactKind, Difference, MemberType, Side
from reprodiff.pairing import Pairing

_ENTRY_POINTS: Final = "entry_points.txt"
_MAX: Final = 4 << 20
"""Larger files are told of as a member only, in bytes."""


def one_sided_entry_points(a: Artifact, b: Artifact, pairing: Pairing) -> Iterator[Difference]:
    """Yield ``entry.point`` for what an entry_points.txt on one side only brings along.

    The egg-info of an sdist installs nothing and is left out.  A file that cannot be read is
    told of as a member on one side, as it would be without this.
    """
    for side, artifact, members in ((Side.A, a, pairing.only_a), (Side.B, b, pairing.only_b)):
        endings = tuple(
            f".{kind}-info/{_ENTRY_POINTS}"
            for kind in ("dist", *(["egg"] if artifact.kind is ArtifactKind.TREE else []))
        )
        for member in members:
            if member.type is not MemberType.FILE or not member.path.endswith(endings):
                continue
            from reprodiff.formats.parsing.entrypoints import parse_entry_points  # noqa: PLC0415

            try:
                with artifact.read(member) as view:
                    lines = parse_entry_points(bytes(view[:_MAX]))
            except ReprodiffError:
                continue
            for line in lines:
                if line.kind not in {"entry", "bad"}:
                    continue
                value = line.value or line.name
                inside = f"[{line.section}] {line.name}" if line.section else line.name
                yield Difference(
                    "entry.point",
                    member.path,
                    inside,
                    value if side is Side.A else None,
                    value if side is Side.B else None,
                )
