"""Matching runs of two sequences: unique anchors first, minimal alignment between them.

Everything is counted and bounded; nothing depends on time, on hash values or on which side is
called A.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from typing import Final

from reprodiff.records import NamedTuple

MAX_BLOCK: Final = 20_000 * 20_000
"""Largest block, in pairs of elements, for a minimal alignment: 50 MB and about 0.2 s."""
# Anchors: runs of up to this many elements.  Longer ones add nothing that two shorter ones lack.
_MAX_RUN: Final = 64

Match = tuple[int, int, int]
"""``(a, b, size)``: ``a[a : a + size]`` equals ``b[b : b + size]``."""


class _Block(NamedTuple):
    a0: int
    a1: int
    b0: int
    b1: int
    run: int


def matches(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Match]:
    """Return matching runs in order; no two overlap, and none is empty or touches the next.

    ``matches(b, a)`` has the same pairs, provided that unequal elements of one kind can be
    ordered or have a stable ``repr``.
    """
    head, tail = _common_ends(a, b, 0, len(a), 0, len(b))
    a_stop, b_stop = len(a) - tail, len(b) - tail
    found = [(0, 0, head)]
    if head not in (a_stop, b_stop):
        # Equally good alignments exist for most pairs: which one is found must not depend on
        # which side is called A.  The first elements that differ decide.
        mirrored = _comes_first(b[head], a[head])
        numbers: dict[Hashable, int] = {}
        sides = [
            [numbers.setdefault(item, len(numbers)) for item in side]
            for side in (a[head:a_stop], b[head:b_stop])
        ]
        if mirrored:
            found += [(y + head, x + head, size) for x, y, size in _matches(sides[1], sides[0])]
        else:
            found += [(x + head, y + head, size) for x, y, size in _matches(*sides)]
    found.append((a_stop, b_stop, tail))
    return joined(found)


def joined(found: Iterable[Match]) -> list[Match]:
    """Return ordered matches without empty ones, and those that touch on both sides made one."""
    runs: list[Match] = []
    for x, y, size in found:
        if not size:
            continue
        if runs:
            at_a, at_b, before = runs[-1]
            if (at_a + before, at_b + before) == (x, y):
                runs[-1] = (at_a, at_b, before + size)
                continue
        runs.append((x, y, size))
    return runs


def _comes_first(x: Hashable, y: Hashable) -> bool:
    try:
        if x < y:  # type: ignore[operator]  # most hashable things can be ordered; the rest raise
            return True
        if y < x:  # type: ignore[operator]
            return False
    except TypeError:
        pass
    return (type(x).__qualname__, repr(x)) < (type(y).__qualname__, repr(y))


def _common_ends(
    a: Sequence[object], b: Sequence[object], a0: int, a1: int, b0: int, b1: int
) -> tuple[int, int]:
    """Return how many elements are equal at the start, and of the rest at the end."""
    head = 0
    size = min(a1 - a0, b1 - b0)
    while head < size and a[a0 + head] == b[b0 + head]:
        head += 1
    tail = 0
    size -= head
    while tail < size and a[a1 - tail - 1] == b[b1 - tail - 1]:
        tail += 1
    return head, tail


def _matches(a: list[int], b: list[int]) -> list[Match]:
    found: list[Match] = []
    blocks = [_Block(0, len(a), 0, len(b), 1)]
    while blocks:
        a0, a1, b0, b1, run = blocks.pop()
        head, tail = _common_ends(a, b, a0, a1, b0, b1)
        found += [(a0, b0, head), (a1 - tail, b1 - tail, tail)]
        a0, a1, b0, b1 = a0 + head, a1 - tail, b0 + head, b1 - tail
        if a0 == a1 or b0 == b1:
            continue
        if run > 1 and (a1 - a0) * (b1 - b0) <= MAX_BLOCK:
            found += _minimal(a, b, a0, a1, b0, b1)
        elif run <= _MAX_RUN:
            at_a, at_b = a0, b0
            for x, y in _anchors(a[a0:a1], b[b0:b1], run):
                blocks.append(_Block(at_a, a0 + x, at_b, b0 + y, 2 * run))
                found.append((a0 + x, b0 + y, 1))
                at_a, at_b = a0 + x + 1, b0 + y + 1
            blocks.append(_Block(at_a, a1, at_b, b1, 2 * run))
    # An empty match may stand where another begins; sorted, it comes first.
    return sorted(found)


def _minimal(a: list[int], b: list[int], a0: int, a1: int, b0: int, b1: int) -> list[Match]:
    if a1 - a0 == 1 or b1 - b0 == 1:
        return _single(a, b, a0, a1, b0, b1)
    # Costs 30 ms to import, and most pairs of artifacts need it for nothing.
    from rapidfuzz.distance import Indel  # noqa: PLC0415

    return [
        (a0 + op.src_start, b0 + op.dest_start, op.src_end - op.src_start)
        for op in Indel.opcodes(a[a0:a1], b[b0:b1])
        if op.tag == "equal"
    ]


def _single(a: list[int], b: list[int], a0: int, a1: int, b0: int, b1: int) -> list[Match]:
    """Match a block with one element on a side: the commonest block, and it needs no matrix."""
    try:
        if a1 - a0 == 1:
            return [(a0, b.index(a[a0], b0, b1), 1)]
        return [(a.index(b[b0], a0, a1), b0, 1)]
    except ValueError:
        return []


def _anchors(a: list[int], b: list[int], run: int) -> list[tuple[int, int]]:
    """Return the longest chain of places at which a run of elements stands that is unique."""
    if run > 1:
        a, b = _runs(a, b, run)
    in_a, in_b = _once(a), _once(b)
    # Walking one side in order, the chain is the longest increasing subsequence of the other.
    return increasing([(x, in_b[item]) for item, x in in_a.items() if item in in_b])


def _runs(a: list[int], b: list[int], run: int) -> tuple[list[int], list[int]]:
    """Number the runs of ``run`` (a power of two) elements, equal runs by equal numbers."""
    size = 1
    while size < run:
        numbers: dict[tuple[int, int], int] = {}
        a, b = (
            [
                numbers.setdefault(pair, len(numbers))
                for pair in zip(side, side[size:], strict=False)
            ]
            for side in (a, b)
        )
        size *= 2
    return a, b


def _once(items: list[int]) -> dict[int, int]:
    """Return the place of each item that occurs once, in order of place."""
    places: dict[int, int] = {}
    for place, item in enumerate(items):
        places[item] = -1 if item in places else place
    return {item: place for item, place in places.items() if place >= 0}


def increasing(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return a longest subsequence in which the second members increase (patience sorting)."""
    ends: list[int] = []  # smallest last member of a chain of each length
    last: list[int] = []  # the pair that has it
    before: list[int] = []  # for each pair, the one before it in its chain
    for number, (_, y) in enumerate(pairs):
        length = bisect_left(ends, y)
        before.append(last[length - 1] if length else -1)
        if length == len(ends):
            ends.append(y)
            last.append(number)
        else:
            ends[length] = y
            last[length] = number
    chain: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    chain.reverse()
    return chain
