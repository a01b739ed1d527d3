"""The order in which a backend writes the fields of METADATA: each has its own.

Nobody edits it, installers do not mind it, and the backend that WHEEL names can be held against it.
"""

import re
from collections.abc import Sequence
from typing import Final

ENOUGH: Final = 5
"""Fields with an order that have to be there before anything is said."""

_FIELD: Final = re.compile(rb"(?m)^([A-Z][A-Za-z-]{1,40}):")


def fields_of(head: bytes) -> tuple[str, ...]:
    """Return the names of the fields in a METADATA or PKG-INFO file, by their first place."""
    block = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    return tuple(dict.fromkeys(found[1].decode("ascii") for found in _FIELD.finditer(block)))


def fits(found: Sequence[str], order: Sequence[str]) -> bool | None:
    """Whether fields stand in ``order``; ``None`` where there are too few of them to tell."""
    ranks = {name: number for number, name in enumerate(order)}
    seen = [ranks[name] for name in found if name in ranks]
    if len(seen) < ENOUGH:
        return None
    return seen == sorted(seen)
