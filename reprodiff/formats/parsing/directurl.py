"""direct_url.json: where a distribution was installed from (PEP 610, "Recording the Direct URL").

Understood in full or not at all: a document with a name that the specification does not have, or
a value of another type, is for the JSON format to compare.
"""

from typing import Final, Literal

from reprodiff.formats.parsing.jsontext import JsonDocument, JsonError, parse_json
from reprodiff.model import Span
from reprodiff.records import dataclass

MAX_DIRECT_URL: Final = 1 << 16
"""Bytes of the largest document that is read."""

Kind = Literal["archive_info", "dir_info", "vcs_info"]
_KINDS: Final = {
    "archive_info": frozenset({"hash", "hashes"}),
    "dir_info": frozenset({"editable"}),
    "vcs_info": frozenset(
        {"vcs", "requested_revision", "commit_id", "resolved_revision", "resolved_revision_type"}
    ),
}


@dataclass(frozen=True, slots=True)
class DirectUrl:
    """What the document says, with the place of the URL (quotes included)."""

    url: str
    url_span: Span
    kind: str
    """``archive_info``, ``dir_info`` or ``vcs_info``."""
    hashes: tuple[str, ...] = ()
    """``algorithm=digest`` of the archive, sorted; ``hash`` and ``hashes`` put together."""
    revision: tuple[tuple[str, str], ...] = ()
    """What ``vcs_info`` says, sorted by name."""
    editable: bool = False
    subdirectory: str = ""


def parse_direct_url(data: bytes) -> DirectUrl | None:
    """Read the document; ``None`` if it is not understood in full."""
    if len(data) > MAX_DIRECT_URL:
        return None
    try:
        document = parse_json(data)
    except JsonError:
        return None
    top = _object(document, 0)
    if top is None or not top.keys() <= {"url", "subdirectory", *_KINDS}:
        return None
    url, subdirectory = _text(document, top.get("url")), _text(document, top.get("subdirectory"))
    kinds = [kind for kind in _KINDS if kind in top]
    if url is None or ("subdirectory" in top and subdirectory is None) or len(kinds) != 1:
        return None
    (kind,) = kinds
    info = _object(document, top[kind])
    if info is None or not info.keys() <= _KINDS[kind]:
        return None
    found = DirectUrl(url, document.nodes[top["url"]].span, kind, subdirectory=subdirectory or "")
    return _with_info(document, info, found)


def _with_info(document: JsonDocument, info: dict[str, int], found: DirectUrl) -> DirectUrl | None:
    basic = (found.url, found.url_span, found.kind)
    if found.kind == "dir_info":
        editable = document.raw(info["editable"]) if "editable" in info else b"false"
        if editable not in {b"true", b"false"}:
            return None
        return DirectUrl(*basic, editable=editable == b"true", subdirectory=found.subdirectory)
    if found.kind == "vcs_info":
        values = {name: _text(document, index) for name, index in info.items()}
        revision = tuple(sorted((name, value) for name, value in values.items() if value))
        if len(revision) < len(values):
            return None
        return DirectUrl(*basic, revision=revision, subdirectory=found.subdirectory)
    hashes = _hashes(document, info)
    if hashes is None:
        return None
    return DirectUrl(*basic, hashes=hashes, subdirectory=found.subdirectory)


def _hashes(document: JsonDocument, info: dict[str, int]) -> tuple[str, ...] | None:
    found: set[str] = set()
    if "hash" in info:
        text = _text(document, info["hash"])
        if text is None:
            return None
        found.add(text)
    if "hashes" in info:
        table = _object(document, info["hashes"])
        if table is None:
            return None
        for algorithm, index in table.items():
            digest = _text(document, index)
            if digest is None:
                return None
            found.add(f"{algorithm}={digest}")
    return tuple(sorted(found))


def _object(document: JsonDocument, index: int) -> dict[str, int] | None:
    """Return the members of an object by name; ``None`` if it is none, or has a name twice."""
    if document.nodes[index].kind != "object":
        return None
    children = list(document.children(index))
    found = {document.nodes[child].key or "": child for child in children}
    return found if len(found) == len(children) else None


def _text(document: JsonDocument, index: int | None) -> str | None:
    if index is None or document.nodes[index].kind != "string":
        return None
    return document.text(index)
