"""Which places of a text no program reads: comments of code and data, and prose.

A line that *looks* like a comment need not be one: in C ``#define`` starts with the mark that
starts a comment elsewhere, and inside a here-document, a template string or a block scalar any
line is content.  So a comment is certain only where the whole file up to it can be read: in C and
its relatives, and in ini files.  (Python has its syntax tree.)  Elsewhere it is likely.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Final

from reprodiff.model import Confidence, Span

MAX_SOURCE: Final = 16 << 20
"""Larger C sources are not read for comments, in bytes."""

_C: Final = frozenset({".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".cu"})
_INI: Final = frozenset({".cfg", ".ini"})

# A comment goes on behind a backslash at the end of its line; so does a string.  Without its end a
# string or comment is none: what follows then counts as code, which is the careful answer.
# Numbers are read whole: the quote in 1'000 starts no character, that in u8'x' does.
_C_TOKEN: Final = re.compile(
    rb"""(?x)
    (?P<comment> //(?:[^\\\r\n] | \\\r?\n | \\. | \r(?=\n))*+ | /\*.*?\*/ )
    | (?<![0-9A-Za-z_])[0-9](?:[eEpP][+-] | '[0-9A-Za-z_] | [0-9A-Za-z_.])*+
    | "(?:[^"\\\n] | \\\r?\n | \\.)*+"
    | '(?:[^'\\\n] | \\\r?\n | \\.)*+'
    | ^[ \t]*+\#[ \t]*+include\b[^\n]*+
    """,
    re.DOTALL | re.MULTILINE,
)

# Raw strings may hold anything; a line that is continued inside of the mark that ends a comment, or
# a trigraph for the backslash, ends it where the search above does not see it.
_C_UNSURE: Final = re.compile(rb'R(?:\\\s*)?"|\*(?:\\|\?\?/)\s*\n\s*/')

_HASH: Final = re.compile(r"\s*#(?!!)")
_SLASHES: Final = re.compile(r"\s*//")
_SEMICOLON: Final = re.compile(r"\s*[#;]")
_DASHES: Final = re.compile(r"\s*--")
_REM: Final = re.compile(r"(?i)\s*(?:@?rem\b|::)")
_XML: Final = re.compile(r"\s*<!--(?:(?!-->).)*+(?:-->\s*)?\Z")
_MARKS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        **dict.fromkeys(
            (".sh", ".bash", ".pl", ".rb", ".r", ".jl", ".cmake", ".ps1", ".pyx", ".pxd", ".pxi"),
            _HASH,
        ),
        **dict.fromkeys((".toml", ".yml", ".yaml", ".conf", ".properties", ".mk", ".po"), _HASH),
        **dict.fromkeys((".rs", ".go", ".js", ".mjs", ".ts", ".tsx", ".jsx", ".java"), _SLASHES),
        **dict.fromkeys((".lua", ".sql"), _DASHES),
        **dict.fromkeys((".bat", ".cmd"), _REM),
        **dict.fromkeys((".xml", ".svg", ".html", ".htm"), _XML),
        **dict.fromkeys(_INI, _SEMICOLON),
    }
)
_PROSE: Final = frozenset({".md", ".rst", ".log", ".adoc", ".tex"})
_PROSE_NAMES: Final = frozenset(
    {
        *("LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS", "README", "CHANGES", "CHANGELOG"),
        *("METADATA", "PKG-INFO"),
    }
)
# Text by its suffix is prose by its name, or by the folder that it lies in: a package may well read
# a path or a key from any other.
_PROSE_TEXT: Final = re.compile(
    r"(?:^|/)(?:docs?|licen[sc]es|license_files)/(?:.*/)?[^/]+\.txt$"
    r"|(?:^|/)(?:licen[sc]e|copying|copyright|notice|authors|readme|changes|changelog|history|news|"
    r"install|contribut(?:ing|ors)|credits|thanks|todo|security)(?:[-_. ][^/]*)?\.txt$",
    re.IGNORECASE,
)
# Text by its suffix, and read by tools all the same.
_READ_BY_TOOLS: Final = re.compile(
    r"(?:^|/)(?:CMakeLists|[^/]*requirements[^/]*|[^/]*constraints[^/]*)\.txt$"
    r"|\.(?:dist|egg)-info/[^/]+\.txt$",
    re.IGNORECASE,
)


def is_prose(path: str) -> bool:
    """Whether a file is for people to read, by its name."""
    base = path.rpartition("/")[2]
    stem, dot, tail = base.rpartition(".")
    if not stem or not dot:
        return base in _PROSE_NAMES
    if tail.lower() == "txt":
        return is_text(path) and _PROSE_TEXT.search(path) is not None
    return "." + tail.lower() in _PROSE


def is_text(path: str) -> bool:
    """Whether a file is a text that people or the package itself may read, by its suffix."""
    stem, dot, tail = path.rpartition("/")[2].rpartition(".")
    return bool(stem and dot) and tail.lower() == "txt" and _READ_BY_TOOLS.search(path) is None


class Comments:
    """The comments of one side of a file; ``suffix`` has its dot and is in lower case."""

    def __init__(self, suffix: str, data: memoryview) -> None:
        self._suffix = suffix
        self._data = data

    def certainty(self, line: str, span: Span) -> Confidence | None:
        """Say how sure it is that ``span`` lies in a comment; ``None`` if it does not.

        ``line`` is the text of its line.
        """
        if self._suffix in _C:
            return self._in_c(span)
        mark = _MARKS.get(self._suffix)
        if mark is None or mark.match(line) is None:
            return None
        return Confidence.PROVEN if self._suffix in _INI else Confidence.LIKELY

    def _in_c(self, span: Span) -> Confidence | None:
        comments, sure = self._c_comments
        at = bisect_right(comments, span.start, key=lambda comment: comment.start) - 1
        if at < 0 or span.stop > comments[at].stop:
            return None
        return Confidence.PROVEN if sure else Confidence.LIKELY

    @cached_property
    def _c_comments(self) -> tuple[list[Span], bool]:
        """Where the comments of C code are, and whether that is certain."""
        if len(self._data) > MAX_SOURCE:
            return [], False
        data = bytes(self._data)
        found = [Span(*hit.span()) for hit in _C_TOKEN.finditer(data) if hit["comment"]]
        return found, _C_UNSURE.search(data) is None
