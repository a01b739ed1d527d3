"""Why two lines of text differ: token by token, each judged by a predicate on both values.

Two lines are compared as rows of tokens (times, paths, ids, versions, ...) with plain text
between them.  Only if the plain text is equal, byte for byte, and the tokens are of the same
kinds, is each differing token judged by itself; otherwise the whole line is a change of content.
So a changed word beside a changed date is never taken for the date.
"""

import re
from collections import Counter
from typing import Final, NamedTuple

from reprodiff.causes.base import Cause, Scene, SideScene
from reprodiff.causes.environment import (
    COMMIT,
    HOST,
    INTERPRETER_PATH,
    OBJECT_ID,
    PATH,
    RANDOM_ID,
    SCM_VERSION,
    SET_ORDER,
    TEMP_PATH,
    TEXT_TIME,
)
from reprodiff.causes.versions import explain_version
from reprodiff.formats.parsing.paths import find_temporary_names, split_paths
from reprodiff.formats.parsing.tokens import Token, parse_time, tokenise
from reprodiff.model import Confidence

MAX_LINE: Final = 32 << 10
"""Longer lines are not taken apart, in bytes."""


class Judgement(NamedTuple):
    """What one differing token is put down to."""

    cause: Cause
    confidence: Confidence
    hinge: tuple[str, str] | None = None
    benign: bool = True
    """Whether it is benign where no code reads it."""


class Piece(NamedTuple):
    """A differing part of a line, in bytes of each side; ``None`` is a change of content."""

    start_a: int
    stop_a: int
    start_b: int
    stop_b: int
    judgement: Judgement | None


def explain(a: bytes, b: bytes, scene: Scene) -> list[Piece]:
    """Return the differing parts of two lines; one part that is the whole line if in doubt."""
    whole = [Piece(0, len(a), 0, len(b), None)]
    if len(a) > MAX_LINE or len(b) > MAX_LINE:
        return whole
    tokens_a, tokens_b = tokenise(a), tokenise(b)
    if not _same_frame(a, b, tokens_a, tokens_b):
        found = _version_tuple(a, b) or _named_value(a, b) or _permuted(a, b)
        return [found] if found else whole
    pieces: list[Piece] = []
    told = _told(a, b, scene)
    for one, two in zip(tokens_a, tokens_b, strict=True):
        if a[one.start : one.stop] != b[two.start : two.stop]:
            judgement = _judge(one, two, scene, told)
            if judgement is not None and judgement.confidence is Confidence.PROVEN:
                judgement = _doubted(judgement, (a, one), (b, two))
            pieces.append(Piece(one.start, one.stop, two.start, two.stop, judgement))
    return pieces or whole


def _alike(one: Token, two: Token) -> bool:
    """Whether two tokens may stand for each other: of one kind, or both a version."""
    return one.kind == two.kind or {one.kind, two.kind} == _VERSIONS


_VERSIONS: Final = {"version", "scm-version"}
# As setuptools-scm and hatch-vcs write it beside the version: (1, 1, 'dev1', 'g7800c4e9b').
_TUPLE: Final = re.compile(
    rb"(?:__version_tuple__ = )?version_tuple = \((?P<parts>[\w., '\"]{1,200})\)\s*"
)


def _version_tuple(a: bytes, b: bytes) -> Piece | None:
    """Return the parts of two version tuples, if their versions are explained as such."""
    one, two = _TUPLE.fullmatch(a), _TUPLE.fullmatch(b)
    if one is None or two is None:
        return None
    found = explain_version(_joined(one["parts"]), _joined(two["parts"]))
    if found is None:
        return None
    return Piece(*one.span("parts"), *two.span("parts"), Judgement(*found, benign=False))


def _joined(parts: bytes) -> str:
    """Return the version that a tuple is made of."""
    words = [part.strip(" '\"") for part in parts.decode("utf-8", "replace").split(",")]
    local = next(
        (n for n, word in enumerate(words) if n and re.match(r"g[0-9a-f]|d20", word)), None
    )
    public = ".".join(word for word in words[:local] if word)
    return f"{public}+{'.'.join(words[local:])}" if local is not None else public


def _same_frame(a: bytes, b: bytes, tokens_a: list[Token], tokens_b: list[Token]) -> bool:
    """Whether the tokens are of the same kinds, and the text between them is equal."""
    if len(tokens_a) != len(tokens_b) or not all(map(_alike, tokens_a, tokens_b)):
        return False
    return all(
        a[one.start : one.stop] == b[two.start : two.stop]
        for one, two in zip(tokens_a, tokens_b, strict=True)
        if one.kind == "text"
    )


# Words that say that a time in the line is that of a build, and not one of the subject.
_MARKER: Final = re.compile(
    rb"(?i)(?:\b|_)(?:generated|built|build|compiled|created|packaged|produced|timestamp|"
    rb"generation|creation|build_?date|build_?time)(?:\b|_)"
)


def _judge(one: Token, two: Token, scene: Scene, told: str) -> Judgement | None:
    if "scm-version" in {one.kind, two.kind} and (found := explain_version(one.value, two.value)):
        return Judgement(*found, benign=False)
    match one.kind:
        case "datetime":
            return _time(one, two, scene, told)
        case "path":
            return _path(one, two, scene)
        case "temporary-name" if _without_random(one.value) == _without_random(two.value):
            return Judgement(TEMP_PATH, Confidence.PROVEN)
        case "git-id" if _LOCAL_DAY.fullmatch(one.value) and _LOCAL_DAY.fullmatch(two.value):
            return Judgement(SCM_VERSION, Confidence.PROVEN, benign=False)
        case "scm-version" if _without_day(one.value) == _without_day(two.value):
            return Judgement(SCM_VERSION, Confidence.PROVEN, benign=False)
        case "uuid" if _random(one, two):
            return Judgement(RANDOM_ID, Confidence.PROVEN)
        case _:
            return _ALWAYS.get(one.kind)


def speaks_of_build(line: str) -> bool:
    """Whether a line says that what stands in it is of a build."""
    return _MARKER.search(line.encode("utf-8", "surrogateescape")) is not None


# Words that make a time one of the subject, whatever else the line says.
_TERM: Final = re.compile(
    rb"(?i)(?:\b|_)(?:expir\w*|until|valid|before|after|since|deadline|due|ends?|effective|"
    rb"not_?before|not_?after|released?|copyright)(?:\b|_)"
)
# Files whose dates are those of releases.
_CHANGE_LOG: Final = re.compile(
    r"(?i)(?:^|/)(?:change(?:s|[-_]?logs?)?|history|news|releases?|release[-_]?notes|"
    r"what'?s[-_]?new)(?:[-_.][^/]*)?$"
)


def _told(a: bytes, b: bytes, scene: Scene) -> str:
    """What the lines and the file's name say of times in them: ``build``, ``subject`` or nothing.

    A term that somebody changed and the date of a release are no traces of the build, however
    close they are to it.
    """
    if _TERM.search(a) or _TERM.search(b) or _CHANGE_LOG.search(scene.path):
        return "subject"
    return "build" if _MARKER.search(a) and _MARKER.search(b) else ""


def _doubted(judgement: Judgement, *sides: tuple[bytes, Token]) -> Judgement:
    """Return the judgement, only likely where the line around the token speaks against it.

    An address may be one of a register: only a printed object has its address before a closing
    bracket.
    """
    if judgement.cause is OBJECT_ID and not all(
        line[token.stop : token.stop + 1] == b">" and b"<" in line[: token.start]
        for line, token in sides
    ):
        return judgement._replace(confidence=Confidence.LIKELY)
    return judgement


# Kinds of token whose look alone tells the cause.
_ALWAYS: Final = {
    "object-id": Judgement(OBJECT_ID, Confidence.PROVEN),
    "git-id": Judgement(COMMIT, Confidence.LIKELY, benign=False),
    "host": Judgement(HOST, Confidence.LIKELY, benign=False),
    "user-host": Judgement(HOST, Confidence.LIKELY, benign=False),
}


def _time(one: Token, two: Token, scene: Scene, told: str) -> Judgement | None:
    """Two times in one form, unless they are times of the subject.

    Proven if the line says so, or if the archive records a time within minutes of a time of the
    day.  A bare date is near any build of that day: beside the archive's times it is likely, and
    by itself it is content, unless it is written as compilers write ``__DATE__``.
    """
    time_a, time_b = parse_time(one), parse_time(two)
    if time_a is None or time_b is None or time_a.form != time_b.form or told == "subject":
        return None
    agreed = _recorded(time_a.utc_seconds, time_a.resolution_s, time_a.has_zone, scene.a) and (
        _recorded(time_b.utc_seconds, time_b.resolution_s, time_b.has_zone, scene.b)
    )
    bare = time_a.resolution_s >= _DAY_LONG
    if told == "build" or (agreed and not bare):
        return Judgement(TEXT_TIME, Confidence.PROVEN)
    if bare and not agreed and time_a.form != _COMPILED:
        return None
    return Judgement(TEXT_TIME, Confidence.LIKELY)


_DAY_LONG: Final = 86400
_COMPILED: Final = "month-first date"
_NEAR: Final = 600
"""Seconds between a time in a file and the time of a member that may be of one build."""


def _recorded(seconds: float | None, resolution: float, zone: bool, side: SideScene) -> bool:  # noqa: FBT001
    """Whether the archive records a time close by: the two were then taken in one build."""
    if seconds is None:
        return False
    slack = max(_NEAR, resolution)
    if not zone or not side.zoned:
        slack = max(slack, 14 * 3600)
    return any(abs(time - seconds) <= slack for time in side.times)


# Directories that only a build has: temporary ones, home directories, and those of CI services.
_BUILD_PREFIX: Final = re.compile(
    r"^(?:(?:path\+)?file://)?(?:/(?:tmp|var/tmp|private/tmp|private/var/folders|var/folders|home|"
    r"root|Users|build|builds|builddir|workspace|work|project|io|github|__w|buildkite)(?:/|$)"
    r"|[A-Za-z]:[\\/](?:Users|a|b|agent|actions-runner|projects|build)[\\/])"
)


# Where installers and images put a release of Python.
_INTERPRETER: Final = re.compile(
    r"(?:/opt/_internal/cpython-|/opt/python/cp|/opt/hostedtoolcache/Python/|.*/\.pyenv/versions/"
    r"|.*/uv/python/cpython-|/Library/Frameworks/Python\.framework/Versions/"
    r"|/Users/runner/hostedtoolcache/Python/|[A-Za-z]:[\\/]hostedtoolcache[\\/])"
)


def _path(one: Token, two: Token, scene: Scene) -> Judgement | None:
    """Two paths that are the same below two directories.

    Two directories without anything below them could be any two: they are no more than likely,
    unless other places agree on them.
    """
    if _without_random(one.value) == _without_random(two.value):
        return Judgement(TEMP_PATH, Confidence.PROVEN)
    prefix_a, prefix_b, suffix = split_paths(one.value, two.value)
    if not prefix_a or not prefix_b or prefix_a == prefix_b:
        return None
    known = _BUILD_PREFIX.match(prefix_a) and _BUILD_PREFIX.match(prefix_b)
    if not known and not suffix:
        return None
    if _INTERPRETER.match(one.value) and _INTERPRETER.match(two.value):
        scene.prefixes.learn(prefix_a, prefix_b)
        return Judgement(INTERPRETER_PATH, Confidence.LIKELY, (prefix_a, prefix_b))
    scene.prefixes.learn(prefix_a, prefix_b)
    confidence = Confidence.PROVEN if known and suffix else Confidence.LIKELY
    return Judgement(PATH, confidence, (prefix_a, prefix_b))


def _without_random(path: str) -> bytes:
    """Return a path with the random parts of temporary names blanked."""
    raw = bytearray(path.encode("utf-8", "surrogateescape"))
    for name in list(find_temporary_names(bytes(raw))):
        raw[name.random_start : name.stop] = b"*" * (name.stop - name.random_start)
    return bytes(raw)


_DAY: Final = re.compile(r"\.d20\d{6}")
_LOCAL_DAY: Final = re.compile(r"d20\d{6}")


def _without_day(version: str) -> str:
    """Return a version without the day that setuptools-scm adds for a tree with changes."""
    return _DAY.sub(".d", version)


def _random(one: Token, two: Token) -> bool:
    """Whether both ids are random ones (RFC 9562: version 4), and in one notation."""
    values = [token.value.lower().rpartition(":")[2] for token in (one, two)]
    return all(len(value) == 36 and value[14] == "4" and value[19] in "89ab" for value in values)


_ITEM: Final = re.compile(rb"""(?:[^,"'\[\](){}]|"[^"]*"|'[^']*')+""")
# A bracket that opens a list, tuple or set; behind a name it opens arguments or an index.
_OPENING: Final = re.compile(rb"(?<![\w\])])(?<![\w\])] )[\[({]")


def _permuted(a: bytes, b: bytes) -> Piece | None:
    """The items between two brackets in another order, and nothing else.

    The last bracket that opens before the first difference, and the first that closes behind the
    last one; items are split at commas outside of quotes, and nothing is nested between them.
    """
    if len(a) != len(b):
        return None
    head = next((at for at, (x, y) in enumerate(zip(a, b, strict=True)) if x != y), len(a))
    openings = [found.end() for found in _OPENING.finditer(a, 0, head + 1)]
    start = openings[-1] if openings and openings[-1] <= head else -1
    stops = [at for at in (a.find(bracket, start) for bracket in (b"]", b")", b"}")) if at >= 0]
    if start < 0 or not stops or a[:start] != b[:start]:
        return None
    stop = min(stops)
    if a[stop:] != b[stop:]:
        return None
    items_a, items_b = (_ITEM.findall(line, start, stop) for line in (a, b))
    bare_a, bare_b = (Counter(item.strip() for item in items) for items in (items_a, items_b))
    if len(items_a) < 2 or bare_a != bare_b or b",".join(items_a) != a[start:stop]:
        return None
    return Piece(start, stop, start, stop, Judgement(SET_ORDER, Confidence.PROVEN, benign=False))


# NAME = "value": a name that says that the value is a user, a host or the like.
_NAMED: Final = re.compile(
    rb"""(?x)^(?P<head>\s*["']?(?P<key>[A-Za-z_][\w.-]*)["']?\s*[:=]\s*)
    (?P<quote>["']?)(?P<value>[^"'\s,;()]{1,255})(?P=quote)(?P<tail>\s*[,;]?\s*)$"""
)
_ABOUT_HOST: Final = re.compile(
    rb"(?i)(?:^|_|-|\b)(?:user|username|builder|built_?by|packager|login|logname|host|hostname|"
    rb"machine|node|nodename|fqdn|computer|platform_?node|uname|kernel|locale|lang|lc_all)"
    rb"(?:$|_|-|\b)"
)


def _named_value(a: bytes, b: bytes) -> Piece | None:
    """A single value under a name that says user or host; the rest of the line must be equal."""
    one, two = _NAMED.match(a), _NAMED.match(b)
    if one is None or two is None or not _ABOUT_HOST.search(one["key"]):
        return None
    if one["head"] != two["head"] or one["quote"] != two["quote"] or one["tail"] != two["tail"]:
        return None
    judgement = Judgement(HOST, Confidence.LIKELY, benign=False)
    return Piece(*one.span("value"), *two.span("value"), judgement)
