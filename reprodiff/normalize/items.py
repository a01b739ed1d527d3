"""What goes into a canonical archive: names, modes and kinds, and why it may not."""

import stat
from collections.abc import Iterable
from typing import Final

from reprodiff.artifacts.base import Member
from reprodiff.artifacts.tar import TarArtifact
from reprodiff.artifacts.tarformat.audit import normal
from reprodiff.artifacts.tarformat.entries import EntryKind, TarArchive, TarEntry
from reprodiff.artifacts.tarformat.oddities import Oddity
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.artifacts.zipformat.fields import FLAG_UTF8, FULL32
from reprodiff.artifacts.zipformat.records import ZipArchive, ZipEntry
from reprodiff.formats.containers.paxrecords import around
from reprodiff.model import MemberType
from reprodiff.normalize.names import check_clashes, complaint, leads_out
from reprodiff.normalize.rules import Reasons
from reprodiff.records import dataclass
from reprodiff.text import name as shown

EXECUTE: Final = 0o111
UNIX: Final = 3
DOS: Final = 0
PLAIN_MODE: Final = 0o644
EXECUTABLE_MODE: Final = 0o755


@dataclass(frozen=True, slots=True)
class Item:
    """A member of the canonical archive."""

    name: bytes
    """As it is written; a directory's ends in a slash."""
    path: str
    """Display path."""
    type: MemberType
    mode: int
    """Whole ``st_mode`` for a zip, permission bits for a tar."""
    member: Member
    """Where the content is."""
    link: bytes = b""
    """Target of a symbolic link in a tar; in a zip it is the content."""
    system: int = UNIX
    """What a zip says it was made on."""


def zip_items(artifact: ZipArtifact, reasons: Reasons, *, wheel: bool) -> list[Item]:
    """Return what goes into a canonical zip, in no order; add to ``reasons`` why it may not."""
    archive = artifact.archive
    for damage in archive.damage:
        reasons.add(f"damaged: {damage.message}")
    _check_end(archive, reasons)
    for anomaly in archive.anomalies:
        if not anomaly.entries:
            reasons.add(anomaly.message)
        for ordinal in anomaly.entries[:100]:
            reasons.add(anomaly.message, artifact.members[ordinal].path)
    items: list[Item] = []
    for member, entry in zip(artifact.members, artifact.entries, strict=True):
        raw = member.raw
        if not raw.isascii() and not entry.flags & FLAG_UTF8:
            reasons.add("a name is not ASCII and not marked as UTF-8", member.path)
        _check_name(raw.removesuffix(b"/"), member.path, reasons)
        if member.type in {MemberType.DEVICE, MemberType.FIFO, MemberType.OTHER}:
            reasons.add(f"a {member.type} has no place in a package", member.path)
        elif member.type is MemberType.SYMLINK:
            # What pip writes is a file with the target in it, others make the link.
            if wheel:
                reasons.add("installers do not agree on a symbolic link in a wheel", member.path)
            elif leads_out(raw, member.link.encode()):
                reasons.add("a symbolic link leads out of the archive", member.path)
        _check_attributes(member, entry, reasons)
        mode, system = _zip_mode(member, entry)
        items.append(Item(raw, member.path, member.type, mode, member, system=system))
    return _settled(items, reasons)


def _check_end(archive: ZipArchive, reasons: Reasons) -> None:
    """Look whether the end record says where the directory is: some readers go by its size."""
    end, end64 = archive.eocd, archive.eocd64
    if end is None:
        return
    size, offset = end.fixed.directory_size, end.fixed.directory_offset
    if end64 is not None:
        size = end64.fixed.directory_size if size == FULL32 else size
        offset = end64.fixed.directory_offset if offset == FULL32 else offset
    first = archive.runs[0].start if archive.runs else offset
    last = archive.runs[-1].stop if archive.runs else first
    behind = end64.offset if end64 is not None else end.offset
    if (offset, offset + size, last) != (first, last, behind):
        reasons.add("the end record does not say where the central directory is")
    if end.fixed.entries_on_disk != end.fixed.entries_total:
        reasons.add("the end record counts in two ways")


def _zip_mode(member: Member, entry: ZipEntry) -> tuple[int, int]:
    """Return mode and system to write: installers make of them what they made of the old ones.

    pip takes execute bits only if the type of the file is recorded beside them, whatever system
    made the zip; others, uv among them, take them only from Unix, with or without a type.  Both go
    on as before, so bits that one of them passes over stay written so that it still does.
    """
    if member.type is MemberType.DIRECTORY:
        return stat.S_IFDIR | EXECUTABLE_MODE, UNIX
    if member.type is MemberType.SYMLINK:
        return stat.S_IFLNK | 0o777, UNIX
    mode, unix = entry.mode or 0, entry.create_system == UNIX
    typed = stat.S_ISREG(mode)
    if not mode & EXECUTE or not (typed or unix):
        return stat.S_IFREG | PLAIN_MODE, UNIX
    return (stat.S_IFREG if typed else 0) | EXECUTABLE_MODE, UNIX if unix else DOS


def _check_attributes(member: Member, entry: ZipEntry, reasons: Reasons) -> None:
    """Add what a canonical zip would leave out and a comparison does not."""
    if _is_special(member, entry.mode):
        reasons.add(_SPECIAL, member.path)
    fixed = entry.central.fixed if entry.central is not None else None
    if fixed is not None and (
        fixed.internal_attr & ~_TEXT
        or fixed.dos_attr & ~_DOS_ATTRS
        or fixed.create_system > _LAST_SYSTEM
    ):
        reasons.add("it has attributes that no specification knows", member.path)


def _check_header(archive: TarArchive, member: Member, entry: TarEntry, reasons: Reasons) -> None:
    """The same for a member of a tar."""
    if around(archive, entry.extensions):
        reasons.add("bytes are hidden in its extended headers", member.path)
    if _is_special(member, entry.mode):
        reasons.add(_SPECIAL, member.path)


def _is_special(member: Member, mode: int | None) -> bool:
    """Whether a file has such bits; a directory takes set-group-id from the one it is made in."""
    return member.type is MemberType.FILE and bool((mode or 0) & _SPECIAL_BITS)


_SPECIAL: Final = "it has a set-user-id, set-group-id or sticky bit"
_SPECIAL_BITS: Final = 0o7000
_LAST_SYSTEM: Final = 19
"""OS X: the highest number of a system that writers use (APPNOTE 4.4.2)."""
_TEXT: Final = 1
"""The one internal attribute that has a meaning (APPNOTE 4.4.14)."""
_DOS_ATTRS: Final = 0x80B7
"""Read-only, hidden, system, directory, archive, normal, and what Unix tools put above."""
_HARMLESS: Final = frozenset(
    {
        # A tar inside the tar: its place and size are sound.
        Oddity.HEADER_IN_DATA,
        Oddity.LONE_ZERO_BLOCK,
    }
)
_TAR_KINDS: Final = {
    EntryKind.FILE: MemberType.FILE,
    EntryKind.CONTIGUOUS: MemberType.FILE,
    EntryKind.HARDLINK: MemberType.FILE,
    EntryKind.SYMLINK: MemberType.SYMLINK,
    EntryKind.DIRECTORY: MemberType.DIRECTORY,
}


def tar_items(artifact: TarArtifact, reasons: Reasons) -> list[Item]:
    """Return what goes into a canonical tar, in no order; add to ``reasons`` why it may not."""
    archive = artifact.archive
    for problem in artifact.problems:
        reasons.add(f"damaged: {problem.message}")
    for odd in archive.anomalies:
        if odd.kind not in _HARMLESS:
            where = artifact.members[odd.entry].path if odd.entry >= 0 else ""
            reasons.add(_ODD.get(odd.kind, f"readers may not agree ({odd.kind})"), where)
    if artifact.layer is not None:
        _check_layer(artifact, reasons)
    items: list[Item] = []
    contents: dict[bytes, Item] = {}
    for member, entry in zip(artifact.members, artifact.entries, strict=False):
        path = normal(entry.path)
        _check_header(archive, member, entry, reasons)
        if path in {b"", b"."} and entry.path and entry.kind is EntryKind.DIRECTORY:
            continue
        _check_name(path, member.path, reasons)
        kind = _TAR_KINDS.get(entry.kind)
        if kind is None:
            reasons.add(f"a {entry.kind} entry has no place in a package", member.path)
            continue
        if entry.kind is EntryKind.HARDLINK:
            target = contents.get(normal(entry.link))
            if target is None:
                reasons.add("a hard link leads to no file before it", member.path)
                continue
            item = Item(path, shown(path), kind, target.mode, target.member)
        else:
            raw = path + b"/" if kind is MemberType.DIRECTORY else path
            mode = _tar_mode(kind, entry.mode or 0)
            link = entry.link if kind is MemberType.SYMLINK else b""
            if kind is MemberType.SYMLINK and leads_out(path, link):
                reasons.add("a link leads out of the archive", member.path)
            item = Item(raw, shown(raw), kind, mode, member, link)
        if kind is MemberType.FILE:
            contents[path] = item
        items.append(item)
    return _settled(items, reasons)


_ODD: Final = {
    Oddity.DUPLICATE: "two entries have one path",
    Oddity.TRAILING_BYTES: "bytes follow the end of the archive",
    Oddity.CONCEALED_ENTRIES: "entries are hidden behind the end of the archive",
    Oddity.HIDDEN_IN_FIELD: "bytes are hidden in a header",
    Oddity.PADDING_NONZERO: "bytes are hidden behind a member's content",
    Oddity.ABSOLUTE_PATH: "a path is absolute",
    Oddity.PARENT_PATH: "a path leads out of the archive",
    Oddity.ABSOLUTE_LINK: "a link leads out of the archive",
    Oddity.ESCAPING_LINK: "a link leads out of the archive",
    Oddity.THROUGH_LINK: "a path leads through a symbolic link",
    Oddity.DANGLING_HARDLINK: "a hard link leads to no file before it",
    Oddity.LINK_LOOP: "links lead in a circle",
    Oddity.SELF_LINK: "a link leads to itself",
}


def _tar_mode(kind: MemberType, mode: int) -> int:
    if kind is MemberType.SYMLINK:
        return 0o777
    if kind is MemberType.DIRECTORY:
        return EXECUTABLE_MODE
    return EXECUTABLE_MODE if mode & EXECUTE else PLAIN_MODE


def _check_layer(artifact: TarArtifact, reasons: Reasons) -> None:
    """Look at the compression around a tar."""
    layer = artifact.layer
    if layer is None:
        return
    if layer.gzip is None:
        reasons.add(f"{layer.codec} is not written: pack it as .tar.gz, .tar or .zip")
        return
    if len(layer.gzip.members) > 1:
        reasons.add("the gzip file has several members, and some readers take the first only")
    if layer.trailing.size and not layer.gzip.trailing_zeros:
        reasons.add("bytes follow the end of the gzip stream")


def _check_name(name: bytes, path: str, reasons: Reasons) -> None:
    if wrong := complaint(name):
        reasons.add(wrong, path)


def _settled(items: Iterable[Item], reasons: Reasons) -> list[Item]:
    """Look for names that clash; leave out directories that something lies in."""
    items = list(items)
    files = [item.name for item in items if item.type is not MemberType.DIRECTORY]
    links = {item.name for item in items if item.type is MemberType.SYMLINK}
    directories = check_clashes(files, links, reasons)
    held = set(files)
    kept: list[Item] = []
    empty: set[bytes] = set()
    own = {item.name[:-1] for item in items if item.type is MemberType.DIRECTORY}
    for name in own:
        if name in held:
            reasons.add("a name is both a file and a directory", shown(name))
        while (at := name.rfind(b"/")) > 0:
            name = name[:at]  # noqa: PLW2901
            if name in directories:
                break
            directories.add(name)
    for item in items:
        if item.type is not MemberType.DIRECTORY:
            kept.append(item)
        elif item.name[:-1] not in directories and item.name not in empty:
            empty.add(item.name)
            kept.append(item)
    return kept
