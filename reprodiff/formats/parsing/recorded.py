"""What a RECORD row says, and whether it is true of the file it names (PEP 376, 427 and 627)."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from enum import StrEnum
from posixpath import normpath
from typing import Final

from reprodiff.formats.parsing.record import RecordRow, digest_bytes
from reprodiff.model import Side
from reprodiff.records import NamedTuple
from reprodiff.text import name

Digest = Callable[[Side, str, str], tuple[bytes, int] | None]
"""Returns (digest, size) of a member's content, ``None`` where it cannot be had."""

ALGORITHMS: Final = frozenset(
    {
        *("sha256", "sha384", "sha512", "sha224", "sha3_224", "sha3_256", "sha3_384"),
        *("sha3_512", "blake2b", "blake2s", "md5", "sha1"),
    }
)
"""Algorithms that can be checked."""
_WEAK: Final = frozenset({"md5", "sha1"})
_UNHASHED: Final = frozenset({"RECORD", "RECORD.jws", "RECORD.p7s"})


class Truth(StrEnum):
    """Whether a row is true of its file."""

    TRUE = "true"
    SILENT = "silent"
    """The row gives neither hash nor size."""
    UNHASHED = "unhashed"
    """A wheel's row has no hash, though the file must have one."""
    UNTRUE = "untrue"
    UNREAD = "unread"
    """The file could not be read."""


class Row(NamedTuple):
    """A row without its places; the size is text, so that nothing stands for an empty field."""

    hash: str
    size: str
    path: str


def as_row(row: RecordRow) -> Row:
    """Return a row without its places."""
    return Row(row.hash, "" if row.size is None else str(row.size), row.path)


def member_path(record: str, row: str, root: str = "") -> str | None:
    """Return the display path of the member that a row names.

    ``record`` is the display path of the RECORD, ``root`` the absolute location of an installed
    tree.  ``None`` for a path that leads out of what is compared: a script of an installed tree
    may lie beside site-packages, and a wheel has no business with such a path.
    """
    if row.startswith(("/", "\\")) or row[1:3] in {":/", ":\\"}:
        start = root.rstrip("/") + "/"
        if not root or not row.startswith(start):
            return None
        inner = row[len(start) :]
    else:
        base = record.rpartition("/")[0].rpartition("/")[0]
        shown = name(row.encode("utf-8", "surrogateescape"))
        inner = f"{base}/{shown}" if base else shown
    if not inner.startswith(".") and "/." not in inner and "//" not in inner:
        return inner
    path = normpath(inner)
    return None if path == ".." or path.startswith(("../", "/")) else path


def needs_no_hash(row: str) -> bool:
    """Whether a row of a wheel may be without a hash: RECORD and its signatures (PEP 427)."""
    head, _, base = row.rpartition("/")
    return base in _UNHASHED and head.endswith(".dist-info")


def judge(row: Row, side: Side, member: str, digest: Digest, *, wheel: bool) -> Truth:
    """Check what a row says of ``member``, a file that is there."""
    if not row.hash:
        if wheel and not needs_no_hash(row.path):
            return Truth.UNHASHED
        if not row.size:
            return Truth.SILENT
    algorithm, _, text = row.hash.partition("=")
    algorithm = (algorithm or "sha256").lower()
    if algorithm not in ALGORITHMS:
        return Truth.UNTRUE
    known = digest(side, member, algorithm)
    if known is None:
        return Truth.UNREAD
    # Some tools write the digest in hexadecimal: against the specification, but no untruth.
    same = digest_bytes(text.rstrip("=")) == known[0] or text.lower() == known[0].hex()
    right = (not row.hash or same) and (
        not row.size or (row.size.isdecimal() and int(row.size[:20]) == known[1])
    )
    return Truth.TRUE if right else Truth.UNTRUE


def oddity(row: Row) -> str:
    """Say what in a row some installers refuse, though it is true; empty if nothing.

    PEP 427 asks for sha256 or better; hashes are base64 without padding, and names of algorithms
    in lower case.
    """
    if not row.hash:
        return ""
    algorithm, _, text = row.hash.partition("=")
    if algorithm.lower() in _WEAK:
        return "a weak hash algorithm"
    if algorithm not in ALGORITHMS:
        return "the algorithm's name is not in lower case"
    raw = digest_bytes(text)
    # Hexadecimal digits are base64, too, of a digest that is half as long again.
    if raw is None or len(raw) != hashlib.new(algorithm).digest_size:
        return "the hash is no base64 without padding"
    return "" if row.size else "no size"


def describe(row: Row, side: Side, member: str, digest: Digest) -> str:
    """Say what a row has, and what its file has, in the row's own terms."""
    algorithm = (row.hash.partition("=")[0] or "sha256").lower()
    known = digest(side, member, algorithm) if algorithm in ALGORITHMS else None
    said = f"RECORD: {row.hash or 'no hash'}, {row.size or 'no'} bytes"
    if known is None:
        return said
    true = urlsafe_b64encode(known[0]).rstrip(b"=").decode("ascii")
    return f"{said}; file: {algorithm}={true}, {known[1]} bytes"
