"""What is learnt of a member while its content is at hand, so that it is inflated once."""

from typing import TYPE_CHECKING

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.digests import Digests
from reprodiff.model import ArtifactKind, Side
from reprodiff.platforms.drifting import KINDS, may_be_native

if TYPE_CHECKING:
    from reprodiff.platforms.native import Native


class AtHand:
    """Learns what RECORD and the platform will be asked for of members that differ."""

    def __init__(self, digests: Digests) -> None:
        self.digests = digests
        self.natives: dict[tuple[Side, int], Native | None] = {}
        """By side and number of the member; ``None`` for no native file, or a damaged one."""

    def learn(self, side: Side, artifact: Artifact, member: Member, content: memoryview) -> None:
        """Take the content of a member that differs."""
        if artifact.kind is ArtifactKind.WHEEL:
            self.digests.keep(side, member, content)
        if artifact.kind in KINDS and may_be_native(artifact, member):
            from reprodiff.platforms.native import read_native  # noqa: PLC0415

            self.natives[side, member.index] = read_native(content, member.path, deep=True)
