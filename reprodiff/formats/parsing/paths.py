"""Absolute paths and random temporary directories in text: where they are, what two share.

What is found *looks like* a path.  That two of them are one path under two build directories is
for the caller to prove, for example by one pair of prefixes throughout the artifact.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

# What ends a path outside of quotes: white space, control bytes, quotes, brackets and the marks
# that lists of paths and compiler flags are made with.  A backslash ends a POSIX path, because
# in source text it starts an escape.
_ENDS: Final = rb"\x00-\x20\x7f\"'`<>|:;,()\[\]{}=*?!#\\"
_PART: Final = rb"[^/" + _ENDS + rb"]"
_POSIX: Final = (
    # Not behind something that makes it relative (a/b, ../a, ~/a, $x/a, @rpath/a, x://host) or
    # no path at all (</a>, #/a, x.whl!/a) - but behind a one-letter flag: -I/usr/include.
    rb"(?:(?<![\w.~/\\%$})\]*<?+@#&\x80-\xff-])(?<![^#]!)|(?<=[\s\"'=,(\[]-[A-Za-z])|(?<=^-[A-Za-z]))"
    rb"/(?=[\w.@~+%\x80-\xff-])[^" + _ENDS + rb"]++"
)
_WINDOWS: Final = (
    rb"(?<![0-9A-Za-z])[A-Za-z]:(?:\\\\?+|/)" + _PART + rb"++(?:(?:\\\\?+|/)" + _PART + rb"*+)*+"
)
# The URL of a file, as Cargo (path+file), pip (git+file) and PEP 610 write it.
_FILE_URL: Final = rb"(?<![\w+])(?:[a-z]++\+)?+file:(?=/)(?:[^" + _ENDS + rb"]|:(?=/))++"
_PATHS: Final = re.compile(_FILE_URL + b"|" + _WINDOWS + b"|" + _POSIX)
# Inside of quotes a path may have spaces; but a space and a dash or slash starts an argument.
_SPACED: Final = re.compile(rb"(?: (?![-/])[^" + _ENDS + rb"]++)++(?=[\"'])")
_SPACED_WINDOWS: Final = re.compile(
    rb"(?: (?![-/])(?:[^" + _ENDS + rb"]|\\\\?+(?=" + _PART + rb"))++)++(?=[\"'])"
)
# One directory under the root is a path only where a file system has such a directory: "/O2" and
# "/GL" are compiler flags.
_ROOTS: Final = frozenset(
    b"Applications Library Users Volumes app bin boot build builddir builds code data dev etc "
    b"github home io lib lib64 media mnt nix opt out private project root run sbin source sources "
    b"src srv sys tmp usr var work workdir workspace".split()
)
_LETTER: Final = re.compile(rb"[A-Za-z\x80-\xff]")

# Random parts: Python's tempfile writes eight of [a-z0-9_], Rust's tempfile crate and mkstemp
# six of [A-Za-z0-9], mktemp(1) ten.  Words are as long, too: pip-wheel-metadata is a fixed name,
# tmpfilename a variable.  So one character that words do not have must be among them, except
# directly inside of a directory for temporary files, and a bare "tmp" must stand in a path.
_TEMPORARY: Final = re.compile(
    rb"(?<![^\s/\\\"'`=:;,(\[{<>|])(?:"
    rb"(?:pip-(?:build-env|req-build|wheel|modern-metadata|install|ephem-wheel-cache|unpack|metadata"
    rb"|standalone-pip|req-tracker|build-tracker|unpacked-wheel|uninstall|download|editable)-"
    rb"|build-env-|build-via-sdist-|cibw-run-|\.mesonpy-|(?<=[/\\])tmp)(?P<python>[a-z0-9_]{8})"
    rb"|(?:(?<=[/\\])\.tmp|rustc|cc(?=[A-Za-z0-9]{6}\.(?:c|o|s|ltrans)))(?P<six>[A-Za-z0-9]{6})"
    rb"|tmp\.(?P<ten>[A-Za-z0-9]{10})"
    rb")(?![A-Za-z0-9_-])"
)
_ODD: Final = re.compile(rb"[A-Z0-9_]")
_TEMPORARY_PLACE: Final = re.compile(rb"(?:[/\\](?:tmp|Temp|T)[/\\])\Z")
_SEPARATORS: Final = "/\\"


class TemporaryName(NamedTuple):
    """A name with a random part: ``start..stop`` is the name, ``random_start`` where it begins.

    The random part ends where the name does.
    """

    start: int
    random_start: int
    stop: int


class SplitPaths(NamedTuple):
    """Two paths as ``prefix_a + suffix`` and ``prefix_b + suffix``."""

    prefix_a: str
    prefix_b: str
    suffix: str


def find_paths(line: bytes) -> Iterator[tuple[int, int]]:
    """Yield the place of each absolute path in ``line``: POSIX, Windows, ``file:`` URL."""
    at = 0
    while found := _PATHS.search(line, at):
        start, stop = found.span()
        quoted = line[start - 1 : start] if start else b""
        if quoted in (b'"', b"'"):
            spaced = _SPACED_WINDOWS if line[start + 1 : start + 2] == b":" else _SPACED
            more = spaced.match(line, stop)
            if more and line[more.end() : more.end() + 1] == quoted:
                stop = more.end()
        # A full stop ends the sentence, not the path.
        at = stop
        while line[stop - 1 : stop] == b".":
            stop -= 1
        if _is_path(line[start:stop]):
            yield start, stop


def _is_path(raw: bytes) -> bool:
    parts = [part for part in re.split(rb"[/\\]", raw)[1:] if part]
    if raw.startswith(b"/") and len(parts) == 1:
        return parts[0] in _ROOTS
    return len(parts) > 1 and any(_LETTER.search(part) for part in parts)


def find_temporary_names(text: bytes) -> Iterator[TemporaryName]:
    """Yield the names that build tools give to temporary directories and files."""
    for found in _TEMPORARY.finditer(text):
        start, stop = found.span()
        random_start = found.start(found.lastgroup or 0)
        if _ODD.search(text, random_start, stop) or _TEMPORARY_PLACE.search(text[:start][-6:]):
            yield TemporaryName(start, random_start, stop)


def split_paths(a: str, b: str) -> SplitPaths:
    r"""Return the longest common ending of two paths in whole components, and what is before it.

    ``/tmp/a/pkg/x.c`` and ``/home/b/pkg/x.c`` end with ``/pkg/x.c``.  The suffix starts with a
    separator (``/`` or ``\``), unless it is all of a relative path.
    """
    size = _common_suffix(a, b)
    while size:
        if _at_component(a, len(a) - size) and _at_component(b, len(b) - size):
            break
        size -= 1
    return SplitPaths(a[: len(a) - size], b[: len(b) - size], a[len(a) - size :])


def _common_suffix(a: str, b: str) -> int:
    size = 0
    limit = min(len(a), len(b))
    while size < limit and a[-1 - size] == b[-1 - size]:
        size += 1
    return size


def _at_component(path: str, place: int) -> bool:
    return place == 0 or path[place] in _SEPARATORS
