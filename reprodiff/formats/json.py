"""JSON: values by their place in the document, and documents that say the same."""

import codecs
from collections import Counter
from collections.abc import Iterator
from typing import Final

from reprodiff.errors import DamagedError
from reprodiff.formats.base import Content, Format
from reprodiff.formats.parsing.jsontext import JsonDocument, JsonError, parse_json, same_data
from reprodiff.model import Difference, Span

MAX_JSON: Final = 32 << 20
"""Larger documents are compared as text, in bytes."""
MAX_FACTS: Final = 20_000
"""More differing values than that are one fact on the whole document."""

_SUFFIXES: Final = frozenset({".json", ".ipynb", ".geojson", ".cdx"})


def _compare(content: Content) -> list[Difference]:
    try:
        a, b = parse_json(bytes(content.a)), parse_json(bytes(content.b))
    except JsonError as error:
        raise DamagedError(f"not JSON: {error}") from error
    whole = (Span(0, len(content.a)), Span(0, len(content.b)))
    sbom = "sbom" if _is_sbom(content.path, a) and _is_sbom(content.path_b, b) else ""
    marks = [document.data.startswith(codecs.BOM_UTF8) for document in (a, b)]
    if marks[0] != marks[1]:
        raise DamagedError("one side has a byte order mark, which many readers of JSON refuse")
    if same_data(a, b):
        # Values stand in one order exactly if their kinds and names do, each before those inside.
        order_a, order_b = ([(n.kind, n.key) for n in each.nodes] for each in (a, b))
        what = "json.format" if order_a == order_b else "json.key-order"
        return [Difference(what, content.path, "document", "", "", *whole, note=sbom)]
    facts: list[Difference] = []
    for fact in _walk(content.path, a, b, sbom):
        facts.append(fact)
        if len(facts) > MAX_FACTS:
            return [Difference("json.value", content.path, "document", "", "", *whole, note=sbom)]
    return facts


def _is_sbom(path: str, document: JsonDocument) -> bool:
    """Whether a document is a CycloneDX bill of materials, which nothing reads at run time.

    A file among the package's own data may be read, whatever it calls itself (PEP 770).
    """
    return ".dist-info/sboms/" in f"/{path}" and any(
        document.nodes[index].kind == "string" and document.text(index) == "CycloneDX"
        for index in document.find("bomFormat")
    )


def _walk(path: str, a: JsonDocument, b: JsonDocument, sbom: str) -> Iterator[Difference]:
    """Yield the values that differ; containers that cannot be matched are one fact each."""
    pending = [(0, 0)]
    while pending:
        x, y = pending.pop()
        if a.raw(x) == b.raw(y):
            continue
        node_a, node_b = a.nodes[x], b.nodes[y]
        if node_a.kind == node_b.kind == "object":
            left, right = _members(a, x), _members(b, y)
            if left is None or right is None or list(left) != list(right):
                yield from _object(path, a, b, x, y, sbom)
                continue
            pending += reversed([(left[key], right[key]) for key in left])
            yield from _frame(path, a, b, x, y)
        elif node_a.kind == node_b.kind == "array":
            items_a, items_b = list(a.children(x)), list(b.children(y))
            raws_a, raws_b = [*map(a.raw, items_a)], [*map(b.raw, items_b)]
            if len(items_a) != len(items_b):
                yield _fact("json.value", path, a, b, (x, y), sbom)
            elif raws_a != raws_b and Counter(raws_a) == Counter(raws_b):
                yield _fact("json.order", path, a, b, (x, y), sbom)
            else:
                pending += reversed(list(zip(items_a, items_b, strict=True)))
                yield from _frame(path, a, b, x, y)
        else:
            yield _fact("json.value", path, a, b, (x, y), sbom)


def _members(document: JsonDocument, index: int) -> dict[str, int] | None:
    """Return the members of an object by name, ``None`` if a name occurs twice."""
    found: dict[str, int] = {}
    for child in document.children(index):
        key = document.nodes[child].key or ""
        if key in found:
            return None
        found[key] = child
    return found


def _object(
    path: str, a: JsonDocument, b: JsonDocument, x: int, y: int, sbom: str
) -> Iterator[Difference]:
    """Yield the facts on two objects whose members are not the same names in the same order."""
    left, right = _members(a, x), _members(b, y)
    if left is None or right is None:
        yield _fact("json.value", path, a, b, (x, y), sbom, note="a name occurs twice")
        return
    common_a = [key for key in left if key in right]
    common_b = [key for key in right if key in left]
    if len(left) == len(right) == len(common_a):
        same = all(a.raw(left[key]) == b.raw(right[key]) for key in left)
        what = "json.key-order" if same else "json.value"
        yield _fact(what, path, a, b, (x, y), sbom)
        return
    extra_a = [key for key in left if key not in right]
    extra_b = [key for key in right if key not in left]
    equal = all(a.raw(left[key]) == b.raw(right[key]) for key in common_a)
    if common_a == common_b and equal and len(extra_a) + len(extra_b) == 1:
        yield _only(path, a, b, (x, y), (left, right), (extra_a, extra_b), sbom)
        return
    if common_a == common_b and _is_root_of_sbom(x, y, sbom):
        # Top-level members of a bill of materials are told apart: a serial number that only one
        # side has must not take everything else with it.
        for key in extra_a + extra_b:
            yield _only(
                path,
                a,
                b,
                (x, y),
                (left, right),
                ([key] if key in left else [], [key] if key in right else []),
                sbom,
            )
        for key in common_a:
            yield from _below(path, a, b, left[key], right[key], sbom)
        return
    yield _fact("json.value", path, a, b, (x, y), sbom)


def _is_root_of_sbom(x: int, y: int, sbom: str) -> bool:
    return bool(sbom) and x == y == 0


def _below(
    path: str, a: JsonDocument, b: JsonDocument, x: int, y: int, sbom: str
) -> Iterator[Difference]:
    pending = [(x, y)]
    while pending:
        one, two = pending.pop()
        if a.raw(one) == b.raw(two):
            continue
        left, right = _members(a, one), _members(b, two)
        kinds = {a.nodes[one].kind, b.nodes[two].kind}
        if kinds == {"object"} and left and right and list(left) == list(right):
            pending += reversed([(left[key], right[key]) for key in left])
        elif kinds == {"array"} and len(list(a.children(one))) == len(list(b.children(two))):
            pending += reversed(list(zip(a.children(one), b.children(two), strict=True)))
        else:
            yield _fact("json.value", path, a, b, (one, two), sbom)


def _only(
    path: str,
    a: JsonDocument,
    b: JsonDocument,
    at: tuple[int, int],
    members: tuple[dict[str, int], dict[str, int]],
    extra: tuple[list[str], list[str]],
    sbom: str,
) -> Difference:
    """Return the fact that one side has a member more, with its comma and white space."""
    (left, right), (x, y) = members, at
    values: tuple[str | None, str | None]
    if extra[0]:
        child = left[extra[0][0]]
        spans = _member_span(a, x, child, left, right), _gap(b, y, child, left, right)
        document, values = a, (a.text(child), None)
    else:
        child = right[extra[1][0]]
        spans = _gap(a, x, child, right, left), _member_span(b, y, child, right, left)
        document, values = b, (None, b.text(child))
    where = _where(document, child)
    return Difference(
        "json.member", path, where, values[0], values[1], spans[0], spans[1], note=sbom
    )


def _next_common(child: int, own: dict[str, int], other: dict[str, int]) -> str | None:
    """Return the name of the first member behind ``child`` that the other side has too."""
    behind = [key for key, index in own.items() if index > child and key in other]
    return behind[0] if behind else None


def _member_span(
    document: JsonDocument, parent: int, child: int, own: dict[str, int], other: dict[str, int]
) -> Span:
    """Return where a member stands, up to the start of the next one or from the end of the last."""
    siblings = list(document.children(parent))
    at = siblings.index(child)
    node = document.nodes[child]
    if len(siblings) == 1:
        return _inside(document, parent)
    if _next_common(child, own, other) is not None:
        return Span(node.key_start, document.nodes[siblings[at + 1]].key_start)
    if at:
        return Span(document.nodes[siblings[at - 1]].stop, node.stop)
    return Span(node.key_start, node.stop)


def _gap(
    document: JsonDocument, parent: int, child: int, own: dict[str, int], other: dict[str, int]
) -> Span:
    """Return the empty place where ``document`` lacks the member ``child`` of the other side."""
    following = _next_common(child, own, other)
    siblings = list(document.children(parent))
    if following is not None:
        place = document.nodes[other[following]].key_start
    elif siblings:
        place = document.nodes[siblings[-1]].stop
    else:
        return _inside(document, parent)
    return Span(place, place)


def _inside(document: JsonDocument, parent: int) -> Span:
    """Return what stands between the braces of an object."""
    return Span(document.nodes[parent].start + 1, document.nodes[parent].stop - 1)


def _frame(path: str, a: JsonDocument, b: JsonDocument, x: int, y: int) -> Iterator[Difference]:
    """Yield what differs between the members of two containers: white space, escapes of names."""
    places_a, places_b = list(_between(a, x)), list(_between(b, y))
    parts = tuple(
        (one, two)
        for one, two in zip(places_a, places_b, strict=True)
        if a.data[one.start : one.stop] != b.data[two.start : two.stop]
    )
    if parts:
        yield Difference("json.spacing", path, _where(a, x), "", "", *parts[0], parts=parts)


def _between(document: JsonDocument, index: int) -> Iterator[Span]:
    node = document.nodes[index]
    at = node.start
    for child in document.children(index):
        start = document.nodes[child].start
        yield Span(at, start)
        at = document.nodes[child].stop
    yield Span(at, node.stop)


def _fact(
    what: str,
    path: str,
    a: JsonDocument,
    b: JsonDocument,
    at: tuple[int, int],
    sbom: str,
    note: str = "",
) -> Difference:
    x, y = at
    return Difference(
        what,
        path,
        _where(a, x),
        a.text(x)[:_SHOWN],
        b.text(y)[:_SHOWN],
        a.nodes[x].span,
        b.nodes[y].span,
        note=note or sbom,
    )


_SHOWN: Final = 64 << 10


def _where(document: JsonDocument, index: int) -> str:
    steps = document.path(index)
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.lstrip(".") or "document"


def _applies(content: Content) -> bool:
    if max(len(content.a), len(content.b)) > MAX_JSON:
        return False
    heads = [bytes(data[:64]).lstrip()[:1] for data in (content.a, content.b)]
    return content.suffix in _SUFFIXES and all(head in {b"{", b"["} for head in heads)


FORMAT: Final = Format("json", _applies, _compare)
