"""One order for every two files, so that A and B may change places.

A map leads one way, and where two files differ in earnest it says more from one end than from the
other.  The comparison therefore always runs from the lesser file, and its facts are turned round.
"""

from collections.abc import Sequence

from reprodiff.model import Difference

_STEP = 1 << 16


def is_swapped(a: memoryview, b: memoryview) -> bool:
    """Whether B comes first: the smaller file does, or of one size that with the lesser bytes."""
    if len(a) != len(b):
        return len(b) < len(a)
    for at in range(0, len(a), _STEP):
        one, two = bytes(a[at : at + _STEP]), bytes(b[at : at + _STEP])
        if one != two:
            return two < one
    return False


def turned(facts: Sequence[Difference]) -> list[Difference]:
    """Return facts with A and B in each other's place."""
    return [
        fact._replace(
            a=fact.b,
            b=fact.a,
            span_a=fact.span_b,
            span_b=fact.span_a,
            parts=tuple([(two, one) for one, two in fact.parts]),
        )
        for fact in facts
    ]
