"""An artifact as the rest of the program sees it: members, their bytes, and what went wrong.

Opening is lazy.  A member's stored bytes are a range of the mapped file; plain bytes are made
only when somebody asks, and never more at once than the limits allow.
"""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType

from reprodiff.artifacts.closing import Closing
from reprodiff.limits import Limits
from reprodiff.model import ArtifactKind, MemberType, Problem
from reprodiff.records import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """A file (or directory, link, ...) inside an artifact."""

    path: str
    """Display path: safe to show, and one to one with ``raw``."""
    raw: bytes
    """The name as the container records it."""
    type: MemberType
    size: int
    """Size of the plain content in bytes as recorded; -1 where it is not known."""
    index: int
    """Position in the artifact's ``members``."""
    mode: int | None = None
    """Permission bits (``0o777`` and the set-id bits), ``None`` where none are recorded."""
    mtime: int | None = None
    """Recorded time, seconds since 1970; a DOS time is read as if it were UTC."""
    link: str = ""
    """Display form of a link's target."""


class Payload:
    """Plain bytes of a member; ``close`` frees what holds them."""

    __slots__ = ("_close", "_relax", "view")

    def __init__(
        self,
        view: memoryview,
        close: Callable[[], object] | None = None,
        relax: Callable[[], object] | None = None,
    ) -> None:
        self.view = view
        self._close = close
        self._relax = relax

    def relax(self) -> None:
        """Give the pages of a mapping back to the system; they are read again when needed."""
        if self._relax is not None:
            self._relax()

    def close(self) -> None:
        """Release the bytes; the view must not be used any more."""
        closer, self._close = self._close, None
        if closer is not None:
            self.view.release()
            # Somebody may still hold a slice; what is mapped then lives as long as the slice.
            with contextlib.suppress(BufferError):
                closer()

    def keeping(self, *owners: "Artifact | Payload") -> "Payload":
        """Return a payload of the same bytes that also closes what they lie in."""

        def close() -> None:
            for owner in (self, *owners):
                owner.close()

        return Payload(self.view[:], close)

    def __enter__(self) -> memoryview:
        return self.view

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Artifact(Closing, ABC):
    """One build as given, opened.

    ``path`` is the display path as the user gave it, ``size`` the bytes of the file (of all
    regular files for a tree), ``problems`` what could not be read while opening.
    """

    kind: ArtifactKind
    path: str
    size: int
    members: Sequence[Member]
    problems: list[Problem]
    damaged: bool = False
    """Whether part of the container could not be read, so that members may be missing."""
    location: str = ""
    """Absolute path of an installed tree, ``""`` for anything that can be moved unchanged."""
    _held: tuple[Payload, ...] = ()
    owners: frozenset[str] = frozenset()
    """User and group names that the container records."""
    one_project: bool = True
    """Whether all that is inside is of one project; a tree holds many."""

    @abstractmethod
    def stored(self, member: Member) -> tuple[str, memoryview] | None:
        """Return (encoding, bytes as stored), or ``None`` where there are none to compare.

        Two members with the same encoding and the same stored bytes have the same content.
        """

    @abstractmethod
    def read(self, member: Member) -> Payload:
        """Return the plain content of a regular file.

        Raises a :class:`~reprodiff.errors.ReprodiffError` if it cannot be had: damage, an
        unknown method, a limit, the operating system.
        """

    @property
    @abstractmethod
    def data(self) -> memoryview | None:
        """The bytes of the whole artifact, ``None`` for a tree."""

    def may_hold(self, raw: bytes) -> bool:
        """Whether a member of that name may be there, though it is not among ``members``.

        It may if the part of the container that would have it could not be read.
        """
        del raw
        return self.damaged

    def holds(self, payload: Payload) -> None:
        """Make the artifact the owner of ``payload``, which is then closed with it."""
        self._held = (*self._held, payload)

    def relax(self) -> None:
        """Give pages of mapped files that have been looked at back to the system."""
        for payload in self._held:
            payload.relax()

    def close(self) -> None:
        """Release files and memory; the artifact's views must not be used any more."""
        held, self._held = self._held, ()
        for payload in held:
            payload.close()


@dataclass(frozen=True, slots=True)
class Source:
    """Bytes to open as an artifact, and where they come from."""

    data: memoryview
    path: str
    """Display path, for messages and for the report."""
    limits: Limits
    depth: int = 0
    """How many archives these bytes are already inside of."""


def files(members: Sequence[Member]) -> Iterator[Member]:
    """Yield the members that have content of their own."""
    for member in members:
        if member.type is MemberType.FILE:
            yield member
