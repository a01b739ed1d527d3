"""Rules on the libraries that an artifact brings along, and on the names that follow them."""

import posixpath
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Cause, Claim, Rule, Scene
from reprodiff.causes.native_docs import RIGHTS
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
from reprodiff.platforms.names import is_vendored, parts

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


def _grafted(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take names and search paths that a repair tool set for libraries that one side alone has."""
    from reprodiff.causes.native_causes import RUNPATH  # noqa: PLC0415

    names: list[Difference] = []
    paths: list[Difference] = []
    for fact in facts:
        for old, new, only in (
            (fact.a, fact.b, scene.only_b),
            (fact.b, fact.a, scene.only_a),
        ):
            mine = [path for path in only if is_vendored(path)]
            if fact.what == "elf.needed":
                if old is not None and _named_for(_text(old), _text(new), mine):
                    names.append(fact)
            elif old is None and _leads_to(fact.path, _text(new), mine):
                paths.append(fact)
    follows = (f":{SET.id}",)
    if names:
        yield Claim(NAME_FOLLOWS, names, follows=follows)
    if paths:
        yield Claim(RUNPATH, paths, follows=follows)


def _named_for(old: str, new: str, libraries: Sequence[str]) -> bool:
    """Whether ``new`` is one of these libraries, and its name without the hash is ``old``."""
    one, two = parts(old), parts(new)
    return (
        bool(two.hash)
        and not one.hash
        and (one.name, one.version) == (two.name, two.version)
        and new in {posixpath.basename(path) for path in libraries}
    )


def _leads_to(path: str, search: str, libraries: Sequence[str]) -> bool:
    """Whether a search path of one file leads to the folder of these libraries, and no further."""
    here = posixpath.dirname(path) or "."
    folders = {posixpath.dirname(each) for each in libraries}
    led = [posixpath.normpath(each.replace("$ORIGIN", here)) for each in search.split(":") if each]
    inside = all(each.startswith("$ORIGIN") for each in search.split(":") if each)
    return bool(led) and inside and all(each in folders for each in led)


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


def _rights(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take what an edit changed in how sections are loaded."""
    del scene
    yield Claim(RIGHTS, facts)


RULES: Final = (
    Rule("elf-edited-rights", (RIGHTS,), ("elf.rights",), 48, _rights),
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
    Rule(
        "vendored-grafted",
        (NAME_FOLLOWS,),
        ("elf.needed", "elf.rpath", "elf.runpath"),
        48,
        _grafted,
    ),
    # Behind the rule on build-ids, which has to see whether anything else differs.
    Rule("vendored-names", (NAME_FOLLOWS,), ("elf.needed", "elf.soname"), 48, _names),
)
