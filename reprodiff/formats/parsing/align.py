"""Which parts of two sequences are the same: lines, tokens and rows, or the bytes of two files.

The steps, each bounded: common head and tail; anchors (elements, then runs of 2, 4, 8 … elements,
that occur once on each side, the longest increasing chain of them); a minimal alignment of each
block between anchors that is small enough.  What stays too large is one replaced block.  Bytes
are cut into chunks by their content, and the chunks are the elements.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final, Literal

from reprodiff.formats.parsing import anchors, bytematch
from reprodiff.formats.parsing.byteruns import common_head, differing_runs
from reprodiff.records import NamedTuple

Tag = Literal["equal", "replace", "delete", "insert"]


Gap = tuple[int, int, int, int]
"""Start and stop in A, start and stop in B."""
_TOGETHER: Final = 1024
"""Gaps that are compared at once."""
_MOST: Final = 1 << 20
"""Bytes of A that are put together for it."""


class Op(NamedTuple):
    """What happens between ``a[a0:a1]`` and ``b[b0:b1]``.

    ``equal``: the two are equal.  ``delete``: only A has it, ``b0 == b1``.  ``insert``: only B
    has it, ``a0 == a1``.  ``replace``: both have something, and it differs.
    """

    tag: Tag
    a0: int
    a1: int
    b0: int
    b1: int


def align(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[Op]:
    """Align two sequences; the ops tile both, equal and changed ones taking turns.

    The same input gives the same ops, and ``align(b, a)`` gives the mirror of ``align(a, b)``,
    provided that unequal elements of one kind can be ordered or have a stable ``repr``.  A block
    of more than 20,000 x 20,000 elements in which nothing is unique becomes one ``replace``.
    """
    return ops_between(anchors.matches(a, b), len(a), len(b))


def align_bytes(
    a: bytes | bytearray | memoryview, b: bytes | bytearray | memoryview, *, merge: int = 0
) -> list[Op]:
    """Align two buffers byte by byte; the ops tile both, equal and changed ones taking turns.

    Buffers of one length are compared in place, except for regions that turn out to be shifted.
    Two changes with fewer than ``merge`` equal bytes between them are one op.  Equal runs too
    short to be more than chance (four bytes in a small region, a dozen in a large one) are not
    reported inside a region that is changed throughout or shifted.

    Takes 100 MB in bounded memory; where the work allowed is used up, a region is one
    ``replace``.  ``align_bytes(b, a)`` gives the mirror of ``align_bytes(a, b)``.
    """
    with memoryview(a).cast("B") as left, memoryview(b).cast("B") as right:
        found = bytematch.byte_matches(left, right, merge)
        return ops_between(found, len(left), len(right))


def changed_bytes(
    a: bytes | bytearray | memoryview,
    b: bytes | bytearray | memoryview,
    work: bytematch.Work | None = None,
) -> Iterator[Gap]:
    """Yield start and stop in A and in B of what :func:`align_bytes` finds changed.

    ``work`` is what may be spent on it, for all calls that it is given to.
    """
    with memoryview(a).cast("B") as left, memoryview(b).cast("B") as right:
        if len(left) == len(right) < bytematch.APART:
            # Too short to be compared but in place: the commonest case, at a third of the cost.
            for start, stop in differing_runs(left, right, 1, len(left)):
                yield start, stop, start, stop
            return
        found = bytematch.byte_matches(left, right, 0, work)
        ends = len(left), len(right), 0
    at_a = at_b = 0
    for x, y, size in (*found, ends):
        if x > at_a or y > at_b:
            yield at_a, x, at_b, y
        at_a, at_b = x + size, y + size


def unequal(a: bytes | memoryview, b: bytes | memoryview, gaps: Sequence[Gap]) -> Iterator[Gap]:
    """Yield those of ``gaps``, which are in order, whose two sides are not the same bytes."""
    with memoryview(a) as left, memoryview(b) as right:
        for first in range(0, len(gaps), _TOGETHER):
            some = gaps[first : first + _TOGETHER]
            # Where each gap has one size on both sides, all together are equal if each is.
            if some[-1][1] - some[0][0] <= _MOST and all(
                a1 - a0 == b1 - b0 for a0, a1, b0, b1 in some
            ):
                one = b"".join([left[start:stop] for start, stop, _, _ in some])
                if one == b"".join([right[start:stop] for _, _, start, stop in some]):
                    continue
            for gap in some:
                if not same(left[slice(*gap[:2])], right[slice(*gap[2:])]):
                    yield gap


def same(a: memoryview, b: memoryview) -> bool:
    """Whether two buffers are equal; the interpreter compares them item by item, and so slowly."""
    return len(a) == len(b) == common_head(a, b)


def mirror(ops: Iterable[Op]) -> list[Op]:
    """Return ``ops`` as they are with A and B swapped."""
    tags: dict[Tag, Tag] = {"delete": "insert", "insert": "delete"}
    return [Op(tags.get(op.tag, op.tag), op.b0, op.b1, op.a0, op.a1) for op in ops]


def ops_between(matches: Iterable[anchors.Match], a_size: int, b_size: int) -> list[Op]:
    """Return the ops that keep ``matches`` and change everything between them.

    ``matches`` are ``(a, b, size)`` in order, without overlap; they may be empty and may touch.
    """
    ops: list[Op] = []
    at_a = at_b = 0
    for x, y, size in [*anchors.joined(matches), (a_size, b_size, 0)]:
        if x > at_a or y > at_b:
            tag: Tag = "delete" if y == at_b else "insert" if x == at_a else "replace"
            ops.append(Op(tag, at_a, x, at_b, y))
        if size:
            ops.append(Op("equal", x, x + size, y, y + size))
        at_a, at_b = x + size, y + size
    return ops
