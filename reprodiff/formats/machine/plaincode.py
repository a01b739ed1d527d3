"""Code of machines whose references are not decoded.

Where nothing moved, equal code is the same code and other code is not.  Where something moved, two
functions may differ in what they refer to; that is told apart from other instructions, but not
proven.
"""

from collections.abc import Sequence
from typing import Final

from reprodiff import sandbox
from reprodiff.formats.machine.codechanges import Change, Result, label, unread
from reprodiff.formats.machine.functions import CodeMap, Function, FunctionPair
from reprodiff.formats.machine.model import ARM
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.machine.work import AnyWork
from reprodiff.formats.parsing.byteruns import differing_runs

_MOST: Final = 2000
"""Functions that are decoded; a pair with more of them is another build altogether."""
_RUNS: Final = 50


def check(
    work: AnyWork, found: CodeMap, items: Sequence[FunctionPair], result: Result, *, still: bool
) -> None:
    """Check functions that differ, or that what they refer to may have moved from.

    ``still`` says that nothing that code refers to has moved.
    """
    region = work.region(found.pair)
    if still:
        _changed(work, found, items, result)
        return
    why = f"references of {work.a.arch} code are not decoded, so code that moved is not proven"
    size = len(region.a)
    answer = sandbox.run(
        "reprodiff.formats.machine.disassembly:compare",
        {
            "arch": work.a.arch, "bits": work.a.bits, "big": work.a.big, "size_a": size,
            "address_a": found.pair.a.addr, "address_b": found.pair.b.addr,
            "functions": [
                (*_range(x), *_range(y), _is_thumb(work, found, x)) for x, y, _ in items[:_MOST]
            ],
        },
        region.a + region.b,
    )  # fmt: skip
    if isinstance(answer, sandbox.Failure):
        unread(region, items, f"the code could not be compared: {answer.message}", result)
        return
    unread(region, items[_MOST:], why, result)
    for both, (changes, _) in zip(items, answer.meta["functions"], strict=False):
        if not changes and both.a.size == both.b.size:
            unread(region, [both], why, result)
            continue
        texts = changes[0][4:] if changes else ["", ""]
        change = Change(label(both.a, region), region, texts[0], texts[1], start=both.a.start)
        change.parts = [Quad(*_range(both.a), *_range(both.b))]
        region.stated += change.parts
        result.changes.append(change)


def _range(item: Function) -> tuple[int, int]:
    return item.start, item.start + item.size


def _changed(work: AnyWork, found: CodeMap, items: Sequence[FunctionPair], result: Result) -> None:
    """State functions that differ although nothing moved."""
    region = work.region(found.pair)
    places: list[tuple[int, int, int, bool]] = []
    for both in items:
        runs = [
            Quad(both.a.start + x, both.a.start + y, both.b.start + x, both.b.start + y)
            for x, y in _runs(region, both)
        ]
        change = Change(label(both.a, region), region, "", "", runs, start=both.a.start)
        region.stated += runs
        result.changes.append(change)
        step = 2 if work.a.arch == ARM else 4
        mode = _is_thumb(work, found, both.a)
        for at, stop, section, base in (
            (runs[0].a0, both.a.start + both.a.size, found.pair.a, 0),
            (runs[0].b0, both.b.start + both.b.size, found.pair.b, len(region.a)),
        ):
            start = at // step * step
            places.append((base + start, base + min(stop, start + 16), section.addr + start, mode))
    answer = sandbox.run(
        "reprodiff.formats.machine.disassembly:show",
        {
            "arch": work.a.arch,
            "bits": work.a.bits,
            "big": work.a.big,
            "places": places[: 2 * _MOST],
        },
        region.a + region.b,
    )
    if isinstance(answer, sandbox.Failure):
        return
    texts = answer.meta["texts"]
    for change, one, two in zip(
        result.changes[-len(items) :], texts[::2], texts[1::2], strict=False
    ):
        change.a, change.b = one, two


def _runs(region: Region, both: FunctionPair) -> list[tuple[int, int]]:
    one = memoryview(region.a)[slice(*_range(both.a))]
    two = memoryview(region.b)[slice(*_range(both.b))]
    return list(differing_runs(one, two, 1, _RUNS))


def _is_thumb(work: AnyWork, found: CodeMap, item: Function) -> bool:
    known = work.hints.thumb
    if not item.name:  # start-up code, of which only the mode of its neighbours can be known
        return bool(known) and found.pair.name == ".text"
    return (found.pair.a.addr + item.start) in known
