"""A single file that is no container: one member, itself."""

from reprodiff.artifacts.base import Artifact, Member, Payload, Source
from reprodiff.model import ArtifactKind, MemberType


class FileArtifact(Artifact):
    """One file, compared by its content alone.

    The member's display path is empty: what is inside a lone file is the file.
    """

    kind = ArtifactKind.FILE

    def __init__(self, source: Source) -> None:
        self.path = source.path
        self.size = len(source.data)
        self.problems = []
        self._data = source.data
        self.members = (Member("", b"", MemberType.FILE, self.size, 0),)

    @property
    def data(self) -> memoryview:
        """The bytes of the whole artifact."""
        return self._data

    def stored(self, member: Member) -> tuple[str, memoryview]:
        """See :meth:`Artifact.stored`."""
        del member
        return "plain", self._data

    def read(self, member: Member) -> Payload:
        """See :meth:`Artifact.read`."""
        del member
        return Payload(self._data)
