"""Which tools took part in making an artifact, and what shows each of them.

What WHEEL says is one witness, the container's habits are another: where both agree the tool is
proven, where they contradict each other both are told.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.errors import ReprodiffError
from reprodiff.model import ArtifactInfo, ArtifactKind, Confidence, MadeBy, MemberType, ToolTrace
from reprodiff.records import replace
from reprodiff.text import plain
from reprodiff.toolchains.base import Role, Tool
from reprodiff.toolchains.registry import all_tools, find, load
from reprodiff.toolchains.shape import fields_of, fits
from reprodiff.toolchains.traits import writer, zip_traits

HEAD: Final = 1 << 16
"""Bytes of a member that are looked at for a mark."""
MAX_MARKED: Final = 1 << 20
"""Size of a member, in bytes, above which it is not opened for a mark."""

# Members that can give a tool away at all: the files of tools look closer.
_TELLING: Final = re.compile(
    r"\.dist-info/(?:DELVEWHEEL|INSTALLER|sboms/)|\.libs/|/\.dylibs/|(?:^|/)_?version\.py$"
    r"|^[^/]+/(?:pyproject\.toml|setup\.py|PKG-INFO)$|^[^/]+/(?:src/)?[^/]+\.egg-info/PKG-INFO$"
)
_BACKEND: Final = re.compile(rb"(?m)^\s*build-backend\s*=\s*[\"']([A-Za-z0-9_.]+)")
_REQUIRED: Final = re.compile(rb"[\"']([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?([^\"']*)[\"']")
_REQUIRES: Final = re.compile(rb"(?ms)^\s*requires\s*=\s*\[(.*?)\]\s*(?:#[^\n]*)?$")
_METADATA: Final = re.compile(r"[^/]+\.dist-info/METADATA|[^/]+/PKG-INFO")
_NOBODYS: Final = frozenset({ArtifactKind.FILE, ArtifactKind.WHEELHOUSE})
_FAMILY: Final = (("macosx", "delocate"), ("win", "delvewheel"), ("", "auditwheel"))


def with_tools(info: ArtifactInfo, artifact: Artifact) -> ArtifactInfo:
    """Return ``info`` with the tools that took part, and with who made it if nobody said."""
    if info.kind in _NOBODYS or not (artifact.one_project or info.kind is ArtifactKind.TREE):
        return info
    traces = _traces(info, artifact)
    made_by = info.made_by
    if made_by is None and info.kind is ArtifactKind.SDIST:
        backend = next((trace for trace in traces if trace.role == Role.BACKEND), None)
        made_by = MadeBy(backend.tool, "") if backend else None
    return replace(info, tools=tuple(traces), made_by=made_by)


def _traces(info: ArtifactInfo, artifact: Artifact) -> list[ToolTrace]:
    found: dict[str, ToolTrace] = {}
    telling = [m for m in artifact.members if m.type is MemberType.FILE and _TELLING.search(m.path)]
    habits = writer(artifact)
    for trace in _named(info, artifact, habits):
        _add(found, trace)
    if info.kind is ArtifactKind.SDIST:
        for trace in _of_project(artifact, telling, habits):
            _add(found, trace)
    if info.kind is ArtifactKind.TREE:
        for trace in _installer(artifact, telling):
            _add(found, trace)
    else:
        for trace in _marks(artifact, telling, info):
            _add(found, trace)
    if habits:
        _add_writer(found, habits, info)
    for trace in _by_shape(artifact, found):
        _add(found, trace)
    found = _settled(found, _metadata_version(artifact, artifact.members))
    order = [Role.BACKEND, Role.PLUGIN, Role.REPAIR, Role.INSTALLER]
    rank = {role.value: number for number, role in enumerate(order)}
    return sorted(found.values(), key=lambda trace: rank.get(trace.role, len(rank)))


def _add(found: dict[str, ToolTrace], trace: ToolTrace) -> None:
    """Put evidence of one tool together; the surer word and the exact version stay."""
    old = found.get(trace.tool)
    if old is None:
        found[trace.tool] = trace
        return
    exact = old.version if old.version[:1].isdigit() else trace.version or old.version
    found[trace.tool] = replace(
        old,
        version=exact,
        confidence=min(old.confidence, trace.confidence, key=lambda each: each.rank),
        evidence=tuple(dict.fromkeys((*old.evidence, *trace.evidence))),
    )


def _settled(found: Mapping[str, ToolTrace], told: str) -> dict[str, ToolTrace]:
    """Weigh the witnesses: the format of the metadata, and the order of its fields.

    Of several backends whose habits an archive has, the one that METADATA speaks for is kept; one
    that METADATA speaks against is not proven.
    """
    open_ = [t for t in found.values() if t.role == Role.BACKEND and t.confidence is _POSSIBLE]
    refuted = [t for t in open_ if any(words.startswith(_AGAINST) for words in t.evidence)]
    clear = len(refuted) == len(open_) - 1 > 0
    settled: dict[str, ToolTrace] = {}
    for name, trace in found.items():
        against = any(words.startswith(_AGAINST) for words in trace.evidence)
        sure = trace.confidence
        if clear and trace in open_:
            if against:
                continue
            sure = Confidence.LIKELY
        if against and sure is Confidence.PROVEN:
            sure = Confidence.LIKELY
        version = trace.version
        if not version and trace.role == Role.BACKEND and (tool := find(name)) is not None:
            version = next((span for each, span in tool.metadata if each == told), "")
        settled[name] = replace(trace, confidence=sure, version=version)
    return settled


_POSSIBLE: Final = Confidence.POSSIBLE
_ORDER: Final = "METADATA has its order of fields"
_AGAINST: Final = "but METADATA has the order of fields of"


def _named(info: ArtifactInfo, artifact: Artifact, habits: str) -> Iterator[ToolTrace]:
    """Yield the tool that WHEEL names."""
    if info.made_by is None:
        return
    tool = find(info.made_by.tool)
    said = f"WHEEL names {info.made_by.tool} {info.made_by.version}".rstrip()
    shown = _shown(artifact, tool, habits) if tool else ""
    span = next((span for name, span in _names(habits) if tool and find(name) is tool), "")
    if shown and not _in_span(info.made_by.version, span):
        said, shown = f"{said}, but it has the habits of {span}: {_why(habits)}", ""
    yield ToolTrace(
        tool.id if tool else info.made_by.tool,
        info.made_by.version,
        tool.role if tool else Role.BACKEND,
        Confidence.PROVEN if shown else Confidence.LIKELY,
        (said, shown) if shown else (said,),
    )


def _shown(artifact: Artifact, tool: Tool, habits: str) -> str:
    """Return what of the container's habits speaks for ``tool``; empty if nothing does."""
    if habits:
        # A writer that is known speaks for itself, and against every other.
        spoken = _speaks_for(habits, tool)
        return f"the archive has its habits: {_why(habits)}" if spoken else ""
    why = ""
    if tool.zip_test is not None and isinstance(artifact, ZipArtifact):
        why = tool.zip_test(zip_traits(artifact))
    if tool.tar_test is not None and _may_be_tar(artifact):
        # All that reads tars is loaded when there is one.
        from reprodiff.artifacts.tar import TarArtifact  # noqa: PLC0415
        from reprodiff.toolchains.tar_traits import tar_traits  # noqa: PLC0415

        if isinstance(artifact, TarArtifact):
            why = tool.tar_test(tar_traits(artifact))
    return f"the archive has its habits: {why}" if why else ""


def _may_be_tar(artifact: Artifact) -> bool:
    """Whether an artifact may be a tar, before anything that reads tars is loaded."""
    return artifact.kind in {ArtifactKind.SDIST, ArtifactKind.TAR}


def _why(habits: str) -> str:
    return habits.partition(" (")[2].removesuffix(")")


def _names(habits: str) -> list[tuple[str, str]]:
    """Return the names of writers, each with the range of its releases, empty for all."""
    found: list[tuple[str, str]] = []
    for each in habits.partition(" (")[0].split(" or "):
        name, mark, span = each.partition(" <") if " <" in each else each.partition(" >")
        found.append((name, f"{mark.strip()}{span}"))
    return found


def _in_span(version: str, span: str) -> bool:
    """Whether a release may be one of a range; what cannot be read may be."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 - seldom needed
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415

    try:
        return not span or SpecifierSet(span).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True


def _speaks_for(habits: str, tool: Tool) -> bool:
    return any(
        (known := find(name)) is not None and known.id == tool.id for name, _ in _names(habits)
    )


def _add_writer(found: dict[str, ToolTrace], habits: str, info: ArtifactInfo) -> None:
    """Tell who wrote the container, where nobody has been found yet whose habits they are."""
    names = _names(habits)
    known = [(tool, span) for name, span in names if (tool := find(name)) is not None]
    shown = f"the archive has its habits: {_why(habits)}"
    if mine := [tool for tool, _ in known if tool.id in found]:
        if not any(shown in found[tool.id].evidence for tool in mine):
            for tool in mine:
                _add(found, replace(found[tool.id], evidence=(shown,)))
        return
    said = next((trace for trace in found.values() if trace.role == Role.BACKEND), None)
    if any(tool.role is Role.REPAIR for tool, _ in known):
        family = _family(info)
        known = [(tool, span) for tool, span in known if tool.id == family] or known
    writers = [(tool.id, tool.role, span) for tool, span in known]
    for name, role, span in writers or [(names[0][0], Role.HAND, "")]:
        evidence = [shown]
        if said is not None and role is not Role.REPAIR:
            evidence.append(f"but {said.evidence[0]}: one of them is not true, or it was repacked")
            role = Role.HAND  # noqa: PLW2901 - it wrote the archive, not the package
        sure = Confidence.POSSIBLE if len(writers) > 1 else Confidence.LIKELY
        _add(found, ToolTrace(name, span, role, sure, tuple(evidence)))


def _family(info: ArtifactInfo) -> str:
    """Return the repair tool of the platform that a wheel's tags name."""
    platforms = [tag.rpartition("-")[2] for tag in info.tags]
    for start, tool in _FAMILY:
        if any(platform.startswith(start) and platform != "any" for platform in platforms):
            return tool
    # auditwheel refuses wheels without native code, delocate takes them.
    return "delocate"


def _by_shape(artifact: Artifact, found: Mapping[str, ToolTrace]) -> Iterator[ToolTrace]:
    """Yield what the order of fields in METADATA says for, or against, the backend."""
    named = (m for m in artifact.members if m.path.endswith(("/METADATA", "/PKG-INFO")))
    member = next((m for m in named if _METADATA.fullmatch(m.path)), None)
    if member is None:
        return
    names = fields_of(_head(artifact, member))
    said = [trace for trace in found.values() if trace.role == Role.BACKEND]
    for trace in said:
        tool = find(trace.tool)
        verdict = fits(names, tool.fields.split()) if tool and tool.fields else None
        if verdict:
            yield replace(trace, evidence=(_ORDER,))
        elif verdict is False and (others := _of_shape(names)):
            words = f"{_AGAINST} {' or '.join(others)}"
            yield replace(trace, evidence=(words,))
    if not said and len(others := _of_shape(names)) == 1:
        evidence = (_ORDER,)
        yield ToolTrace(others[0], "", Role.BACKEND, Confidence.POSSIBLE, evidence)


def _of_shape(names: Sequence[str]) -> list[str]:
    return [t.id for t in all_tools() if t.fields and fits(names, t.fields.split())]


# -- members --------------------------------------------------------------------------------------


def _head(artifact: Artifact, member: Member) -> bytes:
    if member.size > MAX_MARKED:
        return b""
    try:
        with artifact.read(member) as view:
            return bytes(view[:HEAD])
    except ReprodiffError:
        return b""


def _marks(
    artifact: Artifact, telling: Iterable[Member], info: ArtifactInfo
) -> Iterator[ToolTrace]:
    """Yield tools that left a file, or a name, of their own."""
    members = list(telling)
    if not members:
        return
    heads: dict[str, bytes] = {}
    for tool in all_tools():
        for mark in tool.members:
            for member in members:
                if not mark.path.search(member.path):
                    continue
                version = mark.version
                if mark.text is not None:
                    if member.path not in heads:
                        heads[member.path] = _head(artifact, member)
                    hit = mark.text.search(heads[member.path])
                    if hit is None:
                        continue
                    if hit.re.groups:
                        version = plain(hit[1].decode("ascii", "replace"), 40)
                yield ToolTrace(
                    tool.id, version, tool.role, Confidence.LIKELY, (f"{mark.why}: {member.path}",)
                )
                if (
                    tool.id == "setuptools-scm"
                    and info.made_by
                    and info.made_by.tool == "hatchling"
                ):
                    words = "hatchling asks setuptools-scm through it"
                    yield ToolTrace("hatch-vcs", "", Role.PLUGIN, Confidence.LIKELY, (words,))
                break


def _installer(artifact: Artifact, telling: Iterable[Member]) -> Iterator[ToolTrace]:
    """Yield the installers that INSTALLER files of a tree name."""
    for member in telling:
        if member.path.endswith(".dist-info/INSTALLER"):
            name = _head(artifact, member).strip().decode("ascii", "replace").lower()
            if name in {"pip", "uv"}:
                words = (f"INSTALLER says {name}",)
                yield ToolTrace(load(name).id, "", Role.INSTALLER, Confidence.PROVEN, words)


def _of_project(artifact: Artifact, telling: Iterable[Member], habits: str) -> Iterator[ToolTrace]:
    """Yield the backend and plug-ins that an sdist's own pyproject.toml asks for."""
    telling = list(telling)
    by_name = {member.path.rpartition("/")[2]: member for member in telling}
    project = by_name.get("pyproject.toml")
    text = _head(artifact, project) if project else b""
    value = _BACKEND.search(text)
    tool: Tool | None = None
    words = ""
    if value:
        name = value[1].decode("ascii")
        tool = next((t for t in all_tools() if name.split(".")[0] in t.backends), None)
        words = f"pyproject.toml says build-backend = {name}"
    elif "setup.py" in by_name:
        tool, words = load("setuptools"), "setup.py, and no build-backend"
    if tool is not None:
        shown = _shown(artifact, tool, habits)
        evidence = (words, shown) if shown else (words,)
        sure = Confidence.PROVEN if shown else Confidence.LIKELY
        told = _metadata_version(artifact, telling)
        version = next((span for version, span in tool.metadata if version == told), "")
        if version:
            evidence = (*evidence, f"its metadata is of format {told}")
        yield ToolTrace(tool.id, version, tool.role, sure, evidence)
    for requirement, version in _requirements(text):
        plugin = next((t for t in all_tools() if _is_named(t, requirement)), None)
        if plugin is not None and plugin.role is Role.PLUGIN:
            words = f"build-system.requires lists {requirement}{version}"
            yield ToolTrace(plugin.id, version, plugin.role, Confidence.LIKELY, (words,))


def build_requirements(sdist: Artifact) -> tuple[tuple[str, str], ...]:
    """Return names and specifiers of an sdist's ``build-system.requires``."""
    for member in sdist.members:
        if member.type is MemberType.FILE and re.fullmatch(r"[^/]+/pyproject\.toml", member.path):
            return tuple(_requirements(_head(sdist, member)))
    return ()


def _metadata_version(artifact: Artifact, telling: Iterable[Member]) -> str:
    """Return the format of the metadata of a wheel or sdist, empty without any."""
    for member in telling:
        if _METADATA.fullmatch(member.path):
            found = re.match(rb"Metadata-Version: ([0-9.]{1,8})\r?\n", _head(artifact, member))
            return found[1].decode("ascii") if found else ""
    return ""


def _requirements(text: bytes) -> Iterator[tuple[str, str]]:
    if listed := _REQUIRES.search(text):
        for found in _REQUIRED.finditer(listed[1]):
            version = found[2].decode("ascii", "replace").replace(" ", "")
            yield found[1].decode("ascii"), plain(version.partition(";")[0], 60)


def _is_named(tool: Tool, requirement: str) -> bool:
    return bool(tool.package) and _same(tool.package) == _same(requirement)


def _same(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
