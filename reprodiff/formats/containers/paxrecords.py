"""Extended headers of a tar: what their records say, and which of them say nothing that counts."""

import re
from collections.abc import Container, Sequence
from typing import Final

from reprodiff.artifacts.tarformat.entries import Extension, TarArchive, TarEntry

_KEYWORDS: Final = frozenset({"uid", "gid", "uname", "gname", "mtime", "size"})
"""Records that stand for a field of the header (POSIX.1-2017 pax), path and link aside."""
_TIMES: Final = frozenset({"atime", "ctime"})

_NUMBER: Final = re.compile(rb"[0-9]{1,20}")
_CHARSET: Final = re.compile(rb"BINARY|ISO-IR [0-9]{2,5} [0-9]{4}(?: UTF-8)?")
_OF_WRITER: Final = {
    "LIBARCHIVE.creationtime": re.compile(rb"-?[0-9]{1,20}(?:\.[0-9]{1,40})?"),
    "SCHILY.dev": _NUMBER,
    "SCHILY.ino": _NUMBER,
    "SCHILY.nlink": _NUMBER,
    "SCHILY.fflags": re.compile(rb"[a-z]{1,16}(?:,[a-z]{1,16}){0,15}"),
    "hdrcharset": _CHARSET,
    "charset": _CHARSET,
}
"""Records on the file system and the program of the writer, and how they are written."""


def records(extensions: tuple[Extension, ...]) -> dict[bytes, bytes]:
    """Return pax records by keyword, repeated ones joined; a GNU long name under a NUL key."""
    found: dict[bytes, bytes] = {}
    for extension in extensions:
        for record in extension.records:
            before = found.get(record.key)
            found[record.key] = record.value if before is None else before + b"\0" + record.value
        if extension.typeflag in {b"L", b"K"}:
            found[b"\0" + extension.typeflag] = extension.value
    return found


def record_kind(
    keyword: str,
    values: tuple[bytes | None, bytes | None],
    entries: tuple[TarEntry, TarEntry],
    said: Container[str],
) -> str:
    """Return the kind of the fact that a record has these values in the headers of two entries.

    ``said`` has the fields of the entries that differ in what they mean: a record repeats them.
    """
    one, two = entries
    if keyword in {"path", "\0L"}:
        return "tar.pax-only" if one.path == two.path else "derived.tar.name"
    if keyword in {"linkpath", "\0K"}:
        return "tar.pax-only" if one.link == two.link else "derived.tar.link"
    if keyword in _KEYWORDS:
        return f"tar.pax.{keyword}" if keyword in said and keyword != "size" else "tar.pax-only"
    if keyword in _TIMES or keyword == "comment":
        return f"tar.pax.{keyword}"
    form = _OF_WRITER.get(keyword)
    if form is not None and all(value is None or form.fullmatch(value) for value in values):
        return "tar.pax-only"
    return "tar.pax-other"


def around(archive: TarArchive, extensions: Sequence[Extension]) -> bytes:
    """Return what stands behind the records of extensions, zero bytes of padding left out."""
    rests = [bytes(archive.data[e.rest : e.data.stop]) for e in extensions]
    pads = [bytes(archive.data[e.data.stop : e.stop]).strip(b"\0") for e in extensions]
    return b"".join(rests + pads)
