"""Objects that follow each other, each aligned by itself, where a run of them starts elsewhere.

A compiler puts a table behind another at the next address that its alignment divides; what is
filled up in front of it is zeros, and how many follows from where the first one ends.  So the same
objects have gaps of other sizes when they start at another address, or gaps on one side only.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final, Literal

from reprodiff.formats.machine.ranges import Range
from reprodiff.records import dataclass, field

_DATA: Final = re.compile(rb"[^\0]++(?:\0[^\0]++)*+")
_POWERS: Final = (2, 4, 8, 16, 32, 64)
_TRIES: Final = 4_000
_GAPS: Final = 200
"""Gaps in one run."""
_BACK: Final = 64
"""How many bytes before a difference a gap may start: its zeros may be like those behind them."""
_LONGEST: Final = 1 << 16
_STRINGS: Final = 8
"""What long strings are aligned to."""

Run = tuple[int, int, int]
"""Where bytes stand in A, where the same ones stand in B, and how many."""


@dataclass(slots=True)
class _Search:
    a: bytes
    b: bytes
    address: tuple[int, int]
    left: int = _TRIES
    dead: set[tuple[int, int]] = field(default_factory=set)

    def runs(self, at_a: int, at_b: int, gaps: int = 0) -> list[Run] | None:
        """Return the runs that all of both sides from here on is made of, or ``None``."""
        if (at_a, at_b) in self.dead or gaps > _GAPS:
            return None
        ends = len(self.a), len(self.b)
        size = _agree(self.a, self.b, at_a, at_b)
        if (at_a + size, at_b + size) == ends:
            return [(at_a, at_b, size)]
        for back in range(min(size, _BACK) + 1):
            taken = size - back
            for skip_a, skip_b in self.gaps(at_a + taken, at_b + taken):
                self.left -= 1
                if self.left < 0:
                    return None
                start_a, start_b = at_a + taken + skip_a, at_b + taken + skip_b
                # What comes behind the gap must go on where what is in front of it could not.
                more = _agree(self.a, self.b, start_a, start_b)
                if more <= back and (start_a, start_b) != ends:
                    continue
                rest = self.runs(start_a, start_b, gaps + 1)
                if rest is not None:
                    return [(at_a, at_b, taken), *rest]
        self.dead.add((at_a, at_b))
        return None

    def gaps(self, at_a: int, at_b: int) -> Iterator[tuple[int, int]]:
        """Yield how many zeros in front of the next address of one alignment a side has alone.

        As many as both have stand in front of the same object: what leads there, as an index that
        starts at one does, reads the same on both sides.
        """
        base_a, base_b = self.address
        seen: set[tuple[int, int]] = set()
        for power in _POWERS:
            skip_a, skip_b = -(base_a + at_a) % power, -(base_b + at_b) % power
            if (
                skip_a != skip_b
                and (skip_a, skip_b) not in seen
                and _zeros(self.a, at_a, skip_a)
                and _zeros(self.b, at_b, skip_b)
            ):
                seen.add((skip_a, skip_b))
                both = min(skip_a, skip_b)
                yield skip_a - both, skip_b - both


def realigned(a: bytes, b: bytes, address: tuple[int, int]) -> list[Run] | None:
    """Return where the same bytes stand on both sides, if all that is left are gaps of zeros.

    ``address`` is where both are loaded.  Each gap ends at the first address that a power of two
    divides, the same one on both sides: a value that moved among zeros has no such reason.
    """
    if not a or not b or max(len(a), len(b)) > _LONGEST:
        return None
    found = _Search(a, b, address).runs(0, 0)
    return found if found is not None and len(found) > 1 else None


Object = tuple[int, int, int, int, Literal["pad", "words"]]
"""Where bytes stand in A and in B, how many there are of them, and what they are."""


Known = tuple[int, int, int]
"""Where an object that has a name stands in A and in B, and its size."""


def objects(
    a: tuple[bytes, int, int],
    b: tuple[bytes, int, int],
    address: tuple[int, int],
    known: Sequence[Known] = (),
) -> list[Object] | None:
    """Return data in which objects are aligned anew, because it starts at another address.

    Both sides are given by the section with a start and a stop; ``address`` is where the sections
    are loaded.  Data between runs of zeros is one object or more, of one size on both sides.  It
    starts at the first place behind the data before it that is divisible by a power of two, the
    same one on both sides: so no value can be taken for one that has moved among zeros.  The same
    holds for objects that are ``known``, in turn, whose zeros are their own.
    """
    (_, low_a, high_a), (_, low_b, high_b) = a, b
    inside = [
        (x, y, size)
        for x, y, size in known
        if low_a <= x <= high_a - size and low_b <= y <= high_b - size
    ]
    found = _objects(a, b, address, inside)
    return found if found is not None or not inside else _objects(a, b, address, ())


def _runs(side: tuple[bytes, int, int], known: Sequence[tuple[int, int]]) -> Iterator[Range]:
    """Yield runs of data, and objects that are known by where they start and their size."""
    data, at, stop = side
    for start, size in (*known, (stop, 0)):
        yield from (found.span() for found in _DATA.finditer(data, at, start))
        if size:
            yield start, start + size
        at = start + size


def _objects(
    a: tuple[bytes, int, int],
    b: tuple[bytes, int, int],
    address: tuple[int, int],
    known: Sequence[Known],
) -> list[Object] | None:
    ones = list(_runs(a, [(x, size) for x, _, size in known]))
    twos = list(_runs(b, [(y, size) for _, y, size in known]))
    if len(ones) != len(twos):
        return None
    exact = {(x, y) for x, y, _ in known}
    made: list[Object] = []
    (_, at_a, stop_a), (_, at_b, stop_b) = a, b
    for (start_a, end_a), (start_b, end_b) in zip(ones, twos, strict=True):
        # The first number of a table may start with a zero on one side.
        size = max(end_a - start_a, end_b - start_b)
        first = end_a - size, end_b - size
        place = _place((at_a, first[0]), (at_b, first[1]), address)
        if place is None and not made:
            fronts = product(_fronts(a, address[0]), _fronts(b, address[1]))
            tries = (_place((x, first[0]), (y, first[1]), address) for x, y in fronts)
            place = next((each for each in tries if each is not None), None)
        if place is None or ((start_a, start_b) in exact and place != (start_a, start_b)):
            return None
        if at_a < place[0] or at_b < place[1]:
            made.append((at_a, at_b, place[0] - at_a, place[1] - at_b, "pad"))
        made.append((place[0], place[1], end_a - place[0], end_b - place[1], "words"))
        at_a, at_b = end_a, end_b
    if at_a < stop_a or at_b < stop_b:
        made.append((at_a, at_b, stop_a - at_a, stop_b - at_b, "pad"))
    return made


def _fronts(side: tuple[bytes, int, int], address: int) -> Iterator[int]:
    """Yield where something may begin: at the start, or behind an empty string there.

    Linkers share what aligns strings as one empty string, which may come last behind another one.
    """
    data, start, stop = side
    yield start
    if start and not data[start - 1]:
        for place in sorted({start, start + -(address + start) % _STRINGS}):
            if place + 1 < stop and not any(data[start : place + 1]):
                yield place + 1


def _place(
    a: tuple[int, int], b: tuple[int, int], address: tuple[int, int]
) -> tuple[int, int] | None:
    """Return where objects start that have a byte at ``a[1]`` and come behind ``a[0]``."""
    for power in (1, *_POWERS):
        inside_a, inside_b = (a[1] + address[0]) % power, (b[1] + address[1]) % power
        start_a, start_b = a[1] - inside_a, b[1] - inside_b
        if inside_a == inside_b and 0 <= start_a - a[0] < power and 0 <= start_b - b[0] < power:
            return start_a, start_b
    return None


def _zeros(data: bytes, at: int, size: int) -> bool:
    return at + size <= len(data) and not any(data[at : at + size])


def _agree(a: bytes, b: bytes, at_a: int, at_b: int) -> int:
    """Return how many bytes from there on are the same."""
    size = min(len(a) - at_a, len(b) - at_b)
    if a[at_a : at_a + size] == b[at_b : at_b + size]:
        return size
    low, high = 0, size
    while high - low > 1:
        middle = (low + high) // 2
        if a[at_a + low : at_a + middle] == b[at_b + low : at_b + middle]:
            low = middle
        else:
            high = middle
    return low if a[at_a + low] != b[at_b + low] else high


def agreeing(a: bytes, b: bytes) -> int:
    """Return how many bytes agree, place by place."""
    step = 1 << 16
    return sum(
        sum(x == y for x, y in zip(a[at : at + step], b[at : at + step], strict=True))
        for at in range(0, min(len(a), 1 << 20), step)
    )
