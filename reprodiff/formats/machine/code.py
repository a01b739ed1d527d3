"""The proof for machine code: each reference of each function leads to the mapped place."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Any, Final

from reprodiff import sandbox
from reprodiff.formats.machine.functions import CodeMap, Function, FunctionPair
from reprodiff.formats.machine.model import AARCH64, X86, X86_64
from reprodiff.formats.machine.padding import is_padding
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.machine.work import AnyWork
from reprodiff.records import dataclass

_BATCH: Final = 1 << 20
"""Bytes of code handed to the child at a time."""


@dataclass(slots=True)
class Change:
    """A function that differs beyond its references; texts are a few instructions of each side."""

    name: str
    region: Region
    a: str
    b: str
    parts: list[Quad] = field(default_factory=list)


@dataclass(slots=True)
class Result:
    """What the comparison of machine code found."""

    changes: list[Change] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    targets: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    """Places in A that code refers to: the place in B, and the function's start and stop in A."""


def label(item: Function, region: Region) -> str:
    """Return what a function is called; without a name it is a place in its section."""
    if item.name:
        return item.name.decode("utf-8", "surrogateescape")
    return f"{region.name}+{item.start:#x}"


def check_code(work: AnyWork, maps: Sequence[CodeMap], *, straight: bool) -> Result:
    """Check all code; ``straight`` says that nothing in memory has moved.

    Code of a machine that is not decoded here must then be equal, which the ledger sees; where
    something moved it cannot be proven.
    """
    result = Result()
    for found in maps:
        region = work.region(found.pair)
        for both in found.both:
            _tail(region, both)
            if both.a.size != both.b.size:
                work.resized[found.pair.a.addr + both.a.start] = (both.a.size, both.b.size)
    for found in maps:
        region = work.region(found.pair)
        same = [
            both
            for both in found.both
            if not straight or _body(region.a, both.a) != _body(region.b, both.b)
        ]
        if same:
            _check(work, found, same, result)
    return result


def _body(data: bytes, item: Function) -> bytes:
    return data[item.start : item.start + item.size]


def _tail(region: Region, both: FunctionPair) -> None:
    """Account for what pads a function."""
    one, two = both.a, both.b
    quad = Quad(one.start + one.size, one.stop, two.start + two.size, two.stop)
    left, right = region.a[quad.a0 : quad.a1], region.b[quad.b0 : quad.b1]
    if left != right and is_padding(left) and is_padding(right):
        region.moved.append(quad)


def _batches(items: Sequence[FunctionPair]) -> Iterator[list[FunctionPair]]:
    batch: list[FunctionPair] = []
    size = 0
    for item in items:
        batch.append(item)
        size += item.a.size + item.b.size
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _check(work: AnyWork, found: CodeMap, items: list[FunctionPair], result: Result) -> None:
    region = work.region(found.pair)
    arch = work.a.arch
    if arch == AARCH64 and not work.a.big:
        from reprodiff.formats.machine import aarch64  # noqa: PLC0415

        for both in items:
            found_here = aarch64.compare(
                _body(region.a, both.a), _body(region.b, both.b),
                found.pair.a.addr + both.a.start, found.pair.b.addr + both.b.start,
            )  # fmt: skip
            _judge(work, found, both, _shifted(found_here, both), result)
        return
    if arch != X86_64:
        kind = "32-bit x86" if arch == X86 else arch
        _unread(region, items, f"code for {kind} is not taken apart", result)
        return
    for batch in _batches(items):
        first, last = batch[0], batch[-1]
        low_b = min(both.b.start for both in batch)
        high_b = max(both.b.start + both.b.size for both in batch)
        low_a, high_a = first.a.start, last.a.start + last.a.size
        code_a = region.a[low_a:high_a]
        answer = sandbox.run(
            "reprodiff.formats.machine.x86:compare",
            {
                "bits": work.a.bits,
                "size_a": len(code_a),
                "address_a": found.pair.a.addr + low_a,
                "address_b": found.pair.b.addr + low_b,
                "functions": [
                    (
                        *(x.start - low_a, x.start + x.size - low_a),
                        *(y.start - low_b, y.start + y.size - low_b),
                    )
                    for x, y, _ in batch
                ],
            },
            code_a + region.b[low_b:high_b],
        )
        if isinstance(answer, sandbox.Failure):
            _unread(region, batch, f"the code could not be compared: {answer.message}", result)
            continue
        for both, part in zip(batch, answer.meta["functions"], strict=True):
            _judge(work, found, both, _placed(part, low_a, low_b), result)


def _placed(part: list[Any], low_a: int, low_b: int) -> list[Any]:
    references, changes, stopped = part
    for item in references:
        item[0] += low_a
        item[1] += low_b
    for item in changes:
        item[0] += low_a
        item[1] += low_a
        item[2] += low_b
        item[3] += low_b
    return [references, changes, stopped]


def _shifted(part: list[Any], both: FunctionPair) -> list[Any]:
    return _placed(part, both.a.start, both.b.start)


def _unread(region: Region, items: list[FunctionPair], why: str, result: Result) -> None:
    for one, two, _ in items:
        quad = Quad(one.start, one.start + one.size, two.start, two.start + two.size)
        region.wrong.append(quad)
    region.why = region.why or why
    if why not in result.problems:
        result.problems.append(why)


def _judge(
    work: AnyWork, found: CodeMap, both: FunctionPair, part: list[Any], result: Result
) -> None:
    region, pair = work.region(found.pair), found.pair
    references, changes, stopped = part
    name = label(both.a, region)
    change: Change | None = None
    one, two = both.a, both.b
    whole = Quad(one.start, one.start + one.size, two.start, two.start + two.size)
    start, stop = pair.a.addr + one.start, pair.a.addr + one.start + one.size
    resized = one.size != two.size
    if changes:
        change = Change(name, region, changes[0][4], changes[0][5])
        change.parts = [Quad(*item[:4]) for item in changes]
        if resized or any(quad == whole for quad in change.parts):
            change.parts = [whole]
        result.changes.append(change)
        region.stated += change.parts
        if change.parts == [whole]:
            return
    for at_a, at_b, size, target_a, target_b in references:
        good = work.map.follows(target_a, target_b)
        result.targets.setdefault(target_a, (target_b, start, stop))
        if good:
            region.word(at_a, at_b, size, good=True)
            continue
        quad = Quad(at_a, at_a + size, at_b, at_b + size)
        if change is None:
            change = Change(name, region, f"refers to {target_a:#x}", f"refers to {target_b:#x}")
            result.changes.append(change)
        change.parts.append(quad)
        region.stated.append(quad)
    if stopped and not is_padding(region.a[one.start + max(stopped, 0) : one.start + one.size]):
        at = max(stopped, 0)
        rest = Quad(one.start + at, one.start + one.size, two.start + at, two.start + two.size)
        region.wrong.append(rest)
        region.why = region.why or "instructions that are not known to the disassembler"


def check_jump_tables(work: AnyWork, result: Result) -> None:
    """Check the tables of 32-bit distances from the table itself, behind a reference.

    A table of jumps is where code refers to, its first entry leads into that same function, and
    it goes on as long as entries lead into code.  A table of strings (clang's relative lookup
    tables) goes on as long as entries lead to starts of strings, two of them at least.
    """
    where = work.map
    places = sorted(result.targets)
    code = [(pair.a.addr, pair.a.addr + pair.size_a) for pair in where.pairs if pair.a.code]
    for index, table in enumerate(places):
        pair = where.containing(table)
        if pair is None or pair.a.code or not pair.a.data or table % 4:
            continue
        other, start, stop = result.targets[table]
        if other not in where.addresses(table):
            continue
        region = work.region(pair)
        at_a, at_b = table - pair.a.addr, other - pair.b.addr
        limit = places[index + 1] - pair.a.addr if index + 1 < len(places) else len(region.a)
        moves = _distances(region.a[at_a : min(limit, at_a + _LONGEST)], big=work.a.big)
        count = 0
        if moves and start <= table + moves[0] < stop:
            while count < len(moves) and any(x <= table + moves[count] < y for x, y in code):
                count += 1
        elif moves:
            while count < len(moves) and _is_text(work, table + moves[count]):
                count += 1
            count = count if count >= _FEWEST else 0
        for number, move in enumerate(
            _distances(region.b[at_b : at_b + 4 * count], big=work.a.big)
        ):
            good = where.follows(table + moves[number], other + move)
            region.word(at_a + 4 * number, at_b + 4 * number, 4, good)


_FEWEST: Final = 2
"""Entries that lead to strings before a table counts as one of distances to strings."""
_LONGEST: Final = 1 << 18
"""Bytes of the longest table of distances that is followed."""


def _distances(data: bytes, *, big: bool) -> list[int]:
    whole = len(data) // 4 * 4
    return [item for (item,) in struct.iter_unpack(">i" if big else "<i", data[:whole])]


def _is_text(work: AnyWork, address: int) -> bool:
    """Whether a string starts at an address of A."""
    pair = work.map.containing(address)
    if pair is None or pair.a.code or not pair.a.data:
        return False
    at, data = address - pair.a.addr, pair.plain_a
    return (
        (at == 0 or data[at - 1] == 0)
        and bytes(data[at : at + 1]).isascii()
        and (
            bytes(data[at : at + 1]).isalnum()
            or data[at : at + 1] in (b"/", b"%", b"<", b"(", b"_")
        )
    )
