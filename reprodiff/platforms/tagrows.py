"""What other tags mean for the people who install B instead of A."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from reprodiff.model import Severity
from reprodiff.platforms.policies import named
from reprodiff.platforms.sides import SideFacts
from reprodiff.platforms.systems import key, left_behind

_SHOWN: Final = 6
_STABLE: Final = ("abi3", "abi3t", "none")
"""ABI tags that do not name an interpreter."""

Row = tuple[str, str, str, str, str, Severity]


def listed(items: Iterable[str], most: int = _SHOWN) -> str:
    """Return the first few of ``items`` in words."""
    known = list(items)
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more


def tag_rows(a: SideFacts, b: SideFacts) -> Iterator[Row]:
    """Tell interpreters, ABIs and platforms of the tags apart."""
    told = False
    for kind, subject, field in (
        ("python", "interpreter tag", 0),
        ("tags", "ABI tag", 1),
        ("tags", "platform tag", 2),
    ):
        one, two = (
            sorted({(tag.python, tag.abi, tag.platform)[field] for tag in side.tags})
            for side in (a, b)
        )
        if not one or not two or one == two:
            continue
        if field == 1 and told and not {*_STABLE}.intersection((*one, *two)):
            continue  # the ABI of CPython goes with its interpreter, which is told
        told = True
        lost = [name for name in one if name not in two]
        gained = [name for name in two if name not in one]
        effect = _offered(a, b) if field == 2 else ""
        if field == 0 and all(re.fullmatch(r"cp\d\d+", name) for name in (*one, *two)):
            versions = (f"{name[2]}.{name[3:]}" for name in (max(two), max(one)))
            stable = all(tag.abi in _STABLE for side in (a, b) for tag in side.tags)
            if len(one) == len(two) == 1:
                later = " and later" if stable else ""
                effect = "B is for CPython {}{later}, A for {}{later}.".format(
                    *versions, later=later
                )
        if not effect:
            effect = f"Installers for {listed(lost)} do not choose B. " if lost else ""
            effect += f"B is offered to {listed(gained)}." if gained else ""
        yield kind, subject, _named(one), _named(two), effect.strip(), Severity.REVIEW


def _named(tags: list[str]) -> str:
    """Return tags in words; of two names of one policy only the newer one."""
    older = {policy.alias for tag in tags if (policy := named(tag)) is not None}
    kept = [tag for tag in tags if tag not in older or not _newer(tag) & {*tags}]
    return listed(kept)


def _newer(tag: str) -> set[str]:
    policy = named(tag)
    return {policy.name} if policy is not None else set()


def _offered(a: SideFacts, b: SideFacts) -> str:
    """Return what two platform tags of one system mean for whoever has an older one."""
    what = {"manylinux": "glibc is", "musllinux": "musl is", "macos": "macOS is"}
    kinds = {(tag.system, tag.machines) for side in (a, b) for tag in side.tags}
    if told := _untold(a, b, what):
        return told
    if len(kinds) != 1 or (system := kinds.pop()[0]) not in what:
        return ""
    old, new = (min((tag.version for tag in side.tags), key=key) for side in (a, b))
    if old == new:
        return ""
    said = f"Installers take B where {what[system]} {new} or later, A from {old} on"
    gone = left_behind(old, new) if system == "manylinux" else ()
    return f"{said}: not on {listed(gone)}." if gone else f"{said}."


def _untold(a: SideFacts, b: SideFacts, what: Mapping[str, str]) -> str:
    """Return what it means that one side is for ``linux``, which promises nothing, and one not."""
    if len({tag.machines for side in (a, b) for tag in side.tags}) != 1:
        return ""
    systems = [{tag.system for tag in side.tags} for side in (a, b)]
    for bare, other, names in ((systems[0], systems[1], "AB"), (systems[1], systems[0], "BA")):
        if bare == {"linux"} and len(other) == 1 and (system := min(other)) in what:
            side = b if names == "AB" else a
            oldest = min((tag.version for tag in side.tags), key=key)
            return (
                f"Installers take {names[1]} where {what[system]} {oldest} or later, {names[0]} on "
                f"every Linux, whether it runs there or not. Package indexes refuse {names[0]}."
            )
    return ""
