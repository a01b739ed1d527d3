"""What readers of compiled files share: bounded reads, differing runs, the strings they lie in."""

import struct
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from reprodiff.formats.parsing.byteruns import differing_runs
from reprodiff.model import Difference, Span, Value

MAX_STRING: Final = 4096
"""Bytes of the longest string looked at in a data section."""
MAX_RUNS: Final = 4000
"""Runs of differing bytes told apart in one section; with more, neighbours are joined."""

Pair = tuple[Span, Span]


def unpack(form: struct.Struct, data: memoryview, at: int) -> tuple[int, ...] | None:
    """Return the integers of ``form`` at ``at``, ``None`` where they are not all inside."""
    if at < 0 or at + form.size > len(data):
        return None
    return form.unpack_from(data, at)


def c_string(data: memoryview, at: int, stop: int) -> bytes | None:
    """Return the bytes up to a NUL before ``stop``; ``None`` if there is none close by."""
    if not 0 <= at < len(data):
        return None
    raw = bytes(data[at : min(stop, at + MAX_STRING, len(data))])
    end = raw.find(b"\0")
    return raw[:end] if end >= 0 else None


def all_zero(data: memoryview, span: Span) -> bool:
    """Whether there is nothing but zero bytes in ``span``, all of it inside of ``data``."""
    return 0 <= span.start <= span.stop <= len(data) and not any(data[span.start : span.stop])


def changed_runs(
    a: memoryview, b: memoryview, spans: Pair, covered: Iterable[Pair], merge: int = 1
) -> list[Pair]:
    """Return where two equally long spans differ outside of ``covered`` pairs of spans."""
    span_a, span_b = spans
    left, right = bytearray(a[span_a.start : span_a.stop]), bytearray(b[span_b.start : span_b.stop])
    for one, two in covered:
        for buffer, whole, part in ((left, span_a, one), (right, span_b, two)):
            start, stop = max(part.start, whole.start), min(part.stop, whole.stop)
            if start < stop:
                buffer[start - whole.start : stop - whole.start] = bytes(stop - start)
    with memoryview(left) as one_view, memoryview(right) as other_view:
        return [
            (
                Span(span_a.start + start, span_a.start + stop),
                Span(span_b.start + start, span_b.start + stop),
            )
            for start, stop in differing_runs(one_view, other_view, merge, MAX_RUNS)
        ]


class StringPair(NamedTuple):
    """Two strings of one length at the same place of a section, without their NUL."""

    a: bytes
    b: bytes
    span_a: Span
    span_b: Span


_TEXT: Final = frozenset({9, 10, 13, *range(0x20, 0x7F), *range(0x80, 0x100)})


def string_pairs(
    a: memoryview, b: memoryview, spans: Pair, runs: Sequence[Pair]
) -> list[StringPair]:
    """Return the NUL-terminated strings that ``runs`` lie in, where both sides have one there.

    Both must start and end at the same offsets of ``spans``, so that nothing behind them moves.
    """
    found: list[StringPair] = []
    stop_before = -1
    for run_a, run_b in runs:
        if run_a.stop <= stop_before:
            continue
        place_a = _around(a, spans[0], run_a)
        place_b = _around(b, spans[1], run_b)
        if place_a is None or place_b is None:
            continue
        offsets = [
            (place.start - whole.start, place.stop - whole.start)
            for place, whole in ((place_a, spans[0]), (place_b, spans[1]))
        ]
        text_a, text_b = (
            bytes(a[place_a.start : place_a.stop]),
            bytes(b[place_b.start : place_b.stop]),
        )
        if offsets[0] == offsets[1] and _TEXT.issuperset(text_a) and _TEXT.issuperset(text_b):
            found.append(StringPair(text_a, text_b, place_a, place_b))
            stop_before = place_a.stop
    return found


def _around(data: memoryview, whole: Span, run: Span) -> Span | None:
    """Return the string around ``run``, without its NUL."""
    first = max(whole.start, run.start - MAX_STRING)
    last = min(whole.stop, run.stop + MAX_STRING)
    if run.size > MAX_STRING:
        return None
    raw = bytes(data[first:last])
    start = raw.rfind(b"\0", 0, run.start - first) + 1
    if start == 0 and first != whole.start:
        return None
    stop = raw.find(b"\0", run.start - first)
    if stop < run.stop - first or not 0 < stop - start <= MAX_STRING:
        return None
    return Span(first + start, first + stop)


def fact(
    place: tuple[str, str, str], values: Sequence[Value], parts: Sequence[Pair] = (), note: str = ""
) -> Difference:
    """Return a fact of kind ``place[0]`` on the member ``place[1]``, inside ``place[2]``."""
    one, two = parts[0] if parts else (None, None)
    several = tuple(parts) if len(parts) > 1 else ()
    return Difference(*place, values[0], values[1], one, two, note, several)
