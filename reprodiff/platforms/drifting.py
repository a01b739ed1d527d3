"""Whether there is anything to say of platforms: the cheap question that every run asks."""

import re
import zlib
from typing import TYPE_CHECKING, Final

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.model import ArtifactInfo, ArtifactKind, MemberType, Side
from reprodiff.pairing import Pairing
from reprodiff.platforms.names import looks_native

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reprodiff.platforms.assess import Assessment
    from reprodiff.platforms.native import Native

KINDS: Final = frozenset(
    {ArtifactKind.WHEEL, ArtifactKind.TREE, ArtifactKind.FILE, ArtifactKind.ZIP}
)
_MAGICS: Final = (
    *(b"\x7fELF", b"MZ", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xce"),
    *(b"\xfe\xed\xfa\xcf", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"),
)
"""The first bytes of ELF, PE and Mach-O files and of universal binaries."""
_NEVER: Final = re.compile(
    r"\.(?:pyc?|pyi|pyx|pxd|txt|md|rst|html?|css|js|json|toml|ya?ml|cfg|ini|csv|tsv|xml|svg|png"
    r"|jpe?g|gif|ico|ttf|woff2?|c|cc|cpp|h|hpp|f90?|pth|npy|npz|zip|gz|bz2|xz|map|mo|po|tcl|in)$"
    r"|(?:^|/)(?:METADATA|RECORD|WHEEL|LICENSE|INSTALLER|REQUESTED|py\.typed)$",
    re.IGNORECASE,
)


def may_be_native(artifact: Artifact, member: Member) -> bool:
    """Whether a member is a native file by its first bytes, as far as they are had cheaply."""
    if member.type is not MemberType.FILE or _NEVER.search(member.path) or member.size < 64:
        return False
    head = _head(artifact, member)
    return looks_native(member.path) if head is None else head.startswith(_MAGICS)


def _head(artifact: Artifact, member: Member) -> bytes | None:
    """Return the first bytes of a member; ``None`` where all of it would have to be read."""
    stored = artifact.stored(member)
    if stored is None:
        return None
    how, raw = stored
    if how.startswith("zip:8:"):
        try:
            return zlib.decompressobj(-15).decompress(bytes(raw[:512]), 8)
        except zlib.error:
            return None
    return bytes(raw[:8]) if how.startswith("zip:0:") or not how.startswith("zip:") else None


def drifted(
    a: Artifact,
    b: Artifact,
    pairing: Pairing,
    infos: tuple[ArtifactInfo, ArtifactInfo],
    differing: set[str],
    known: "Mapping[tuple[Side, int], Native | None]",
) -> "Assessment | None":
    """Say what changed in what two artifacts need of a platform.

    ``differing`` are the display paths (of A) of the paired members whose content differs;
    ``known`` is what has been read of them, by side and number of the member.
    ``None`` where neither tags nor a native file differ: then no native file is read.
    """
    if a.kind is b.kind is ArtifactKind.WHEELHOUSE:
        return _houses(a, b, pairing)
    if not _drifts(a, b, pairing, (infos[0].tags, infos[1].tags), differing):
        return None
    from reprodiff.platforms.assess import assess  # noqa: PLC0415

    return assess(a, b, pairing, infos, differing, known)


def _houses(a: Artifact, b: Artifact, pairing: Pairing) -> "Assessment | None":
    """Say what two folders of artifacts offer; where both offer the same nothing is loaded."""
    if not (pairing.only_a or pairing.only_b or any(p.how == "release" for p in pairing.pairs)):
        return None
    from reprodiff.platforms.assess import Assessment  # noqa: PLC0415
    from reprodiff.platforms.houses import compare_houses  # noqa: PLC0415

    platform = compare_houses(a, b, pairing)
    return Assessment((), platform) if platform is not None else None


def _drifts(
    a: Artifact,
    b: Artifact,
    pairing: Pairing,
    tags: tuple[tuple[str, ...], tuple[str, ...]],
    differing: set[str],
) -> bool:
    """Whether the tags in two file names, or in WHEEL, or a native file differ."""
    if not {a.kind, b.kind} <= KINDS:
        return False
    if tags[0] and tags[1] and tags[0] != tags[1]:
        return True
    for pair in pairing.pairs:
        if pair.a.path in differing:
            if may_be_native(a, pair.a) or may_be_native(b, pair.b):
                return True
            if pair.a.path.endswith(".dist-info/WHEEL"):
                from reprodiff.platforms.recorded import recorded  # noqa: PLC0415

                if recorded(a) != recorded(b):
                    return True
        elif pair.a.raw != pair.b.raw and may_be_native(a, pair.a):
            return True
    return any(may_be_native(a, member) for member in pairing.only_a) or any(
        may_be_native(b, member) for member in pairing.only_b
    )
