"""Unwind information of x86-64 and ARM64 images: the addresses in it.

Source: Microsoft, "x64 exception handling" (RUNTIME_FUNCTION, UNWIND_INFO), "ARM64 exception
handling" (.pdata and .xdata records), and the scope tables of ``__C_specific_handler``.
"""

from typing import Final, Protocol

_CHAINED, _HANDLERS = 4, 3
_MAX_SCOPES: Final = 4096


class Tables(Protocol):
    """What a reader needs of the tables known so far."""

    functions: dict[int, int]
    tables: dict[int, tuple[int, tuple[object, ...]]]

    def spend(self, steps: int = 1) -> bool:
        """Take some steps; return whether there are any left."""

    def table(self, rva: int, size: int, *key: object) -> int | None:
        """Note a table."""

    def rva(self, at: int, value: int) -> None:
        """Note an address."""

    def number(self, rva: int, size: int = 4) -> int | None:
        """Return a number."""


def x64_unwind(found: Tables, at: int, number: int) -> None:
    """Note what the entry of one function at ``at`` leads to."""
    start, stop, info = (found.number(at + 4 * index) or 0 for index in range(3))
    for index, value in enumerate((start, stop, info)):
        found.rva(at + 4 * index, value)
    if stop > start:
        found.functions.setdefault(start, stop - start)
    if info in found.tables or not found.spend():
        return
    head, count = found.number(info, 1), found.number(info + 2, 1)
    if head is None or count is None:
        return
    flags = head >> 3
    behind = info + 4 + 2 * (count + count % 2)
    size = behind - info
    if flags & _CHAINED:
        for index in range(3):
            found.rva(behind + 4 * index, found.number(behind + 4 * index) or 0)
        size += 12
    elif flags & _HANDLERS:
        found.rva(behind, found.number(behind) or 0)
        size += 4 + _scopes(found, behind + 4, (start, stop))
    found.table(info, size, "unwind information", number)


def _scopes(found: Tables, at: int, function: tuple[int, int]) -> int:
    """Note a scope table behind a handler and return its size; 0 where there is none.

    It is one if every scope lies in the function, and leads into it.
    """
    count = found.number(at) or 0
    if not 0 < count <= _MAX_SCOPES or not found.spend(4 * count):
        return 0
    words = [found.number(at + 4 + 4 * index) for index in range(4 * count)]
    start, stop = function
    for index in range(count):
        scope = words[4 * index : 4 * index + 4]
        begin, end, _filter, target = scope
        if begin is None or end is None or target is None:
            return 0
        if not (start <= begin < end <= stop and (not target or start <= target < stop)):
            return 0
    for index, word in enumerate(words):
        # The third word is an address, or 1 for a filter that takes everything.
        if word is not None and (index % 4 != 2 or word > 1):
            found.rva(at + 4 + 4 * index, word)
    return 4 + 16 * count


def arm64_unwind(found: Tables, at: int, number: int) -> None:
    """Note what the entry of one function at ``at`` leads to; its data may be packed into it."""
    start, info = found.number(at) or 0, found.number(at + 4) or 0
    found.rva(at, start)
    if info & 3:
        found.functions.setdefault(start, (info >> 2 & 0x7FF) * 4)
        return
    found.rva(at + 4, info)
    if info in found.tables or not found.spend():
        return
    head = found.number(info)
    if head is None:
        return
    found.functions.setdefault(start, (head & 0x3FFFF) * 4)
    epilogs, codes, size = head >> 22 & 31, head >> 27, 4
    if not epilogs and not codes:
        more = found.number(info + 4) or 0
        epilogs, codes, size = more & 0xFFFF, more >> 16 & 0xFF, 8
    if not head >> 21 & 1:
        size += 4 * epilogs
    size += 4 * codes
    if head >> 20 & 1:
        found.rva(info + size, found.number(info + size) or 0)
        size += 4
    found.table(info, size, "unwind information", number)
