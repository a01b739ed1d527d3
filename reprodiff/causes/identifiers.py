"""What ids of builds follow from: what else differs in the file, or something that is gone.

The sources of the forms: LLVM, lld/MachO/SyntheticSections.cpp (LC_UUID) and lld/COFF/PDB.cpp
(signature); Apple's ld64, OutputFile.cpp (a UUID of version 3 is an MD5, one of version 4 is
random); RFC 9562 for the versions.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from reprodiff.causes.base import Cause, Claim, Rule, Scene
from reprodiff.model import Difference

_LLD_UUID: Final = re.compile(r"4c4c44..55553144a1.{14}")
"""LLD, a byte, UU1D and 0xa1 in front of a hash of 64 bits."""
_LLD_PDB: Final = re.compile(r".{16}4c4c44205044422e")
"""A hash of 64 bits in front of "LLD PDB."."""
_RANDOM_UUID: Final = re.compile(r".{12}4.{3}[89ab].{15}")
_MD5_UUID: Final = re.compile(r".{12}3.{3}[89ab].{15}")
_RANDOM_GUID: Final = re.compile(r".{14}4.[89ab].{15}")
"""A GUID of version 4, its first three numbers with the low byte first."""

_Made = tuple[str, str]
"""How an id is made, in words, and whether it is a ``hash``, ``random`` or not known (empty)."""


def uuid_made(values: Sequence[str]) -> _Made:
    """Return how the ids of two Mach-O files are made."""
    if all(_LLD_UUID.fullmatch(value) for value in values):
        return "lld makes it as a hash of what it linked", "hash"
    if all(_RANDOM_UUID.fullmatch(value) for value in values):
        return "both are UUIDs of version 4, as -random_uuid makes them", "random"
    if all(_MD5_UUID.fullmatch(value) for value in values):
        return "both are UUIDs of version 3: an MD5 of what was linked", "hash"
    return "", ""


def guid_made(values: Sequence[str]) -> _Made:
    """Return how the ids in the CodeView records of two PE files are made."""
    if all(_LLD_PDB.fullmatch(value) for value in values):
        return "lld makes it as a hash of the PDB, which has the paths of all objects", "hash"
    if all(_RANDOM_GUID.fullmatch(value) for value in values):
        return "both are GUIDs of version 4, as link.exe makes them up without /Brepro", "random"
    return "", ""


_ALONE: Final = "Nothing else in the files differs"
_GONE: Final = {
    "macho": "object paths and times in debug symbols, stripped after linking",
    "pe": "the PDB, or debug information with the build directory, stripped after linking",
}


def id_rule(cause: Cause, form: str, made: Callable[[Sequence[str]], _Made]) -> Rule:
    """Return the rule on the ids of files whose facts start with ``form``.

    It looks at all facts of a file, to tell what the id follows from, and claims those on ids.
    """
    mine = {f"{form}.guid", f"{form}.uuid"}

    def apply(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        ids = [fact for fact in facts if fact.what in mine]
        if not ids:
            return
        claim = Claim(cause, ids, follows=(scene.path,))
        how, kind = made([str(value) for fact in ids[:1] for value in (fact.a, fact.b)])
        evidence = (how,) if how else ()
        if any(_is_other(fact, mine) for fact in facts):
            text = "It follows from what else differs in the file."
            if kind == "random":
                text = "It is random, and another one in each link."
            yield replace(claim, explanation=text, evidence=evidence)
            return
        gone = f"something that is not in them: {_GONE[form]}"
        texts = {
            "hash": f"{_ALONE}, and the id is a hash: it was made from {gone}.",
            "random": f"{_ALONE}, and the id is random: it is another one in each link.",
        }
        unknown = f"{_ALONE}: the id is random, or a hash of {gone}."
        yield replace(claim, explanation=texts.get(kind, unknown), evidence=evidence)

    return Rule(cause.id, (cause,), (f"{form}.",), 45, apply)


# What only follows from an id, or is such a hash itself.
_ECHOES: Final = frozenset(
    {"checksum", "moved", "content-hash", "repro-hash", "code-hashes", "fat-layout", "string-table"}
)


def _is_other(fact: Difference, ids: set[str]) -> bool:
    if fact.what == "macho.code-identifier" and fact.note == "uuid":
        return False
    return fact.what not in ids and fact.what.partition(".")[2] not in _ECHOES
