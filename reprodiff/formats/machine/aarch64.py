"""Instruction by instruction comparison of AArch64 code.

All instructions have four bytes, so that references are found by their bit patterns alone:
branches, literal loads, and pages (ADRP) with the twelve low bits that a later addition, load or
store has.  Source: Arm Architecture Reference Manual for A-profile, C4.1.
"""

from typing import Any, Final

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
        self.pages: dict[int, tuple[int, int, int]] = {}
        self.open: set[int] = set()

    def run(self) -> list[Any]:
        for at in range(0, len(self.a), 4):
            one = int.from_bytes(self.a[at : at + 4], "little")
            two = int.from_bytes(self.b[at : at + 4], "little")
            if not self.reference(at, one, two):
                if one != two:
                    self.changes.append([at, at + 4, at, at + 4, f"{one:08x}", f"{two:08x}"])
                written = _written(one)
                if written is not None:
                    self.pages.pop(written, None)
        # A page that no addition or load was seen for: what it leads to is not known.
        stopped = min(self.open) or -1 if self.open else 0
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
        if one & 0x1F000000 == 0x10000000:
            return self.page(at, one, two)
        return self.low(at, one, two)

    def page(self, at: int, one: int, two: int) -> bool:
        if one & ~_PAGE_BITS != two & ~_PAGE_BITS:
            return False
        moves = [_signed((w >> 29 & 3) | (w >> 3 & 0x1FFFFC), 21) for w in (one, two)]
        if not one & 0x80000000:
            self.refer(at, self.bases[0] + at + moves[0], self.bases[1] + at + moves[1])
            return True
        pages = [
            (base + at & ~0xFFF) + (move << 12)
            for base, move in zip(self.bases, moves, strict=True)
        ]
        self.pages[one & 31] = (at, pages[0], pages[1])
        self.open.add(at)
        return True

    def low(self, at: int, one: int, two: int) -> bool:
        known = self.pages.get(one >> 5 & 31)
        if known is None or one & ~_LOW != two & ~_LOW:
            return False
        if one & 0xFFC00000 == 0x91000000:
            scale, loads = 0, True
        elif one & 0x3B000000 == 0x39000000:
            vector = one & 0x04800000 == 0x04800000 and one >> 30 == 0
            scale = 4 if vector else one >> 30
            loads = bool(one & 0x00C00000) and not one & 0x04000000
        else:
            return False
        place, page_a, page_b = known
        target_a = page_a + ((one >> 10 & 0xFFF) << scale)
        target_b = page_b + ((two >> 10 & 0xFFF) << scale)
        self.refer(at, target_a, target_b)
        self.refer(place, target_a, target_b)
        self.open.discard(place)
        if loads and one & 31 != one >> 5 & 31:
            self.pages.pop(one & 31, None)
        elif loads:
            self.pages.pop(one >> 5 & 31, None)
        return True


def _written(word: int) -> int | None:
    """Return the general register that an instruction writes, ``None`` if it writes none.

    By the main encoding table (C4.1): loads and stores, data processing, floating point.
    """
    if word & 0x0A000000 == 0x08000000:  # loads and stores
        vector = word & 0x04000000
        return None if vector or not word & 0x00C00000 else word & 31
    if word & 0x1C000000 == 0x14000000:  # branches, exceptions, system
        return None
    if word & 0x0E000000 == 0x0E000000:  # floating point and vectors
        moved = word & 0x5F20FC00 == 0x1E200000 and word >> 16 & 7 not in {2, 3, 7}
        copied = word & 0xBFE0FC00 in {0x0E003C00, 0x0E002C00} or word & 0xBF20DC00 == 0x0E002C00
        return word & 31 if moved or copied else None
    return word & 31


def _signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value
