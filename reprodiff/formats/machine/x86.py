"""Instruction by instruction comparison of x86 code; runs in a child process only.

Two instructions are the same if they decode to the same operation on the same operands, except
for one displacement relative to the instruction pointer or one branch target, which is handed
back for the address map to judge.
"""

from array import array
from collections.abc import Iterator
from typing import Any, Final

import capstone  # noqa: TID253  (this module is loaded in the child only)

from reprodiff.formats.machine.decoding import Instruction, branch_size
from reprodiff.formats.machine.padding import is_padding
from reprodiff.formats.machine.parting import LONGEST, RIP, displacement, is_branch, parting
from reprodiff.formats.parsing.byteruns import common_head

_SHOWN: Final = 3
_MOST: Final = 200


def compare(meta: dict[str, Any], payload: memoryview) -> tuple[dict[str, Any], bytes]:
    """Compare the functions of a section.

    ``meta`` has ``address_a``, ``address_b`` (where the section is loaded), ``bits``, ``functions``
    as (start in A, size in A, start in B, size in B), and ``shown``, how many of those that have
    two sizes are shown as instructions.  The payload is their bytes: one function of A, then of B,
    and so on.  The answer has for each function the number of its references, its changes
    ``[start a, stop a, start b, stop b, text a, text b]`` and where decoding stopped.  All
    references follow as numbers of 64 bits: place a, place b, size, target a, target b.  Places
    are in the section.
    """
    mode = capstone.CS_MODE_64 if meta["bits"] == 64 else capstone.CS_MODE_32
    machine = capstone.Cs(capstone.CS_ARCH_X86, mode)
    kind = Function
    if meta.get("got"):
        from reprodiff.formats.machine.x86_32 import Function32  # noqa: PLC0415

        kind = Function32
    mask = (1 << meta["bits"]) - 1
    answers, references = [], array("Q")
    left = meta["shown"]
    at = 0
    for start_a, size_a, start_b, size_b in meta["functions"]:
        middle, end = at + size_a, at + size_a + size_b
        code = bytes(payload[at:middle]), bytes(payload[middle:end])
        at = end
        work = kind(machine, code, (start_a, start_b), mask)
        work.shown = left > 0
        work.begin(meta)
        left -= size_a != size_b
        work.run()
        references.extend(work.references)
        answers.append([len(work.references) // 5, work.changes, work.stopped])
    return {"functions": answers}, references.tobytes()


class Function:
    """The comparison of one function of 64-bit code."""

    shown = True
    """Whether functions of two sizes are shown as instructions; otherwise as bytes."""

    def __init__(
        self,
        machine: capstone.Cs,
        code: tuple[bytes, bytes],
        at: tuple[int, int],
        mask: int,
    ) -> None:
        self.machine, self.mask = machine, mask
        self.a, self.b = code
        self.at_a, self.at_b = at
        self.base_a = self.base_b = 0
        self.references: list[int] = []  # five numbers for each
        self.changes: list[list[Any]] = []
        self.stopped = 0
        """Where in A decoding stopped, from the start of the function; 0 for its end."""
        self.tables: dict[int, int] = {}
        """Tables of jumps inside of the function: start -> stop, from the function's start."""

    def prepare(self, meta: dict[str, Any]) -> None:
        """Look at what else the task says."""

    def begin(self, meta: dict[str, Any]) -> None:
        """Take what the task says beside the code."""
        self.base_a, self.base_b = meta["address_a"] + self.at_a, meta["address_b"] + self.at_b
        self.prepare(meta)

    def run(self) -> None:
        """Compare the two; ``references``, ``changes`` and ``stopped`` have what was found."""
        base_a, base_b = self.base_a, self.base_b
        if self.a == self.b:
            end = 0
            for one in self.machine.disasm_lite(self.a, base_a):
                if one[0] - base_a in self.tables:
                    break
                end = one[0] + one[1] - base_a
                self.equal(one, base_a, base_b)
            if end:  # what does not start with an instruction is no code: equal is all it can be
                self.finish(end, end)
            return
        if len(self.a) != len(self.b):
            self.replaced(base_a, base_b)
            return
        self.step(
            self.machine.disasm_lite(self.a, base_a),
            self.machine.disasm_lite(self.b, base_b),
            base_a,
            base_b,
        )

    def step(
        self,
        walk_a: Iterator[Instruction],
        walk_b: Iterator[Instruction],
        base_a: int,
        base_b: int,
    ) -> None:
        """Compare two walks instruction by instruction."""
        end_a = end_b = 0
        for one, two in zip(walk_a, walk_b, strict=False):
            at_a, at_b = one[0] - base_a, two[0] - base_b
            if at_a in self.tables:
                break
            if at_a != at_b:
                self.out_of_step(at_a, at_b, base_a, base_b)
                return
            end_a, end_b = at_a + one[1], at_b + two[1]
            raw_a, raw_b = self.a[at_a:end_a], self.b[at_b:end_b]
            if raw_a == raw_b:
                self.equal(one, base_a, base_b)
            elif not self.reference(one, two, raw_a, raw_b, (at_a, at_b)):
                self.change(one, two, at_a, at_b)
        self.finish(end_a, end_b)

    def finish(self, end_a: int, end_b: int) -> None:
        """Judge what is behind the instructions: tables of jumps and padding, or nothing known."""
        at = end = min(end_a, end_b)
        while at in self.tables:
            stop = self.tables[at]
            if self.a[at:stop] != self.b[at:stop]:
                texts = [f"table of jumps {code[at:stop][:16].hex(' ', 4)}"
                         for code in (self.a, self.b)]  # fmt: skip
                spans = [self.at_a + at, self.at_a + stop, self.at_b + at, self.at_b + stop]
                self.changes.append([*spans, *texts])
            following = min((start for start in self.tables if start >= stop), default=len(self.a))
            if not is_padding(self.a[stop:following]) or self.a[stop:] != self.b[stop:]:
                break
            at = following
        if at < len(self.a) or (end_a != end_b and at != len(self.b)):
            self.stopped = end or -1

    def table(self, start: int) -> None:
        """Note a table of jumps that clang puts behind a function for Windows and for macOS.

        It has distances of 32 bits from its own start to instructions in front of it.
        """
        stop = start
        while stop + 4 <= len(self.a) and 0 <= start + _signed(self.a, stop) < start:
            stop += 4
        if stop - start >= 8:
            self.tables[start] = stop

    def equal(self, one: Instruction, base_a: int, base_b: int) -> None:
        """Hand back what an instruction refers to whose bytes are equal on both sides."""
        address, size, name, operands = one
        at = address - base_a
        if "[rip" in operands:
            found = RIP.search(operands)
            if found is not None:
                target = address + size + displacement(found)
                inside = target - base_a
                if name == "lea" and at + size <= inside < len(self.a):
                    self.table(inside)
                place = _field(self.a[at : at + size], displacement(found))
                self.refer(at + place, at + place, 4, target, target + base_b - base_a)
        elif is_branch(name, operands):
            target = int(operands, 0)
            wide = branch_size(self.a[at : at + size], target - address - size)
            if wide:
                place = at + size - wide
                self.refer(place, place, wide, target, target + base_b - base_a)

    def refer(self, a: int, b: int, size: int, target_a: int, target_b: int) -> None:
        """Hand back a reference, unless it is a jump inside of the function."""
        inside = target_a - self.base_a
        if 0 <= inside < len(self.a) and target_b - self.base_b == inside:
            return  # a jump inside of the function, to the same place of it
        mask = self.mask
        self.references += self.at_a + a, self.at_b + b, size, target_a & mask, target_b & mask

    def reference(
        self,
        one: Instruction,
        two: Instruction,
        raw_a: bytes,
        raw_b: bytes,
        at: tuple[int, int],
    ) -> bool:
        """Take two instructions that differ in one relative operand only; say whether they do."""
        if one[1] != two[1] or one[2] != two[2]:
            return False
        size = one[1]
        if self.branch(one, two, raw_a, raw_b, at):
            return True
        found_a, found_b = RIP.search(one[3]), RIP.search(two[3])
        if found_a is None or found_b is None:
            return False
        if RIP.sub("", one[3]) != RIP.sub("", two[3]):
            return False
        move_a, move_b = displacement(found_a), displacement(found_b)
        for place in range(1, size - 3):
            same = raw_a[:place] == raw_b[:place] and raw_a[place + 4 :] == raw_b[place + 4 :]
            if same and _signed(raw_a, place) == move_a and _signed(raw_b, place) == move_b:
                ends = one[0] + size + move_a, two[0] + size + move_b
                self.refer(at[0] + place, at[1] + place, 4, *ends)
                return True
        return False

    def branch(
        self,
        one: Instruction,
        two: Instruction,
        raw_a: bytes,
        raw_b: bytes,
        at: tuple[int, int],
    ) -> bool:
        """Take two branches that differ in their targets only; say whether they do."""
        if not (is_branch(one[2], one[3]) and is_branch(two[2], two[3])):
            return False
        size = one[1]
        ends = int(one[3], 0), int(two[3], 0)
        moves = ends[0] - one[0] - size, ends[1] - two[0] - size
        wide = branch_size(raw_a, moves[0])
        if not wide or wide != branch_size(raw_b, moves[1]):
            return False
        if raw_a[:-wide] != raw_b[:-wide]:
            return False
        self.refer(at[0] + size - wide, at[1] + size - wide, wide, *ends)
        return True

    def change(self, one: Instruction, two: Instruction, at_a: int, at_b: int) -> None:
        """Note two instructions that are not the same."""
        if len(self.changes) < _MOST:
            self.changes.append(
                [
                    *(self.at_a + at_a, self.at_a + at_a + one[1]),
                    *(self.at_b + at_b, self.at_b + at_b + two[1]),
                    *(_text(one), _text(two)),
                ]
            )
        else:
            self.stopped = self.stopped or at_a

    def out_of_step(self, at_a: int, at_b: int, base_a: int, base_b: int) -> None:
        """Note that the two part for good: all of the function is then another."""
        self.changes.append(
            [
                *(self.at_a, self.at_a + len(self.a), self.at_b, self.at_b + len(self.b)),
                *self.first(min(at_a, at_b), base_a, base_b),
            ]
        )

    def replaced(self, base_a: int, base_b: int) -> None:
        """Note two functions of different sizes, with the instructions where they part."""
        if self.shown:
            place = parting(self.machine, (self.a, self.b), (base_a, base_b))
            self.out_of_step(place, place, base_a, base_b)
            return
        at = common_head(memoryview(self.a), memoryview(self.b))
        texts = [code[at : at + LONGEST].hex(" ") for code in (self.a, self.b)]
        whole = self.at_a, self.at_a + len(self.a), self.at_b, self.at_b + len(self.b)
        self.changes.append([*whole, *texts])

    def first(self, place: int, base_a: int, base_b: int) -> tuple[str, str]:
        """Return a few instructions of both sides from where they part."""
        texts = []
        for code, base in ((self.a, base_a), (self.b, base_b)):
            shown = code[place : place + LONGEST * _SHOWN]
            walked = self.machine.disasm_lite(shown, base + place, _SHOWN)
            texts.append("; ".join(map(_text, walked)))
        return texts[0], texts[1]


def _text(item: Instruction) -> str:
    return f"{item[2]} {item[3]}".strip()


def _signed(raw: bytes, at: int) -> int:
    return int.from_bytes(raw[at : at + 4], "little", signed=True)


def _field(raw: bytes, move: int) -> int:
    for place in range(1, len(raw) - 3):
        if _signed(raw, place) == move:
            return place
    return 0
