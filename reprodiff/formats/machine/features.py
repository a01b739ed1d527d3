"""Extensions of the instruction set that functions of one side use, and none of the other."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from reprodiff import sandbox
from reprodiff.formats.machine.codechanges import Result, label
from reprodiff.formats.machine.functions import CodeMap, Function
from reprodiff.formats.machine.model import AARCH64, X86, X86_64
from reprodiff.formats.machine.work import AnyWork

_FIRST: Final = 1 << 15
"""Bytes of code that are looked at, on both sides together: what looks most like it first."""
_MOST: Final = 1 << 20
"""The same where something was found there."""
_COUNTED: Final = 1 << 22
"""Bytes of code in which those marks are counted."""
_MARKS: Final = (b"\xc4", b"\xc5", b"\x62", b"\x0f\x38", b"\x0f\x3a", b"\xf3\x0f\xb8")
"""What instructions of extensions of x86 start with: VEX, EVEX, opcode maps, POPCNT."""


_Code = tuple[str, bytes | None, bytes | None]


class Use(NamedTuple):
    """A function with the extensions that it uses in A and in B; ``None`` where it is not."""

    name: str
    a: tuple[str, ...] | None
    b: tuple[str, ...] | None


def uses(work: AnyWork, maps: Sequence[CodeMap], result: Result) -> list[Use]:
    """Return the functions that use what no function that differs uses on the other side.

    Only functions that differ are read: what is equal on both sides asks for the same processor.
    """
    if work.a.arch not in {X86, X86_64, AARCH64} or work.a.big:
        return []
    looked_at, unseen = _within(list(_functions(work, maps, result)), _COUNTED)
    first, rest = _within([*sorted(looked_at, key=_likeness), *unseen], _FIRST)
    found = _told(work.a.arch, first)
    if _alone(found):
        found += _told(work.a.arch, _within(rest, _MOST)[0])
    alone = _alone(found)
    return [use for use in found if alone.intersection((*(use.a or ()), *(use.b or ())))]


def _told(arch: str, functions: list[_Code]) -> list[Use]:
    """Ask the child what some functions use; nothing where there is none."""
    if not functions:
        return []
    answer = sandbox.run("reprodiff.formats.machine.instructionsets:sets", *_task(arch, functions))
    if isinstance(answer, sandbox.Failure):
        return []  # the changed functions are stated all the same
    told = iter(answer.meta["functions"])
    return [
        Use(name, *(None if code is None else tuple(next(told)) for code in (a, b)))
        for name, a, b in functions
    ]


def _alone(found: Sequence[Use]) -> set[str]:
    in_a = {each for use in found for each in use.a or ()}
    in_b = {each for use in found for each in use.b or ()}
    return in_a ^ in_b


def _likeness(item: _Code) -> int:
    """Order functions: first those of which one side has more marks of extensions."""
    counts = [sum(map((code or b"").count, _MARKS)) for code in item[1:]]
    return -abs(counts[0] - counts[1])


def _functions(work: AnyWork, maps: Sequence[CodeMap], result: Result) -> Iterator[_Code]:
    changed = {(id(change.region), change.start) for change in result.changes}
    for found in maps:
        region = work.region(found.pair)
        for both in found.both:
            if (id(region), both.a.start) in changed:
                yield label(both.a, region), _body(region.a, both.a), _body(region.b, both.b)
        yield from ((label(one, region), _body(region.a, one), None) for one in found.only_a)
        yield from ((label(two, region), None, _body(region.b, two)) for two in found.only_b)


def _body(code: bytes, item: Function) -> bytes:
    return code[item.start : item.start + item.size]


def _within(functions: Sequence[_Code], room: int) -> tuple[list[_Code], list[_Code]]:
    """Return the functions that ``room`` bytes have room for, and the others."""
    kept: list[_Code] = []
    others: list[_Code] = []
    for item in functions:
        size = sum(len(code or b"") for code in item[1:])
        fits = size <= room or (not kept and size <= _MOST)
        (kept if fits else others).append(item)
        room -= size if fits else 0
    return kept, others


def _task(arch: str, functions: list[_Code]) -> tuple[dict[str, object], bytes]:
    places: list[tuple[int, int]] = []
    codes = [code for item in functions for code in (item[1], item[2]) if code is not None]
    at = 0
    for code in codes:
        places.append((at, at + len(code)))
        at += len(code)
    return {"arch": arch, "functions": places}, b"".join(codes)
