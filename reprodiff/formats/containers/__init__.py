"""Facts on two containers and on what they record of their members."""

from collections.abc import Iterator

from reprodiff.artifacts.ar import ArArtifact
from reprodiff.artifacts.base import Artifact
from reprodiff.artifacts.tree import TreeArtifact
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.formats.containers import members, mixed, tree
from reprodiff.formats.containers import zip as zips
from reprodiff.formats.containers.anomalies import name_facts
from reprodiff.model import ArtifactInfo, ArtifactKind, Difference
from reprodiff.pairing import MemberPair, Pairing


def container_facts(
    a: Artifact, b: Artifact, pairing: Pairing, info_a: ArtifactInfo, info_b: ArtifactInfo
) -> Iterator[Difference]:
    """Yield all facts on two containers that need no member's plain content."""
    yield from members.project(info_a, info_b)
    there = members.compare(a, b, pairing)
    if ArtifactKind.TREE in {a.kind, b.kind}:
        from reprodiff.formats.containers import installed  # noqa: PLC0415

        there = installed.told(there, a, b)
    yield from there
    if not isinstance(a, ArArtifact):
        # Names in static archives are those of objects, paths with backslashes among them.
        yield from name_facts(a, b)
    if isinstance(a, ZipArtifact) and isinstance(b, ZipArtifact):
        yield from zips.compare(a, b, pairing)
    elif isinstance(a, TreeArtifact) and isinstance(b, TreeArtifact):
        yield from tree.compare(a, b, pairing)
    elif isinstance(a, ArArtifact) and isinstance(b, ArArtifact):
        from reprodiff.formats.containers import ar  # noqa: PLC0415

        yield from ar.compare(a, b, pairing)
    else:
        # All that reads tars is loaded when there may be one.
        from reprodiff.artifacts.tar import StreamArtifact, TarArtifact  # noqa: PLC0415
        from reprodiff.formats.containers import stream, tar  # noqa: PLC0415

        if isinstance(a, TarArtifact) and isinstance(b, TarArtifact):
            yield from tar.compare(a, b, pairing)
        elif isinstance(a, StreamArtifact) and isinstance(b, StreamArtifact):
            same = a.layer.plain == b.layer.plain
            yield from stream.layer_facts(a.layer, b.layer, same=same)
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
