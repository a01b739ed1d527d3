"""All causes and rules, by name.  A new family of causes is one file and one line here."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reprodiff.causes.base import Cause, Rule
from reprodiff.causes.unexplained import UNEXPLAINED

if TYPE_CHECKING:
    CAUSES: Mapping[str, Cause]
    """Every cause by its id, in alphabetical order; all families are loaded for it."""

__all__ = ["CAUSES", "UNEXPLAINED", "rules", "rules_for"]

# Each family, and the words that the kinds of facts it looks at begin with: a family is loaded
# when there is a fact for it.
_FAMILIES: Final = (
    ("integrity", ("integrity",)),
    ("membership", ("artifact", "member", "tree")),
    ("installed", ("installed", "installer", "member", "origin", "text")),
    ("scripts", ("launcher", "script")),
    ("wheelhouse", ("member",)),
    ("times", ("gzip", "tar", "tree", "zip")),
    ("permissions", ("member", "tar", "tree", "zip")),
    ("archives", ("gzip", "member", "tar", "zip")),
    ("static_archives", ("ar", "derived")),
    ("bookkeeping", ("derived",)),
    ("bytecode", ("pyc",)),
    ("data", ("ini", "json", "toml")),
    ("record", ("record", "text")),
    ("metadata", ("artifact", "metadata", "wheel")),
    ("native", ("elf",)),
    ("objectnames", ("elf",)),
    ("intermediate", ("lto",)),
    ("listing", ("entry", "list", "listing")),
    ("text", ("python", "text")),
    ("repair", ("text", "wheel")),
    ("build_records", ("text",)),
    ("macho", ("macho",)),
    ("pe", ("pe",)),
    ("vendored", ("elf", "macho", "member", "pe", "platform")),
    ("otherbuilds", ("artifact", "elf", "macho", "member", "native", "pe", "wheel")),
    ("platform", ("platform",)),
    ("unexplained", ("member",)),
)


def rules_for(kinds: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules that may want to see facts of these kinds, the first to look first."""
    return _of(frozenset(kind.partition(".")[0] for kind in kinds))


@cache
def _of(words: frozenset[str]) -> tuple[Rule, ...]:
    return _sorted(family for family, mine in _FAMILIES if not words.isdisjoint(mine))


def _sorted(families: Iterable[str]) -> tuple[Rule, ...]:
    found: list[Rule] = []
    for family in families:
        found += import_module(f"reprodiff.causes.{family}").RULES
    return tuple(sorted(found, key=lambda rule: (rule.rank, rule.name)))


@cache
def rules() -> tuple[Rule, ...]:
    """Return all rules, the first to look first."""
    return _sorted(family for family, _ in _FAMILIES)


@cache
def _causes() -> Mapping[str, Cause]:
    found = {cause.id: cause for rule in rules() for cause in rule.causes}
    found[UNEXPLAINED.id] = UNEXPLAINED
    return MappingProxyType(dict(sorted(found.items())))


def __getattr__(name: str) -> object:
    """Load every family when all causes are asked for (PEP 562)."""
    if name == "CAUSES":
        return _causes()
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
