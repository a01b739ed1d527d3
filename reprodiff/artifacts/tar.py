"""sdists and other tar archives, and files that are only compressed."""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from reprodiff.artifacts.base import Artifact, Member, Payload, Source
from reprodiff.artifacts.streams.codecs import Decompressed, decompress, detect
from reprodiff.artifacts.streams.gzip import GzipStream, read_gzip
from reprodiff.artifacts.tarformat.entries import EntryKind, TarEntry
from reprodiff.artifacts.tarformat.reader import is_tar, read_tar
from reprodiff.errors import UnsupportedError
from reprodiff.model import ArtifactKind, MemberType, Problem, Span
from reprodiff.text import name

MEMBER_TYPES = {
    EntryKind.FILE: MemberType.FILE,
    EntryKind.CONTIGUOUS: MemberType.FILE,
    EntryKind.SPARSE: MemberType.FILE,
    EntryKind.UNKNOWN: MemberType.FILE,
    EntryKind.DUMP_DIRECTORY: MemberType.DIRECTORY,
    EntryKind.DIRECTORY: MemberType.DIRECTORY,
    EntryKind.SYMLINK: MemberType.SYMLINK,
    EntryKind.HARDLINK: MemberType.HARDLINK,
    EntryKind.FIFO: MemberType.FIFO,
    EntryKind.CHARACTER_DEVICE: MemberType.DEVICE,
    EntryKind.BLOCK_DEVICE: MemberType.DEVICE,
}
"""What each kind of entry is to the rest of the program; every other is ``OTHER``."""


class Layer:
    """The compression around something: its codec, and for gzip its header fields."""

    def __init__(self, source: Source, codec: str) -> None:
        self.codec = codec
        self.data = source.data
        self.gzip: GzipStream | None = None
        if codec == "gzip":
            self.gzip = read_gzip(source.data, source.limits)
            opened: GzipStream | Decompressed = self.gzip
        else:
            opened = decompress(source.data, codec, source.limits)
        self.plain: memoryview = opened.payload.view
        self.trailing: Span = opened.trailing
        self.problems = [Problem("", "open", each.message) for each in opened.damage]
        self.payload = opened.payload


class TarArtifact(Artifact):
    """A tar archive, plain or compressed."""

    def __init__(self, source: Source, layer: Layer | None = None) -> None:
        self.layer = layer
        self._source = source
        plain = layer.plain if layer else source.data
        self.archive = read_tar(plain, source.limits)
        self.path = source.path
        self.size = len(source.data)
        self.entries: tuple[TarEntry, ...] = (*self.archive.entries, *self.archive.concealed)
        self.dotted = _dotted(self.entries)
        """Whether every name begins with ``./``: the names of members go without it."""
        self.members = tuple(
            _member(entry, index, dotted=self.dotted) for index, entry in enumerate(self.entries)
        )
        self.problems = [*(layer.problems if layer else ())]
        self.problems += [Problem("", "open", each.message) for each in self.archive.damage]
        self.damaged = bool(self.problems)
        sdist = any(
            member.raw.count(b"/") == 1 and member.raw.endswith(b"/PKG-INFO")
            for member in self.members
        )
        self.kind = ArtifactKind.SDIST if sdist else ArtifactKind.TAR
        owners = {entry.uname for entry in self.entries} | {entry.gname for entry in self.entries}
        self.owners = frozenset(name(owner) for owner in owners if owner)
        if layer:
            self.holds(layer.payload)

    @property
    def data(self) -> memoryview:
        """The bytes of the whole artifact."""
        return self._source.data

    @cached_property
    def plain(self) -> memoryview:
        """The bytes of the tar itself."""
        return self.archive.data

    def stored(self, member: Member) -> tuple[str, memoryview] | None:
        """See :meth:`Artifact.stored`."""
        entry = self.entries[member.index]
        if entry.truncated or (entry.sparse is not None and not entry.sparse.sound):
            return None
        # What is stored of a sparse file is the file only together with its map.
        encoding = f"sparse:{entry.sparse.size}:{entry.sparse.parts}" if entry.sparse else "plain"
        return encoding, self.archive.content(entry)

    def read(self, member: Member) -> Payload:
        """See :meth:`Artifact.read`."""
        entry = self.entries[member.index]
        if entry.sparse is not None:
            raise UnsupportedError("it is a sparse file", "store it in full (tar without -S)")
        return Payload(self.archive.content(entry))


class StreamArtifact(Artifact):
    """A compressed file that holds no archive: one member, what is inside."""

    kind = ArtifactKind.FILE

    def __init__(self, source: Source, layer: Layer) -> None:
        self.layer = layer
        self.path = source.path
        self.size = len(source.data)
        self.problems = list(layer.problems)
        self.damaged = bool(self.problems)
        self._source = source
        self.members = (Member("content", b"content", MemberType.FILE, len(layer.plain), 0),)
        self.holds(layer.payload)

    @property
    def data(self) -> memoryview:
        """The bytes of the whole artifact."""
        return self._source.data

    def stored(self, member: Member) -> tuple[str, memoryview]:
        """See :meth:`Artifact.stored`."""
        del member
        return "plain", self.layer.plain

    def read(self, member: Member) -> Payload:
        """See :meth:`Artifact.read`."""
        del member
        return Payload(self.layer.plain)


def open_compressed(source: Source) -> Artifact:
    """Open a tar, a compressed tar, or a compressed file."""
    codec = detect(source.data)
    if codec is None:
        return TarArtifact(source)
    layer = Layer(source, codec)
    try:
        if is_tar(layer.plain):
            return TarArtifact(source, layer)
        return StreamArtifact(source, layer)
    except BaseException:
        layer.payload.close()
        raise


_DOT: Final = b"./"


def _dotted(entries: Sequence[TarEntry]) -> bool:
    """Whether all names begin with ``./`` and are safe to read without it, the root aside."""
    rests = [entry.path.removeprefix(_DOT) for entry in entries if entry.path not in (b".", _DOT)]
    return (
        bool(rests)
        and all(entry.path.startswith(_DOT) or entry.path == b"." for entry in entries)
        and not any(rest.startswith((b"/", b"./")) or rest in (b"", b".") for rest in rests)
    )


def _member(entry: TarEntry, index: int, *, dotted: bool) -> Member:
    kind = MEMBER_TYPES.get(entry.kind, MemberType.OTHER)
    raw, link = entry.path, entry.link
    if dotted and raw != _DOT:
        raw = raw.removeprefix(_DOT)
    if dotted and kind is MemberType.HARDLINK:
        link = link.removeprefix(_DOT)
    return Member(
        name(raw),
        # A directory is the same with and without the slash that some writers end it with.
        raw.rstrip(b"/") + b"/" if kind is MemberType.DIRECTORY else raw,
        kind,
        entry.size or 0 if kind is MemberType.FILE else 0,
        index,
        # Not stat.S_IMODE: a base-256 field may hold a negative or enormous number.
        (entry.mode or 0) & 0o7777,
        int(entry.mtime) if entry.mtime is not None else None,
        name(link) if kind in {MemberType.SYMLINK, MemberType.HARDLINK} else "",
    )
