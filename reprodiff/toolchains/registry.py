"""Which tools there are.  A build tool is one file in ``tools``; nothing here names it.

Only the files of tools that an artifact names, and the general ones that a cause calls for, are
loaded for a report.
"""

import os
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Final

from reprodiff.toolchains import tools as _package
from reprodiff.toolchains.base import Tool

# Tools that may help whatever made the artifact, in the order in which their settings are
# offered, and the beginnings of the causes they are for.
_GENERAL: Final = (
    ("compilers", ("elf-", "native-", "pe-", "macho-", "wheel-tags", "deployment-target")),
    ("cmake", ("elf-build-id-only", "elf-rpath", "macho-rpath")),
    ("msvc", ("pe-",)),
    ("binutils", ("ar-",)),
    ("shell", ("",)),
    ("git", ("",)),
    ("pins", ("",)),
    (
        "patchelf",
        ("native-tables-changed", "elf-rpath", "elf-edited-layout", "vendored-library-patched"),
    ),
    ("pip", ("pyc-", "install", "script-", "record-coverage")),
    ("uv", ("pyc-", "install", "script-", "hard-links", "environment-location")),
    (
        "cibuildwheel",
        (
            "vendored-library",
            "symbol-ceiling",
            "macho-slice",
            "elf-toolchain",
            "native-toolchain",
            "elf-needed",
        ),
    ),
    ("github_actions", ("",)),
    ("cpython", ("",)),
    ("normalise", ("",)),
    ("repairwheel", ("archive-order", "record-order")),
    (
        "archivers",
        (
            *("zip-", "tar-", "gzip-", "compression-level", "directory-entries"),
            *("member-owner", "archive-order", "mode-umask"),
        ),
    ),
)


@cache
def load(module: str) -> Tool:
    """Return the tool of one file of ``tools``."""
    tool: Tool = import_module(f"reprodiff.toolchains.tools.{module}").TOOL
    return tool


@cache
def modules() -> tuple[str, ...]:
    """Return the names of all files of tools, sorted; none is loaded for it."""
    try:
        files = [name for folder in _package.__path__ for name in os.listdir(folder)]  # noqa: PTH208
    except OSError:  # they lie in a zip
        from pkgutil import iter_modules  # noqa: PLC0415 - brings inspect, ast and more along

        return tuple(sorted(found.name for found in iter_modules(_package.__path__)))
    names = {name.partition(".")[0] for name in files if name.endswith((".py", ".pyc"))}
    return tuple(sorted(names - {"__init__"}))


def all_tools() -> tuple[Tool, ...]:
    """Return every tool, in the order of their files' names."""
    return tuple(load(module) for module in modules())


@cache
def find(name: str) -> Tool | None:
    """Return the tool that goes by ``name``: its id, its package, or a name WHEEL has for it.

    Of two tools with one name (``uv`` builds and installs) the backend is returned.
    """
    plain = name.lower()
    for module in _likely(plain):
        tool = load(module)
        if plain in tool.generators:
            return tool
    every = all_tools()
    for tool in every:
        if plain in tool.generators:
            return tool
    wanted = plain.replace("_", "-")
    for tool in every:
        if wanted in {tool.id.replace("_", "-"), tool.package.replace("_", "-")}:
            return tool
    return None


def _likely(name: str) -> Iterable[str]:
    """Return the files that may be a tool's by their name, so that the others stay unloaded."""
    module = name.replace("-", "_")
    known = modules()
    return [each for each in (module, f"{module}_core", f"{module}_build") if each in known]


def general(causes: Iterable[str]) -> tuple[Tool, ...]:
    """Return the tools that may help with any of ``causes`` whatever made the artifact."""
    wanted = tuple(causes)
    return tuple(
        load(module)
        for module, beginnings in _GENERAL
        if any(cause.startswith(beginnings) for cause in wanted)
    )
