"""Tokens that explain why two lines differ: times, paths, random names, digests, hosts, versions.

A token says what a piece of text looks like, no more: a number of ten digits may be a time and may
be a size.  Every search is linear in the line, and lines are read up to 64 KiB.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from reprodiff.formats.parsing.paths import find_paths, find_temporary_names
from reprodiff.formats.parsing.times import Instant, find_times, instant

MAX_LINE: Final = 64 * 1024
"""Bytes of a line in which tokens are looked for; the rest is text."""

Kind = Literal[
    "text",
    "datetime",
    "path",
    "uuid",
    "digest",
    "scm-version",
    "user-host",
    "host",
    "object-id",
    "temporary-name",
    "git-id",
    "version",
]
Spans = Iterable[tuple[int, int]]


class Token(NamedTuple):
    """A piece of a line: ``line[start:stop]``, read as UTF-8 with lone surrogates for other bytes.

    ``text`` is everything between the tokens of the other kinds.
    """

    kind: Kind
    start: int
    stop: int
    value: str


_EDGE: Final = rb"(?<![0-9A-Za-z])"
_END: Final = rb"(?![0-9A-Za-z])"

_UUID: Final = re.compile(
    rb"(?:urn:uuid:|(?<![0-9A-Za-z-]))[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    rb"(?![0-9A-Za-z-])"
)
# MD5, SHA-1, SHA-256, SHA-384 and SHA-512 in hexadecimal: no number and no word of that length.
_HEX: Final = re.compile(
    _EDGE
    + rb"(?=[0-9]*+[a-fA-F])(?=[a-fA-F]*+[0-9])"
    + rb"(?:"
    + b"|".join(b"[0-9a-fA-F]{%d}" % size for size in (128, 96, 64, 40, 32))
    + rb")"
    + _END
)
# The same in base64: behind the name of the algorithm in any alphabet (RECORD, SRI), alone only
# SHA-256 in the urlsafe alphabet, 43 characters of which the last holds four bits.
_BASE64: Final = re.compile(
    rb"(?<=sha256[=:-])[\w+/-]{43}(?![\w+/-])=?"
    rb"|(?<=sha384[=:-])[\w+/-]{64}(?![\w+/-])"
    rb"|(?<=sha512[=:-])[\w+/-]{86}(?![\w+/-])(?:==)?"
    rb"|(?<![\w+/=-])[\w-]{42}[AEIMQUYcgkosw048](?![\w+/=-])"
)
_GIT: Final = re.compile(
    rb"(?<=[-+.]g)[0-9a-f]{7,40}"
    + _END
    + rb"|"
    + _EDGE
    + rb"(?=[0-9]*+[a-f])(?=[a-f]*+[0-9])[0-9a-f]{7,40}"
    + _END
)
_OBJECT: Final = re.compile(rb"(?<= at )0x[0-9a-fA-F]{4,16}" + _END)
_USER_HOST: Final = re.compile(rb"(?<![\w.+-])[A-Za-z_][\w.+-]*+@([A-Za-z0-9][A-Za-z0-9.-]*+)")
# Machines of CI services: Azure and GitHub, AWS, BuildKit, GitLab, macOS and Windows runners.
_HOST: Final = re.compile(
    rb"(?<![\w-])(?:fv-az[0-9]+-[0-9]+|runnervm[a-z0-9]{3,32}|ip-[0-9]{1,3}(?:-[0-9]{1,3}){3}"
    rb"|buildkitsandbox|runner-[0-9A-Za-z_]{1,40}-project-[0-9]+-concurrent-[0-9]+"
    rb"|Mac-[0-9]{10,16}|DESKTOP-[A-Z0-9]{7}|WIN-[A-Z0-9]{11})"
    rb"(?:\.[a-z0-9][a-z0-9-]{0,62}){0,8}+(?![\w-])"
)
# PEP 440: release, pre-, post- and development release, local version.
_VERSION: Final = re.compile(
    rb"(?<![0-9A-Za-z.])v?[0-9]++(?:\.[0-9]++)*+"
    rb"(?:[._-]?(?:alpha|beta|preview|post|dev|pre|rev|rc|a|b|c|r)[._-]?[0-9]*+(?![a-z]))*+"
    rb"(\+[0-9A-Za-z]++(?:[._-][0-9A-Za-z]++)*+)?+" + _END
)
# What setuptools-scm, versioneer and their like put into the local version.
_SCM_LOCAL: Final = re.compile(
    rb"[+._-](?:g[0-9a-f]{4,40}|d20[0-9]{6}|dirty|unknown|untagged)(?![0-9A-Za-z])"
)


def tokenise(line: bytes) -> list[Token]:
    """Cut a line into tokens that tile it, no two pieces of ``text`` next to each other.

    Where two recognisers claim the same bytes the longer claim holds; of two equally long ones
    the kind that is named first in :data:`Kind`.
    """
    head = line[:MAX_LINE]
    cut = len(line) > len(head)
    claims = [
        (start - stop, rank, start, stop, kind)
        for rank, (kind, find) in enumerate(RECOGNISERS.items())
        for start, stop in find(head)
        # At the cut it is not known where a token ends.
        if not (cut and stop == len(head))
    ]
    claims.sort()
    taken = bytearray(len(head))
    tokens: list[Token] = []
    for _, _, start, stop, kind in claims:
        if taken.find(1, start, stop) < 0:
            taken[start:stop] = b"\1" * (stop - start)
            tokens.append(_token(kind, line, start, stop))
    tokens.sort(key=lambda token: token.start)
    return list(_tiled(tokens, line))


def find(kind: Kind, line: bytes) -> list[Token]:
    """Return all tokens of one kind, also where :func:`tokenise` gives the bytes to another."""
    search = RECOGNISERS.get(kind)
    if search is None:
        return []
    return [_token(kind, line, start, stop) for start, stop in search(line[:MAX_LINE])]


def parse_time(token: Token) -> Instant | None:
    """Return what a token of kind ``datetime`` names, ``None`` for any other."""
    return instant(token.value.encode("utf-8", "surrogateescape"))


def _token(kind: Kind, line: bytes, start: int, stop: int) -> Token:
    return Token(kind, start, stop, line[start:stop].decode("utf-8", "surrogateescape"))


def _tiled(tokens: Iterable[Token], line: bytes) -> Iterator[Token]:
    at = 0
    for token in tokens:
        if token.start > at:
            yield _token("text", line, at, token.start)
        yield token
        at = token.stop
    if at < len(line):
        yield _token("text", line, at, len(line))


def _times(line: bytes) -> Spans:
    return find_times(line)


def _matches(pattern: re.Pattern[bytes]) -> Callable[[bytes], Spans]:
    return lambda line: (found.span() for found in pattern.finditer(line))


def _digests(line: bytes) -> Spans:
    spans = [found.span() for found in _HEX.finditer(line)]
    for found in _BASE64.finditer(line):
        named = line[max(found.start() - 7, 0) : found.start() - 4] == b"sha"
        if named or _is_random(found[0]):
            spans.append(found.span())
    at = 0
    # Hexadecimal digits between dashes may stand inside of base64.
    for start, stop in sorted(spans):
        if start >= at:
            yield start, stop
            at = stop


def _is_random(raw: bytes) -> bool:
    """Tell a digest in base64 from a long name: digits, capitals and small letters, all of them."""
    kinds = (rb"[0-9]", rb"[A-Z]", rb"[a-z]")
    return all(len(re.findall(kind, raw)) >= 2 for kind in kinds)


def _user_hosts(line: bytes) -> Spans:
    if b"@" not in line:
        return
    for found in _USER_HOST.finditer(line):
        host = found[1].rstrip(b".-")
        # name@1.0 is a package with its version.
        if not re.match(rb"[0-9]++(?:\.[0-9]|\Z)", host):
            yield found.start(), found.start(1) + len(host)


def _temporary_names(line: bytes) -> Spans:
    return ((name.start, name.stop) for name in find_temporary_names(line))


def _versions(line: bytes) -> Spans:
    for found in _VERSION.finditer(line):
        if b"." in found[0] and not _is_scm(found[1]):
            yield found.span()


def _scm_versions(line: bytes) -> Spans:
    return (found.span() for found in _VERSION.finditer(line) if _is_scm(found[1]))


def _is_scm(local: bytes | None) -> bool:
    return local is not None and _SCM_LOCAL.search(local) is not None


RECOGNISERS: Final[Mapping[Kind, Callable[[bytes], Spans]]] = MappingProxyType(
    {
        "datetime": _times,
        "path": find_paths,
        "uuid": _matches(_UUID),
        "digest": _digests,
        "scm-version": _scm_versions,
        "user-host": _user_hosts,
        "host": _matches(_HOST),
        "object-id": _matches(_OBJECT),
        "temporary-name": _temporary_names,
        "git-id": _matches(_GIT),
        "version": _versions,
    }
)
"""For each kind, what finds its tokens in a line: ``(start, stop)`` from left to right."""
