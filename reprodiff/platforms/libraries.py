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
from reprodiff.platforms.versions import own_version, projects
from reprodiff.records import replace
from reprodiff.text import plain

_MAX_SBOM: Final = 4 << 20
_SHOWN: Final = 20
"""Paths of one library's users that are kept."""
_CHANGES: Final = (
    *(
        "updated",
        "changed",
        "rebuilt",
        "patched",
        "same-code",
        "added",
        "dropped",
        "renamed",
        "same",
    ),
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
    found = [_beside(each, found) for each in found]
    found.sort(key=lambda each: (_CHANGES.index(each.change), each.name, each.path_a))
    return tuple(found)


def _bundled(side: _Side, path: str) -> bool:
    """Whether a native file is a library: no module, and made to be loaded by others."""
    native = side.facts.natives[path]
    if native.init or not looks_native(path):
        return False
    return is_vendored(path) or bool(native.soname) or path in side.facts.links.users


SIBLING: Final = "Likely: "
"""How evidence starts that is only likely."""


def _beside(library: BundledLibrary, all_of_them: Iterable[BundledLibrary]) -> BundledLibrary:
    """Return a library that says no version with that of one of its project in the same folder.

    The libraries of one project come from one build: libssl from that of libcrypto.
    """
    mine = {*projects(library.name)}
    if library.change != "changed" or not mine:
        return library
    for other in all_of_them:
        words = other.evidence[-1] if other.evidence else ""
        shared = mine.intersection(projects(other.name))
        if (
            other.change == "updated"
            and any(words.startswith(f"{project} ") for project in shared)
            and _folders(library) == _folders(other)
        ):
            said = f"{other.version_a} in A, {other.version_b} in B"
            sentence = f"{SIBLING}{other.name} of the same project beside it is {said}."
            return replace(
                library,
                change="updated",
                version_a=other.version_a,
                version_b=other.version_b,
                evidence=(*library.evidence, sentence),
            )
    return library


def _folders(library: BundledLibrary) -> tuple[str, str]:
    return library.path_a.rpartition("/")[0], library.path_b.rpartition("/")[0]


def _users(side: _Side, path: str) -> tuple[str, ...]:
    return tuple(map(plain, sorted(side.facts.links.users.get(path, ()))[:_SHOWN]))


def _version(path: str, native: Native) -> tuple[str, str]:
    """Return the version of a library's project and the project, by its own words."""
    return own_version(parts(path).name, native.versions)


def _package(side: _Side, name: str) -> tuple[str, str]:
    """Return the package that an SBOM names for a library, with its version."""
    stems = {_stem(name), *map(_stem, projects(name))} - {""}
    for package, version in side.packages.items():
        for ending in ("", "-libs", "-devel", "-lib", "-runtime"):
            if package.endswith(ending) and _stem(package.removesuffix(ending)) in stems:
                return package, version
    return "", ""


def _stem(name: str) -> str:
    return name.lower().removeprefix("lib").rstrip("0123456789-_.")


def _alone(path: str, side: _Side, *, is_a: bool) -> BundledLibrary:
    named = parts(path)
    native = side.facts.natives[path]
    version = _version(path, native)[0] or native.version or named.version
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
    states = all("-g" in name.version for name in named)
    headed = all(native.version for native in natives)
    shown = [
        name.version if states else text[0] if known else native.version if headed else name.version
        for text, native, name in zip(said, natives, named, strict=True)
    ]
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
        # Equal ids of the link, or equal hashes of what was copied: one file, edited in two ways.
        change = "patched" if evidence else "same-code"
        return change, [*evidence, "Code and constants are equal byte for byte."]
    change, said = _by_versions(paths, natives, sides, known=known)
    if said:
        evidence.append(said)
    if named[0].name != named[1].name and change == "rebuilt":
        change = "changed"  # paired by likeness: an equal version says nothing
    return change, evidence


def _by_versions(
    paths: tuple[str, str],
    natives: tuple[Native, Native],
    sides: tuple[_Side, _Side],
    *,
    known: bool,
) -> tuple[str, str]:
    """Return how a library changed by the best word on its version, and what that word is."""
    one, two = natives
    project = _version(paths[0], one)[1]
    if known:
        old, new = one.versions[project], two.versions[project]
        states = [parts(path).version for path in paths]
        if old == new and all("-g" in state for state in states) and states[0] != states[1]:
            return (
                "updated",
                f"States of git in the file names: {states[0]} in A, {states[1]} in B.",
            )
        if old == new:
            return "rebuilt", f"Both say that they are {project} {old}."
        return "updated", f"{project} {old} in A, {new} in B, by their own words."
    if one.version and two.version:
        if one.version != two.version:
            said = f"Versions in the headers: {one.version} in A, {two.version} in B."
            return "updated", said
        if one.version.count(".") >= 2:
            return "rebuilt", f"The version in both headers is {one.version}."
    names = parts(paths[0]), parts(paths[1])
    (package, old), (other, new) = (
        _package(side, name.name) for side, name in zip(sides, names, strict=True)
    )
    if package and other:
        said = f"The SBOMs name {package}: {old} in A, {new} in B."
        return ("rebuilt" if old == new else "updated"), said
    return _by_names(names[0].version, names[1].version)


def _by_names(old: str, new: str) -> tuple[str, str]:
    """Return how a library changed by the versions in two file names, and what they are."""
    if old == new:
        # Of an interface version of one or two numbers there are many releases.
        exact = old.count(".") >= 2
        said = f"The version in both file names is {old}." if exact else ""
        return ("rebuilt" if exact else "changed"), said
    said = f"Versions in the file names: {old or 'none'} in A, {new or 'none'} in B."
    # "1" and "1.1.0" may be the same: one name says more than the other.
    vague = f"{old}.".startswith(f"{new}.") or f"{new}.".startswith(f"{old}.")
    return ("changed" if vague or not old or not new else "updated"), said
