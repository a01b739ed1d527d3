"""Text: lines that say something else, and text that says the same in another form.

Lines are aligned without their endings, so that a file whose line endings *and* content changed
shows both, each by itself.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from reprodiff.formats.base import Content, Format
from reprodiff.formats.parsing.align import align
from reprodiff.formats.parsing.lines import Decoded, Line, decode, is_text, split_lines
from reprodiff.formats.parsing.tokens import tokenise
from reprodiff.formats.parsing.unicode import hidden_characters
from reprodiff.model import Difference, Span

MAX_TEXT: Final = 64 << 20
"""Larger files are compared as bytes."""
MAX_LINE: Final = 64 << 10
"""Longest line whose text is kept in a fact, in characters; the span has it all."""


class Part(NamedTuple):
    """A text inside a file: the file itself, or the body of a METADATA."""

    path: str
    a: bytes
    b: bytes
    base_a: int = 0
    base_b: int = 0
    label: str = "line"
    python: bool = False
    first: tuple[int, int] = (1, 1)
    """Numbers of the first line in A and in B."""


class _Side(NamedTuple):
    data: bytes
    base: int
    decoded: Decoded
    lines: list[Line]
    bodies: list[bytes] | list[str]

    def span(self, first: int, last: int) -> Span:
        """Bytes of the bodies of lines ``first`` to ``last`` (exclusive) and what is between."""
        if first >= last:
            at = self.lines[first].start if first < len(self.lines) else len(self.data)
            return Span(self.base + at, self.base + at)
        return Span(self.base + self.lines[first].start, self.base + self.lines[last - 1].body_stop)

    def whole(self, first: int, last: int) -> Span:
        """Bytes of lines ``first`` to ``last`` (exclusive) with their endings."""
        if first >= last:
            return self.span(first, last)
        return Span(self.base + self.lines[first].start, self.base + self.lines[last - 1].stop)

    def full(self, first: int, last: int) -> Iterator[bytes]:
        """Lines ``first`` to ``last`` (exclusive) with their endings."""
        return (self.data[line.start : line.stop] for line in self.lines[first:last])

    def text(self, number: int) -> str:
        line = self.lines[number]
        body = self.data[line.start : line.body_stop]
        return body.decode(self.decoded.encoding, "surrogateescape")[:MAX_LINE]

    def ending(self, number: int) -> bytes:
        line = self.lines[number]
        return self.data[line.body_stop : line.stop]


def text_facts(part: Part) -> list[Difference]:
    """Return what differs between two texts.

    Kinds: ``text.bom``, ``text.encoding``, ``text.eol``, ``text.final-newline``, ``text.line``
    (one line became another), ``text.block`` (lines on one side only, or too many to pair),
    ``text.order`` (the same lines in another order), ``text.hidden`` (invisible or
    direction-changing characters on changed lines).
    """
    a, b = _side(part.a, part.base_a, part.python), _side(part.b, part.base_b, part.python)
    other_encoding = a.decoded.encoding != b.decoded.encoding
    if other_encoding:
        a = a._replace(bodies=[a.text(n) for n in range(len(a.lines))])
        b = b._replace(bodies=[b.text(n) for n in range(len(b.lines))])
    facts: list[Difference] = list(_bom(part, a, b))
    endings: list[tuple[int, int]] = []
    recoded: list[tuple[Span, Span]] = []
    changed: list[tuple[int, int, int, int]] = []
    for op in align(a.bodies, b.bodies):
        if op.tag == "equal":
            endings += ((op.a0 + number, op.b0 + number) for number in range(op.a1 - op.a0))
            if other_encoding:
                recoded += _recoded(a, b, op.a0, op.b0, op.a1 - op.a0)
        else:
            changed.append((op.a0, op.a1, op.b0, op.b1))
    if recoded:
        facts.append(
            Difference(
                "text.encoding",
                part.path,
                "encoding",
                _encoding(a.decoded),
                _encoding(b.decoded),
                *recoded[0],
                parts=tuple(recoded),
            )
        )
    reordered = _reordered(part, a, b, changed)
    if reordered is not None:
        facts.append(reordered)
    else:
        for block in changed:
            facts += _changed(part, a, b, block, endings)
        facts += _hidden(part, a, b, changed)
    facts += _endings(part, a, b, endings)
    return facts


def _side(data: bytes, base: int, python: bool) -> _Side:  # noqa: FBT001
    decoded = decode(data, python=python)
    body = data[decoded.bom_len :]
    lines = [
        Line(x + decoded.bom_len, y + decoded.bom_len, z + decoded.bom_len)
        for x, y, z in split_lines(body, decoded.encoding)
    ]
    return _Side(data, base, decoded, lines, [data[line.start : line.body_stop] for line in lines])


def _encoding(decoded: Decoded) -> str:
    return "8-bit, not told" if decoded.fallback else decoded.encoding


def _bom(part: Part, a: _Side, b: _Side) -> Iterator[Difference]:
    size_a, size_b = a.decoded.bom_len, b.decoded.bom_len
    if part.a[:size_a] != part.b[:size_b]:
        yield Difference(
            "text.bom",
            part.path,
            "byte order mark",
            part.a[:size_a],
            part.b[:size_b],
            Span(part.base_a, part.base_a + size_a),
            Span(part.base_b, part.base_b + size_b),
        )


def _recoded(
    a: _Side, b: _Side, first_a: int, first_b: int, count: int
) -> Iterator[tuple[Span, Span]]:
    for number in range(count):
        line_a, line_b = a.lines[first_a + number], b.lines[first_b + number]
        if a.data[line_a.start : line_a.body_stop] != b.data[line_b.start : line_b.body_stop]:
            yield (
                a.span(first_a + number, first_a + number + 1),
                b.span(first_b + number, first_b + number + 1),
            )


def _reordered(
    part: Part, a: _Side, b: _Side, changed: Sequence[tuple[int, int, int, int]]
) -> Difference | None:
    """Return one fact if the changed lines of both sides are the same lines in another order."""
    if not changed:
        return None
    first_a, last_a = changed[0][0], max(change[1] for change in changed)
    first_b, last_b = changed[0][2], max(change[3] for change in changed)
    if last_a - first_a < 2 or last_a - first_a != last_b - first_b:
        return None
    # Whole lines with their endings: nothing but their order may differ.
    if Counter(a.full(first_a, last_a)) != Counter(b.full(first_b, last_b)):
        return None
    moved = sum(change[1] - change[0] for change in changed)
    return Difference(
        "text.order",
        part.path,
        f"{part.label}s {first_a + part.first[0]} to {last_a + part.first[0] - 1}",
        a.text(first_a),
        b.text(first_b),
        a.whole(first_a, last_a),
        b.whole(first_b, last_b),
        note=f"{moved} lines moved",
    )


def _changed(
    part: Part,
    a: _Side,
    b: _Side,
    block: tuple[int, int, int, int],
    endings: list[tuple[int, int]],
) -> Iterator[Difference]:
    """Yield a changed block line by line where its lines can be paired, else as a whole."""
    a0, a1, b0, b1 = block
    for x0, x1, y0, y1 in _paired(a, b, a0, a1, b0, b1):
        if x1 - x0 == y1 - y0:
            for number in range(x1 - x0):
                one, two = x0 + number, y0 + number
                endings.append((one, two))
                yield Difference(
                    "text.line",
                    part.path,
                    f"{part.label} {one + part.first[0]}",
                    a.text(one),
                    b.text(two),
                    a.span(one, one + 1),
                    b.span(two, two + 1),
                )
        else:
            yield _block(part, a, b, (x0, x1, y0, y1))


def _block(part: Part, a: _Side, b: _Side, block: tuple[int, int, int, int]) -> Difference:
    x0, x1, y0, y1 = block
    shown_a = "\n".join(a.text(n) for n in range(x0, min(x1, x0 + 8))) if x1 > x0 else None
    shown_b = "\n".join(b.text(n) for n in range(y0, min(y1, y0 + 8))) if y1 > y0 else None
    at = x0 + part.first[0]
    inside = f"{part.label} {at}" if max(x1 - x0, y1 - y0) == 1 else f"{part.label}s from {at}"
    return Difference(
        "text.block",
        part.path,
        inside,
        shown_a,
        shown_b,
        a.whole(x0, x1),
        b.whole(y0, y1),
        note=f"{x1 - x0} lines in A, {y1 - y0} in B",
    )


def _paired(
    a: _Side, b: _Side, a0: int, a1: int, b0: int, b1: int
) -> Iterator[tuple[int, int, int, int]]:
    """Split a changed block so that lines of the same shape stand against each other."""
    if a1 - a0 == b1 - b0:
        yield a0, a1, b0, b1
        return
    if min(a1 - a0, b1 - b0) == 0 or max(a1 - a0, b1 - b0) > _MAX_SHAPED:
        yield a0, a1, b0, b1
        return
    shapes_a = [_shape(a.text(n)) for n in range(a0, a1)]
    shapes_b = [_shape(b.text(n)) for n in range(b0, b1)]
    for op in align(shapes_a, shapes_b):
        yield a0 + op.a0, a0 + op.a1, b0 + op.b0, b0 + op.b1


_MAX_SHAPED: Final = 2000


def _shape(text: str) -> str:
    """Return a line with its times, paths and the like replaced by their kinds."""
    return "".join(
        token.value if token.kind == "text" else f"\0{token.kind}\0"
        for token in tokenise(text.encode("utf-8", "surrogateescape"))
    )


def _hidden(
    part: Part, a: _Side, b: _Side, changed: Sequence[tuple[int, int, int, int]]
) -> Iterator[Difference]:
    """Yield characters on changed lines that a reviewer does not see; they claim no bytes."""
    for a0, a1, b0, b1 in changed:
        seen_a = [c for n in range(a0, a1) for c in hidden_characters(a.text(n))]
        seen_b = [c for n in range(b0, b1) for c in hidden_characters(b.text(n))]
        names_a, names_b = [c[2] for c in seen_a], [c[2] for c in seen_b]
        if names_a or names_b:
            yield Difference(
                "text.hidden",
                part.path,
                f"{part.label} {a0 + part.first[0]}",
                ", ".join(names_a[:8]) or None,
                ", ".join(names_b[:8]) or None,
            )


def _endings(
    part: Part, a: _Side, b: _Side, pairs: Sequence[tuple[int, int]]
) -> Iterator[Difference]:
    """Yield one fact for all line endings that differ, and one for a missing last one."""
    parts: list[tuple[Span, Span]] = []
    kinds_a: Counter[bytes] = Counter()
    kinds_b: Counter[bytes] = Counter()
    for one, two in sorted(pairs):
        end_a, end_b = a.ending(one), b.ending(two)
        if end_a == end_b:
            continue
        line_a, line_b = a.lines[one], b.lines[two]
        spans = (
            Span(part.base_a + line_a.body_stop, part.base_a + line_a.stop),
            Span(part.base_b + line_b.body_stop, part.base_b + line_b.stop),
        )
        if not end_a or not end_b:
            yield Difference(
                "text.final-newline",
                part.path,
                "end of file",
                end_a or None,
                end_b or None,
                *spans,
            )
            continue
        kinds_a[end_a] += 1
        kinds_b[end_b] += 1
        parts.append(spans)
    if parts:
        yield Difference(
            "text.eol",
            part.path,
            f"line endings of {len(parts)} lines",
            _kinds(kinds_a),
            _kinds(kinds_b),
            *parts[0],
            parts=tuple(parts),
        )


def _kinds(counts: Counter[bytes]) -> str:
    names = {b"\n": "LF", b"\r\n": "CRLF", b"\r": "CR"}
    return ", ".join(names.get(end, "other") for end in sorted(counts))


def _applies(content: Content) -> bool:
    return (
        max(len(content.a), len(content.b)) <= MAX_TEXT
        and is_text(bytes(content.a[:MAX_LINE]))
        and is_text(bytes(content.b[:MAX_LINE]))
    )


def _compare(content: Content) -> list[Difference]:
    return text_facts(Part(content.path, bytes(content.a), bytes(content.b)))


FORMAT: Final = Format("text", _applies, _compare)
