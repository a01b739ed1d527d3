"""What is left between strings that a linker put into another order.

lld puts strings into the order of their hashes, so that a build path stands elsewhere where it is
another.  All other strings keep their order: without the paths both sides have the same bytes but
for zeros that align what stands behind them.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from reprodiff.formats.machine.ranges import Range

Part = tuple[int, int, int, int, Literal["same", "pad", "data"]]
"""Where bytes start and stop in A and in B, and what they are; ``data`` is yet to be compared."""

_TEXTS: Final = re.compile(rb"(?:\0*+[\t\n\r\x20-\x7e]++\0)*+")
_OTHER: Final = re.compile(rb"[^\0\t\n\r\x20-\x7e]")


class _Rest:
    """The bytes of one side that are left, from where they have been taken so far."""

    def __init__(self, data: bytes, ranges: Sequence[Range], stop: int) -> None:
        self.data, self.stop = data, stop
        self.ranges = [list(each) for each in ranges]
        self.bytes = b"".join(data[start:stop] for start, stop in ranges)
        self.left = len(self.bytes)
        self.next = 0

    @property
    def at(self) -> int:
        """Where the next byte is, or the end."""
        return self.ranges[self.next][0] if self.next < len(self.ranges) else self.stop

    @property
    def size(self) -> int:
        """How many bytes follow each other from there."""
        if self.next == len(self.ranges):
            return 0
        start, stop = self.ranges[self.next]
        return stop - start

    def take(self, size: int) -> Range:
        """Return the next bytes of one range."""
        start, stop = self.ranges[self.next]
        self.ranges[self.next][0] = start + size
        self.left -= size
        if start + size == stop:
            self.next += 1
        return start, start + size

    def zeros(self, tail: int) -> Iterator[Range]:
        """Yield whole ranges of zeros that come next, but for the last bytes."""
        while (
            self.size
            and self.left - self.size >= tail
            and not any(self.data[self.at : self.at + self.size])
        ):
            yield self.take(self.size)


def remainders(
    a: bytes, b: bytes, rests: tuple[Sequence[Range], Sequence[Range]], stops: tuple[int, int]
) -> Iterator[Part]:
    """Yield what stands for each other in ranges of A and of B, in their order.

    ``stops`` are the ends of the two.  What has no partner comes last, as ``data`` of one side.
    """
    one, two = _Rest(a, rests[0], stops[0]), _Rest(b, rests[1], stops[1])
    head, tail = _common(one.bytes, two.bytes)
    yield from _same(one, two, head)
    while one.left > tail or two.left > tail:
        yield from ((*each, two.at, two.at, "pad") for each in one.zeros(tail))
        yield from ((one.at, one.at, *each, "pad") for each in two.zeros(tail))
        size_a, size_b = min(one.size, one.left - tail), min(two.size, two.left - tail)
        if not size_a or not size_b:
            if size_a or size_b:
                yield one.at, stops[0], two.at, stops[1], "data"
                return
            break
        size = min(size_a, size_b)
        texts = a[one.at : one.at + size]
        if size_a != size_b and texts == b[two.at : two.at + size] and not texts[-1]:
            # Short strings in front of one that stands elsewhere on one side.
            yield *one.take(size), *two.take(size), "same"
        else:
            yield *one.take(size_a), *two.take(size_b), "data"
    yield from _same(one, two, tail)


def _same(one: _Rest, two: _Rest, size: int) -> Iterator[Part]:
    """Yield as many bytes that are the same on both sides."""
    while size:
        step = min(size, one.size, two.size)
        yield *one.take(step), *two.take(step), "same"
        size -= step


def _common(a: bytes, b: bytes) -> tuple[int, int]:
    """Return how many bytes at the start and at the end are the same strings on both sides."""
    size = min(len(a), len(b))
    if a == b:
        return size, 0
    head = _TEXTS.match(a[: _agreeing(a[:size], b[:size])])
    start = head.end() if head is not None else 0
    rest = size - start
    behind = _agreeing(a[len(a) - rest :][::-1], b[len(b) - rest :][::-1]) if rest else 0
    texts = a[len(a) - behind :]
    other = max((found.end() for found in _OTHER.finditer(texts)), default=0)
    if len(a) > behind or other:
        first = texts.find(0, other)
        other = first + 1 if first >= 0 else behind
    # Zeros at the edges may as well align what is next to them.
    return start, len(texts[other:].lstrip(b"\0"))


def _agreeing(a: bytes, b: bytes) -> int:
    low, high = 0, len(a)
    while low < high:
        middle = (low + high + 1) // 2
        if a[:middle] == b[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
