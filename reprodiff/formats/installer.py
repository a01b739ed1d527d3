"""What installers note beside a distribution: INSTALLER, direct_url.json, uv_cache.json.

INSTALLER names the tool ("Recording installed projects"), direct_url.json where the distribution
came from (PEP 610); uv_cache.json is uv's own note on what a local path looked like.
"""

import re
from collections.abc import Iterator
from typing import Final

from reprodiff.errors import DamagedError
from reprodiff.formats import json
from reprodiff.formats.base import Content, Format
from reprodiff.formats.parsing.directurl import DirectUrl, parse_direct_url
from reprodiff.model import Difference, Span

_PATH: Final = re.compile(
    r"(?:^|/)[^/]+\.dist-info/(?P<name>INSTALLER|direct_url\.json|uv_cache\.json)$"
)
_INSTALLER: Final = re.compile(rb"[ \t]*([A-Za-z0-9][\w.+-]{0,99})[ \t]*(?:\r?\n)?")


def installer_name(data: bytes) -> str | None:
    """Return the tool that an INSTALLER file names; ``None`` if it is not one word."""
    found = _INSTALLER.fullmatch(data)
    return found[1].decode("ascii", "replace") if found else None


def is_cache_note(data: bytes) -> bool:
    """Whether ``data`` is a uv_cache.json as uv writes it: one object with known names."""
    from reprodiff.formats.parsing.jsontext import JsonError, parse_json  # noqa: PLC0415

    try:
        document = parse_json(data)
    except JsonError:
        return False
    keys = {document.nodes[child].key for child in document.children(0)}
    return document.nodes[0].kind == "object" and keys <= _CACHE_KEYS


_CACHE_KEYS: Final = frozenset({"timestamp", "commit", "tags", "env", "directories"})


def _compare(content: Content) -> list[Difference]:
    found = _PATH.search(content.path)
    match found["name"] if found else "":
        case "INSTALLER":
            return [_name(content)]
        case "direct_url.json":
            return list(_origin(content))
        case _:
            return _cache(content)


def _name(content: Content) -> Difference:
    a, b = installer_name(bytes(content.a)), installer_name(bytes(content.b))
    if a is None or b is None or a == b:
        raise DamagedError("not the names of two tools")
    return Difference("installer.name", content.path, "installer", a, b, *_whole(content))


def _whole(content: Content) -> tuple[Span, Span]:
    return Span(0, len(content.a)), Span(0, len(content.b))


def _origin(content: Content) -> Iterator[Difference]:
    """Yield what differs in meaning; each fact has the whole file unless the URL is all."""
    a, b = parse_direct_url(bytes(content.a)), parse_direct_url(bytes(content.b))
    if a is None or b is None:
        raise DamagedError("not as PEP 610 has it")
    differing = [
        (name, one, two)
        for (name, one), (_, two) in zip(_fields(a), _fields(b), strict=True)
        if one != two
    ]
    if not differing:
        raise DamagedError("the same in another form")
    spans = _whole(content)
    if differing == [("url", a.url, b.url)] and _same_frame(content, a, b):
        spans = a.url_span, b.url_span
    for name, one, two in differing:
        yield Difference(f"origin.{name}", content.path, name, one, two, *spans)


def _fields(found: DirectUrl) -> tuple[tuple[str, str], ...]:
    return (
        ("editable", "editable" if found.editable else ""),
        ("kind", found.kind.removesuffix("_info")),
        ("revision", ", ".join(f"{name} {value}" for name, value in found.revision)),
        ("hashes", ", ".join(found.hashes)),
        ("subdirectory", found.subdirectory),
        ("url", found.url),
    )


def _same_frame(content: Content, a: DirectUrl, b: DirectUrl) -> bool:
    """Whether the two documents are the same bytes but for the URL."""
    before = bytes(content.a[: a.url_span.start]), bytes(content.b[: b.url_span.start])
    behind = bytes(content.a[a.url_span.stop :]), bytes(content.b[b.url_span.stop :])
    return before[0] == before[1] and behind[0] == behind[1]


def _cache(content: Content) -> list[Difference]:
    if not (is_cache_note(bytes(content.a)) and is_cache_note(bytes(content.b))):
        raise DamagedError("not as uv writes it")
    facts: list[Difference] = []
    for fact in json.FORMAT.compare(content):
        time = fact.inside.split(".")[0] == "timestamp"
        facts.append(fact._replace(what="installer.cache-time" if time else "installer.cache"))
    return facts


FORMAT: Final = Format("installer", lambda content: bool(_PATH.search(content.path)), _compare)
