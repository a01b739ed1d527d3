"""What rules may know of a pair of artifacts, gathered from their members."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.causes.base import Prefixes, Scene, SideScene
from reprodiff.model import ArtifactInfo, ArtifactKind, MemberType, Side
from reprodiff.pairing import Pairing
from reprodiff.toolchains.traits import writer

Digest = Callable[[Side, str, str], tuple[bytes, int] | None]

_ZIPPED = frozenset({ArtifactKind.WHEEL, ArtifactKind.ZIP})


def make_scene(  # noqa: PLR0913, PLR0917
    a: Artifact,
    b: Artifact,
    info_a: ArtifactInfo,
    info_b: ArtifactInfo,
    pairing: Pairing,
    prefixes: Prefixes,
    digest: Digest,
    differing: AbstractSet[str],
) -> Scene:
    """Return the scene of a pair of containers; ``differing`` is read as it grows."""
    return Scene(
        a=_side(a, info_a),
        b=_side(b, info_b),
        partner={pair.a.path: pair.b.path for pair in pairing.pairs if pair.a.path != pair.b.path},
        differing=differing,
        only_a=_paths(pairing.only_a),
        only_b=_paths(pairing.only_b),
        digest=digest,
        prefixes=prefixes,
    )


def _paths(members: tuple[Member, ...]) -> frozenset[str]:
    return frozenset(member.path for member in members if member.type is not MemberType.DIRECTORY)


def _side(artifact: Artifact, info: ArtifactInfo) -> SideScene:
    mtimes = {member.path: member.mtime for member in artifact.members if member.mtime is not None}
    return SideScene(
        info=info,
        paths=frozenset(m.path for m in artifact.members if m.type is not MemberType.DIRECTORY),
        times=tuple(sorted(set(mtimes.values()))),
        zoned=artifact.kind not in _ZIPPED,
        mtimes=mtimes,
        root=artifact.location,
        owners=artifact.owners,
        writer=writer(artifact),
    )
