"""What a file format is to the rest of the program."""

from collections.abc import Callable, Iterable

from reprodiff.model import ArtifactKind, Difference
from reprodiff.records import NamedTuple, dataclass


class Content(NamedTuple):
    """Two members that are the same thing and whose bytes differ.

    ``path`` is the display path in A (and the one facts carry), ``path_b`` the one in B;
    ``kind`` is what kind of artifact they are in.
    """

    path: str
    path_b: str
    a: memoryview
    b: memoryview
    kind: ArtifactKind

    @property
    def base(self) -> str:
        """The last component of the path."""
        return self.path.rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """The last suffix of the base name in lower case, with its dot; or nothing."""
        head, dot, tail = self.base.rpartition(".")
        return dot + tail.lower() if head and dot else ""


@dataclass(frozen=True, slots=True)
class Format:
    """One file format: whether it is this one, and what differs.

    ``compare`` may raise :class:`~reprodiff.errors.ReprodiffError` where the bytes turn out not
    to be of this format: they are then compared as the next format that applies.
    """

    name: str
    applies: Callable[[Content], bool]
    compare: Callable[[Content], Iterable[Difference]]
