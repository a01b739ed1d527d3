"""The ledger as a test sees it: are these facts all that differs?"""

from collections.abc import Iterable, Sequence

from reprodiff.ledger import Balance, balance
from reprodiff.model import Difference


def account(a: bytes, b: bytes, facts: Sequence[Difference]) -> Balance:
    """Return the account of two contents if every fact were claimed."""
    return balance(memoryview(a), memoryview(b), [fact.places() for fact in facts])


def kinds(facts: Iterable[Difference]) -> set[str]:
    return {fact.what for fact in facts}


# Where the lines of a description part may be told in more than one way.
_FREE = {"text.block", "text.line"}


def said(facts: Iterable[Difference]) -> list[tuple[object, ...]]:
    return sorted(
        (fact.what, fact.inside, repr(fact.a), repr(fact.b))
        for fact in facts
        if fact.what not in _FREE
    )


def mirrored(facts: Iterable[Difference]) -> list[tuple[object, ...]]:
    """What the facts say with A and B changed over."""
    return said(fact._replace(a=fact.b, b=fact.a) for fact in facts)
