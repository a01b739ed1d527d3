"""Which pages (ADRP) a register may hold at each place of a function of AArch64 code.

A compiler may put the page of an address far from the additions and loads that have its low bits:
in front of a loop, or in another block.  So pages are followed along all branches.  Source: Arm
Architecture Reference Manual for A-profile, C4.1; Procedure Call Standard for AArch64, 6.1.
"""

from collections.abc import Mapping, Sequence
from typing import Final

State = dict[int, frozenset[int]]
"""Register -> where the pages that it may hold were made; -1 stands for anything else."""

OTHER: Final = frozenset({-1})
_KEPT: Final = range(19, 29)
"""Registers that a call leaves as they are: what an exception handler starts with."""
_BRANCHES: Final = (
    (0xFC000000, 0x14000000, 0, 26, False),  # B
    (0xFF000000, 0x54000000, 5, 19, True),  # B.cond, BC.cond
    (0x7E000000, 0x34000000, 5, 19, True),  # CBZ, CBNZ
    (0x7E000000, 0x36000000, 5, 14, True),  # TBZ, TBNZ
)


def written(word: int) -> tuple[int, ...]:
    """Return the general registers that an instruction writes.

    By the main encoding table (C4.1): loads and stores, data processing, floating point.
    """
    if word & 0x0A000000 == 0x08000000:
        return _by_memory(word)
    if word & 0x1C000000 == 0x14000000:  # branches, exceptions, system
        return (0, 1) if _by_register(word) == _CALL or word & 0xFC000000 == 0x94000000 else ()
    if word & 0x0E000000 == 0x0E000000:  # floating point and vectors
        moved = word & 0x5F20FC00 == 0x1E200000 and word >> 16 & 7 not in {2, 3, 7}
        copied = word & 0xBFE0FC00 in {0x0E003C00, 0x0E002C00} or word & 0xBF20DC00 == 0x0E002C00
        return (word & 31,) if moved or copied else ()
    return (word & 31,)


def _by_memory(word: int) -> tuple[int, ...]:
    """Return the registers that a load or store writes: what it loads, and a base that it moves."""
    found: list[int] = []
    vector = word & 0x04000000
    if word & 0x3A000000 == 0x28000000:  # pairs
        if word & 0x00400000 and not vector:
            found += [word & 31, word >> 10 & 31]
        if word & 0x00800000:
            found.append(word >> 5 & 31)
        return tuple(found)
    if word & 0x00C00000 and not vector:
        found.append(word & 31)
    if word & 0x3B200400 == 0x38000400:
        found.append(word >> 5 & 31)
    return tuple(found)


_CALL: Final = 1


def _by_register(word: int) -> int | None:
    """Return what a branch to a register is: 0 a jump, 1 a call, 2 a return, others for systems."""
    return word >> 21 & 7 if word & 0xFE000000 == 0xD6000000 else None


def _target(word: int) -> tuple[int, bool] | None:
    """Return by how many instructions a branch jumps, and whether it may go on behind itself."""
    for mask, value, low, bits, falls in _BRANCHES:
        if word & mask == value:
            move = word >> low & (1 << bits) - 1
            return (move - (1 << bits) if move >> bits - 1 else move), falls
    return None


def states(words: Sequence[int], made: Mapping[int, int]) -> dict[int, State]:
    """Return what registers may hold at the start of each block of code.

    ``made`` has the register of each page by the number of its instruction.
    """
    blocks = _blocks(words)
    starts = sorted(blocks)
    stops = dict(zip(starts, [*starts[1:], len(words)], strict=True))
    wanted = set(made.values())
    events = {start: _events(words, made, wanted, start, stop) for start, stop in stops.items()}
    followed = {target for targets in blocks.values() for target in targets}
    lost = [start for start in starts if start not in followed and start]
    found: dict[int, State] = {0: {}}
    waiting = [0, *lost]
    for start in lost:
        found[start] = {}
    elsewhere: dict[int, frozenset[int]] = {}
    # What nothing leads to is a target of a table of jumps or, without one, a handler of a call.
    jumps = any(kind == "jump" for each in events.values() for kind, _, _ in each)
    way = "jump" if jumps else "call"
    while waiting:
        start = waiting.pop()
        state = dict(found[start])
        before = dict(elsewhere)
        for kind, register, place in events[start]:
            if kind == "page":
                state[register] = frozenset({place})
            elif kind == "write":
                state.pop(register, None)
            elif kind == way:
                for each in wanted:
                    if kind == "jump" or each in _KEPT:
                        held = state.get(each, OTHER)
                        elsewhere[each] = elsewhere.get(each, frozenset()) | held
        targets = list(blocks[start])
        waiting += [target for target in targets if _join(found, target, state)]
        if elsewhere != before:
            for target in lost:
                found[target] = {each: held for each, held in elsewhere.items() if held != OTHER}
                waiting.append(target)
    return found


def _blocks(words: Sequence[int]) -> dict[int, list[int]]:
    """Return the starts of blocks, each with those that it leads to."""
    leads: dict[int, list[int]] = {}
    starts = {0}
    for number, word in enumerate(words):
        jump = _target(word)
        if jump is not None:
            move, falls = jump
            inside = [number + move] if 0 <= number + move < len(words) else []
            leads[number] = inside + ([number + 1] if falls else [])
        elif _by_register(word) not in {None, _CALL}:
            leads[number] = []
        else:
            continue
        starts.update(leads[number], [number + 1])
    ordered = sorted(start for start in starts if start < len(words))
    blocks: dict[int, list[int]] = {}
    for start, stop in zip(ordered, [*ordered[1:], len(words)], strict=True):
        inside = [stop] if stop < len(words) else []
        blocks[start] = [t for t in leads.get(stop - 1, inside) if t < len(words)]
    return blocks


_Event = tuple[str, int, int]


def _events(
    words: Sequence[int], made: Mapping[int, int], wanted: set[int], start: int, stop: int
) -> list[_Event]:
    found: list[_Event] = []
    for number in range(start, stop):
        word = words[number]
        if number in made:
            found.append(("page", made[number], number))
            continue
        kind = _by_register(word)
        if kind == _CALL or word & 0xFC000000 == 0x94000000:
            found.append(("call", 0, number))
        elif kind == 0:
            found.append(("jump", 0, number))
        found += [("write", each, number) for each in written(word) if each in wanted]
    return found


def _join(found: dict[int, State], target: int, state: State) -> bool:
    """Join what comes from one more branch; say whether that is new."""
    known = found.get(target)
    if known is None:
        found[target] = dict(state)
        return True
    joined = {each: known.get(each, OTHER) | state.get(each, OTHER) for each in {*known, *state}}
    joined = {each: held for each, held in joined.items() if held != OTHER}
    if joined == known:
        return False
    found[target] = joined
    return True
