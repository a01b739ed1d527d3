"""The libraries that an artifact brings along: which changed, how, and who needs them."""

import json
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from reprodiff.artifacts.base import Artifact
from reprodiff.drift import BundledLibrary
from reprodiff.errors import ReprodiffError
from reprodiff.model import MemberType
from reprodiff.pairing import Pairing
from reprodiff.platforms.names import is_vendored, looks_native, parts
from reprodiff.platforms.native import Native
from reprodiff.platforms.sides import SideFacts
from reprodiff.platforms.versions import projects
from reprodiff.text import plain

_MAX_SBOM: Final = 4 << 20
_SHOWN: Final = 20
"""Paths of one library's users that are kept."""
_CHANGES: Final = (
    *("updated", "changed", "rebuilt", "patched", "added", "dropped", "renamed", "same"),
)


class _Side(NamedTuple):
    facts: SideFacts
    packages: Mapping[str, str]


def packages(artifact: Artifact) -> dict[str, str]:
    """Return the packages that SBOMs in dist-info name, with their versions (CycloneDX)."""
    found: dict[str, str] = {}
    for member in artifact.members:
        if member.type is not MemberType.FILE or ".dist-info/sboms/" not in member.path:
            continue
        if not member.path.endswith(".json") or member.size > _MAX_SBOM:
            continue
        try:
            with artifact.read(member) as view:
                document = json.loads(bytes(view))
        except (ReprodiffError, ValueError, RecursionError):
            continue
        for component in _components(document):
            name, version = component.get("name"), component.get("version")
            if isinstance(name, str) and isinstance(version, str):
                found[name] = version
    return found


def _components(document: object) -> Iterable[Mapping[str, object]]:
    listed = document.get("components") if isinstance(document, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def compare_libraries(
    a: tuple[SideFacts, Mapping[str, str]],
    b: tuple[SideFacts, Mapping[str, str]],
    pairing: Pairing,
    differing: Iterable[str],
) -> tuple[BundledLibrary, ...]:
    """Return the libraries of both sides, those that changed first."""
    side_a, side_b = _Side(*a), _Side(*b)
    differ = frozenset(differing)
    found: list[BundledLibrary] = []
    for pair in pairing.pairs:
        one = side_a.facts.natives.get(pair.a.path)
        two = side_b.facts.natives.get(pair.b.path)
        if one is None or two is None:
            continue
        if _bundled(side_a, pair.a.path) and _bundled(side_b, pair.b.path):
            equal = pair.a.path not in differ
            paths = (pair.a.path, pair.b.path)
            found.append(_paired(paths, (one, two), (side_a, side_b), equal=equal))
    for side, only, is_a in ((side_a, pairing.only_a, True), (side_b, pairing.only_b, False)):
        found += [
            _alone(member.path, side, is_a=is_a)
            for member in only
            if member.path in side.facts.natives and _bundled(side, member.path)
        ]
    found.sort(key=lambda each: (_CHANGES.index(each.change), each.name, each.path_a))
    return tuple(found)


def _bundled(side: _Side, path: str) -> bool:
    """Whether a native file is a library: no module, and made to be loaded by others."""
    native = side.facts.natives[path]
    if native.init or not looks_native(path):
        return False
    return is_vendored(path) or bool(native.soname) or path in side.facts.links.users


def _users(side: _Side, path: str) -> tuple[str, ...]:
    return tuple(map(plain, sorted(side.facts.links.users.get(path, ()))[:_SHOWN]))


def _version(path: str, native: Native) -> tuple[str, str]:
    """Return the version of a library's project and the project, or that of its file name."""
    named = parts(path)
    for project in projects(named.name):
        if project in native.versions:
            return native.versions[project], project
    return "", ""


def _package(side: _Side, name: str) -> tuple[str, str]:
    """Return the package that an SBOM names for a library, with its version."""
    stem = name.lower().removeprefix("lib").rstrip("0123456789-_.")
    for package, version in side.packages.items():
        plain_name = package.lower().removeprefix("lib")
        for ending in ("-libs", "-devel", "-lib", "-runtime"):
            plain_name = plain_name.removesuffix(ending)
        if stem and plain_name.rstrip("0123456789-_.") == stem:
            return package, version
    return "", ""


def _alone(path: str, side: _Side, *, is_a: bool) -> BundledLibrary:
    named = parts(path)
    version = _version(path, side.facts.natives[path])[0] or named.version
    users = _users(side, path)
    return BundledLibrary(
        name=plain(named.name),
        change="dropped" if is_a else "added",
        path_a=plain(path) if is_a else "",
        path_b="" if is_a else plain(path),
        version_a=plain(version) if is_a else "",
        version_b="" if is_a else plain(version),
        needed_by_a=users if is_a else (),
        needed_by_b=() if is_a else users,
    )


def _paired(
    paths: tuple[str, str],
    natives: tuple[Native, Native],
    sides: tuple[_Side, _Side],
    *,
    equal: bool,
) -> BundledLibrary:
    named = parts(paths[0]), parts(paths[1])
    said = _version(paths[0], natives[0]), _version(paths[1], natives[1])
    known = bool(said[0][0] and said[1][0] and said[0][1] == said[1][1])
    shown = [text[0] if known else name.version for text, name in zip(said, named, strict=True)]
    evidence: list[str] = []
    if equal:
        change = "same" if paths[0] == paths[1] else "renamed"
    else:
        change, evidence = _how(paths, natives, sides, known=known)
    return BundledLibrary(
        name=plain(named[0].name),
        change=change,
        path_a=plain(paths[0]),
        path_b=plain(paths[1]),
        version_a=plain(shown[0]),
        version_b=plain(shown[1]),
        needed_by_a=_users(sides[0], paths[0]),
        needed_by_b=_users(sides[1], paths[1]),
        evidence=tuple(map(plain, evidence)),
    )


def _how(
    paths: tuple[str, str],
    natives: tuple[Native, Native],
    sides: tuple[_Side, _Side],
    *,
    known: bool,
) -> tuple[str, list[str]]:
    """Return how the bytes of a library changed, and what shows it."""
    one, two = natives
    named = parts(paths[0]), parts(paths[1])
    hashes = named[0].hash, named[1].hash
    evidence: list[str] = []
    if hashes[0] and hashes[0] == hashes[1]:
        evidence.append(
            f"The repair tool took the same hash ({hashes[0]}) of both before it edited them."
        )
    if one.build_id and one.build_id == two.build_id:
        evidence.append("The build-ids are equal.")
    if one.digest and one.digest == two.digest:
        evidence.append("Code and constants are equal byte for byte.")
        return "patched", evidence
    project = _version(paths[0], one)[1]
    if known:
        versions = one.versions[project], two.versions[project]
        evidence.append(
            f"Both say that they are {project} {versions[0]}."
            if versions[0] == versions[1]
            else f"{project} {versions[0]} in A, {versions[1]} in B, by their own words."
        )
        return ("rebuilt" if versions[0] == versions[1] else "updated"), evidence
    from_packages = _package(sides[0], named[0].name), _package(sides[1], named[1].name)
    if all(name for name, _ in from_packages):
        (name, a), (_, b) = from_packages
        evidence.append(f"The SBOMs name {name}: {a} in A, {b} in B.")
        if a != b:
            return "updated", evidence
        return "rebuilt", evidence
    old, new = named[0].version, named[1].version
    if old != new:
        evidence.append(f"Versions in the file names: {old or 'none'} in A, {new or 'none'} in B.")
        # "1" and "1.1.0" may be the same: one name says more than the other.
        vague = f"{old}.".startswith(f"{new}.") or f"{new}.".startswith(f"{old}.")
        return ("changed" if vague or not old or not new else "updated"), evidence
    if named[0].version.count(".") >= 2 or (one.build_id and one.build_id == two.build_id):
        evidence.append(f"The version in both file names is {named[0].version or 'none'}.")
        return "rebuilt", evidence
    return "changed", evidence
