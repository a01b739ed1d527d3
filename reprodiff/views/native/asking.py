"""Asks the child process about compiled files, and makes rows and lines of its answers."""

from bisect import bisect_right
from typing import Any, Final, NamedTuple

from reprodiff import sandbox
from reprodiff.formats.parsing.align import Op
from reprodiff.model import Span
from reprodiff.views.claims import CHANNEL, Claims
from reprodiff.views.listing import ListingLine, ListingPair, align_keys
from reprodiff.views.tables import State, TableRow, heading, row

LIMITS: Final = sandbox.ChildLimits(seconds=120, cpu_seconds=120)
MAX_BYTES: Final = 512 << 20
"""Larger pairs are not sent to be taken apart."""
MAX_JUDGED: Final = 64 << 20
"""Functions of larger pairs are told apart by their bytes alone."""


class Code(NamedTuple):
    """The code of one side: its lines, and for each what it refers to (-1: nothing)."""

    title: str
    lines: list[ListingLine]
    targets: list[tuple[int, str]]
    addresses: list[int]
    why: str


def parts(path: str, a: memoryview, b: memoryview, *, judge: bool = True) -> list[TableRow] | str:
    """Return sections, functions and symbols as one table, or why there is none.

    With ``judge`` the files are compared once more, to tell functions that have changed from
    those that only follow what moved; that may take a while.
    """
    size = len(a) + len(b)
    if size > MAX_BYTES:
        return "These files are too large to be taken apart for a look."
    judge = judge and size <= MAX_JUDGED
    meta = {"size_a": len(a), "path": path, "facts": judge}
    channel = CHANNEL if judge else ""
    answer = sandbox.run(
        "reprodiff.views.native.parts:parts", meta, b"".join((a, b)), LIMITS, channel
    )
    if isinstance(answer, sandbox.Failure):
        return f"These files could not be taken apart: {answer.message}."
    rows: list[TableRow] = []
    for title, found in answer.meta["tables"]:
        rows.append(heading(title))
        for name, one, two, state, a0, a1, b0, b1 in found:
            spans = [Span(x, y) if y > x else None for x, y in ((a0, a1), (b0, b1))]
            rows.append(row(name, one, two, State(state), spans[0], spans[1]))
    return rows or "Nothing in these files can be taken apart."


def code(
    a: memoryview, b: memoryview, at_a: int | None, at_b: int | None
) -> tuple[Code, Code] | str:
    """Return the functions at two places, or why there are none."""
    if len(a) + len(b) > MAX_BYTES:
        return "These files are too large to be taken apart for a look."
    meta = {"size_a": len(a), "a": at_a, "b": at_b}
    answer = sandbox.run("reprodiff.views.native.code:listing", meta, b"".join((a, b)), LIMITS)
    if isinstance(answer, sandbox.Failure):
        if answer.kind == "missing":
            return "Capstone is not installed here: without it, code is not disassembled."
        return f"The code could not be disassembled: {answer.message}."
    one, two = (_code(answer.meta[side]) for side in "ab")
    if not one.lines and not two.lines:
        return f"No code is listed: {one.why or two.why or 'there is none at this place'}."
    return one, two


def _code(answer: dict[str, Any]) -> Code:
    lines: list[ListingLine] = []
    targets: list[tuple[int, str]] = []
    addresses: list[int] = []
    if answer["title"]:
        lines.append(ListingLine("", answer["title"], "title", heading=True))
        targets.append((-1, ""))
        addresses.append(answer["start"])
    for label, text, key, start, stop, target, name in answer["rows"]:
        lines.append(ListingLine(label, text, key, Span(start, stop)))
        targets.append((target, name))
        addresses.append(int(label, 16))
    return Code(answer["title"], lines, targets, addresses, answer["why"])


def paired(a: Code, b: Code, moved: Claims | None) -> ListingPair:
    """Return two functions aligned; ``moved`` has the bytes that are proven to follow a move."""
    judge = _Follows(a, b, align_keys(a.lines, b.lines), moved)
    return ListingPair(a.lines, b.lines, judge)


class _Follows:
    """Whether two instructions that differ lead to the same thing, which stands elsewhere.

    That is so if both lead to instructions of these two functions that go together, to symbols
    of one name, or if the comparison of the whole files has accounted for the operand as moved.
    """

    def __init__(self, a: Code, b: Code, ops: list[Op], moved: Claims | None) -> None:
        self._a, self._b, self._moved = a, b, moved
        self._ops = [op for op in ops if op.tag == "equal"]
        self._starts = [op.a0 for op in self._ops]
        self._at_a = {address: n for n, address in enumerate(a.addresses)}
        self._at_b = {address: n for n, address in enumerate(b.addresses)}

    def __call__(self, line_a: int, line_b: int) -> bool:
        if self._a.lines[line_a].heading:
            return True
        (target_a, name_a), (target_b, name_b) = self._a.targets[line_a], self._b.targets[line_b]
        if target_a < 0 or target_b < 0:
            return False
        inside_a, inside_b = self._at_a.get(target_a), self._at_b.get(target_b)
        if inside_a is not None and inside_b is not None:
            return self._together(inside_a, inside_b)
        if name_a and name_a == name_b:
            return True
        return self._is_moved(line_a, line_b)

    def _together(self, line_a: int, line_b: int) -> bool:
        at = bisect_right(self._starts, line_a) - 1
        if at < 0 or line_a >= self._ops[at].a1:
            return False
        return self._ops[at].b0 + line_a - self._ops[at].a0 == line_b

    def _is_moved(self, line_a: int, line_b: int) -> bool:
        span_a, span_b = self._a.lines[line_a].at, self._b.lines[line_b].at
        if self._moved is None or span_a is None or span_b is None:
            return False
        return self._moved.overlaps(span_a, span_b)
