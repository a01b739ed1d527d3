"""Sections, keys and values of ini-like files (entry_points.txt, setup.cfg), and TOML as data.

Read as Python's ``configparser`` reads them, since that is what the tools use: full-line comments
start with ``#`` or ``;``, a line indented deeper than its key continues the value, a key ends at
the first delimiter.  Other than there, nothing is dropped and nothing fails: duplicates stay, and
a line that is none of these is kept as ``bad``.
"""

import re
from typing import Final, Literal, NamedTuple

from reprodiff.model import Span
from reprodiff.records import dataclass

MAX_ENTRIES: Final = 200_000
"""Entries read; what follows is then one bad entry."""
MAX_TOML: Final = 4 * 1024 * 1024
"""Largest TOML file read, in bytes."""
_MAX_TOML_DEPTH: Final = 100
_MAX_DOTS: Final = 256

IniKind = Literal["section", "option", "comment", "blank", "bad"]

_LINE: Final = re.compile(rb"([^\r\n]*+)(?:\r\n|\n|\r|\Z)")
_SPACE: Final = b" \t\f\v"


class IniEntry(NamedTuple):
    r"""One section header, option with its continuation lines, comment, blank or bad line.

    ``section`` is the section it stands in; for a section header its own name.  ``key`` and
    ``value`` are an option's; the lines of a longer value are stripped and joined by ``\n``,
    comments among them left out.  Text is UTF-8; bytes that are none are kept as lone surrogates.
    ``error`` says what is wrong with the entry, ``""`` if nothing is.
    """

    kind: IniKind
    start: int
    stop: int
    section: str
    key: str = ""
    value: str = ""
    key_span: Span = Span(0, 0)
    value_span: Span = Span(0, 0)
    error: str = ""


@dataclass(frozen=True, slots=True)
class Ini:
    """The entries in order; they tile the input."""

    entries: tuple[IniEntry, ...]

    @property
    def options(self) -> tuple[IniEntry, ...]:
        """The entries that have a key and a value."""
        return tuple(entry for entry in self.entries if entry.kind == "option")

    @property
    def errors(self) -> tuple[IniEntry, ...]:
        """The entries with which something is wrong."""
        return tuple(entry for entry in self.entries if entry.error)


class _Line(NamedTuple):
    start: int
    body_start: int
    body_stop: int
    stop: int
    body: bytes

    @property
    def indent(self) -> int:
        return self.body_start - self.start


def parse_ini(data: bytes, *, delimiters: bytes = b"=:", limit: int = MAX_ENTRIES) -> Ini:
    """Read an ini-like file.  Never fails.

    ``delimiters`` are the bytes that may end a key: ``=`` alone in entry_points.txt (Entry points
    specification), ``=`` and ``:`` in setup.cfg.
    """
    return Ini(tuple(_Reader(data, delimiters, limit).read()))


class _Reader:
    def __init__(self, data: bytes, delimiters: bytes, limit: int) -> None:
        self._data = data
        self._limit = limit
        self._delimiter = re.compile(b"[" + re.escape(delimiters) + b"]")
        self._entries: list[IniEntry] = []
        self._section = ""
        # The option that following lines may continue, its lines, and lines behind it that are
        # part of its value only if another one of its lines follows.
        self._option: list[_Line] = []
        self._undecided: list[_Line] = []

    def read(self) -> list[IniEntry]:
        at = 0
        while at < len(self._data):
            if len(self._entries) + len(self._undecided) + len(self._option) >= self._limit:
                self._end_option()
                rest = IniEntry("bad", at, len(self._data), self._section, error="too long")
                return [*self._entries, rest]
            line = self._line(at)
            at = line.stop
            quiet = not line.body or line.body[:1] in b"#;"
            if self._option and (quiet or line.indent > self._option[0].indent):
                if quiet:
                    self._undecided.append(line)
                else:
                    self._option += [*self._undecided, line]
                    self._undecided.clear()
                continue
            self._end_option()
            self._begin(line)
        self._end_option()
        return self._entries

    def _line(self, at: int) -> _Line:
        found = _LINE.match(self._data, at)
        stop, raw = (found.end(), found[1]) if found else (len(self._data), b"")
        body = raw.strip(_SPACE)
        start = at + len(raw) - len(raw.lstrip(_SPACE)) if body else at
        return _Line(at, start, start + len(body), stop, body)

    def _begin(self, line: _Line) -> None:
        if not line.body or line.body[:1] in b"#;":
            self._quiet(line)
        elif line.body.startswith(b"[") and line.body.find(b"]") > 1:
            # The last bracket ends the name; what stands behind it is passed over.
            end = line.body.rindex(b"]")
            self._section = _text(line.body[1:end])
            error = "text behind a section" if line.body[end + 1 :] else ""
            span = Span(line.body_start + 1, line.body_start + end)
            self._entries.append(
                IniEntry(
                    "section", line.start, line.stop, self._section, key_span=span, error=error
                )
            )
        else:
            found = self._delimiter.search(line.body)
            if found and line.body[: found.start()].strip(_SPACE):
                self._option.append(line)
            else:
                error = "a value without a key" if found else "no section, option or comment"
                self._entries.append(
                    IniEntry("bad", line.start, line.stop, self._section, error=error)
                )

    def _quiet(self, line: _Line) -> None:
        kind: IniKind = "comment" if line.body else "blank"
        self._entries.append(IniEntry(kind, line.start, line.stop, self._section))

    def _end_option(self) -> None:
        if self._option:
            self._entries.append(self._finished(self._option))
            self._option = []
        for line in self._undecided:
            self._quiet(line)
        self._undecided = []

    def _finished(self, lines: list[_Line]) -> IniEntry:
        first, last = lines[0], lines[-1]
        found = self._delimiter.search(first.body)
        split = found.start() if found else len(first.body)
        key = first.body[:split].rstrip(_SPACE)
        value = first.body[split + 1 :].lstrip(_SPACE)
        more = [line.body for line in lines[1:] if not line.body.startswith((b"#", b";"))]
        return IniEntry(
            "option",
            first.start,
            last.stop,
            self._section,
            _text(key),
            _text(b"\n".join([value, *more])),
            Span(first.body_start, first.body_start + len(key)),
            Span(first.body_stop - len(value), last.body_stop),
            "" if self._section else "an option outside of any section",
        )


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def toml_data(data: bytes) -> dict[str, object] | None:
    """Return a TOML file as data, ``None`` if it is not TOML or beyond the limits.

    The limits: 4 MiB, 100 levels of nesting, 256 dots in one key.
    """
    if len(data) > MAX_TOML or not _shallow(data):
        return None
    # Only pyproject.toml and lock files need it.
    import tomllib  # noqa: PLC0415

    try:
        read: dict[str, object] = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return read if _depth(read) <= _MAX_TOML_DEPTH else None


def same_toml(a: object, b: object) -> bool:
    """Tell whether two results of :func:`toml_data` are equal, types and all.

    Python's ``==`` finds ``1``, ``1.0`` and ``true`` equal, and ``0.0`` and ``-0.0``; a reader of
    the file need not.
    """
    pairs: list[tuple[object, object]] = [(a, b)]
    while pairs:
        x, y = pairs.pop()
        if type(x) is not type(y):
            return False
        if isinstance(x, dict) and isinstance(y, dict):
            if x.keys() != y.keys():
                return False
            pairs += [(item, y[key]) for key, item in x.items()]
        elif isinstance(x, list) and isinstance(y, list):
            if len(x) != len(y):
                return False
            pairs += zip(x, y, strict=True)
        elif repr(x) != repr(y):
            return False
    return True


def in_order(a: object, b: object) -> bool:
    """Tell whether the names of two equal results of :func:`toml_data` stand in one order."""
    pairs: list[tuple[object, object]] = [(a, b)]
    while pairs:
        x, y = pairs.pop()
        if isinstance(x, dict) and isinstance(y, dict):
            if list(x) != list(y):
                return False
            pairs += zip(x.values(), y.values(), strict=True)
        elif isinstance(x, list) and isinstance(y, list):
            pairs += zip(x, y, strict=True)
    return True


def _shallow(data: bytes) -> bool:
    """Tell whether the parser, which calls itself for each level, can take this input."""
    level = 0
    for mark in re.finditer(rb"[\[{\]}]", data):
        level += 1 if mark[0] in b"[{" else -1
        # Brackets in strings and comments count too: at worst a file is not read as data.
        level = max(level, 0)
        if level > _MAX_TOML_DEPTH:
            return False
    return all(part.count(b".") <= _MAX_DOTS for part in re.split(rb"[=,{}\[\]\r\n]", data))


def _depth(value: object) -> int:
    depth = 0
    level = [value]
    while level:
        depth += 1
        if depth > _MAX_TOML_DEPTH:
            break
        level = [
            inner
            for item in level
            if isinstance(item, (dict, list))
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return depth
