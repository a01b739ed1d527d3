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
    SAME_CODE,
    SET,
    UPDATED,
)
from reprodiff.model import Confidence, Difference
from reprodiff.platforms.names import is_vendored

_CAUSES: Final[dict[str, tuple[Cause, Confidence]]] = {
    "updated": (UPDATED, Confidence.PROVEN),
    "rebuilt": (REBUILT, Confidence.LIKELY),
    "patched": (PATCHED, Confidence.PROVEN),
    "same-code": (SAME_CODE, Confidence.PROVEN),
    "changed": (CHANGED, Confidence.PROVEN),
    "renamed": (RENAMED, Confidence.PROVEN),
}


def _libraries(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        change, _, evidence = fact.note.partition("\n")
        cause, confidence = _CAUSES[change]
        if "Likely: " in evidence:
            confidence = Confidence.LIKELY
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
    known = name_pairs(scene)
    mine = [
        fact
        for fact in facts
        if _base_pair(fact) in known or _linked_version(fact, scene) or _signed_name(fact, scene)
    ]
    if mine:
        # The room that names take in front of the first section goes with them.
        room = [fact for fact in facts if fact.what == "macho.room"]
        names = [fact for fact in facts if fact.what != "macho.code-identifier"]
        whole = all(fact in mine or fact in room for fact in names)
        yield Claim(NAME_FOLLOWS, [*mine, *(room if whole else ())], follows=follows_libraries())


def _base_pair(fact: Difference) -> tuple[str, str]:
    """Return the two file names in a fact on names; none if they are in two folders."""
    one, two = (posixpath.split(_text(value)) for value in (fact.a, fact.b))
    return (one[1], two[1]) if one[0] == two[0] else ("", "")


def _linked_version(fact: Difference, scene: Scene) -> bool:
    """Whether a fact is on the version that a paired library had when a file was linked to it.

    What the library says itself is no such fact: that is its own content.
    """
    names = tuple(posixpath.basename(name) for name in fact.note.split("\n"))
    if fact.what != "macho.load-dylib" or len(names) != 2:
        return False
    if not {names, names[::-1]}.isdisjoint(name_pairs(scene)):
        return True
    return names[0] == names[1] and any(
        posixpath.basename(path) == names[0] and is_vendored(path) and path in scene.b.paths
        for path in scene.a.paths
    )


def _signed_name(fact: Difference, scene: Scene) -> bool:
    """Whether the identifiers of two signatures are what the two file names start with."""
    names = tuple(posixpath.basename(path) for path in (scene.path, scene.path_b))
    return (
        fact.what == "macho.code-identifier"
        and names in name_pairs(scene)
        and all(
            name.startswith(f"{_text(value)}.") and _text(value)
            for name, value in zip(names, (fact.a, fact.b), strict=True)
        )
    )


def _imports(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take imports of libraries that are paired; Windows compares their names without case."""
    known = {one.lower(): two.lower() for one, two in name_pairs(scene)}
    mine = [
        fact
        for fact in facts
        if known
        and (names := _text(fact.a).lower().split())
        and all(name in known for name in names)
        and sorted(known[name] for name in names) == sorted(_text(fact.b).lower().split())
    ]
    if mine:
        yield Claim(NAME_FOLLOWS, mine, follows=follows_libraries())


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value if isinstance(value, str) else ""


def name_pairs(scene: Scene) -> set[tuple[str, str]]:
    """Return the base names of vendored libraries that pair under two names."""
    return {
        (posixpath.basename(a), posixpath.basename(b))
        for a, b in scene.partner.items()
        if posixpath.basename(a) != posixpath.basename(b) and is_vendored(a) and is_vendored(b)
    }


RULES: Final = (
    Rule(
        "vendored-libraries",
        (UPDATED, REBUILT, PATCHED, SAME_CODE, CHANGED, RENAMED),
        ("platform.library",),
        60,
        _libraries,
    ),
    Rule("vendored-only", (SET,), ("member.only",), 9, _only),
    Rule(
        "vendored-names-macho",
        (NAME_FOLLOWS,),
        (
            *("macho.load-dylib", "macho.install-name", "macho.rpath", "macho.room"),
            "macho.code-identifier",
        ),
        45,
        _names,
    ),
    Rule(
        "vendored-names-pe",
        (NAME_FOLLOWS,),
        ("pe.imports", "pe.import-name", "pe.own-name"),
        45,
        _imports,
    ),
    # Behind the rule on build-ids, which has to see whether anything else differs.
    Rule("vendored-names", (NAME_FOLLOWS,), ("elf.needed", "elf.soname"), 48, _names),
)
