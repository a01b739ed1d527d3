"""What has to be set to build an artifact again as it is, read out of the artifact.

Every line is a conclusion from what the artifact records, with how sure it is and why.  A time
that a backend writes by default is told apart from one that somebody set, and both from times of
a checkout: the three leave another pattern.
"""

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from reprodiff.artifacts.base import Artifact
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.artifacts.zipformat.deflate import deflate_level
from reprodiff.errors import ReprodiffError
from reprodiff.model import ArtifactInfo, ArtifactKind, Confidence, RecipeLine, ToolTrace
from reprodiff.text import plain
from reprodiff.toolchains.base import Role, Tool
from reprodiff.toolchains.marks import Times
from reprodiff.toolchains.registry import find, load, modules
from reprodiff.toolchains.traits import zip_traits

UNSET: Final = "unset"
"""Value of a variable that must not be set."""

_PROVEN, _LIKELY, _POSSIBLE = Confidence.PROVEN, Confidence.LIKELY, Confidence.POSSIBLE
_EXACT: Final = re.compile(r"[0-9][A-Za-z0-9._+!-]*")
_CPYTHON: Final = re.compile(r"cp3(\d{1,2})$")
_MODES: Final = {0o022: (0o644, 0o755), 0o002: (0o664, 0o775), 0o077: (0o600, 0o700)}
_TRIED: Final = 4
"""Members whose compressed stream is made again to tell the implementation."""
_LEVELS: Final = (6, 9, 8, 7, 5, 4, 3, 2, 1)
_SMALL: Final = 1 << 16
"""Size, in bytes, up to which a member is compressed again: a report must not take long."""
_WORTH: Final = 2000
"""Bytes above which implementations of deflate are told apart at all."""


def recipe(artifact: Artifact, info: ArtifactInfo) -> tuple[RecipeLine, ...]:
    """Return what a rebuild of ``artifact`` has to set; nothing for what nobody builds."""
    if info.kind not in {ArtifactKind.WHEEL, ArtifactKind.SDIST}:
        return ()
    tools = {trace.tool: tool for trace in info.tools if (tool := _tool(trace))}
    backend = next((tools[t.tool] for t in info.tools if _is(t, tools, Role.BACKEND)), None)
    times = _times(artifact)
    lines: list[RecipeLine] = []
    if backend is not None:
        lines += _backend(info, backend, times)
        lines += _wheel_package(artifact, info, backend)
    lines += _plugins(info, tools)
    lines += _epoch(info, backend, times, tools)
    lines += _zone(backend, times, lines)
    lines += _umask(artifact, backend)
    lines += _python(info)
    lines += _repair(info, tools)
    lines += _image(info)
    if isinstance(artifact, ZipArtifact):
        lines += _system(artifact)
        lines += _compression(artifact)
    native = [m for m in artifact.members if m.path.endswith((".so", ".pyd")) or ".so." in m.path]
    if native:
        from reprodiff.toolchains.native_recipe import native_lines  # noqa: PLC0415

        lines += native_lines(artifact, native[:3])
    return tuple(lines)


def flat(lines: Sequence[RecipeLine]) -> Mapping[str, str]:
    """Return a recipe as a mapping from key to value."""
    return {line.key: line.value for line in lines}


def _tool(trace: ToolTrace) -> Tool | None:
    module = trace.tool.replace("-", "_")
    return load(module) if module in modules() else find(trace.tool)


def _is(trace: ToolTrace, tools: Mapping[str, Tool], role: Role) -> bool:
    return trace.role == role and trace.tool in tools


# -- backend and plug-ins -------------------------------------------------------------------------


def _backend(info: ArtifactInfo, backend: Tool, times: Times) -> Iterator[RecipeLine]:
    trace = next(trace for trace in info.tools if trace.tool == backend.id)
    why = "; ".join(trace.evidence)
    version = plain(trace.version, 60)
    if not _EXACT.fullmatch(version):
        words = why if version else f"{why}; no version is told"
        yield RecipeLine("backend", f"{backend.package}{version}", trace.confidence, words)
        return
    by_wheel = info.made_by is not None and info.made_by.tool.lower() == "bdist_wheel"
    if by_wheel and backend.id == "setuptools":
        yield RecipeLine("wheel", f"wheel=={version}", trace.confidence, why)
        month = time.strftime("%Y-%m", time.gmtime(times.latest))
        guess = next((v for first, v in reversed(backend.releases) if month >= first), "")
        if guess and times.dated(backend.constants):
            reason = "the newest release of the month that the archive records"
            yield RecipeLine("backend", f"setuptools=={guess}", _POSSIBLE, reason)
        else:
            reason = "the last releases that leave bdist_wheel to the wheel package"
            yield RecipeLine("backend", "setuptools<70.1", _LIKELY, reason)
        return
    yield RecipeLine("backend", f"{backend.package}=={version}", trace.confidence, why)


def _wheel_package(artifact: Artifact, info: ArtifactInfo, backend: Tool) -> Iterator[RecipeLine]:
    """Yield what the wheel package left, which setuptools uses where it is installed."""
    if backend.id != "setuptools" or not isinstance(artifact, ZipArtifact):
        return
    own = info.made_by is not None and info.made_by.tool.lower() == "setuptools"
    if own and zip_traits(artifact).record_mode == 0o664:
        reason = "RECORD has mode 664 without a file type, as wheel before 0.40 writes it"
        yield RecipeLine("wheel", "wheel<0.40", _LIKELY, reason)
    pythons = {tag.partition("-")[0] for tag in info.tags}
    if {"py2", "py3"} <= pythons:
        reason = "the tags py2 and py3, which bdist_wheel writes only if it is told to"
        yield RecipeLine("config_settings", "--build-option=--universal", _LIKELY, reason)


def _plugins(info: ArtifactInfo, tools: Mapping[str, Tool]) -> Iterator[RecipeLine]:
    for trace in info.tools:
        if _is(trace, tools, Role.PLUGIN) and (package := tools[trace.tool].package):
            exact = _EXACT.fullmatch(trace.version)
            pin = f"{package}=={trace.version}" if exact else f"{package}{trace.version}"
            yield RecipeLine(trace.tool, pin, trace.confidence, "; ".join(trace.evidence))


# -- times ----------------------------------------------------------------------------------------


def _times(artifact: Artifact) -> Times:
    counted = Counter(m.mtime for m in artifact.members if m.mtime is not None)
    return Times(dict(counted), isinstance(artifact, ZipArtifact))


def _epoch(
    info: ArtifactInfo, backend: Tool | None, times: Times, tools: Mapping[str, Tool]
) -> Iterator[RecipeLine]:
    """Yield SOURCE_DATE_EPOCH: set to a time, unset, or nothing where nothing can be said."""
    if not times.counted:
        return
    constants = backend.constants if backend else ()
    repaired = any(tool.role is Role.REPAIR for tool in tools.values())
    name = backend.id if backend else "the backend"
    one = times.one
    if one is not None and one in constants and not repaired:
        reason = f"every member has the time that {name} writes when nobody sets one"
        yield RecipeLine(
            "SOURCE_DATE_EPOCH", UNSET, _PROVEN if times.members > 1 else _LIKELY, reason
        )
    elif one is not None and backend is not None and backend.ignores_epoch and not repaired:
        reason = f"{name} reads no SOURCE_DATE_EPOCH"
        yield RecipeLine("SOURCE_DATE_EPOCH", UNSET, _PROVEN, reason)
    elif one is not None:
        if info.kind is ArtifactKind.SDIST and backend is not None and backend.id == "setuptools":
            return
        reason = "every member has this time"
        if repaired:
            reason += "; a repair tool without the variable leaves the same, its own time"
        yield RecipeLine("SOURCE_DATE_EPOCH", str(one), _LIKELY, reason)
    elif constants and times.both(constants):
        reason = (
            f"generated members have the constant of {name}, copied ones the times of their files: "
            "nobody set it"
        )
        yield RecipeLine("SOURCE_DATE_EPOCH", UNSET, _PROVEN, reason)
    else:
        reason = (
            "members have times of their own, of the checkout and the clock: nobody set it, and "
            "those times cannot come out the same"
        )
        yield RecipeLine("SOURCE_DATE_EPOCH", UNSET, _LIKELY, reason)


def _zone(backend: Tool | None, times: Times, lines: Sequence[RecipeLine]) -> Iterator[RecipeLine]:
    """Yield the time zone where times of the archive are local ones."""
    if backend is None or not times.local:
        return
    if backend.local_constant:
        shifts = [t - c for t in times.counted for c in backend.constants if _hours(t - c)]
        if shifts:
            words = f"the constant of {backend.id}, {shifts[0] / 3600:+g} h from where it is in UTC"
            yield RecipeLine("TZ", zone(shifts[0]), _LIKELY, words)
        return
    unset = any(line.key == "SOURCE_DATE_EPOCH" and line.value == UNSET for line in lines)
    if backend.local_times and unset:
        words = f"{backend.id} writes local times; the archive alone does not tell the time zone"
        yield RecipeLine("TZ", "UTC", _POSSIBLE, words)


def _hours(seconds: int) -> bool:
    """Whether two times can be one in two time zones."""
    return abs(seconds) <= 14 * 3600 and seconds % 900 == 0


def zone(seconds: int) -> str:
    """Return a POSIX ``TZ`` for a time zone ``seconds`` east of Greenwich: ``UTC-2``, ``UTC``."""
    if not seconds:
        return "UTC"
    hours, rest = divmod(abs(seconds) // 60, 60)
    minutes = f":{rest:02d}" if rest else ""
    return f"UTC{'-' if seconds > 0 else '+'}{hours}{minutes}"


# -- modes, interpreter, images -------------------------------------------------------------------


def _umask(artifact: Artifact, backend: Tool | None) -> Iterator[RecipeLine]:
    """Yield the umask, where the backend lets it through."""
    if backend is None or not backend.follows_umask:
        return
    found = [
        (member.mode & 0o777, ".dist-info/" in member.path, member.path.endswith(".py"))
        for member in artifact.members
        if member.mode and not member.path.endswith(("/", ".dist-info/RECORD"))
    ]
    # Writers give what they generate a mode of their own, 664: only copied files show it.
    shared = any(mode in _MODES[0o002] for mode, generated, _ in found if not generated)
    shown = [row for row in found if shared or not row[1] or row[0] != 0o664]
    modes = Counter(mode for mode, _, _ in shown)
    sources = {m: sum(py and mode in some for mode, _, py in shown) for m, some in _MODES.items()}
    total = sum(modes.values())
    if not total:
        return
    fits = {mask: sum(modes[mode] for mode in some) for mask, some in _MODES.items()}
    # Linkers and installers of libraries set their modes whatever the umask; sources show it.
    mask = max(fits, key=lambda each: (sources[each], fits[each], -each))
    if not fits[mask]:
        return
    every = fits[mask] == total
    reason = "every mode follows it" if every else f"{fits[mask]} of {total} modes follow it"
    yield RecipeLine("umask", f"{mask:03o}", _LIKELY if every else _POSSIBLE, reason)


def _python(info: ArtifactInfo) -> Iterator[RecipeLine]:
    versions = {
        f"3.{found[1]}" for tag in info.tags if (found := _CPYTHON.match(tag.partition("-")[0]))
    }
    if len(versions) == 1 and all("-abi3-" in tag for tag in info.tags):
        (version,) = versions
        reason = "the tag of the stable ABI, which any of these may build"
        yield RecipeLine("python", f">={version}", _LIKELY, reason)
    elif len(versions) == 1:
        (version,) = versions
        yield RecipeLine("python", version, _LIKELY, "the wheel's tag")


def _repair(info: ArtifactInfo, tools: Mapping[str, Tool]) -> Iterator[RecipeLine]:
    for trace in info.tools:
        if _is(trace, tools, Role.REPAIR):
            exact = _EXACT.fullmatch(trace.version)
            pin = f"{trace.tool}=={trace.version}" if exact else f"{trace.tool}{trace.version}"
            # It is what auditwheel edits libraries with.
            key = "patchelf" if trace.tool == "patchelf" else "repair"
            yield RecipeLine(key, pin, trace.confidence, "; ".join(trace.evidence))


_IMAGES: Final = {
    "manylinux_2_17_": "manylinux2014_",
    "manylinux_2_12_": "manylinux2010_",
    "manylinux_2_5_": "manylinux1_",
}
"""Names of images that are older than the scheme of the tags."""


def _image(info: ArtifactInfo) -> Iterator[RecipeLine]:
    found = {
        platform
        for tag in info.tags
        if (platform := tag.rpartition("-")[2]).startswith(("manylinux_", "musllinux_"))
    }
    newest = sorted(found, key=lambda tag: [int(n) for n in re.findall(r"\d+", tag)[:2]])
    if newest:
        name = newest[-1]
        for tag, older in _IMAGES.items():
            name = name.replace(tag, older)
        image = f"quay.io/pypa/{name}"
        reason = "the platform tag; which build of the image it was, the tag does not tell"
        yield RecipeLine("image", image, _POSSIBLE, reason)


def _system(artifact: ZipArtifact) -> Iterator[RecipeLine]:
    systems = {e.central.fixed.create_system for e in artifact.entries if e.central is not None}
    if systems == {0}:
        reason = "the archive says that it was made on Windows"
        yield RecipeLine("system", "Windows", _LIKELY, reason)


def _compression(artifact: ZipArtifact) -> Iterator[RecipeLine]:
    """Yield how members are compressed, found out by compressing some of them again."""
    methods = Counter(entry.method for entry in artifact.entries if entry.usize > 0)
    if set(methods) == {0}:
        yield RecipeLine("compression", "stored", _PROVEN, "no member is compressed")
        return
    tried = list(islice(_deflated(artifact), _TRIED))
    if not tried:
        return
    # Compressing is what a small comparison spends its time on: one level after the other, the
    # usual one first, and each only until a member says that it was not this one.
    for level in _LEVELS:
        if all(deflate_level(stored, plain, levels=(level,)) for stored, plain in tried):
            streams = (
                "stream of a member" if len(tried) == 1 else f"streams of {len(tried)} members"
            )
            reason = f"zlib makes the same {streams} again"
            yield RecipeLine("compression", f"zlib level {level}", _PROVEN, reason)
            return
    reason = "zlib makes other streams at every level: zlib-ng, libdeflate or a writer in Rust"
    yield RecipeLine("compression", "not zlib", _PROVEN, reason)


def _deflated(artifact: ZipArtifact) -> Iterator[tuple[memoryview, bytes]]:
    """Yield members worth compressing again: the stored bytes, and the plain ones."""
    for member in artifact.members:
        entry = artifact.entries[member.index]
        stored = artifact.stored(member)
        if entry.method != 8 or stored is None or not _WORTH < entry.usize < _SMALL:
            continue
        try:
            with artifact.read(member) as view:
                yield stored[1], bytes(view)
        except ReprodiffError:
            continue
