"""Entries for directories that only one side has: whether there is no more to them.

Of a member that one side has, only its content is looked at.  A directory has none; but its entry
may have bits that count, a comment, or fields that hide something.
"""

import stat
from collections.abc import Iterator
from typing import Final

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.artifacts.tar import TarArtifact
from reprodiff.artifacts.tarformat.entries import TarArchive, TarEntry
from reprodiff.artifacts.tarformat.header import FIELDS
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.artifacts.zipformat import ZipEntry
from reprodiff.formats.containers.paxrecords import around, record_kind, records
from reprodiff.formats.containers.tarfields import odd_fields, usual
from reprodiff.formats.containers.zipextra import extra_kind

_SPECIAL: Final = stat.S_ISUID | stat.S_ISVTX
"""Set-group-id is inherited by directories, and says nothing."""
_ENTERED: Final = stat.S_IRUSR | stat.S_IXUSR
_FLAGS: Final = 0x080E
"""Level, data descriptor, names in UTF-8 (APPNOTE 4.4.4)."""
_DOS: Final = 0x8031
"""Read-only, directory, archive, and that a Unix mode is there."""
_LAST_VERSION: Final = 63


def oddity(artifact: Artifact, member: Member) -> str:
    """Say what is more than a directory in the entry of one, empty if nothing is."""
    if (member.mode or 0) & _SPECIAL:
        return "a set-user-id or sticky bit"
    if isinstance(artifact, ZipArtifact):
        found = _of_zip(artifact.entries[member.index])
    elif isinstance(artifact, TarArtifact):
        found = _of_tar(artifact.archive, artifact.entries[member.index])
    else:
        return ""
    return next(found, "")


def _of_zip(entry: ZipEntry) -> Iterator[str]:
    if entry.comment:
        yield "a comment"
    if stat.S_IFMT(entry.mode or 0) not in {0, stat.S_IFDIR, stat.S_IFREG}:
        yield "the type of something else"
    if entry.flags & ~_FLAGS or entry.extract_version > _LAST_VERSION:
        yield "unusual flags"
    central = entry.central
    if central is not None and (
        central.fixed.dos_attr & ~_DOS
        or central.fixed.internal_attr & ~1
        or central.fixed.create_version > _LAST_VERSION
    ):
        yield "unusual attributes"
    for header, is_central in ((entry.central, True), (entry.local, False)):
        for field in header.extra_fields() if header else ():
            kind = extra_kind(field.id, field, None, (entry.raw_name, b""), central=is_central)
            if kind == "zip.extra":
                yield "an extra field that is not understood"


def _of_tar(archive: TarArchive, entry: TarEntry) -> Iterator[str]:
    header = archive.header(entry)
    if (entry.mode or 0) & _ENTERED != _ENTERED:
        yield "no right to enter it"
    if (
        entry.link
        or entry.size
        or any(
            not usual(field.name, entry, header)
            for field in FIELDS
            if field.name not in {"typeflag", "pad"}
        )
    ):
        yield "an unusual header"
    if header.pad.strip(b"\0"):
        yield "text in the padding of its header"
    if around(archive, entry.extensions) or any(
        odd_fields(archive.header(extension)) for extension in entry.extensions
    ):
        yield "an unusual extended header"
    for key, value in records(entry.extensions).items():
        keyword = key.decode("utf-8", "surrogateescape")
        kind = record_kind(keyword, (value, None), (entry, entry), ())
        if kind in {"tar.pax-other", "tar.pax.comment"}:
            yield f"a pax record {keyword}"
