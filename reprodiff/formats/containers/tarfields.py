"""What a raw field of a tar header may hold when the value it stands for is told elsewhere.

A number has ten spellings and a name that is too long for its field is cut; both are a writer's
habit.  Anything else in such a field (letters in a number, text in the link name of a file, bytes
behind the end of a name) no reader shows, and it is a fact of its own: ``tar.field``.
"""

import re
from typing import Final

from reprodiff.artifacts.tarformat.entries import EntryKind, Extension, TarEntry
from reprodiff.artifacts.tarformat.header import FIELDS, TarHeader, parse_number

LINKS: Final = frozenset({EntryKind.SYMLINK, EntryKind.HARDLINK})
_DEVICES: Final = frozenset({EntryKind.CHARACTER_DEVICE, EntryKind.BLOCK_DEVICE})

_OCTAL: Final = re.compile(rb" *[0-7]*[ \0]*")
_NUMBERS: Final = frozenset({"mode", "uid", "gid", "size", "mtime", "chksum"})
_DEVICE: Final = frozenset({"devmajor", "devminor"})
_EMPTY: Final = frozenset({"linkname", "pad"})
_MAGICS: Final = frozenset({b"ustar\x0000", b"ustar  \0", b"ustar\0\0\0", bytes(8)})
"""Magic and version: POSIX, GNU, a sloppy POSIX, and v7, which has neither."""


def usual(field: str, entry: TarEntry, header: TarHeader) -> bool:
    """Whether writers are known to put what ``field`` holds into the header of such an entry."""
    raw: bytes = getattr(header, field)
    if field in {"name", "prefix"}:
        return stands_for_path(header, entry)
    if field in _DEVICE:
        return entry.kind not in _DEVICES and is_idle(field, raw)
    if field in {"uname", "gname", "linkname"}:
        value: bytes = getattr(entry, "link" if field == "linkname" else field)
        return stands_for_text(raw, value if field != "linkname" or entry.kind in LINKS else b"")
    if field in _NUMBERS:
        told = entry.mtime_text if field == "mtime" else getattr(entry, field, None)
        return is_number(raw) if field == "chksum" else stands_for_number(raw, told)
    if field == "typeflag":
        return raw in {b"0", b"\0"}
    return field != "pad" and is_magic(header)


def is_number(raw: bytes) -> bool:
    """Whether a field holds octal digits, then spaces or NUL; or is base-256 with its mark."""
    return _OCTAL.fullmatch(raw) is not None or raw[:1] in {b"\x80", b"\xff"}


def is_text(raw: bytes) -> bool:
    """Whether nothing but NUL follows the first NUL."""
    return not raw.partition(b"\0")[2].strip(b"\0")


def well_formed(field: str, raw: bytes) -> bool:
    """Whether every reader takes the same value from a field.

    CPython's tarfile ends an archive, without a word, at a header whose numbers it cannot read.
    """
    return is_number(raw) if field in _NUMBERS else is_text(raw)


def stands_for_number(raw: bytes, value: object) -> bool:
    """Whether a number in a header may be there for ``value``, which an extended header gives.

    Writers that give the exact value there put what fits into the field: the whole seconds, 0,
    or the largest number.
    """
    number = parse_number(raw)
    if number is None or not is_number(raw):
        return False
    if number == 0 or (_OCTAL.fullmatch(raw) and not raw.strip(b" 7\0")):
        return True
    if isinstance(value, str):
        try:
            return abs(number - float(value)) <= 1
        except (ValueError, OverflowError):
            return False
    return number == value


def stands_for_text(raw: bytes, value: bytes) -> bool:
    """Whether a name in a header may be there for ``value``: its beginning, perhaps in ASCII."""
    text = raw.partition(b"\0")[0]
    if not is_text(raw):
        return False
    ascii_only = value.decode("utf-8", "replace").encode("ascii", "replace")
    return value.startswith(text) or ascii_only.startswith(text)


def stands_for_path(header: TarHeader, entry: TarEntry) -> bool:
    """Whether name and prefix of a header may be there for the entry's path."""
    if not is_text(header.name) or not is_text(header.prefix):
        return False
    name, prefix = header.text("name"), header.text("prefix")
    if header.magic != b"ustar\0":
        prefix = b""  # GNU keeps other things there
    return stands_for_text(prefix + b"/" + name if prefix else name, entry.path)


def is_magic(header: TarHeader) -> bool:
    """Whether magic and version are those of a known dialect."""
    return header.magic + header.version in _MAGICS


def is_idle(field: str, raw: bytes) -> bool:
    """Whether a device number, link name or padding that means nothing holds nothing."""
    if field in _DEVICE:
        return _OCTAL.fullmatch(raw) is not None and parse_number(raw) == 0
    return not raw.strip(b"\0")


def odd_fields(header: TarHeader) -> dict[str, bytes]:
    """Return the fields of an extension's own header that hold what no writer puts there."""
    found: dict[str, bytes] = {}
    for field in FIELDS:
        raw: bytes = getattr(header, field.name)
        if field.name in _NUMBERS:
            fine = is_number(raw)
        elif field.name in _DEVICE or field.name in _EMPTY:
            fine = is_idle(field.name, raw)
        elif field.name in {"magic", "version"}:
            fine = is_magic(header)
        elif field.name == "typeflag":
            fine = True
        else:
            fine = is_text(raw)
        if not fine:
            found[field.name] = raw
    return found


def shape(extensions: tuple[Extension, ...]) -> str:
    """Return which extensions there are, with their numbers of records: ``x:2 g:1``."""
    return " ".join(f"{e.typeflag.decode('latin-1')}:{len(e.records)}" for e in extensions)
