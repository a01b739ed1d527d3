"""Rules on the libraries that an artifact brings along, and on the names that follow them."""

import posixpath
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Cause, Claim, Rule, Scene
from reprodiff.causes.otherbuilds import follows_libraries
from reprodiff.causes.platform_causes import NAME_FOLLOWS
from reprodiff.causes.vendored_causes import (
    CHANGED,
    PATCHED,
    REBUILT,
    RENAMED,
    SET,
    UPDATED,
)
from reprodiff.model import Confidence, Difference
from reprodiff.platforms.names import is_vendored

_CAUSES: Final[dict[str, tuple[Cause, Confidence]]] = {
    "updated": (UPDATED, Confidence.PROVEN),
    "rebuilt": (REBUILT, Confidence.LIKELY),
    "patched": (PATCHED, Confidence.PROVEN),
    "changed": (CHANGED, Confidence.PROVEN),
    "renamed": (RENAMED, Confidence.PROVEN),
}


def _libraries(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        change, _, evidence = fact.note.partition("\n")
        cause, confidence = _CAUSES[change]
        said = (f"{fact.inside}: {evidence}",) if evidence else ()
        yield Claim(cause, [fact], confidence, evidence=said)


def _only(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take vendored libraries that stand on one side only, where the other side is whole."""
    del scene
    mine = [fact for fact in facts if is_vendored(fact.path) and fact.note != "damaged"]
    if mine:
        only_a = sum(fact.b is None for fact in mine)
        text = f"Only in A: {only_a}; only in B: {len(mine) - only_a}."
        yield Claim(SET, mine, explanation=text)


def _names(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take the names of libraries that are paired: where they stand, they follow."""
    known = _pairs(scene)
    mine = [fact for fact in facts if (_text(fact.a), _text(fact.b)) in known]
    if mine:
        yield Claim(NAME_FOLLOWS, mine, follows=follows_libraries())


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value if isinstance(value, str) else ""


def _pairs(scene: Scene) -> set[tuple[str, str]]:
    """Return the base names of vendored libraries that pair under two names."""
    return {
        (posixpath.basename(a), posixpath.basename(b))
        for a, b in scene.partner.items()
        if posixpath.basename(a) != posixpath.basename(b) and is_vendored(a) and is_vendored(b)
    }


RULES: Final = (
    Rule(
        "vendored-libraries",
        (UPDATED, REBUILT, PATCHED, CHANGED, RENAMED),
        ("platform.library",),
        60,
        _libraries,
    ),
    Rule("vendored-only", (SET,), ("member.only",), 9, _only),
    Rule(
        "vendored-names-macho",
        (NAME_FOLLOWS,),
        ("macho.load-dylib", "macho.install-name"),
        45,
        _names,
    ),
    # Behind the rule on build-ids, which has to see whether anything else differs.
    Rule("vendored-names", (NAME_FOLLOWS,), ("elf.needed", "elf.soname"), 48, _names),
)
