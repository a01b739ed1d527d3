"""The proof for machine code: each reference of each function leads to the mapped place."""

import re
from collections.abc import Container, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from reprodiff import sandbox
from reprodiff.formats.machine import plaincode
from reprodiff.formats.machine.codechanges import Change, Result, label, unread
from reprodiff.formats.machine.functions import CodeMap, Function, FunctionPair
from reprodiff.formats.machine.layout import AnyPair
from reprodiff.formats.machine.lengths import without_lengths
from reprodiff.formats.machine.model import AARCH64, X86, X86_64
from reprodiff.formats.machine.padding import is_padding
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.machine.work import AnyWork

_BATCH: Final = 1 << 20
"""Bytes of code handed to the child at a time."""


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
        # In an object file what leads out of a section is in the relocations.
        still = straight or (work.map.relocatable and found.pair.straight)
        code_a, code_b = _without_addends(work, region, found.pair)
        code_b = _pinned(work, found, region, code_b)
        left = [
            both
            for both in found.both
            if not still or _body(code_a, both.a) != _body(code_b, both.b)
        ]
        if left and not _decoded(work):
            plaincode.check(work, found, left, result, still=still)
        elif left:
            _check(work, found, _pinned(work, found, region, region.b), left, result)
    return result


def _decoded(work: AnyWork) -> bool:
    """Whether references of the code are known to be what they are."""
    if work.a.arch == X86:
        return work.hints.got is not None or work.hints.located or work.hints.asked
    return work.a.arch == X86_64 or (work.a.arch == AARCH64 and not work.a.big)


def _without_addends(work: AnyWork, region: Region, pair: AnyPair) -> tuple[bytes, bytes]:
    """Return the code of an object file without the words that its relocations are checked for."""
    places = work.hints.addends.get(pair.a.index)
    if places is None:
        return region.a, region.b
    sides: list[bytes] = []
    for code, words in zip((region.a, region.b), places, strict=True):
        copy = bytearray(code)
        for at in words:
            copy[at : at + 4] = bytes(max(0, min(4, len(copy) - at)))
        sides.append(bytes(copy))
    return sides[0], sides[1]


def _pinned(work: AnyWork, found: CodeMap, region: Region, code_b: bytes) -> bytes:
    """Return the code of B with A's bytes in the words that relocations have proven already."""
    sites = work.hints.pinned.get(found.pair.a.index)
    if not sites:
        return code_b
    code = bytearray(code_b)
    for at_a, at_b, size in sites:
        code[at_b : at_b + size] = region.a[at_a : at_a + size]
    return bytes(code)


def _body(data: bytes, item: Function) -> bytes:
    return data[item.start : item.start + item.size]


def _tail(region: Region, both: FunctionPair) -> None:
    """Account for what pads a function: of one size, it is the same bytes."""
    one, two = both.a, both.b
    if one.stop - one.size - one.start == two.stop - two.size - two.start:
        return
    quad = Quad(one.start + one.size, one.stop, two.start + two.size, two.stop)
    left, right = region.a[quad.a0 : quad.a1], region.b[quad.b0 : quad.b1]
    if is_padding(left) and is_padding(right):
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


def _check(
    work: AnyWork, found: CodeMap, code_b: bytes, items: list[FunctionPair], result: Result
) -> None:
    region = work.region(found.pair)
    arch = work.a.arch
    # Whatever instructions make of a word whose relocation is right, that is right.
    known = frozenset((x, y) for x, y, _ in work.hints.pinned.get(found.pair.a.index, ()))
    if arch == AARCH64:
        from reprodiff.formats.machine import aarch64  # noqa: PLC0415

        parts = [
            _shifted(
                aarch64.compare(
                    _body(region.a, both.a), _body(code_b, both.b),
                    found.pair.a.addr + both.a.start, found.pair.b.addr + both.b.start,
                ),
                both,
            )
            for both in items
        ]  # fmt: skip
        _disassembled(work, found, code_b, parts)
        for both, part in zip(items, parts, strict=True):
            _judge(work, found, both, part, result, known)
        return
    more = about_32(work) if arch == X86 and not work.hints.located else {}
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
                "shown": max(0, _SHOWN - len(result.changes)),
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
                **more,
            },
            code_a + code_b[low_b:high_b],
        )
        if isinstance(answer, sandbox.Failure):
            unread(region, batch, f"the code could not be compared: {answer.message}", result)
            continue
        references = _columns(answer.payload, low_a, low_b)
        for both, (count, changes, stopped) in zip(batch, answer.meta["functions"], strict=True):
            part = [list(islice(references, count)), _placed(changes, low_a, low_b), stopped]
            _judge(work, found, both, part, result, known)


def _disassembled(work: AnyWork, found: CodeMap, code_b: bytes, parts: list[list[Any]]) -> None:
    """Put instructions in place of the bare words of each first change, if there is a child."""
    changes = [part[1][0] for part in parts if part[1]][:_SHOWN]
    if not changes:
        return
    code_a = work.region(found.pair).a
    places: list[tuple[int, int, int, bool]] = []
    for at_a, stop_a, at_b, stop_b, *_ in changes:
        size = min(stop_a - at_a, stop_b - at_b)
        same = next((x for x in range(0, size, 4) if code_a[at_a + x : at_a + x + 4]
                     != code_b[at_b + x : at_b + x + 4]), 0)  # fmt: skip
        for at, base, start in (
            (at_a + same, 0, found.pair.a.addr), (at_b + same, len(code_a), found.pair.b.addr),
        ):  # fmt: skip
            places.append((base + at, base + at + 16, start + at, False))
    answer = sandbox.run(
        "reprodiff.formats.machine.disassembly:show",
        {"arch": work.a.arch, "bits": work.a.bits, "big": work.a.big, "places": places},
        code_a + code_b,
    )
    if isinstance(answer, sandbox.Failure):
        return
    texts = answer.meta["texts"]
    for change, one, two in zip(changes, texts[::2], texts[1::2], strict=True):
        change[4:] = [one, two]


_LEA: Final = b"\x8d"
_SHOWN: Final = 100
"""Functions whose first change is shown as instructions."""
_THUNK: Final = re.compile(rb"\x8b([\x04\x0c\x14\x1c\x24\x2c\x34\x3c])\x24\xc3")
"""mov REGISTER, [esp]; ret: how a function of 32-bit code learns where it is."""


def about_32(work: AnyWork) -> dict[str, Any]:
    """Return what the comparison of 32-bit x86 code has to know beside the code."""
    return {
        "got": work.hints.got or (0, 0),
        "asked": work.hints.asked,
        "ranges": [
            (each.a.addr, each.a.addr + max(each.size_a, 1))
            for each in work.map.pairs
            if each.a.mapped
        ],
        "thunks": [
            (pair.a.addr + found.start(), found[1][0] >> 3 & 7)
            for pair in work.map.pairs
            if pair.a.mapped and pair.a.code
            for found in _THUNK.finditer(pair.plain_a)
        ],
    }


def _takes_address(arch: str, code: bytes, at: int) -> bool:
    """Whether an instruction takes an address and does not touch what is there.

    ``at`` is where its displacement is on x86, and where it is itself on AArch64.
    """
    if arch == AARCH64:
        load_or_store = int.from_bytes(code[at : at + 4], "little") & 0x3B000000 == 0x39000000
        return not load_or_store
    return code[max(at - 2, 0) : at - 1] == _LEA


def _goes_there(arch: str, code: bytes, at: int) -> bool:
    """Whether an instruction calls, jumps to, reads or writes what is at the address it names.

    On AArch64 the page of an address says nothing yet: what is done with it the next one says.
    """
    word = int.from_bytes(code[at : at + 4], "little")
    if arch == AARCH64 and (word & 0x7C000000 == 0x14000000 or word & 0x9F000000 == 0x90000000):
        return True
    return not _takes_address(arch, code, at)


def _columns(payload: bytes, low_a: int, low_b: int) -> Iterator[tuple[int, ...]]:
    """Yield the references that the child tells, five numbers of 64 bits for each."""
    values = memoryview(payload).cast("Q")
    places_a = [place + low_a for place in values[::5]]
    places_b = [place + low_b for place in values[1::5]]
    return zip(places_a, places_b, values[2::5], values[3::5], values[4::5], strict=True)


def _placed(changes: list[Any], low_a: int, low_b: int) -> list[Any]:
    for item in changes:
        item[0] += low_a
        item[1] += low_a
        item[2] += low_b
        item[3] += low_b
    return changes


def _shifted(part: list[Any], both: FunctionPair) -> list[Any]:
    references, changes, stopped = part
    low_a, low_b = both.a.start, both.b.start
    for item in references:
        item[0] += low_a
        item[1] += low_b
    return [references, _placed(changes, low_a, low_b), stopped]


def _judge(
    work: AnyWork,
    found: CodeMap,
    both: FunctionPair,
    part: list[Any],
    result: Result,
    known: Container[tuple[int, int]],
) -> None:
    region, pair, arch = work.region(found.pair), found.pair, work.a.arch
    references, changes, stopped = part
    change: Change | None = None
    one, two = both.a, both.b
    start, stop = pair.a.addr + one.start, pair.a.addr + one.start + one.size
    resized = one.size != two.size
    if changes and not resized:
        references = list(references)
        changes = without_lengths(work, region, changes, references)
    if changes:
        name = label(one, region)
        whole = Quad(one.start, one.start + one.size, two.start, two.start + two.size)
        change = Change(name, region, changes[0][4], changes[0][5], start=one.start)
        change.parts = [Quad(*item[:4]) for item in changes]
        if resized or any(quad == whole for quad in change.parts):
            change.parts = [whole]
        result.changes.append(change)
        region.stated += change.parts
        if change.parts == [whole]:
            return
    for at_a, at_b, size, target_a, target_b in references:
        if (at_a, at_b) in known:
            continue
        named = None
        if _goes_there(arch, region.a, at_a):
            named = work.hints.imported(target_a, target_b)
        good = work.map.follows(target_a, target_b) and named is not False
        result.targets.setdefault(target_a, (target_b, start, stop))
        if good and (work.map.held(target_a, target_b) or _takes_address(arch, region.a, at_a)):
            region.word(at_a, at_b, size, good=True)
            continue
        if named:
            region.word(at_a, at_b, size, good=True)
            continue
        quad = Quad(at_a, at_a + size, at_b, at_b + size)
        if change is None:
            change = Change(label(one, region), region, "", "", targets=(target_a, target_b))
            result.changes.append(change)
        change.parts.append(quad)
        region.stated.append(quad)
    if stopped and not is_padding(region.a[one.start + max(stopped, 0) : one.start + one.size]):
        at = max(stopped, 0)
        rest = Quad(one.start + at, one.start + one.size, two.start + at, two.start + two.size)
        region.wrong.append(rest)
        region.why = region.why or "instructions that are not known to the disassembler"
