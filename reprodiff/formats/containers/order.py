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
    """Yield one fact on the container if the members that both sides have come in another order.

    It shows the first place at which they part; its note says how many have another rank.
    """
    by_a = sorted(pairing.pairs, key=lambda pair: position_a(pair.a))
    by_b = sorted(pairing.pairs, key=lambda pair: position_b(pair.b))
    if by_a == by_b:
        return
    moved = [rank for rank, (one, two) in enumerate(zip(by_a, by_b, strict=True)) if one != two]
    first = moved[0]
    yield Difference(
        what,
        "",
        inside,
        f"{first + 1}: {by_a[first].a.path}",
        f"{first + 1}: {by_b[first].b.path}",
        note=f"{len(moved)} of {len(by_a)} members stand at another place",
    )
