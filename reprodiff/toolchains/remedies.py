"""How to fix a cause, by tool: the settings of all tools, then what the cause's own words add."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from reprodiff.causes.base import Cause
from reprodiff.toolchains.base import Knob, Tool
from reprodiff.toolchains.registry import all_tools

# Names under which causes speak of tools, and the files that speak for them.
_ALSO: Final = {
    "any": ("shell", "pins"),
    "own code": ("python",),
    "compileall": ("python",),
    "py_compile": ("python",),
    "gcc": ("gcc-clang",),
    "clang": ("gcc-clang",),
    "clang 16": ("gcc-clang",),
    "gnu ld": ("gcc-clang",),
    "ld64": ("gcc-clang",),
    "lld": ("gcc-clang",),
    "cargo": ("rust",),
    "rustc": ("rust",),
    "flit": ("flit_core",),
    "gnu ar": ("binutils",),
    "objcopy": ("binutils",),
    "gnu tar": ("archivers",),
    "gzip": ("archivers",),
    "info-zip": ("archivers",),
    "github actions": ("github-actions",),
    "lld-link": ("msvc",),
    "pyproject.toml": ("pins",),
    "build": ("pins",),
}
# The order in which tools are shown: what makes artifacts, then what helps whatever made them.
_LAST: Final = ("repairwheel", "reprodiff", "archivers")


class Remedy(NamedTuple):
    """One way to remove a cause, or the reason why a tool has none."""

    tool: str
    change: str
    where: str = ""
    file: str = ""
    since: str = ""
    snippet: str = ""
    docs: str = ""
    id: str = ""
    """Id of the fix in reports; empty for words of the cause's documentation."""


def remedies(cause: Cause) -> tuple[Remedy, ...]:
    """Return every known way to remove ``cause``, those of build tools first."""
    found = list(_of_tools(cause))
    speaking = {remedy.tool for remedy in found}
    own = [
        Remedy(tool, change)
        for tool, change in cause.doc.fix
        if not tool or not all(spoken_for(name, speaking) for name in tool.split(","))
    ]
    return (*found, *own)


def _of_tools(cause: Cause) -> Iterator[Remedy]:
    tools = sorted(all_tools(), key=lambda tool: (tool.id in _LAST, tool.role.value, tool.id))
    for tool in tools:
        for knob in tool.knobs:
            if knob.removes(cause.id):
                yield _remedy(tool, knob)
        for limit in tool.limits:
            if cause.id in limit.causes:
                yield Remedy(tool.id, limit.reason, docs=limit.docs)


def _remedy(tool: Tool, knob: Knob) -> Remedy:
    return Remedy(
        tool.id,
        _plain(knob.title),
        knob.where,
        knob.place,
        knob.since,
        _plain(knob.text),
        knob.docs,
        f"{tool.id}-{knob.slug}",
    )


def _plain(text: str) -> str:
    """Return a text with examples in place of what an artifact would fill in."""
    for name, value in _EXAMPLES.items():
        text = text.replace(name, value)
    return text


_EXAMPLES: Final = {
    "{backend}": "setuptools==84.2.1",
    "{constraints}": "setuptools==84.2.1",
    "{switch}": "hatchling==1.33.0",
    "{build_backend}": "hatchling.build",
    "{project}": "NAME",
    "{project_version}": "1.0",
}


def spoken_for(name: str, speaking: AbstractSet[str]) -> bool:
    """Whether the settings of ``speaking`` tools say what a cause has for the tool ``name``."""
    plain = name.strip().lower().replace("_", "-")
    names = _ALSO.get(plain, (plain,))
    return any(
        each.replace("_", "-") in {one.replace("_", "-") for one in speaking} for each in names
    )


def all_spoken_for(names: Iterable[str], speaking: AbstractSet[str]) -> bool:
    """Whether that is so of all of several names."""
    return all(spoken_for(name, speaking) for name in names)
