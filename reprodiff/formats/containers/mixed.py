"""Facts on two containers of different kinds: what both can record of a member."""

from collections.abc import Iterator

from reprodiff.artifacts.base import Artifact
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.formats.containers.anomalies import lone_anomalies
from reprodiff.model import ArtifactKind, Difference, Side
from reprodiff.pairing import MemberPair, Pairing

_EXECUTE = 0o111


def compare(a: Artifact, b: Artifact, pairing: Pairing) -> Iterator[Difference]:
    """Yield modes that differ in whether a file can be executed, and what is wrong with a zip.

    Times, owners and read or write bits mean other things in an archive and on disk.  A script
    of a wheel that became executable on disk is ``installed.mode``: installers see to that.
    """
    for artifact, other, side in ((a, b, Side.A), (b, a, Side.B)):
        if isinstance(artifact, ZipArtifact) and not isinstance(other, ZipArtifact):
            yield from lone_anomalies(artifact, side)
    for pair in pairing.pairs:
        one, two = pair.a.mode, pair.b.mode
        if not one or not two or pair.a.type is not pair.b.type:
            continue
        if bool(one & _EXECUTE) != bool(two & _EXECUTE):
            what = "installed.mode" if _is_made_executable(a, b, pair) else "member.mode"
            yield Difference(what, pair.a.path, "mode", one, two)


def _is_made_executable(a: Artifact, b: Artifact, pair: MemberPair) -> bool:
    if {a.kind, b.kind} != {ArtifactKind.WHEEL, ArtifactKind.TREE}:
        return False
    installed = pair.b if b.kind is ArtifactKind.TREE else pair.a
    top, _, below = pair.a.path.partition("/")
    return (
        top.endswith(".data")
        and below.startswith("scripts/")
        and bool((installed.mode or 0) & _EXECUTE)
    )
