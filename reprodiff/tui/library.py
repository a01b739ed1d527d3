"""The bytes behind what the app shows: read when asked for, from both artifacts."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from threading import Lock
from typing import Final

from reprodiff.artifacts.base import Artifact, Payload
from reprodiff.errors import ReprodiffError
from reprodiff.limits import Limits
from reprodiff.model import ArtifactKind, Location, Side, SpansIn
from reprodiff.records import dataclass
from reprodiff.text import plain
from reprodiff.tui.kinds import in_container

MAX_BYTES: Final = 512 << 20
"""Largest member that is read to be looked at."""
INTO: Final = "!/"
"""Between an archive and what is in it, in a path."""

Opener = Callable[[str, Limits], Artifact]
Reader = Callable[[Artifact, str], Payload]


@dataclass(slots=True)
class Contents:
    """The bytes of both sides; a side that has none, or cannot be read, is empty and said so.

    ``path`` is what they are of.  For what a container records they are the container's own, and
    ``archives`` has it opened; ``paths`` are the paths of the member in A and in B.
    """

    a: memoryview
    b: memoryview
    notes: tuple[str, ...] = ()
    payloads: tuple[Payload, ...] = ()
    path: str = ""
    kind: ArtifactKind = ArtifactKind.FILE
    archives: tuple[Artifact | None, Artifact | None] | None = None
    paths: tuple[str, str] = ("", "")

    @property
    def both(self) -> bool:
        """Whether both sides have something."""
        return bool(len(self.a) and len(self.b))

    def side(self, side: Side) -> memoryview:
        """Return the bytes of one side."""
        return self.a if side is Side.A else self.b

    def close(self) -> None:
        """Release the bytes, unless something still looks at them: then they go with it."""
        for payload in self.payloads:
            with suppress(BufferError):
                payload.close()


class Library:
    """Both artifacts, opened once when first asked for; for use from any thread."""

    def __init__(
        self,
        paths: dict[Side, str],
        limits: Limits,
        opener: Opener | None = None,
        reader: Reader | None = None,
    ) -> None:
        self._paths = paths
        self._limits = replace(limits, max_member_bytes=min(limits.max_member_bytes, MAX_BYTES))
        self._opener, self._reader = opener or _open, reader or _read
        self._artifacts: dict[Side, Artifact] = {}
        self._views: dict[Side, Artifact] = {}
        self._partners: dict[str, str] | None = None
        self._lock = Lock()

    def contents(self, location: Location) -> Contents:
        """Return the bytes that the spans of a place are in."""
        if in_container(location):
            return self.container(location)
        notes: list[str] = []
        payloads: list[Payload] = []
        views: list[memoryview] = []
        kind = ArtifactKind.FILE
        with self._lock:
            for side in Side:
                try:
                    payload = self._payload(side, location.path)
                except (ReprodiffError, OSError, KeyError) as error:
                    notes.append(f"{side.upper()}: {_reason(error)}")
                    views.append(memoryview(b""))
                else:
                    payloads.append(payload)
                    views.append(payload.view)
            if Side.A in self._artifacts:
                kind = self._artifacts[Side.A].kind
        return Contents(
            views[0], views[1], tuple(notes), tuple(payloads), path=location.path, kind=kind
        )

    def container(self, location: Location) -> Contents:
        """Return the bytes of the containers that hold a member, and the containers themselves."""
        outer, into, inner = location.path.rpartition(INTO)
        notes: list[str] = []
        payloads: list[Payload] = []
        views: list[memoryview] = []
        archives: list[Artifact | None] = []
        inner_b = inner
        with self._lock:
            for side in Side:
                try:
                    archive, payload = self._container(side, outer)
                    if payload is not None:
                        payloads.append(payload)
                    archives.append(archive)
                    views.append(_own_bytes(archive, location))
                except (ReprodiffError, OSError, KeyError) as error:
                    notes.append(f"{side.upper()}: {_reason(error)}")
                    views.append(memoryview(b""))
                    archives.append(None)
            if not into:
                with suppress(ReprodiffError, OSError):
                    inner_b = self._in_b(inner)
        return Contents(
            views[0],
            views[1],
            tuple(notes),
            tuple(payloads),
            path=outer,
            archives=(archives[0], archives[1]),
            paths=(inner, inner_b),
        )

    def forget(self) -> None:
        """Open both artifacts anew when they are next asked for: they may be others by now."""
        self.close()

    def close(self) -> None:
        """Close both artifacts."""
        with self._lock:
            for artifact in self._artifacts.values():
                with suppress(BufferError):
                    artifact.close()
            self._artifacts.clear()
            self._views.clear()
            self._partners = None

    def _payload(self, side: Side, path: str) -> Payload:
        artifact = self._view(side)
        if not path:
            if artifact.data is None:
                raise KeyError("a directory has no bytes of its own")
            return Payload(artifact.data)
        if side is Side.B:
            path = self._in_b(path)
        return self._reader(artifact, path)

    def _container(self, side: Side, path: str) -> tuple[Artifact, Payload | None]:
        """Return a container, and what holds its bytes if it is not the artifact itself."""
        if not path:
            return self._view(side), None
        payload = self._payload(side, path)
        from reprodiff.artifacts.base import Source  # noqa: PLC0415
        from reprodiff.artifacts.opening import open_bytes  # noqa: PLC0415

        try:
            opened = open_bytes(Source(payload.view, path, self._limits))
        except BaseException:
            payload.close()
            raise
        return opened, payload.keeping(opened)

    def _artifact(self, side: Side) -> Artifact:
        if side not in self._artifacts:
            self._artifacts[side] = self._opener(self._paths[side], self._limits)
        return self._artifacts[side]

    def _view(self, side: Side) -> Artifact:
        """Return a side as it is compared: of a tree beside a wheel, what the tree has of it."""
        artifact = self._artifact(side)
        if not self._views:
            with suppress(ReprodiffError, OSError):
                pair_of = {each: self._artifact(each) for each in Side}
                if pair_of[Side.A].kind is not pair_of[Side.B].kind:
                    from reprodiff.artifacts.aligning import aligned  # noqa: PLC0415

                    views = aligned(pair_of[Side.A], pair_of[Side.B])
                    self._views = dict(zip(Side, views, strict=True))
        return self._views.get(side, artifact)

    def _in_b(self, path: str) -> str:
        """Return the path in B of what is called ``path`` in A."""
        if self._partners is None:
            a, b = self._view(Side.A), self._view(Side.B)
            # Pairs by content have equal content, so there is nothing of them to look at.
            from reprodiff.pairing import pair  # noqa: PLC0415

            pairs = pair(a.members, b.members, lambda _side, _member: None).pairs
            self._partners = {p.a.path: p.b.path for p in pairs if p.a.path != p.b.path}
        outer, into, inner = path.partition(INTO)
        return self._partners.get(outer, outer) + into + inner


def _own_bytes(archive: Artifact, location: Location) -> memoryview:
    """Return the bytes that places in a container count in: of a tar those inside its layer."""
    data = archive.data
    if data is None:
        raise KeyError("a directory has no bytes of its own")
    plain_bytes = getattr(archive, "plain", None)
    if location.spans_in is SpansIn.UNPACKED and isinstance(plain_bytes, memoryview):
        return plain_bytes
    return data


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return plain(error.args[0] if error.args else "not there")
    return plain(error)


def _open(path: str, limits: Limits) -> Artifact:
    from reprodiff.artifacts.opening import open_artifact  # noqa: PLC0415

    return open_artifact(path, limits)


def _read(artifact: Artifact, path: str) -> Payload:
    from reprodiff.artifacts.opening import member_bytes  # noqa: PLC0415

    return member_bytes(artifact, path)
