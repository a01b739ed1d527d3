"""Facts on two containers and on what they record of their members."""

from collections.abc import Iterator

from reprodiff.artifacts.base import Artifact
from reprodiff.artifacts.tar import TarArtifact
from reprodiff.artifacts.tree import TreeArtifact
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.formats.containers import members, mixed, tar, tree
from reprodiff.formats.containers import zip as zips
from reprodiff.formats.containers.anomalies import name_facts
from reprodiff.model import ArtifactInfo, Difference
from reprodiff.pairing import MemberPair, Pairing


def container_facts(
    a: Artifact, b: Artifact, pairing: Pairing, info_a: ArtifactInfo, info_b: ArtifactInfo
) -> Iterator[Difference]:
    """Yield all facts on two containers that need no member's plain content."""
    yield from members.project(info_a, info_b)
    yield from members.compare(a, b, pairing)
    yield from name_facts(a, b)
    if isinstance(a, ZipArtifact) and isinstance(b, ZipArtifact):
        yield from zips.compare(a, b, pairing)
    elif isinstance(a, TarArtifact) and isinstance(b, TarArtifact):
        yield from tar.compare(a, b, pairing)
    elif isinstance(a, TreeArtifact) and isinstance(b, TreeArtifact):
        yield from tree.compare(a, b, pairing)
    else:
        yield from mixed.compare(a, b, pairing)


def stream_fact(a: Artifact, b: Artifact, pair: MemberPair, plain: memoryview) -> Difference | None:
    """Return the fact that two members are stored differently, though their content is equal.

    ``None`` where there is nothing to store differently: two files of two trees.
    """
    if isinstance(a, ZipArtifact) and isinstance(b, ZipArtifact):
        return zips.stream_fact(a, b, pair, plain)
    return None


def slack_fact(a: Artifact, b: Artifact, pair: MemberPair) -> Difference | None:
    """Return the fact that bytes stand behind a member's compressed stream, where none look.

    Both members must have been read.
    """
    if isinstance(a, ZipArtifact) and isinstance(b, ZipArtifact):
        return zips.slack_fact(a, b, pair)
    return None
