"""Two pyc files: what differs, byte for byte."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Literal

from reprodiff.formats.pyc.drafts import MAX_PATH, order
from reprodiff.formats.pyc.errors import PycError
from reprodiff.formats.pyc.facts import Fact, FactKind
from reprodiff.formats.pyc.marshal import MAX_NODES, Graph
from reprodiff.formats.pyc.numbering import Numbering
from reprodiff.formats.pyc.reader import (
    FLAGS_SPAN,
    HEADER_SIZE,
    MAGIC_SPAN,
    MTIME_SPAN,
    SOURCE_HASH_SPAN,
    SOURCE_SIZE_SPAN,
    PycHeader,
    read_body,
    read_header,
)
from reprodiff.formats.pyc.values import code_name, common_length, string
from reprodiff.formats.pyc.walk import Walk, join_path
from reprodiff.model import Span
from reprodiff.records import dataclass

BodyState = Literal["equal", "compared", "unread", "other-version"]


@dataclass(frozen=True, slots=True)
class PycComparison:
    """Everything known of two pyc files.

    ``facts`` are in the order of their kinds.  ``body`` says how the two bodies were compared:
    ``equal`` bytes; ``compared`` object by object, all of it unless ``complete`` is False;
    ``unread`` because at least one cannot be read (``error_a``, ``error_b`` say why);
    ``other-version``, whose objects mean other things.  ``residue_equal`` is whether A without
    the parts of all facts is B without them: if so, no byte differs that no fact is about.
    """

    a: PycHeader
    b: PycHeader
    facts: tuple[Fact, ...]
    body: BodyState
    residue_equal: bool
    complete: bool = True
    error_a: PycError | None = None
    error_b: PycError | None = None


def compare_pyc(
    a: bytes | memoryview, b: bytes | memoryview, *, max_nodes: int = MAX_NODES
) -> PycComparison:
    """Compare two pyc files; swapping them gives the mirrored facts.

    Raises :class:`PycError` if a file ends inside its header.  A damaged body or an unknown magic
    number is no error: the facts of the header stand, and ``residue_equal`` is what it is.
    """
    a, b = bytes(a), bytes(b)
    header_a, header_b = read_header(a), read_header(b)
    facts = _header_facts(header_a, header_b)
    if a[HEADER_SIZE:] == b[HEADER_SIZE:]:
        rest = _residue_equal(a[:HEADER_SIZE], b[:HEADER_SIZE], facts)
        return PycComparison(header_a, header_b, tuple(facts), "equal", rest)
    if header_a.magic != header_b.magic:
        rest = _residue_equal(a, b, facts)
        return PycComparison(header_a, header_b, tuple(facts), "other-version", rest)
    body_a, error_a = _read(a, max_nodes)
    path = None if body_a is None else _other_path(body_a, b)
    if path is not None:
        # Everything behind the header but this one string is equal.
        rest = _residue_equal(a[:HEADER_SIZE], b[:HEADER_SIZE], facts)
        return PycComparison(header_a, header_b, (*facts, path), "compared", rest)
    body_b, error_b = _read(b, max_nodes)
    if body_a is None or body_b is None:
        rest = _residue_equal(a, b, facts)
        return PycComparison(
            header_a, header_b, tuple(facts), "unread", rest, error_a=error_a, error_b=error_b
        )
    found, complete = _body_facts(body_a, body_b)
    facts += found
    rest = _residue_equal(a, b, facts)
    return PycComparison(header_a, header_b, tuple(facts), "compared", rest, complete)


def _read(data: bytes, max_nodes: int) -> tuple[Graph | None, PycError | None]:
    try:
        return read_body(data, max_nodes=max_nodes), None
    except PycError as error:
        return None, error


def _header_facts(a: PycHeader, b: PycHeader) -> list[Fact]:
    facts = []

    def add(kind: FactKind, one: str | int | None, two: str | int | None, span: Span) -> None:
        if one != two:
            facts.append(Fact(kind, "header", one, two, ((span, span),)))

    add(FactKind.MAGIC, _magic(a), _magic(b), MAGIC_SPAN)
    modes = {a.mode, b.mode}
    if len(modes) == 2 and "timestamp" in modes and None not in modes:
        # The eight bytes behind the flags are a time and a size on one side, a hash on the other.
        whole = Span(FLAGS_SPAN.start, HEADER_SIZE)
        add(FactKind.FLAGS, _validity(a), _validity(b), whole)
        return facts
    add(FactKind.FLAGS, _flags(a), _flags(b), FLAGS_SPAN)
    if a.mode is not None and b.mode is not None:
        add(FactKind.MTIME, a.mtime, b.mtime, MTIME_SPAN)
        add(FactKind.SOURCE_SIZE, a.source_size, b.source_size, SOURCE_SIZE_SPAN)
        add(FactKind.SOURCE_HASH, _hash(a), _hash(b), SOURCE_HASH_SPAN)
    return facts


def _magic(header: PycHeader) -> str:
    if header.version is None:
        return header.magic.hex(" ")
    return f"{header.magic_number} ({header.version})"


def _flags(header: PycHeader) -> str | None:
    if header.flags is None or header.mode is not None:
        return header.mode
    return f"flags {header.flags:#x}"


def _hash(header: PycHeader) -> str | None:
    return None if header.source_hash is None else header.source_hash.hex()


def _validity(header: PycHeader) -> str:
    if header.mode == "timestamp":
        return f"{header.mode} {header.mtime}, {header.source_size} bytes"
    return f"{header.mode} {_hash(header)}"


def _other_path(body: Graph, other: bytes) -> Fact | None:
    """Return the fact that nothing but one path differs, where that can be shown from one side.

    If a single string differs and is ``co_filename`` wherever it is used, then the other file has
    the same tokens, and need not be read.  This is what two installations into different
    directories look like, so it is worth a way of its own.
    """
    data, starts = body.data, body.starts
    at = HEADER_SIZE + common_length(data[HEADER_SIZE:], other[HEADER_SIZE:])
    node = bisect_right(starts, at) - 1
    if not body.filenames or node != body.filenames[0] or at == starts[node]:
        return None
    number = bisect_right(body.refs, node) - 1
    uses = body.uses[number] if number >= 0 and body.refs[number] == node else 0
    count = sum(body.resolve(filename) == node for filename in body.filenames)
    if body.shape(node) != "str" or uses + 1 != count:
        return None
    span = body.token(node)
    stop = _string_stop(other, span.start)
    if stop > len(other) or data[span.stop :] != other[stop:]:
        return None
    try:
        one, two = string(body.raw(node)), string(other[span.start : stop])
    except UnicodeDecodeError:
        return None
    path = ""
    for code, end in reversed(list(body.ends.items())):
        if code < node < end and body.shape(code) == "code":
            path = join_path(path, code_name(body, code))
    place = f"code {path}.co_filename"
    part = (Span(span.start + 1, span.stop), Span(span.start + 1, stop))
    return Fact(FactKind.FILENAME, place, one[:MAX_PATH], two[:MAX_PATH], (part,), count)


def _string_stop(data: bytes, start: int) -> int:
    """Return the offset behind the string that starts there, by what its length says."""
    if data[start] & 0x7F in b"zZ":
        return start + 2 + data[start + 1]
    size = int.from_bytes(data[start + 1 : start + 5], "little", signed=True)
    return start + 5 + size if size >= 0 else len(data) + 1


def _body_facts(a: Graph, b: Graph) -> tuple[list[Fact], bool]:
    numbering = Numbering()
    # The same numbers whichever side is called A, so that what depends on them is mirrored.
    if a.data <= b.data:
        numbers = (numbering.number(a), numbering.number(b))
    else:
        numbers = (numbering.number(b), numbering.number(a))[::-1]
    walk = Walk(a, b, numbers)
    facts = walk.run()
    rest_a, rest_b = a.data[a.end :], b.data[b.end :]
    if rest_a != rest_b:
        part = (Span(a.end, len(a.data)), Span(b.end, len(b.data)))
        fact = Fact(FactKind.TRAILING, "file", _tail(rest_a), _tail(rest_b), (part,))
        facts.insert(bisect_right(facts, order(fact), key=order), fact)
    return facts, walk.complete


def _tail(data: bytes) -> str | None:
    return f"{len(data)} bytes: {data[:16].hex(' ')}" if data else None


def _residue_equal(a: bytes, b: bytes, facts: Iterable[Fact]) -> bool:
    """Whether the two are equal without the parts of ``facts``."""
    parts = [part for fact in facts for part in fact.parts]
    return _without(a, (x for x, _ in parts)) == _without(b, (y for _, y in parts))


def _without(data: bytes, spans: Iterable[Span]) -> bytes:
    kept = []
    at = 0
    for span in sorted(spans):
        if span.start > at:
            kept.append(data[at : span.start])
        at = max(at, span.stop)
    kept.append(data[at:])
    return b"".join(kept)
