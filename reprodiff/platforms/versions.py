"""Versions of well-known libraries, as they write them into themselves.

Each pattern is the text that the named project puts into its binaries; a version is taken only
where the whole text is there.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

MAX_SEARCHED: Final = 96 << 20
"""Bytes of one file that are searched."""


class Known(NamedTuple):
    """A project whose libraries say their version."""

    project: str
    libraries: str
    """Pattern of the names of its own libraries, without hash and version."""
    sign: bytes
    """Bytes that are in every such text: files without them are not searched."""
    pattern: re.Pattern[bytes]
    own: bool = False
    """Whether the pattern says enough only in the project's own libraries."""


_V: Final = rb"([0-9]{1,4}(?:\.[0-9]{1,5}){1,3}[a-z]{0,2})"
_DAY: Final = rb" ?[0-9]{1,2}[ -][A-Z][a-z]{2}[ -]20[0-9]{2}"

KNOWN: Final = (
    Known("OpenSSL", "lib(ssl|crypto)", b"OpenSSL ",
          re.compile(rb"OpenSSL " + _V + rb"(?:-\w+)? " + _DAY)),
    Known("LibreSSL", "lib(ssl|crypto|tls)", b"LibreSSL ",
          re.compile(rb"\0LibreSSL " + _V + rb"\0")),
    Known("zlib", "(lib)?z(lib1?)?", b"flate ",
          re.compile(rb"(?:in|de)flate " + _V + rb" Copyright")),
    Known("libpng", r"libpng\d*", b"libpng version",
          re.compile(rb"libpng version " + _V + rb"[\n\0 ]")),
    Known("libjpeg-turbo", "lib(turbo)?jpeg", b"libjpeg-turbo version",
          re.compile(rb"libjpeg-turbo version " + _V)),
    Known("libtiff", "libtiff", b"LIBTIFF, Version", re.compile(rb"LIBTIFF, Version " + _V)),
    Known("OpenBLAS", r"lib(scipy_)?openblas\w*", b"OpenBLAS ",
          re.compile(rb"\0 ?OpenBLAS " + _V + rb"(?:\.dev)? ")),
    Known("SQLite", "(lib)?sqlite3", b"SQLite format",
          re.compile(rb"\0(3\.[0-9]{1,3}\.[0-9]{1,3})\0"), own=True),
    Known("curl", "libcurl", b"libcurl/", re.compile(rb"libcurl/" + _V)),
    Known("MIT Kerberos", "lib(krb5|gssapi_krb5|k5crypto|krb5support)", b"KRB5_BRAND",
          re.compile(rb"KRB5_BRAND: krb5-" + _V)),
    Known("HDF5", "(lib)?hdf5", b"HDF5 library version",
          re.compile(rb"HDF5 library version " + _V)),
    Known("XZ Utils", "liblzma", b"lzma",
          re.compile(rb"\0(5\.[0-9]{1,2}\.[0-9]{1,2})\0"), own=True),
    Known("Zstandard", "libzstd", b"zstd",
          re.compile(rb"\0(1\.[0-9]{1,2}\.[0-9]{1,2})\0"), own=True),
    Known("bzip2", "libbz2", b"bzip2",
          re.compile(rb"\0(1\.[0-9]\.[0-9]), " + _DAY)),
    Known("libffi", "libffi", b"libffi ", re.compile(rb"\0libffi " + _V)),
    Known("libsodium", "libsodium", b"sodium",
          re.compile(rb"\0(1\.0\.[0-9]{2})\0"), own=True),
    Known("libxml2", "libxml2", b"libxml",
          re.compile(rb"\0(2\.[0-9]{1,2}\.[0-9]{1,2})\0"), own=True),
    Known("PostgreSQL", "libpq", b"PQconn", re.compile(rb"PostgreSQL " + _V + rb"[ \0]")),
    Known("GEOS", "(lib)?geos(_c)?", b"CAPI",
          re.compile(rb"\0(3\.[0-9]{1,2}\.[0-9]{1,2})-CAPI-")),
    Known("PROJ", "(lib)?proj", b"Rel. ", re.compile(rb"Rel\. " + _V + rb", [A-Z][a-z]+")),
)  # fmt: skip


def projects(library: str) -> tuple[str, ...]:
    """Return the projects that a library of this name (without hash and version) belongs to."""
    return tuple(known.project for known in KNOWN if re.fullmatch(known.libraries, library.lower()))


def own_version(library: str, said: Mapping[str, str]) -> tuple[str, str]:
    """Return version and project of a library, by what its file says; empty if it says nothing."""
    for project in projects(library):
        if project in said:
            return said[project], project
    return "", ""


def versions(data: memoryview, library: str = "") -> dict[str, str]:
    """Return version by project for what a file says of itself and of what is linked into it.

    ``library`` is the file's own name.  A project of which a file names two versions is left out:
    which one counts is not known.
    """
    raw = bytes(data[:MAX_SEARCHED])
    own = projects(library)
    found: dict[str, str] = {}
    for known in KNOWN:
        if known.own and known.project not in own:
            continue
        if known.sign not in raw:
            continue
        said = {match[1].decode("ascii") for match in known.pattern.finditer(raw)}
        if len(said) == 1:
            found[known.project] = said.pop()
    return found
