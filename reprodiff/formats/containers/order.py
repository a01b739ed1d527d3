"""Facts on the order of members."""

from collections.abc import Callable, Iterator

from reprodiff.artifacts.base import Member
from reprodiff.model import Difference
from reprodiff.pairing import Pairing

Position = Callable[[Member], int]


def _index(member: Member) -> int:
    return member.index


def order_facts(
    pairing: Pairing,
    what: str,
    inside: str,
    position_a: Position = _index,
    position_b: Position = _index,
) -> Iterator[Difference]:
    """Yield one fact for each member that has another rank among those both sides have."""
    by_a = sorted(pairing.pairs, key=lambda pair: position_a(pair.a))
    by_b = sorted(pairing.pairs, key=lambda pair: position_b(pair.b))
    if by_a == by_b:
        return
    rank_b = {id(pair): rank for rank, pair in enumerate(by_b)}
    for rank, pair in enumerate(by_a):
        other = rank_b[id(pair)]
        if rank != other:
            yield Difference(what, pair.a.path, inside, rank + 1, other + 1)
