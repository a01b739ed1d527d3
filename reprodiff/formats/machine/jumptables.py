"""Tables of distances to code or strings, which stand behind a reference of the code."""

import re
import struct
from collections.abc import Sequence
from typing import Final

from reprodiff.formats.machine.codechanges import Result
from reprodiff.formats.machine.model import X86
from reprodiff.formats.machine.work import AnyWork


def check_jump_tables(work: AnyWork, result: Result) -> None:
    """Check the tables of 32-bit distances from the table itself, behind a reference.

    A table of jumps is where code refers to, its first entry leads into that same function, and
    it goes on as long as entries lead into code.  A table of strings (clang's relative lookup
    tables) goes on as long as entries lead to starts of strings, two of them at least.
    """
    where = work.map
    places = sorted(result.targets)
    bases = work.hints.got if work.a.arch == X86 else None
    code = [(pair.a.addr, pair.a.addr + pair.size_a) for pair in where.pairs if pair.a.code]
    for index, table in enumerate(places):
        pair = where.containing(table)
        if pair is None or pair.a.code or not pair.a.data or table % 4:
            continue
        other, start, stop = result.targets[table]
        if other not in where.addresses(table):
            continue
        region = work.region(pair)
        at_a, at_b = table - pair.a.addr, other - pair.b.addr
        limit = places[index + 1] - pair.a.addr if index + 1 < len(places) else len(region.a)
        moves = _distances(region.a[at_a : min(limit, at_a + _LONGEST)], big=work.a.big)
        # 32-bit x86 counts from the global offset table instead.
        base_a, base_b = bases or (table, other)
        count = 0
        if moves and start <= base_a + moves[0] < stop:
            while count < len(moves) and any(x <= base_a + moves[count] < y for x, y in code):
                count += 1
        elif moves:
            count = _texts(work, base_a, moves, range(table, table + 4 * len(moves)))
            if not count:
                count = _unended(work, base_a, moves)
        for number, move in enumerate(
            _distances(region.b[at_b : at_b + 4 * count], big=work.a.big)
        ):
            good = where.follows(base_a + moves[number], base_b + move)
            region.word(at_a + 4 * number, at_b + 4 * number, 4, good)


def _texts(work: AnyWork, base: int, moves: Sequence[int], table: range) -> int:
    """Return how many distances at the start of a table lead to strings outside of it.

    Most lead to the starts of strings; others may lead to ends of longer ones, or to empty ones.
    """
    count = starts = 0
    for move in moves:
        target = base + move
        start = _is_text(work, target)
        if target in table or not (start or _is_end(work, target)):
            break
        count, starts = count + 1, starts + start
    return count if starts >= _FEWEST else 0


def _is_end(work: AnyWork, address: int) -> bool:
    """Whether the end of a string starts there, which a linker shares, or it is an empty one."""
    pair = work.map.containing(address)
    if pair is None or not pair.a.constant or not pair.a.data:
        return False
    at = address - pair.a.addr
    return at > 0 and _END.match(pair.plain_a, at - 1) is not None


_END: Final = re.compile(rb"[ -~][ -~]*+\0")
_FEWEST: Final = 2
"""Entries that lead to strings before a table counts as one of distances to strings."""
_LONGEST: Final = 1 << 18
"""Bytes of the longest table of distances that is followed."""


def _unended(work: AnyWork, base: int, moves: Sequence[int]) -> int:
    """Return how many distances at the start of a table lead to text, if enough of them do.

    Strings of Rust have no zero between them, so that one may start anywhere in a text.
    """
    count = 0
    for move in moves:
        pair = work.map.containing(base + move)
        at = base + move - pair.a.addr if pair is not None else 0
        if pair is None or not pair.a.constant or not pair.a.data:
            break
        if not _PRINTABLE.match(pair.plain_a, at):
            break
        count += 1
    return count if count >= _ENOUGH else 0


_PRINTABLE: Final = re.compile(rb"[ -~]{3}")
_ENOUGH: Final = 6
"""The same for strings that nothing ends."""


def _distances(data: bytes, *, big: bool) -> tuple[int, ...]:
    return struct.unpack_from(f"{'>' if big else '<'}{len(data) // 4}i", data)


def _is_text(work: AnyWork, address: int) -> bool:
    """Whether a string starts at an address of A."""
    pair = work.map.containing(address)
    if pair is None or pair.a.code or not pair.a.data:
        return False
    at, data = address - pair.a.addr, pair.plain_a
    # Behind the bytes that the file has of a section there is nothing but zeros in memory.
    return (
        at < len(data)
        and (at == 0 or data[at - 1] == 0)
        and bytes(data[at : at + 1]).isascii()
        and (
            bytes(data[at : at + 1]).isalnum()
            or data[at : at + 1] in (b"/", b"%", b"<", b"(", b"_")
        )
    )
