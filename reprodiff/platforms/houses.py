"""Two folders of wheels and sdists: what somebody who installs from them gets, or no longer gets.

The same for installed trees: which distributions there are.  What native files need is told by
itself.  Source: PEP 376, PEP 425, PEP 427.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.drift import Platform, PlatformChange, PlatformSide
from reprodiff.formats.parsing.archivenames import (
    archive_name,
    canonical_name,
    canonical_version,
)
from reprodiff.model import Severity
from reprodiff.pairing import Pairing
from reprodiff.platforms.tags import newer_name
from reprodiff.text import plain

_SHOWN: Final = 6
_MOST: Final = 500
"""Projects that are told of."""


class _Offer(NamedTuple):
    """What a folder has of one project."""

    versions: tuple[str, ...]
    """As the file names have them."""
    tags: frozenset[str]
    """Of all its wheels, of two names of a policy only the newer one."""
    alone: frozenset[str]
    """Of those wheels that have no partner in the other folder."""
    sdist: bool


def compare_houses(a: Artifact, b: Artifact, pairing: Pairing) -> Platform | None:
    """Return what changed in what two folders offer, ``None`` if nothing did."""
    one, two = (
        _offers(artifact.members, {id(member) for member in only})
        for artifact, only in ((a, pairing.only_a), (b, pairing.only_b))
    )
    changes = [
        row for name in sorted({*one, *two}) for row in _rows(name, one.get(name), two.get(name))
    ]
    if not changes:
        return None
    return Platform(PlatformSide(), PlatformSide(), tuple(changes[:_MOST]))


def compare_trees(a: Artifact, b: Artifact) -> tuple[PlatformChange, ...]:
    """Return which distributions of two installed trees are of two versions, or in one alone."""
    one, two = _installed(a.members), _installed(b.members)
    rows: list[PlatformChange] = []
    for name in sorted({*one, *two}):
        old, new = one.get(name, ""), two.get(name, "")
        if old and new and canonical_version(old) != canonical_version(new):
            effect = f"B has another version of {name}."
            rows.append(_row("version", f"version of {name}", old, new, effect))
        elif not (old and new):
            effect = f"B has {name}, A has not." if new else f"B has nothing of {name}."
            rows.append(_row("version", name, old, new, effect))
    return tuple(rows[:_MOST])


_METADATA: Final = re.compile(r"(?:^|/)(?P<name>[^/]+?)-(?P<version>[^/-]+)\.dist-info/METADATA")


def _installed(members: Iterable[Member]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for member in members:
        if read := _METADATA.search(member.path):
            found.setdefault(canonical_name(read["name"]), read["version"])
    return found


def _offers(members: Iterable[Member], alone: AbstractSet[int]) -> Mapping[str, _Offer]:
    found: dict[str, _Offer] = {}
    for member in members:
        base = member.raw.rpartition(b"/")[2].decode("utf-8", "surrogateescape")
        name = archive_name(base)
        if name is None:
            continue
        wheel = base.endswith(".whl")
        tags = frozenset(map(_newer, name.tags) if wheel else ())
        version = base.split("-")[1] if wheel else name.version
        known = found.get(name.name, _NOTHING)
        found[name.name] = _Offer(
            tuple(dict.fromkeys((*known.versions, version))),
            known.tags | tags,
            known.alone | (tags if id(member) in alone else frozenset()),
            sdist=known.sdist or not wheel,
        )
    return found


_NOTHING: Final = _Offer((), frozenset(), frozenset(), sdist=False)


def _newer(tag: str) -> str:
    head, _, platform = tag.rpartition("-")
    return f"{head}-{newer_name(platform)}"


def _rows(name: str, a: _Offer | None, b: _Offer | None) -> Iterator[PlatformChange]:
    if a is None or b is None:
        effect = f"B has nothing of {name}." if b is None else f"B has {name}, A has not."
        one, two = (_listed(each.versions) if each else "" for each in (a, b))
        yield _row("version", name, one, two, effect)
        return
    same = {canonical_version(v) for v in a.versions} == {canonical_version(v) for v in b.versions}
    if not same:
        effect = f"B has another version of {name}."
        one, two = _listed(a.versions), _listed(b.versions)
        yield _row("version", f"version of {name}", one, two, effect)
    lost, gained = sorted(a.alone - b.tags), sorted(b.alone - a.tags)
    if lost or gained:
        effect = " ".join(_said(name, lost, gained, b))
        yield _row("wheels", f"wheels of {name}", _listed(lost), _listed(gained), effect)
    if a.sdist != b.sdist and a.tags and b.tags:
        one, two = ("there", "") if a.sdist else ("", "there")
        effect = (
            f"{name} can be built from B on systems that it has no wheel for."
            if b.sdist
            else f"B has no sdist of {name}: it installs only where a wheel fits."
        )
        yield _row("wheels", f"sdist of {name}", one, two, effect)


def _said(name: str, lost: list[str], gained: list[str], b: _Offer) -> Iterator[str]:
    if lost:
        rest = ": there the sdist is built" if b.sdist else ""
        yield f"B has no wheel of {name} for {_listed(lost)}{rest}."
    if gained:
        yield f"Only B has one for {_listed(gained)}."


def _listed(items: Iterable[str]) -> str:
    known = list(items)
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return ", ".join(known[:_SHOWN]) + more


def _row(kind: str, subject: str, a: str, b: str, effect: str) -> PlatformChange:
    return PlatformChange(kind, plain(subject), plain(a), plain(b), plain(effect), Severity.REVIEW)
