"""Work on many bytes at the speed of C: common ends, differing runs, content-defined chunks.

A step for each byte in Python costs 50 ns, so 20 MB would take a second for each pass.  Here the
bytes go block by block through slices, big integers (XOR of two blocks in one operation) and
regular expressions, which keeps every pass near the cost of reading and memory at a few blocks.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from itertools import accumulate, count, pairwise
from operator import add
from typing import Final

_BLOCK: Final = 64 * 1024
_LOOKAHEAD: Final = 8  # bytes behind a position that take part in its hash, rounded up
_DIGEST: Final = 20
WORD: Final = 16
"""Bytes of the longest region that is weighed as one number."""
MIN_BITS: Final = 4
MAX_BITS: Final = 14


def common_head(a: memoryview, b: memoryview) -> int:
    """Return how many bytes at the start of ``a`` and ``b`` are equal."""
    size = min(len(a), len(b))
    at = 0
    step = 64
    while at < size:
        part_a, part_b = bytes(a[at : min(at + step, size)]), bytes(b[at : min(at + step, size)])
        if part_a != part_b:
            mixed = _xor(part_a, part_b)
            return at + ((mixed & -mixed).bit_length() - 1) // 8
        at += len(part_a)
        step = min(step * 4, _BLOCK)
    return size


def common_tail(a: memoryview, b: memoryview) -> int:
    """Return how many bytes at the end of ``a`` and ``b`` are equal."""
    size = min(len(a), len(b))
    seen = 0
    step = 64
    while seen < size:
        take = min(step, size - seen)
        part_a = bytes(a[len(a) - seen - take : len(a) - seen])
        part_b = bytes(b[len(b) - seen - take : len(b) - seen])
        if part_a != part_b:
            last = (_xor(part_a, part_b).bit_length() - 1) // 8
            return seen + take - 1 - last
        seen += take
        step = min(step * 4, _BLOCK)
    return size


def weigh(a: memoryview, b: memoryview) -> int:
    """Return the number of differing bytes of two regions: the longer, common ends taken off."""
    shorter = min(len(a), len(b))
    if shorter == 0:
        return max(len(a), len(b))
    if len(a) == len(b) <= WORD:
        differing = int.from_bytes(a, "big") ^ int.from_bytes(b, "big")
        if not differing:
            return 0
        lowest = ((differing & -differing).bit_length() - 1) // 8
        return (differing.bit_length() + 7) // 8 - lowest
    head = common_head(a, b)
    tail = common_tail(a[head:], b[head:])
    return max(len(a), len(b)) - head - tail


def differing_runs(a: memoryview, b: memoryview, merge: int, limit: int) -> list[tuple[int, int]]:
    """Return the runs ``(start, stop)`` in which two equally long buffers differ.

    Runs with fewer than ``merge`` equal bytes between them are one.  With more than ``limit``
    runs, ``merge`` is doubled until they are few enough.
    """
    runs: list[tuple[int, int]] = []
    merge = max(merge, 1)
    pattern = _run_pattern(merge)
    for at in range(0, len(a), _BLOCK):
        part_a, part_b = bytes(a[at : at + _BLOCK]), bytes(b[at : at + _BLOCK])
        if part_a == part_b:
            continue
        mixed = _xor(part_a, part_b).to_bytes(len(part_a), "little")
        for found in pattern.finditer(mixed):
            start, stop = at + found.start(), at + found.end()
            if runs and start - runs[-1][1] < merge:
                runs[-1] = (runs[-1][0], stop)
            else:
                runs.append((start, stop))
        while len(runs) > limit:
            merge *= 2
            pattern = _run_pattern(merge)
            runs = _join(runs, merge)
    return runs


def _join(runs: list[tuple[int, int]], merge: int) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, stop in runs:
        if joined and start - joined[-1][1] < merge:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined


def chunks(data: memoryview, bits: int, limit: int) -> tuple[list[int], list[bytes]] | None:
    """Cut ``data`` where its content says so; return the end of each chunk and its key.

    A chunk has ``2**bits`` bytes on average.  Whether there is a cut depends on some six bytes
    around it, not on its offset, so equal regions get equal chunks wherever they lie.  Two chunks
    have the same key only if they are equal (up to a collision of 160-bit BLAKE2).  ``None`` if
    there would be more than ``limit`` chunks.
    """
    stops: list[int] = []
    for some in _cuts(data, bits):
        stops += some
        if len(stops) >= limit:
            return None
    stops.append(len(data))
    # A short chunk is its own key; the lengths keep the two sorts of key apart.
    return stops, [
        bytes(data[start:stop])
        if stop - start < _DIGEST
        else blake2b(data[start:stop], digest_size=_DIGEST).digest()
        for start, stop in pairwise((0, *stops))
    ]


def _cuts(data: memoryview, bits: int) -> Iterator[list[int]]:
    table = _table()
    for at in range(0, len(data), _BLOCK):
        lead = 1 if at else 0
        block = bytes(data[at - lead : at + _BLOCK + _LOOKAHEAD]).translate(table)
        mixed = int.from_bytes(block, "little")
        # Shifts that are no multiples of eight mix bits of neighbours instead of cancelling
        # them out where a byte is repeated.
        mixed ^= mixed >> 11
        mixed ^= mixed >> 21
        marks = mixed.to_bytes(len(block), "little")
        found = [at - lead + place for place in _marked(marks, bits)]
        # What is looked back or ahead at belongs to another block; nothing is cut at 0.
        yield found[bisect_left(found, max(at, 1)) : bisect_left(found, at + _BLOCK)]


@cache
def _table() -> bytes:
    """A fixed permutation of the byte values without the order that text and code have."""
    return bytes(sorted(range(256), key=lambda value: blake2b(bytes([value])).digest()))


def _marked(marks: bytes, bits: int) -> Iterator[int]:
    """Yield where there is a cut, by a hash of a byte and its neighbours for each place."""
    if bits > 8:
        return (found.start() for found in _rare_cut(bits).finditer(marks))
    chosen = int.from_bytes(marks.translate(_common_cut(bits)), "little")
    # The first of a run only: in a long fill each byte looks like the last one.
    first = (chosen & ~(chosen << 8)).to_bytes(len(marks), "little")
    sizes = [len(part) for part in first.split(b"\1")]
    return map(add, accumulate(sizes[:-1]), count())


@cache
def _common_cut(bits: int) -> bytes:
    return bytes(value < 1 << (8 - bits) for value in range(256))


@cache
def _rare_cut(bits: int) -> re.Pattern[bytes]:
    return re.compile(b"\xff[\\x00-\\x%02x]" % ((1 << (16 - bits)) - 1))


@cache
def _run_pattern(merge: int) -> re.Pattern[bytes]:
    if merge == 1:
        return re.compile(rb"[^\0]+")
    return re.compile(rb"[^\0]+(?:\0{1,%d}[^\0]+)*+" % min(merge - 1, _BLOCK))


def _xor(a: bytes, b: bytes) -> int:
    return int.from_bytes(a, "little") ^ int.from_bytes(b, "little")
