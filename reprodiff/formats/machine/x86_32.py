"""Instruction by instruction comparison of 32-bit x86 code; runs in a child process only.

Position-independent code there has no displacement from the instruction pointer.  A function asks
where it is (a call of a thunk, or of the next instruction with a pop), adds the distance to the
global offset table, and reaches everything from there: so displacements of 32 bits are taken for
distances from that table wherever they lead into the file.  Source: System V ABI, Intel386
supplement, chapter 3, "Position-Independent Code".
"""

import re
from typing import Any, Final

from reprodiff.formats.machine.decoding import Instruction
from reprodiff.formats.machine.x86 import Function

_MEMORY: Final = re.compile(r"\[([a-z]{3})((?: \+ [a-z]{3}(?:\*\d)?)?) ([+-]) (0x[0-9a-f]+|\d+)\]")
_ADDED: Final = re.compile(r"(e[a-z]{2}), (-?0x[0-9a-f]+|-?\d+)")
_REGISTERS: Final = ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi")
_FRAME: Final = re.compile(r"ebp, (?:esp\Z|\[esp)")


class Function32(Function):
    """The comparison of one function.

    ``meta`` of the task has ``got`` (the address of the global offset table in A and in B),
    ``asked`` (whether there is none, and code counts from where its function asked last),
    ``ranges`` (what of A is loaded, as pairs of addresses) and ``thunks`` (address in A of each
    function that returns where it was called from -> number of the register it returns it in).
    """

    def prepare(self, meta: dict[str, Any]) -> None:
        """Take what is known beside the code, and see whether EBP is a frame pointer."""
        # Code for macOS has no such table: it counts from where the function asked last.
        self.last = bool(meta["asked"])
        self.got: tuple[int, int] | None = None if self.last else tuple(meta["got"])
        self.ranges: list[tuple[int, int]] = [(low, high) for low, high in meta["ranges"]]
        self.thunks: dict[int, int] = {int(at): number for at, number in meta["thunks"]}
        self.here: dict[str, tuple[int, int]] = {}
        """Registers that hold an address of the code itself, with it in A and in B."""
        self.asked: tuple[int, int] | None = None
        """Set behind a call of the next instruction, until its pop."""
        walk = self.machine.disasm_lite(self.a, self.base_a)
        self.frame = any(
            name in {"mov", "lea"} and _FRAME.match(operands) for _, _, name, operands in walk
        )

    def equal(self, one: Instruction, base_a: int, base_b: int) -> None:
        """Hand back what an instruction refers to whose bytes are equal on both sides."""
        address, size, name, operands = one
        two = (address + base_b - base_a, size, name, operands)
        at = address - base_a
        raw = self.a[at : at + size]
        self.take(one, two, raw, raw, (at, at))
        self.follow(one, two)

    def reference(
        self,
        one: Instruction,
        two: Instruction,
        raw_a: bytes,
        raw_b: bytes,
        at: tuple[int, int],
    ) -> bool:
        """Take two instructions that differ in one reference only; say whether they do."""
        good = one[1:3] == two[1:3] and self.take(one, two, raw_a, raw_b, at)
        self.follow(one, two)
        return good

    def take(
        self,
        one: Instruction,
        two: Instruction,
        raw_a: bytes,
        raw_b: bytes,
        at: tuple[int, int],
    ) -> bool:
        """Hand back what two instructions refer to; whether they are the same beyond that."""
        if self.branch(one, two, raw_a, raw_b, at):
            return True
        added = _ADDED.fullmatch(one[3]), _ADDED.fullmatch(two[3])
        if one[2] == "add" and added[0] and added[1] and added[0][1] == added[1][1]:
            known = self.here.get(added[0][1])
            if known is not None and len(raw_a) > 4 and raw_a[:-4] == raw_b[:-4]:
                ends = [base + int(x[2], 0) for base, x in zip(known, added, strict=True) if x]
                place = len(raw_a) - 4
                self.refer(at[0] + place, at[1] + place, 4, *ends)
                return True
        return self.memory(one, two, raw_a, raw_b, at)

    def memory(
        self,
        one: Instruction,
        two: Instruction,
        raw_a: bytes,
        raw_b: bytes,
        at: tuple[int, int],
    ) -> bool:
        """Take a displacement of 32 bits behind a register."""
        parts = _operand(one[3]), _operand(two[3])
        if parts[0] is None or parts[1] is None or parts[0][:2] != parts[1][:2]:
            return False
        register = parts[0][0]
        if register == "esp" or (register == "ebp" and self.frame):
            return False
        moves = parts[0][2], parts[1][2]
        place = _field(raw_a, raw_b, moves)
        if not place:
            return False
        bases = self.here.get(register, self.got)
        if bases is None:
            return False
        ends = bases[0] + moves[0], bases[1] + moves[1]
        if not any(low <= ends[0] < high for low, high in self.ranges):
            return False
        self.refer(at[0] + place, at[1] + place, 4, *ends)
        return True

    def follow(self, one: Instruction, two: Instruction) -> None:
        """Note which registers hold an address of the code."""
        address, size, name, operands = one
        ends = address + size, two[0] + two[1]
        asked, self.asked = self.asked, None
        if name == "call":
            self.here.clear()
            target = int(operands, 0) if operands.startswith("0x") else -1
            if target == ends[0]:
                self.asked = ends
            elif target in self.thunks:
                self.here[_REGISTERS[self.thunks[target]]] = ends
        elif name == "pop" and asked is not None:
            self.here[operands] = asked
            self.got = asked if self.last else self.got
        else:
            first = operands.partition(",")[0]
            if first in self.here and name not in {"cmp", "test", "push"}:
                del self.here[first]


def _operand(operands: str) -> tuple[str, str, int] | None:
    """Return the base register, the operands without the displacement, and the displacement."""
    found = _MEMORY.search(operands)
    if found is None:
        return None
    rest = operands[: found.start(3)] + operands[found.end() - 1 :]
    return found[1], rest, int(found[4], 0) * (-1 if found[3] == "-" else 1)


def _field(raw_a: bytes, raw_b: bytes, moves: tuple[int, int]) -> int:
    """Return where both instructions have their displacement in four bytes, 0 for nowhere."""
    for place in range(1, len(raw_a) - 3):
        fields = tuple(
            int.from_bytes(raw[place : place + 4], "little", signed=True) for raw in (raw_a, raw_b)
        )
        if (
            fields == moves
            and raw_a[:place] == raw_b[:place]
            and raw_a[place + 4 :] == raw_b[place + 4 :]
        ):
            return place
    return 0
