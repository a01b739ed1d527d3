"""Sections, functions and symbols of two compiled files, and what became of each.

Runs in a child process.  Two functions are the same if their bytes are; where they are not, the
facts of the format's own comparison say whether only what they refer to has moved.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from reprodiff.formats.parsing.align import align
from reprodiff.model import ArtifactKind, Difference, Side, Span
from reprodiff.views.claims import content_facts
from reprodiff.views.native.model import Binary, Name, Section, read
from reprodiff.views.tables import State

MAX_ROWS: Final = 20_000
"""Rows of one of the tables."""
MOVED: Final = ".moved"
"""Ends the names of facts on what has only moved."""
_CODE: Final = (".code", ".instructions", ".function")
"""End the names of facts on machine code that has changed."""

Row = tuple[str, str | None, str | None, str, int, int, int, int]
"""Name, what A and B have, state, and the bytes of both (0 to 0 for none)."""


def parts(meta: Mapping[str, Any], payload: memoryview) -> tuple[dict[str, Any], bytes]:
    """Return tables as (title, rows); ``meta`` has ``size_a``, ``path`` and ``facts``.

    ``facts`` says whether the files are compared once more to judge the functions.
    """
    size = meta["size_a"]
    data_a, data_b = payload[:size], payload[size:]
    a, b = read(data_a), read(data_b)
    if a is None and b is None:
        return {"tables": []}, b""
    facts: Sequence[Difference] = ()
    if a is not None and b is not None and meta["facts"]:
        facts = content_facts(str(meta["path"]), ArtifactKind.FILE, data_a, data_b)
    tables = [
        ("Sections", list(_sections(a, b))),
        *_function_table(a, b, facts),
        *_symbol_table(a, b),
    ]
    return {"tables": tables}, b""


# -- sections


def _sections(a: Binary | None, b: Binary | None) -> Iterator[Row]:
    waiting: dict[str, list[Section]] = {}
    for section in b.sections if b else ():
        waiting.setdefault(section.name, []).append(section)
    for one in a.sections if a else ():
        queue = waiting.get(one.name)
        two = queue.pop(0) if queue else None
        yield _section(a, b, one, two)
    for queue in waiting.values():
        for two in queue:
            yield _section(a, b, None, two)


def _section(a: Binary | None, b: Binary | None, one: Section | None, two: Section | None) -> Row:
    shown = [_place(each) if each else None for each in (one, two)]
    spans = [each.body if each else Span(0, 0) for each in (one, two)]
    if one is None or two is None or a is None or b is None:
        state = State.ONLY_A if two is None else State.ONLY_B
    else:
        raw = [binary.data[s.start : s.stop] for binary, s in zip((a, b), spans, strict=True)]
        if one.size != two.size or raw[0] != raw[1]:
            state = State.CHANGED
        else:
            state = State.SAME if _where(one) == _where(two) else State.MOVED
    name = (one or two or Section("", 0, 0, Span(0, 0), code=False)).name
    return (name, *shown, state.value, *spans[0], *spans[1])  # type: ignore[return-value]


def _place(section: Section) -> str:
    kind = " code" if section.code else ""
    return f"{section.address:#x}  file {section.body.start:#x}  {section.size} bytes{kind}"


def _where(section: Section) -> tuple[int, int]:
    return section.address, section.body.start


# -- functions


class _Function:
    """A run of code between two starts."""

    __slots__ = ("name", "span", "start")

    def __init__(self, name: str, start: int, span: Span) -> None:
        self.name, self.start, self.span = name, start, span


def _functions(binary: Binary) -> list[_Function]:
    names: dict[int, str] = {}
    for item in binary.names:
        if item.kind == "function" and item.address:
            known = names.get(item.address)
            names[item.address] = min(known, item.name) if known else item.name
    found: list[_Function] = []
    starts = binary.starts
    for section in binary.sections:
        if not section.code or not section.body.size:
            continue
        shift = section.body.start - section.address
        stop = section.address + section.body.size
        first, last = bisect_left(starts, section.address), bisect_left(starts, stop)
        inside = starts[first:last]
        if not inside:  # stubs and the like, of which no table tells where each starts
            continue
        for at, behind in zip(inside, [*inside[1:], stop], strict=True):
            found.append(_Function(names.get(at, ""), at, Span(at + shift, behind + shift)))
    return found


def _function_table(
    a: Binary | None, b: Binary | None, facts: Sequence[Difference]
) -> Iterator[tuple[str, list[Row]]]:
    ones = _functions(a) if a else []
    twos = _functions(b) if b else []
    if not ones and not twos:
        return
    judge = _Judge(facts)
    rows: list[Row] = []
    counts = dict.fromkeys(State, 0)
    for one, two in _paired(ones, twos):
        state = _became(a, b, one, two, judge)
        counts[state] += 1
        if state is State.SAME or (state is State.MOVED and len(rows) >= MAX_ROWS // 2):
            continue
        if len(rows) < MAX_ROWS:
            rows.append(_function(one, two, state))
    order = list(State)
    rows.sort(key=lambda row: (not State(row[3]).differs, order.index(State(row[3]))))
    yield f"Functions: {_told(counts, judged=judge.known)}", rows


def _paired(
    ones: Sequence[_Function], twos: Sequence[_Function]
) -> Iterator[tuple[_Function | None, _Function | None]]:
    keys = [[each.name or f"{each.span.size}" for each in side] for side in (ones, twos)]
    left: list[_Function] = []
    waiting: dict[str, list[_Function]] = {}
    for op in align(keys[0], keys[1]):
        if op.tag == "equal":
            yield from zip(ones[op.a0 : op.a1], twos[op.b0 : op.b1], strict=True)
            continue
        left += ones[op.a0 : op.a1]
        for two in twos[op.b0 : op.b1]:
            waiting.setdefault(two.name, []).append(two)
    for one in left:
        queue = waiting.get(one.name)
        yield one, queue.pop(0) if queue else None
    for queue in waiting.values():
        for two in queue:
            yield None, two


def _became(
    a: Binary | None,
    b: Binary | None,
    one: _Function | None,
    two: _Function | None,
    judge: "_Judge",
) -> State:
    if one is None or two is None or a is None or b is None:
        return State.ONLY_A if two is None else State.ONLY_B
    raw_a = a.data[one.span.start : one.span.stop]
    raw_b = b.data[two.span.start : two.span.stop]
    if raw_a == raw_b:
        return State.SAME if one.start == two.start else State.MOVED
    return judge.state(one.span, two.span)


def _function(one: _Function | None, two: _Function | None, state: State) -> Row:
    known = one or two
    name = (known.name if known else "") or (f"function at {known.start:#x}" if known else "")
    shown = [f"{each.start:#x}  {each.span.size} bytes" if each else None for each in (one, two)]
    spans = [each.span if each else Span(0, 0) for each in (one, two)]
    return (name, *shown, state.value, *spans[0], *spans[1])  # type: ignore[return-value]


class _Judge:
    """Says what became of functions whose bytes differ, from what the comparison has stated."""

    def __init__(self, facts: Iterable[Difference]) -> None:
        self._changed: dict[Side, list[Span]] = {Side.A: [], Side.B: []}
        self.known = False
        for fact in facts:
            self.known = self.known or fact.what.endswith((MOVED, *_CODE))
            if fact.what.endswith(_CODE):
                for one, two in fact.places():
                    self._changed[Side.A].append(one)
                    self._changed[Side.B].append(two)
        for spans in self._changed.values():
            spans.sort()

    def state(self, a: Span, b: Span) -> State:
        if not self.known:
            return State.CHANGED
        touched = self._touches(Side.A, a) or self._touches(Side.B, b)
        return State.CHANGED if touched else State.FOLLOWS

    def _touches(self, side: Side, span: Span) -> bool:
        spans = self._changed[side]
        at = bisect_left(spans, span.stop, key=lambda each: each.start)
        return any(each.stop > span.start for each in spans[max(at - 64, 0) : at])


# -- symbols


def _symbol_table(a: Binary | None, b: Binary | None) -> Iterator[tuple[str, list[Row]]]:
    ones, twos = _named(a), _named(b)
    if not ones and not twos:
        return
    counts = dict.fromkeys(State, 0)
    rows: list[Row] = []
    for key in sorted({*ones, *twos}):
        one, two = ones.get(key), twos.get(key)
        state = _symbol_state(one, two)
        counts[state] += 1
        if state is not State.SAME and len(rows) < MAX_ROWS:
            shown = [_symbol(each) if each else None for each in (one, two)]
            rows.append((key[0], *shown, state.value, 0, 0, 0, 0))  # type: ignore[arg-type]
    order = list(State)
    rows.sort(key=lambda row: (not State(row[3]).differs, order.index(State(row[3])), row[0]))
    yield f"Symbols: {_told(counts)}", rows


def _named(binary: Binary | None) -> dict[tuple[str, str], Name]:
    found: dict[tuple[str, str], Name] = {}
    for item in binary.names if binary else ():
        found.setdefault((item.name, "wanted" if item.kind == "wanted" else ""), item)
    return found


def _symbol_state(one: Name | None, two: Name | None) -> State:
    if one is None or two is None:
        return State.ONLY_A if two is None else State.ONLY_B
    if (one.size, one.kind, one.bind) != (two.size, two.kind, two.bind):
        return State.CHANGED
    return State.SAME if one.address == two.address else State.MOVED


def _symbol(item: Name) -> str:
    if item.kind == "wanted":
        return f"wanted from another file, {item.bind}"
    size = f"  {item.size} bytes" if item.size else ""
    return f"{item.address:#x}{size}  {item.bind} {item.kind}"


def _told(counts: Mapping[State, int], *, judged: bool = True) -> str:
    words = {State.MOVED: "moved", State.FOLLOWS: "follow what moved"}
    if not judged:
        words[State.CHANGED] = "of other bytes"
    parts_ = [
        f"{count} {words.get(state, state.value)}" for state, count in counts.items() if count
    ]
    return ", ".join(parts_) or "none"
