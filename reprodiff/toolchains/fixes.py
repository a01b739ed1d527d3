"""Which settings remove the findings at hand, for the tools that made the artifacts.

A setting of a tool that took part comes first, then what helps whatever made the artifact, then
what the documentation of the cause advises.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from reprodiff.causes.base import Cause
from reprodiff.model import ArtifactInfo, ArtifactKind, Finding, Fix, Location, Plan, Severity
from reprodiff.records import dataclass, replace
from reprodiff.toolchains.alike import distinct
from reprodiff.toolchains.base import Knob, Role, Tool, Where
from reprodiff.toolchains.binaries import binaries, suits
from reprodiff.toolchains.placeholders import values_of, versions_of
from reprodiff.toolchains.subjects import is_artifact, is_scattered, of_rust, of_tools
from reprodiff.toolchains.trials import checked

MOST: Final = 3
"""Fixes given for one finding."""

# Tools of the causes' own documentation that anybody may use, whatever made the artifact.
_ANYBODY: Final = frozenset({"any", "git", "own code"})
_BACKTICKS: Final = re.compile(r"`([^`]+)`")
_PLACEHOLDER: Final = re.compile(
    r"\{(backend|constraints|switch|build_backend|project|project_version)\}"
)
_TOOLS: Final = "vendored-library-rebuilt"
"""The cause whose fixes are those of the image: what is installed in it is what differs."""
_OFFERED: Final = (
    "nothing to fix in an artifact: the two folders were filled for other sets of tags"
)
"""Said of a wheel or an sdist that one of two folders has."""
_DEBUG: Final = frozenset({"elf-debug-info", "native-debug-info"})
"""Causes in which a build of Rust alone follows no CFLAGS."""
_INSIDE: Final = frozenset({ArtifactKind.WHEELHOUSE, ArtifactKind.FILE, ArtifactKind.ZIP})


@dataclass(frozen=True, slots=True)
class Option:
    """A fix that fits, with what the plan has to know of it."""

    fix: Fix
    knob: Knob | None
    """``None`` for advice from a cause's documentation."""
    tier: int
    """0 for settings of the build, higher for what comes after it or takes somebody's work."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the choice of fixes depends on."""

    mine: tuple[Tool, ...]
    others: tuple[Tool, ...]
    versions: Mapping[str, Sequence[str]]
    """Versions of the tools at hand, by id; none for a side that does not tell."""
    values: Mapping[str, str]
    """What placeholders stand for."""
    kinds: frozenset[ArtifactKind]
    platforms: frozenset[str]
    ci: bool
    hands: frozenset[str] = frozenset()
    """Hand tools that wrote one of the archives."""
    times: str = "one"
    """``many`` if members of one archive have times that are not alike."""
    nested: bool = False
    binaries: frozenset[str] = frozenset()
    """Kinds of binaries that the finding at hand is about; none where that is not known."""

    def inner(self) -> "_Scene":
        """Return the scene of an archive inside the artifact: its writer is not known."""
        zipped = frozenset({ArtifactKind.ZIP})
        return replace(self, mine=(), values={}, kinds=zipped, hands=frozenset(), nested=True)


@dataclass(frozen=True, slots=True)
class Advised:
    """Findings with their fixes, the fixes, and the plan that is made of them."""

    findings: tuple[Finding, ...]
    fixes: tuple[Fix, ...]
    plan: Plan


_TIERS: Final = {
    Where.PYPROJECT: 0,
    Where.ENVIRONMENT: 0,
    Where.FLAGS: 0,
    Where.INSTALLER: 0,
    Where.CHECKOUT: 0,
    Where.CI: 1,
    Where.POST: 2,
    Where.SOURCE: 3,
}
ADVICE: Final = 4
UNKNOWN: Final = "no setting is known that removes it in such an artifact"
"""Said of a benign finding that nothing removes and for which no reason is stated."""
# Where an archive inside the artifact can be changed.
_INNER: Final = frozenset({Where.SOURCE, Where.CHECKOUT, Where.ENVIRONMENT})


def with_fixes(
    findings: Iterable[Finding],
    causes: Mapping[str, Cause],
    *artifacts: ArtifactInfo,
    inside: Sequence[ArtifactInfo] = (),
    project: Mapping[str, str] | None = None,
    compilers: Mapping[str, str] | None = None,
    members: int = 0,
) -> Advised:
    """Return ``findings`` with the ids of the fixes that fit, those fixes, and the plan.

    A finding that follows from others has no fix of its own.  ``inside`` are the artifacts that a
    folder of them holds, whose tools count as those of the folder.  ``project`` holds the project's
    own files by name; the plan's changes are then patches of them.  ``compilers`` are what native
    files say of their compilers, by path; ``members`` is how many A has.
    """
    # Only a report that has something to fix needs the tools.
    from reprodiff.toolchains.plan import make_plan  # noqa: PLC0415
    from reprodiff.toolchains.registry import general, load  # noqa: PLC0415

    found = tuple(findings)
    roots = [each for each in found if not each.derived_from and each.cause in causes]
    if not roots:
        return Advised(found, (), Plan())
    folder = any(each.kind is ArtifactKind.WHEELHOUSE for each in artifacts)
    mine = _at_hand([*artifacts, *inside] if folder else artifacts)
    others = [tool for tool in general(each.cause for each in roots) if tool not in mine]
    scene = _Scene(
        tuple(mine),
        tuple(others),
        versions_of(mine, artifacts),
        values_of(mine, artifacts),
        frozenset(each.kind for each in artifacts),
        frozenset(tag.rpartition("-")[2] for each in artifacts for tag in each.tags),
        ci=project is not None and any(name.startswith(".github/") for name in project),
        times="many" if any(is_scattered(each, members) for each in roots) else "one",
        hands=frozenset(t.tool for i in artifacts for t in i.tools if t.role == Role.HAND),
    )
    options: dict[str, list[Option]] = {}
    reasons: dict[str, str] = {}
    for finding in roots:
        cause = causes[_TOOLS if of_tools(finding) and _TOOLS in causes else finding.cause]
        if folder and is_artifact(finding):
            options[finding.id], reasons[finding.id] = [], _OFFERED
            continue
        here = scene.inner() if _is_inside(finding, artifacts) else scene
        told = compilers or {}
        here = replace(here, binaries=binaries(finding.locations, scene.platforms, told))
        if of_rust(finding, told):
            here = replace(here, others=(load("rust"), *here.others))
        elif finding.cause in _DEBUG and any(tool.id == "maturin" for tool in mine):
            here = replace(here, others=(load("rust"),))
        options[finding.id] = _options(cause, here, finding.locations)
        reasons[finding.id] = _no_fix(cause, here, options[finding.id])
    echoes = frozenset(id_ for id_, some in options.items() if not some and reasons[id_])
    plan, chosen = make_plan(roots, options, reasons, echoes, project)
    names = {tool.id for tool in mine}
    given: dict[str, list[Option]] = {
        id_: _best(some, chosen.get(id_, ())) for id_, some in options.items()
    }
    used: dict[str, Fix] = {}
    removes: dict[str, list[str]] = {}
    for finding in roots:
        for option in given[finding.id]:
            used.setdefault(option.fix.id, option.fix)
            if option.knob is not None and not option.knob.advice:
                removes.setdefault(option.fix.id, []).append(finding.cause)
    fixes = tuple(
        replace(
            fix,
            causes=tuple(dict.fromkeys(removes.get(fix.id, ()))),
            checked=checked(fix.id, removes.get(fix.id, ()), names),
        )
        for fix in used.values()
    )
    done = tuple(
        replace(
            each,
            fixes=tuple(option.fix.id for option in given.get(each.id, ())),
            no_fix=reasons.get(each.id, ""),
        )
        for each in found
    )
    return Advised(done, fixes, plan)


def _at_hand(artifacts: Sequence[ArtifactInfo]) -> list[Tool]:
    """Return the tools that took part in making the artifacts, the last one first."""
    from reprodiff.toolchains.registry import find, load, modules  # noqa: PLC0415

    tools: dict[str, Tool] = {}
    for info in artifacts:
        if info.made_by is not None and (tool := find(info.made_by.tool)):
            tools[tool.id] = tool
        for trace in info.tools:
            module = trace.tool.replace("-", "_")
            known = load(module) if module in modules() else find(trace.tool)
            if known is not None and trace.role != Role.HAND:
                tools.setdefault(known.id, known)
    if "hatch-vcs" in tools:
        # It hands its own table to setuptools-scm, whose table is not read then.
        tools.pop("setuptools-scm", None)
    # A repair tool wrote the archive last: its word on times, modes and order is the nearer one.
    return sorted(tools.values(), key=lambda tool: tool.role is not Role.REPAIR)


_EPOCH: Final = "epoch"
"""Settings of SOURCE_DATE_EPOCH go by this name, or one that ends in it."""


def _options(cause: Cause, scene: _Scene, places: Sequence[Location]) -> list[Option]:
    """Return every fix for ``cause`` that fits, the best first."""
    found: list[tuple[int, Option]] = []
    limited = _limit(cause, scene) != ""
    mine = (knob for tool in scene.mine for knob in tool.knobs if knob.removes(cause.id))
    # Where a tool passes SOURCE_DATE_EPOCH over, it does so whoever sets it.
    deaf = any(knob.slug == _EPOCH and knob.times not in {"", scene.times} for knob in mine)
    for place, tools in enumerate((scene.mine, scene.others)):
        for tool in tools:
            for knob in tool.knobs:
                if not knob.removes(cause.id) or not _fits(tool, knob, scene, places):
                    continue
                if deaf and knob.slug.endswith(_EPOCH):
                    continue
                fix = _fix(tool, knob, scene.values)
                tier = _TIERS[knob.where]
                # What the tool itself cannot do, its environment cannot do either.
                if fix is None or (limited and place and tier < _TIERS[Where.POST]):
                    continue
                if knob.where is Where.CI and scene.ci and knob.language != "batch":
                    tier = -1
                rank = tier * 2 + place + (20 if knob.advice else 0) - (2 if knob.within else 0)
                found.append((rank, Option(fix, knob, tier)))
    found.sort(key=lambda row: row[0])
    known = {tool.id for tool in scene.mine}
    said = {option.fix.tool for _, option in found}
    if not found and any(not tool for tool, _ in cause.doc.fix):
        # There is nothing to fix, and the cause says why.
        return []
    return [*(option for _, option in found), *_advice(cause, known, said, scene.binaries)]


def _fits(tool: Tool, knob: Knob, scene: _Scene, places: Sequence[Location]) -> bool:
    """Whether a setting is for such artifacts, releases of the tool, and places."""
    if knob.within and not (places and all(knob.within in each.path for each in places)):
        return False
    if not _of_kind(knob.kinds, scene.kinds):
        return False
    if knob.times and knob.times != scene.times:
        return False
    if knob.hand and knob.hand not in scene.hands:
        return False
    if knob.formats and scene.binaries and scene.binaries.isdisjoint(knob.formats):
        return False
    if scene.nested and knob.where not in _INNER:
        return False
    if knob.tags and scene.platforms and not any(p.startswith(knob.tags) for p in scene.platforms):
        return False
    versions = scene.versions.get(tool.id, ())
    return not (knob.before and versions and all(_reached(v, knob.before) for v in versions))


def _reached(version: str, wanted: str) -> bool:
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - hardly ever needed

    try:
        return Version(version) >= Version(wanted)
    except InvalidVersion:
        return False


def _of_kind(wanted: Sequence[str], kinds: frozenset[ArtifactKind]) -> bool:
    return not wanted or any(kind in wanted or kind in _INSIDE for kind in kinds)


def _is_inside(finding: Finding, artifacts: Sequence[ArtifactInfo]) -> bool:
    """Whether all places of a finding are in archives inside the artifact, which others wrote."""
    if any(each.kind is ArtifactKind.WHEELHOUSE for each in artifacts):
        return False
    return bool(finding.locations) and all("!/" in place.path for place in finding.locations)


def _fix(tool: Tool, knob: Knob, values: Mapping[str, str]) -> Fix | None:
    """Return a setting as a fix, ``None`` if a value that it needs is not known."""
    needed = set(_PLACEHOLDER.findall(knob.title + knob.text))
    if needed - values.keys():
        return None
    return Fix(
        id=f"{tool.id}-{knob.slug}",
        tool=tool.id,
        title=_PLACEHOLDER.sub(lambda found: values[found[1]], knob.title),
        where=knob.where,
        snippet=_PLACEHOLDER.sub(lambda found: values[found[1]], knob.text),
        why=knob.why,
        since=knob.since,
        docs=knob.docs,
        file=knob.place,
        language=knob.dialect if knob.text else "",
    )


def _advice(
    cause: Cause, tools: Iterable[str], said: AbstractSet[str], kinds: AbstractSet[str]
) -> Iterator[Option]:
    """Yield what the documentation of a cause says to anybody, or to users of these tools.

    ``said`` are tools that have a setting for it: theirs is the better word.  ``kinds`` are those
    of the binaries that it is about.
    """
    from reprodiff.toolchains.registry import find  # noqa: PLC0415
    from reprodiff.toolchains.remedies import all_spoken_for  # noqa: PLC0415

    mine = set(tools)
    for number, (tool, text) in enumerate(cause.doc.fix, start=1):
        named = {name.strip().lower().replace("_", "-") for name in tool.split(",")}
        if not suits({name.strip().lower() for name in tool.split(",")}, kinds):
            continue
        if not tool or tool in said or ("any" not in named and all_spoken_for(named, said)):
            continue
        fits = named & _ANYBODY or any(_same(name, each) for name in named for each in mine)
        # Where no setting is known, words for tools that are no build tools do as well.
        if fits or (not said and all(find(name) is None for name in named)):
            fix = Fix(
                id=f"{cause.id}-{number}",
                tool=tool,
                title=_BACKTICKS.sub(r"\1", text),
                where=_where(tool),
                snippet="",
                why=cause.doc.why,
                docs=next((s for s in cause.doc.sources if s.startswith("https://")), ""),
            )
            yield Option(fix, None, ADVICE)


def _same(name: str, tool: str) -> bool:
    """Whether a row of a cause's documentation is for a tool: ``flit`` is also ``flit_core``."""
    plain = tool.replace("_", "-")
    return name in {plain, plain.removesuffix("-core"), plain.removesuffix("-backend")}


def _where(tool: str) -> str:
    if tool == "own code":
        return Where.SOURCE
    if tool in {"pip", "uv"}:
        return Where.INSTALLER
    return Where.CHECKOUT if tool == "git" else Where.FLAGS


def _limit(cause: Cause, scene: _Scene) -> str:
    """Return why the tools at hand cannot remove the cause, empty if they can."""
    for tool in scene.mine:
        for limit in tool.limits:
            if cause.id in limit.causes and _of_kind(limit.kinds, scene.kinds):
                return limit.reason
    return ""


def _no_fix(cause: Cause, scene: _Scene, options: Sequence[Option]) -> str:
    """Return why nothing upstream removes the cause, empty if something does."""
    if reason := _limit(cause, scene):
        return reason
    if options:
        return ""
    stated = next((text for tool, text in cause.doc.fix if not tool), "")
    return stated or (UNKNOWN if cause.severity is Severity.BENIGN else "")


def _best(options: Sequence[Option], chosen: Iterable[str]) -> list[Option]:
    """Return a handful of ``options``: those that the plan uses first."""
    first = set(chosen)
    ordered = sorted(options, key=lambda option: option.fix.id not in first)
    told = distinct(ordered, lambda option: (option.fix.title, option.knob is not None))
    return list(told)[:MOST]
