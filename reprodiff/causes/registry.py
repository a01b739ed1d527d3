"""All causes and rules, by name.  A new family of causes is one file and one line here."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType, ModuleType
from typing import Final

from reprodiff.causes import (
    archives,
    bookkeeping,
    bytecode,
    data,
    installed,
    integrity,
    listing,
    macho,
    membership,
    metadata,
    native,
    pe,
    permissions,
    record,
    scripts,
    static_archives,
    text,
    times,
    unexplained,
    wheelhouse,
)
from reprodiff.causes.base import Cause, Rule

_FAMILIES: Final[tuple[ModuleType, ...]] = (
    integrity,
    membership,
    installed,
    scripts,
    wheelhouse,
    times,
    permissions,
    archives,
    static_archives,
    bookkeeping,
    bytecode,
    data,
    record,
    metadata,
    native,
    listing,
    text,
    macho,
    pe,
    unexplained,
)

UNEXPLAINED: Final = unexplained.UNEXPLAINED
"""The cause of all that no other accounts for."""


@cache
def rules() -> tuple[Rule, ...]:
    """Return all rules, the first to look first."""
    found = [rule for family in _FAMILIES for rule in family.RULES]
    return tuple(sorted(found, key=lambda rule: (rule.rank, rule.name)))


@cache
def _causes() -> Mapping[str, Cause]:
    found = {cause.id: cause for rule in rules() for cause in rule.causes}
    found[UNEXPLAINED.id] = UNEXPLAINED
    return MappingProxyType(dict(sorted(found.items())))


CAUSES: Final = _causes()
"""Every cause by its id, in alphabetical order."""
