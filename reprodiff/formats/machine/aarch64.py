"""Instruction by instruction comparison of AArch64 code.

All instructions have four bytes, so that references are found by their bit patterns alone:
branches, literal loads, and pages (ADRP) with the twelve low bits that a later addition, load or
store has.  Source: Arm Architecture Reference Manual for A-profile, C4.1.
"""

import struct
from typing import Any, Final

from reprodiff.formats.machine.aarch64flow import OTHER, State, states, written

# Mask, value, lowest bit and number of bits of an immediate that counts in words.
_BRANCHES: Final = (
    (0x7C000000, 0x14000000, 0, 26),  # B, BL
    (0xFF000000, 0x54000000, 5, 19),  # B.cond, BC.cond
    (0x7E000000, 0x34000000, 5, 19),  # CBZ, CBNZ
    (0x7E000000, 0x36000000, 5, 14),  # TBZ, TBNZ
    (0x3B000000, 0x18000000, 5, 19),  # LDR literal
)
_PAGE_BITS: Final = 0x60FFFFE0
_LOW: Final = 0x003FFC00


def compare(a: bytes, b: bytes, address_a: int, address_b: int) -> list[Any]:
    """Compare two functions; the answer is as that of the comparison of x86 code."""
    if len(a) != len(b) or len(a) % 4:
        size = min(len(a), len(b)) // 4 * 4
        at = next((i for i in range(0, size, 4) if a[i : i + 4] != b[i : i + 4]), 0)
        texts = (a[at : at + 12].hex(" ", 4), b[at : at + 12].hex(" ", 4))
        return [[], [[0, len(a), 0, len(b), *texts]], 0]
    return _Walk(a, b, address_a, address_b).run()


class _Walk:
    def __init__(self, a: bytes, b: bytes, address_a: int, address_b: int) -> None:
        self.a, self.b = a, b
        self.bases = (address_a, address_b)
        self.references: list[list[int]] = []
        self.changes: list[list[Any]] = []
        self.pages: dict[int, tuple[int, int]] = {}
        """By the number of the instruction: the pages that it makes on both sides."""
        self.held: State = {}
        self.used: set[int] = set()

    def run(self) -> list[Any]:
        ones, twos = (struct.unpack(f"<{len(x) // 4}I", x) for x in (self.a, self.b))
        made: dict[int, int] = {}
        for number, (one, two) in enumerate(zip(ones, twos, strict=True)):
            if one & 0x9F000000 == 0x90000000 and one & ~_PAGE_BITS == two & ~_PAGE_BITS:
                made[number] = one & 31
                self.pages[number] = self.page(number * 4, one, two)
        known = states(ones, made) if made else {}
        for number, (one, two) in enumerate(zip(ones, twos, strict=True)):
            if number in known:
                self.held = dict(known[number])
            if number in made:
                self.held[made[number]] = frozenset({number})
                continue
            at = number * 4
            if not self.reference(at, one, two) and one != two:
                self.changes.append([at, at + 4, at, at + 4, f"{one:08x}", f"{two:08x}"])
            if self.held:
                for register in written(one):
                    self.held.pop(register, None)
        # A page that no addition or load was seen for: what it leads to is not known.
        unused = self.pages.keys() - self.used
        stopped = min(unused) * 4 or -1 if unused else 0
        return [self.references, self.changes, stopped]

    def refer(self, at: int, target_a: int, target_b: int) -> None:
        inside = target_a - self.bases[0]
        if 0 <= inside < len(self.a) and target_b - self.bases[1] == inside:
            return
        mask = (1 << 64) - 1
        self.references.append([at, at, 4, target_a & mask, target_b & mask])

    def reference(self, at: int, one: int, two: int) -> bool:
        for mask, value, low, bits in _BRANCHES:
            if one & mask == value == two & mask:
                rest = ~(((1 << bits) - 1) << low)
                if one & rest != two & rest:
                    return False
                moves = [_signed(word >> low, bits) * 4 for word in (one, two)]
                self.refer(at, self.bases[0] + at + moves[0], self.bases[1] + at + moves[1])
                return True
        if one & 0x9F000000 == 0x10000000:  # ADR
            if one & ~_PAGE_BITS != two & ~_PAGE_BITS:
                return False
            moves = [_move(word) for word in (one, two)]
            self.refer(at, self.bases[0] + at + moves[0], self.bases[1] + at + moves[1])
            return True
        return self.low(at, one, two)

    def page(self, at: int, one: int, two: int) -> tuple[int, int]:
        """Return the pages of two ADRP at one place."""
        pages = [
            (base + at & ~0xFFF) + (_move(word) << 12)
            for base, word in zip(self.bases, (one, two), strict=True)
        ]
        return pages[0], pages[1]

    def low(self, at: int, one: int, two: int) -> bool:
        held = self.held.get(one >> 5 & 31)
        if held is None or one & ~_LOW != two & ~_LOW:
            return False
        if one & 0xFFC00000 == 0x91000000:
            scale = 0
        elif one & 0x3B000000 == 0x39000000:
            vector = one & 0x04800000 == 0x04800000 and one >> 30 == 0
            scale = 4 if vector else one >> 30
        else:
            return False
        # Whichever way led here, it is the same place on both sides.
        for number in sorted(held - OTHER):
            page_a, page_b = self.pages[number]
            target_a = page_a + ((one >> 10 & 0xFFF) << scale)
            target_b = page_b + ((two >> 10 & 0xFFF) << scale)
            self.refer(at, target_a, target_b)
            self.refer(number * 4, target_a, target_b)
            self.used.add(number)
        return True


def _move(word: int) -> int:
    return _signed((word >> 29 & 3) | (word >> 3 & 0x1FFFFC), 21)


def _signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value
