"""The proof for machine code: each reference of each function leads to the mapped place."""

import re
from collections.abc import Container, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from reprodiff import sandbox
from reprodiff.formats.machine import plaincode, x86_steps
from reprodiff.formats.machine.codechanges import Change, Result, label, unread
from reprodiff.formats.machine.functions import CodeMap, Function, FunctionPair
from reprodiff.formats.machine.layout import AnyPair
from reprodiff.formats.machine.lengths import without_lengths
from reprodiff.formats.machine.model import AARCH64, X86, X86_64
from reprodiff.formats.machine.padding import is_padding
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.machine.work import AnyWork

_Part = tuple[Sequence[Sequence[int]], list[Any], int]
"""References of a function, its changes, and where instructions end that could be read, if before
its end.
"""
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


def _batches(items: Sequence[FunctionPair], numbers: Sequence[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    size = 0
    for number in numbers:
        batch.append(number)
        size += items[number].a.size + items[number].b.size
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _check(
    work: AnyWork, found: CodeMap, code_b: bytes, items: list[FunctionPair], result: Result
) -> None:
    # Whatever instructions make of a word whose relocation is right, that is right.
    known = frozenset((x, y) for x, y, _ in work.hints.pinned.get(found.pair.a.index, ()))
    told = _arm if work.a.arch == AARCH64 else _x86
    for both, part in zip(items, told(work, found, code_b, items, result), strict=True):
        if part is not None:
            _judge(work, found, both, part, result, known)


def _arm(
    work: AnyWork, found: CodeMap, code_b: bytes, items: list[FunctionPair], _: Result
) -> Sequence[_Part | None]:
    from reprodiff.formats.machine import aarch64  # noqa: PLC0415

    code_a = work.region(found.pair).a
    bases = found.pair.a.addr, found.pair.b.addr
    parts = [
        _shifted(
            aarch64.compare(
                _body(code_a, one), _body(code_b, two), bases[0] + one.start, bases[1] + two.start
            ),
            (one.start, two.start),
        )
        for one, two, _ in items
    ]
    _disassembled(work, found, code_b, parts)
    return parts


def _x86(
    work: AnyWork, found: CodeMap, code_b: bytes, items: list[FunctionPair], result: Result
) -> Sequence[_Part | None]:
    parts = [_quick(work, found, code_b, both) for both in items]
    left = [number for number, part in enumerate(parts) if part is None]
    shown = _SHOWN - len(result.changes)
    for batch in _batches(items, left):
        some = [items[number] for number in batch]
        answers = _asked(work, found, code_b, some, result, max(0, shown))
        for number, answer in zip(batch, answers, strict=False):
            parts[number] = answer
            shown -= bool(answer[1])
    return parts


def _quick(work: AnyWork, found: CodeMap, code_b: bytes, both: FunctionPair) -> _Part | None:
    """Compare two functions without a disassembler; ``None`` if that does not say all."""
    one, two = both.a, both.b
    if work.a.arch != X86_64 or work.a.bits != 64 or one.size != two.size:
        return None
    code = work.region(found.pair).a, code_b
    bases = found.pair.a.addr, found.pair.b.addr
    known = x86_steps.references(code, (one.start, two.start), one.size, bases)
    return None if known is None else (known, [], 0)


def _asked(
    work: AnyWork,
    found: CodeMap,
    code_b: bytes,
    items: list[FunctionPair],
    result: Result,
    shown: int,
) -> Iterator[_Part]:
    """Have the child compare some functions; nothing comes of those that it cannot."""
    region = work.region(found.pair)
    answer = sandbox.run(
        "reprodiff.formats.machine.x86:compare",
        {
            "bits": work.a.bits,
            "shown": shown,
            "address_a": found.pair.a.addr,
            "address_b": found.pair.b.addr,
            "functions": [(x.start, x.size, y.start, y.size) for x, y, _ in items],
            **(about_32(work) if work.a.arch == X86 and not work.hints.located else {}),
        },
        b"".join(
            code for both in items for code in (_body(region.a, both.a), _body(code_b, both.b))
        ),
    )
    if isinstance(answer, sandbox.Failure):
        unread(region, items, f"the code could not be compared: {answer.message}", result)
        return
    columns = memoryview(answer.payload).cast("Q")
    references = zip(*(columns[number::5] for number in range(5)), strict=True)
    for count, changes, stopped in answer.meta["functions"]:
        yield list(islice(references, count)), changes, stopped


def _disassembled(work: AnyWork, found: CodeMap, code_b: bytes, parts: Sequence[_Part]) -> None:
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
    if arch == AARCH64:
        word = int.from_bytes(code[at : at + 4], "little")
        if word & 0x7C000000 == 0x14000000 or word & 0x9F000000 == 0x90000000:
            return True
    return not _takes_address(arch, code, at)


def _shifted(part: list[Any], at: tuple[int, int]) -> _Part:
    """Return what is told of a function with its places counted from the section's start."""
    references, changes, stopped = part
    for item in references:
        item[0] += at[0]
        item[1] += at[1]
    for item in changes:
        item[:4] = item[0] + at[0], item[1] + at[0], item[2] + at[1], item[3] + at[1]
    return references, changes, stopped


def _leads_there(
    work: AnyWork, ends: tuple[int, int], code: bytes, at: int, result: Result
) -> bool:
    """Whether what an instruction of B refers to stands for what that of A at ``at`` does."""
    named = work.hints.imported(*ends)
    if named is not None and _goes_there(work.a.arch, code, at):
        return named
    if not work.map.follows(*ends):
        return False
    if work.map.held(*ends):
        if named is None:
            result.held.add(ends)  # whatever instruction refers to it
        return True
    return _takes_address(work.a.arch, code, at)


def _judge(
    work: AnyWork,
    found: CodeMap,
    both: FunctionPair,
    part: _Part,
    result: Result,
    known: Container[tuple[int, int]],
) -> None:
    region, pair = work.region(found.pair), found.pair
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
        ends = target_a, target_b
        result.targets.setdefault(target_a, (target_b, start, stop))
        if ends in result.held or _leads_there(work, ends, region.a, at_a, result):
            region.word(at_a, at_b, size, good=True)
            continue
        quad = Quad(at_a, at_a + size, at_b, at_b + size)
        if change is None:
            change = Change(label(one, region), region, "", "", targets=ends)
            result.changes.append(change)
        change.parts.append(quad)
        region.stated.append(quad)
    if stopped and not is_padding(region.a[one.start + max(stopped, 0) : one.start + one.size]):
        at = max(stopped, 0)
        rest = Quad(one.start + at, one.start + one.size, two.start + at, two.start + two.size)
        region.wrong.append(rest)
        region.why = region.why or "instructions that are not known to the disassembler"
