"""What ends names in tables that no loader reads: hashes of crates and modules, random seeds.

A build that makes them anew makes all of them anew, and uses one wherever it used the other.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from reprodiff.causes.base import Cause, Claim, Scene
from reprodiff.causes.native_docs import RANDOM_SEED, RUST_HASH
from reprodiff.model import Confidence, Difference
from reprodiff.records import replace

# Rust's hash of an instance or a crate (legacy and v0 mangling); the seed of an object of LTO,
# in symbols and in names of sections; LLVM's hash of a module.
_VARYING: Final = (
    (RUST_HASH, re.compile(rb"(?<=17h)[0-9a-f]{16}(?=E)|(?<=Cs)[0-9A-Za-z]{8,13}(?=_)")),
    (RANDOM_SEED, re.compile(rb"(?<=\.)[0-9a-f]{8}(?=\0|\Z)|(?<=\.llvm\.)[0-9]{1,20}(?=\0|\Z)")),
    (RANDOM_SEED, re.compile(rb"(?<=\.)[0-9a-f]{1,16}(?=\0|\Z)")),
)
CAUSES: Final[tuple[Cause, ...]] = (RUST_HASH, RANDOM_SEED)
_SECTION: Final = re.compile(rb"\.(?:rela?\.)?gnu\.(?:debug)?lto_")
_INSTANCE: Final = 16
"""Digits of a hash that each function has for itself."""
_ALONE: Final = 1


def hash_claim(fact: Difference, a: bytes, b: bytes) -> Claim | None:
    """Put two names down to what a build makes up in them, if nothing else differs."""
    section = _SECTION.match(a) is not None
    kinds = _VARYING if section else _VARYING[:2]
    found = [(cause, varies.findall(a), varies.findall(b)) for cause, varies in kinds]
    for _, varies in kinds:
        a, b = varies.sub(b"", a), varies.sub(b"", b)
    if a != b or not any(ones for _, ones, _ in found):
        return None
    cause = next((cause for cause, ones, twos in found if ones != twos), RUST_HASH)
    return Claim(cause, [fact])


def settle(claims: Sequence[Claim], scene: Scene) -> list[Claim]:
    """Return the claims of a member, those on hashes only likely where others speak against them.

    That is so if a hash goes with two others, or stays elsewhere in the file; and if a single
    function of all has another one.
    """
    settled = list(claims)
    for cause, varies in _VARYING[:2]:
        # A name may have both.
        mine = [index for index, claim in enumerate(claims) if claim.cause in CAUSES]
        if not mine:
            continue
        pairs = {index: _pairs(claims[index], varies) for index in mine}
        known = {pair for found in pairs.values() for pair in found}
        stays = [set(varies.findall(data)) for data in (scene.data_a, scene.data_b)]
        doubtful = contradicted(known) | {
            (one, two) for one, two in known if one in stays[1] or two in stays[0]
        }
        if cause is RUST_HASH and len(known) == _ALONE:
            doubtful |= {pair for pair in known if len(pair[0]) == _INSTANCE}
        for index in mine:
            if not doubtful.isdisjoint(pairs[index]):
                settled[index] = replace(claims[index], confidence=Confidence.LIKELY)
    return settled


def _pairs(claim: Claim, varies: re.Pattern[bytes]) -> set[tuple[bytes, bytes]]:
    found: set[tuple[bytes, bytes]] = set()
    for fact in claim.differences:
        one, two = (
            value if isinstance(value, bytes) else str(value or "").encode()
            for value in (fact.a, fact.b)
        )
        found |= {pair for pair in zip(varies.findall(one), varies.findall(two), strict=False)
                  if pair[0] != pair[1]}  # fmt: skip
    return found


def contradicted(pairs: Iterable[tuple[bytes, bytes]]) -> set[tuple[bytes, bytes]]:
    """Return the pairs of names of which one half also goes with something else."""
    by_a: dict[bytes, set[bytes]] = {}
    by_b: dict[bytes, set[bytes]] = {}
    known = list(pairs)
    for one, two in known:
        by_a.setdefault(one, set()).add(two)
        by_b.setdefault(two, set()).add(one)
    return {(one, two) for one, two in known if len(by_a[one]) > 1 or len(by_b[two]) > 1}
