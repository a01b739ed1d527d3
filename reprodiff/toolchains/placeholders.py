"""What the placeholders of settings stand for: the releases that made the artifacts at hand."""

import re
from collections.abc import Sequence
from typing import Final

from reprodiff.model import ArtifactInfo
from reprodiff.toolchains.base import Role, Tool

_PACKAGE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VERSION: Final = re.compile(r"[0-9][A-Za-z0-9._+!-]*")


def versions_of(mine: Sequence[Tool], artifacts: Sequence[ArtifactInfo]) -> dict[str, list[str]]:
    """Return the versions of each tool that the artifacts tell; none if one of them does not."""
    found: dict[str, list[str]] = {}
    for tool in mine:
        told = [version for info in artifacts if (version := _version(tool, info))]
        if len(told) == len(artifacts):
            found[tool.id] = told
    return found


def _version(tool: Tool, info: ArtifactInfo) -> str:
    """Return the exact version of ``tool`` that made an artifact, empty if it is not told."""
    versions = [trace.version for trace in info.tools if trace.tool == tool.id]
    if info.made_by is not None and info.made_by.tool.lower() in tool.generators:
        versions.append(info.made_by.version)
    return next((version for version in versions if _VERSION.fullmatch(version)), "")


def values_of(mine: Sequence[Tool], artifacts: Sequence[ArtifactInfo]) -> dict[str, str]:
    """Return what placeholders stand for: what made A, or B where A does not say.

    Where both were made by the same release of the same backend, to pin it is no remedy.
    """
    values: dict[str, str] = {}
    backends = [_backend(mine, info) for info in artifacts]
    first = next((each for each in backends if each), None)
    pins = [_pins(mine, info) for info in artifacts]
    if first is not None and any(each and each.id != first.id for each in backends):
        values["switch"] = next(each for each in pins if each)[0]
        values["build_backend"] = first.build_backend
    elif any(each != pins[0] for each in pins):
        from shlex import quote  # noqa: PLC0415 - only where a command has to be put together

        known = next(each for each in pins if each)
        values["backend"] = known[0]
        values["constraints"] = " ".join(map(quote, known))
    for info in artifacts:
        if _PACKAGE.fullmatch(info.name) and _VERSION.fullmatch(info.version):
            values.setdefault("project", info.name)
            values.setdefault("project_version", info.version)
    return values


def _backend(mine: Sequence[Tool], info: ArtifactInfo) -> Tool | None:
    """Return the backend that made an artifact."""
    return next((t for t in mine if t.role is Role.BACKEND and _version(t, info)), None)


def _pins(mine: Sequence[Tool], info: ArtifactInfo) -> list[str]:
    """Return the requirements that pin backend and plug-ins to the versions that were used."""
    wanted = [tool for tool in mine if tool.package and tool.role in {Role.BACKEND, Role.PLUGIN}]
    return [_pin(tool, info, version) for tool in wanted if (version := _version(tool, info))]


def _pin(tool: Tool, info: ArtifactInfo, version: str) -> str:
    """Return the requirement that pins a tool; a ``bdist_wheel`` generator is the wheel package."""
    by_wheel = info.made_by is not None and info.made_by.tool.lower() == "bdist_wheel"
    return f"{'wheel' if by_wheel and tool.id == 'setuptools' else tool.package}=={version}"
