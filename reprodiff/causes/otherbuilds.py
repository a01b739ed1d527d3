"""Rules on native files that are not two builds of one thing: other interpreter, other library.

What such files differ in is not proven to come from that, so that it stays to be reviewed; but it
is one finding, and what differs in files that should be the same stays on top.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Claim, Rule, Scene
from reprodiff.causes.platform_causes import INTERPRETER, INTERPRETER_CODE, INTERPRETER_NAME
from reprodiff.causes.vendored_causes import CHANGED, CODE, PATCHED, REBUILT, RENAMED, UPDATED
from reprodiff.model import Confidence, Difference

# PEP 3149 (.cpython-311-x86_64-linux-gnu.so, .cpython-311.pyc), Windows (.cp311-win_amd64.pyd).
_TAG: Final = re.compile(r"\.(?P<tag>(?:cpython-|cp)(?P<digits>\d+)t?)(?=[-.])[^/]*$")
_TAKES: Final = (
    *("elf.code", "elf.function", "elf.instructions", "elf.symbol", "elf.symbols", "elf.string"),
    *("elf.data", "elf.debug", "elf.order", "elf.section", "elf.table"),
    *("macho.code", "pe.code", "pe.section"),
)
_APART: Final = (".comment", ".note", ".gnu_debug")
"""Sections with a cause of their own."""
# Paths and times have causes of their own.
_SPECIAL: Final = re.compile(rb"[/\\]|\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d{4}")


_TAGS: Final = (":interpreter-tags", ":wheel-tags")


def follows_libraries() -> tuple[str, ...]:
    """Return what the names and contents of vendored libraries follow from."""
    return tuple(f":{cause.id}" for cause in (UPDATED, REBUILT, CHANGED, PATCHED, RENAMED))


def other_interpreter(a: str, b: str) -> tuple[str, str] | None:
    """Return the tags of interpreters that two names have, if they are two."""
    one, two = _TAG.search(a), _TAG.search(b)
    if one is None or two is None or one["tag"] == two["tag"]:
        return None
    return one["tag"], two["tag"]


def _other_library(a: str, b: str) -> bool:
    """Whether two names are those of one vendored library of two builds."""
    from reprodiff.platforms.names import is_vendored, parts  # noqa: PLC0415

    if a == b or not (is_vendored(a) and is_vendored(b)):
        return False
    one, two = parts(a), parts(b)
    return (one.hash, one.version) != (two.hash, two.version)


def _contents(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    tags = other_interpreter(scene.path, scene.path_b)
    mine = [fact for fact in facts if _ordinary(fact)]
    if tags is not None:
        names = [fact for fact in facts if _same_but(fact, tags)]
        if names:
            yield Claim(INTERPRETER_NAME, names, follows=_TAGS)
        taken = {id(fact) for fact in names}
        mine = [fact for fact in mine if id(fact) not in taken]
        if mine:
            yield Claim(
                INTERPRETER_CODE,
                mine,
                Confidence.LIKELY,
                explanation="Extension modules are for two interpreters, and compiled against the "
                "headers of each. What else may have changed in them cannot be told.",
                follows=_TAGS,
            )
    elif mine and _other_library(scene.path, scene.path_b):
        yield Claim(CODE, mine, follows=follows_libraries())


def _ordinary(fact: Difference) -> bool:
    """Whether a fact is on code or data, and of no kind with a cause of its own."""
    if fact.inside.startswith(_APART):
        return False
    if fact.what == "elf.string":
        return not any(
            isinstance(value, bytes) and _SPECIAL.search(value) for value in (fact.a, fact.b)
        )
    return True


def _same_but(fact: Difference, tags: tuple[str, str]) -> bool:
    """Whether two strings are equal but for the interpreter's tag."""
    if fact.what != "elf.string" or not isinstance(fact.a, bytes) or not isinstance(fact.b, bytes):
        return False
    one, two = (tag.encode() for tag in tags)
    return one in fact.a and fact.a.replace(one, b"\0") == fact.b.replace(two, b"\0")


def _tags(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take tags that differ in interpreter and ABI alone, of two versions of CPython."""
    del scene
    mine = []
    for fact in facts:
        one, two = (
            {tuple(tag.split("-", 2)) for tag in _SPLIT.split(str(value or "")) if tag}
            for value in (fact.a, fact.b)
        )
        known = all(len(tag) == 3 and _CPYTHON.fullmatch(tag[0]) for tag in (*one, *two))
        if one and two and known and {tag[2] for tag in one} == {tag[2] for tag in two}:
            mine.append(fact)
    if mine:
        yield Claim(
            INTERPRETER,
            mine,
            explanation=" ".join(
                f"{fact.inside}: {fact.a!s} in A, {fact.b!s} in B." for fact in mine[:1]
            ),
        )


_SPLIT: Final = re.compile(r"[,\s]+")
_CPYTHON: Final = re.compile(r"cp3\d+")


def _names(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take file names that differ in the interpreter's tag, each that of its own side's tags."""
    mine = [
        fact
        for fact in facts
        if fact.note == "abi-tag"
        and (tags := other_interpreter(str(fact.a), str(fact.b))) is not None
        and _promised(tags[0], scene.a.info.tags)
        and _promised(tags[1], scene.b.info.tags)
    ]
    if mine:
        yield Claim(INTERPRETER_NAME, mine, follows=_TAGS)


def _promised(tag: str, tags: Sequence[str]) -> bool:
    """Whether an interpreter's tag in a file name is one of the tags of the wheel."""
    name = tag.replace("cpython-", "cp").removesuffix("t")
    return any(name in each.split("-", 1)[0].split(".") for each in tags)


RULES: Final = (
    Rule("interpreter-tags", (INTERPRETER,), ("wheel.tag", "artifact.tags"), 42, _tags),
    Rule("other-builds", (INTERPRETER_CODE, INTERPRETER_NAME, CODE), _TAKES, 48, _contents),
    Rule("interpreter-names", (INTERPRETER_NAME,), ("member.renamed",), 10, _names),
)
