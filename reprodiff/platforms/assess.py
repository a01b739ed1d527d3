"""The platform section of a report, and the facts that findings are made of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from reprodiff.artifacts.base import Artifact
from reprodiff.drift import (
    BundledLibrary,
    Ceiling,
    NativeMember,
    Platform,
    PlatformChange,
    PlatformSide,
    SymbolNeed,
)
from reprodiff.model import ArtifactInfo, ArtifactKind, Difference, Side
from reprodiff.pairing import Pairing
from reprodiff.platforms.changes import (
    comparable,
    elsewhere,
    is_everywhere,
    rows,
    same_system,
    system_libraries,
)
from reprodiff.platforms.collect import Natives
from reprodiff.platforms.contradictions import Contradiction, contradictions
from reprodiff.platforms.libraries import compare_libraries, packages
from reprodiff.platforms.names import is_vendored
from reprodiff.platforms.native import Native, Need
from reprodiff.platforms.policies import IT
from reprodiff.platforms.recorded import recorded
from reprodiff.platforms.sides import SideFacts, needs, side_facts, wheel_needs
from reprodiff.platforms.spelling import spelled
from reprodiff.platforms.systems import VISUAL_CPP, key
from reprodiff.records import replace
from reprodiff.text import plain

_SYMBOLS: Final = 20
"""Symbols kept for a ceiling."""
_PATHS: Final = 5
"""Members kept for a symbol."""
_MEMBERS: Final = 500
"""Native files listed in a report."""


class Assessment(NamedTuple):
    """What there is to say of the platforms of two artifacts."""

    facts: Sequence[Difference]
    platform: Platform


def assess(
    a: Artifact,
    b: Artifact,
    pairing: Pairing,
    infos: tuple[ArtifactInfo, ArtifactInfo],
    differing: set[str],
    known: Mapping[tuple[Side, int], Native | None],
) -> Assessment:
    """Return what changed in what two artifacts need of a platform.

    ``differing`` are the display paths (of A) of the paired members whose content differs;
    ``known`` is what has been read of them, by side and number of the member.
    """
    natives = Natives(a, b, pairing, differing, known)
    one = side_facts(infos[0], recorded(a), natives.a)
    two = side_facts(infos[1], recorded(b), natives.b)
    libraries = compare_libraries((one, packages(a)), (two, packages(b)), pairing, differing)
    wrong = contradictions(one), contradictions(two)
    platform = Platform(
        a=_side(one, wrong[0], natives.damaged[Side.A]),
        b=_side(two, wrong[1], natives.damaged[Side.B]),
        changes=(*_distributions(a, b), *rows(one, two, libraries)),
        ceilings=tuple(_ceilings(one, two)),
        libraries=libraries,
        members=tuple(_members(one, two, pairing))[:_MEMBERS],
    )
    changes, facts = spelled(platform.changes, _facts(one, two, pairing, platform, wrong))
    return Assessment(facts, replace(platform, changes=changes))


def _distributions(a: Artifact, b: Artifact) -> tuple[PlatformChange, ...]:
    if not a.kind is b.kind is ArtifactKind.TREE:
        return ()
    from reprodiff.platforms.houses import compare_trees  # noqa: PLC0415

    return compare_trees(a, b)


# -- the section of the report ---------------------------------------------------------------------


def _side(side: SideFacts, wrong: Sequence[Contradiction], damaged: Sequence[str]) -> PlatformSide:
    policy = side.met.policy
    musl = side.libc == "musl" and policy is not None
    limits = [f"{text}." for text in side.met.reasons[:_SYMBOLS]]
    if musl:
        limits = ["musl does not version its symbols: its policies cannot be told apart."]
    limits += [f"What {path} needs could not be read." for path in damaged[:_SYMBOLS]]
    return PlatformSide(
        tags=tuple(map(plain, side.names)),
        recorded_tags=tuple(map(plain, side.recorded.tags)),
        purelib=plain(side.recorded.purelib, 20),
        policy=side.policy,
        policy_alias=policy.alias if policy is not None and not musl else "",
        limits=tuple(map(plain, limits)),
        machines=tuple(
            sorted({plain(m) for native in side.natives.values() for m in native.machines})
        ),
        needs={plain(family): plain(top) for family, top in wheel_needs(side).items()},
        system_libraries=tuple(map(plain, sorted(side.links.external))),
        contradictions=tuple(plain(one.sentence) for one in wrong),
    )


def _ceilings(a: SideFacts, b: SideFacts) -> Iterator[Ceiling]:
    one, two = wheel_needs(a), wheel_needs(b)
    for family in sorted({*one, *two}, key=lambda name: (name != "GLIBC", name)):
        if family.startswith(("macOS", "Windows")):
            continue
        old, new = one.get(family, ""), two.get(family, "")
        yield Ceiling(
            plain(family),
            plain(old),
            plain(new),
            tuple(_symbols(a, f"{family}_{old}")) if old else (),
            tuple(_symbols(b, f"{family}_{new}")) if new else (),
        )


def _symbols(side: SideFacts, version: str) -> Iterator[SymbolNeed]:
    """Yield the symbols that need a version, those that most members need first."""
    users: dict[Need, list[str]] = {}
    for path, native in side.natives.items():
        for need in native.needs:
            if need.version == version and need.library in side.links.external and not need.weak:
                users.setdefault(need, []).append(path)
    order = sorted(users.items(), key=lambda item: (-len(item[1]), item[0].symbol))
    for need, paths in order[:_SYMBOLS]:
        yield SymbolNeed(
            plain(need.symbol),
            plain(need.version),
            plain(need.library),
            tuple(map(plain, sorted(paths)[:_PATHS])),
            len(paths),
        )


def _members(a: SideFacts, b: SideFacts, pairing: Pairing) -> Iterator[NativeMember]:
    for path_a, path_b in _paths(a.natives, b.natives, pairing):
        one, two = a.natives.get(path_a), b.natives.get(path_b)
        known = one or two
        if known is None:
            continue
        yield NativeMember(
            path_a=plain(path_a) if one else "",
            path_b=plain(path_b) if two else "",
            format=known.format,
            needs_a=_shown_needs(one, a),
            needs_b=_shown_needs(two, b),
            libraries_a=tuple(map(plain, one.needed)) if one else (),
            libraries_b=tuple(map(plain, two.needed)) if two else (),
        )


def _shown_needs(native: Native | None, side: SideFacts) -> dict[str, str]:
    if native is None:
        return {}
    return {plain(name): plain(top) for name, top in needs(native, side.links).items()}


def _paths(
    a: Mapping[str, Native], b: Mapping[str, Native], pairing: Pairing
) -> Iterator[tuple[str, str]]:
    """Yield the paths of native files in A and B, empty where a side has none."""
    for pair in pairing.pairs:
        if pair.a.path in a or pair.b.path in b:
            yield pair.a.path, pair.b.path
    yield from ((member.path, "") for member in pairing.only_a if member.path in a)
    yield from (("", member.path) for member in pairing.only_b if member.path in b)


# -- facts -----------------------------------------------------------------------------------------


def _facts(
    a: SideFacts,
    b: SideFacts,
    pairing: Pairing,
    platform: Platform,
    wrong: tuple[Sequence[Contradiction], Sequence[Contradiction]],
) -> Iterator[Difference]:
    if comparable(a, b) and a.policy != b.policy:
        yield Difference("platform.policy", "", "policy that the binaries meet", a.policy, b.policy)
    yield from _needs_facts(a, b, pairing, platform)
    yield from _system_facts(a, b)
    yield from _library_facts(platform.libraries, alike=not elsewhere(a, b))
    yield from _contradiction_facts(*wrong)


def _needs_facts(
    a: SideFacts, b: SideFacts, pairing: Pairing, platform: Platform
) -> Iterator[Difference]:
    """Yield ceilings and floors: of the whole artifact, then of each file that changed."""
    alike = comparable(a, b)
    if alike:
        for ceiling in platform.ceilings:
            if ceiling.a != ceiling.b:
                higher = ceiling.set_by_a if _higher(ceiling) else ceiling.set_by_b
                yield Difference(
                    "platform.ceiling",
                    "",
                    ceiling.family,
                    ceiling.a or None,
                    ceiling.b or None,
                    note="; ".join(map(_said, higher[:3])),
                )
    for path_a, path_b in _paths(a.natives, b.natives, pairing):
        one, two = a.natives.get(path_a), b.natives.get(path_b)
        if one is None or two is None or one.format != two.format:
            continue
        old, new = needs(one, a.links), needs(two, b.links)
        for family in sorted({*old, *new}):
            floor = family.startswith(("macOS", "Windows"))
            if old.get(family) == new.get(family) or not (floor or alike):
                continue
            if floor and not (old.get(family) and new.get(family)):
                continue
            yield Difference(
                "platform.floor" if floor else "platform.ceiling",
                path_a,
                family,
                old.get(family),
                new.get(family),
            )


def _higher(ceiling: Ceiling) -> bool:
    return key(ceiling.a) > key(ceiling.b)


def _said(need: SymbolNeed) -> str:
    who = (need.members[0] if need.members else "") or IT
    more = f" and {need.member_count - 1} more" if need.member_count > 1 else ""
    symbol = f"{need.symbol}@" if need.symbol else ""
    return f"{symbol}{need.version} of {need.library} is needed by {who}{more}"


def _system_facts(a: SideFacts, b: SideFacts) -> Iterator[Difference]:
    """Yield libraries of the system that only one side needs."""
    one, two = system_libraries(a), system_libraries(b)
    if not same_system(a, b):
        return
    for name in sorted({*one, *two}):
        if (name in one) == (name in two) or is_everywhere(name):
            continue
        users = one.get(name) or two[name]
        what = "platform.runtime" if name in VISUAL_CPP else "platform.system-library"
        said = f"needed by {min(users) or IT}" + (
            f" and {len(users) - 1} more" if len(users) > 1 else ""
        )
        yield Difference(
            what, "", name, said if name in one else None, said if name in two else None
        )


def _library_facts(libraries: Iterable[BundledLibrary], *, alike: bool) -> Iterator[Difference]:
    for library in libraries:
        if not alike and library.change in {"changed", "rebuilt"}:
            continue  # for another system: what differs in it goes with the tags
        if library.change in {"same", "added", "dropped"}:
            continue  # members on one side only are facts already
        if library.change != "updated" and not is_vendored(library.path_a):
            continue  # the project's own: what its bytes differ in says it all
        own = library.path_a == library.path_b and not is_vendored(library.path_a)
        if own and library.change in {"patched", "rebuilt"}:
            continue  # built with the package: what differs in it is told by its content
        yield Difference(
            "platform.library",
            library.path_a or library.path_b,
            library.name,
            _described(library.path_a, library.version_a),
            _described(library.path_b, library.version_b),
            note=f"{library.change}\n" + " ".join(library.evidence),
        )


def _described(path: str, version: str) -> str | None:
    if not path:
        return None
    return f"{path.rpartition('/')[2]}{f' ({version})' if version else ''}"


def _contradiction_facts(
    a: Sequence[Contradiction], b: Sequence[Contradiction]
) -> Iterator[Difference]:
    """Yield contradictions that are not the same on both sides; those are no difference."""
    said_a, said_b = (
        {(one.kind, one.subject, one.claim, one.fact) for one in side} for side in (a, b)
    )
    for mine, others, is_a in ((a, said_b, True), (b, said_a, False)):
        for one in mine:
            if (one.kind, one.subject, one.claim, one.fact) in others:
                continue
            text = f"{one.claim}, but {one.fact}"
            yield Difference(
                f"platform.{one.kind}",
                one.path,
                one.subject,
                text if is_a else None,
                None if is_a else text,
                note="certain" if one.certain else "",
            )
