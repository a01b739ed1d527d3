"""CMake, whatever calls it."""

from typing import Final

from reprodiff.toolchains.base import Knob, Role, Tool, Where

_DOCS: Final = "https://cmake.org/cmake/help/latest/"

TOOL: Final = Tool(
    id="cmake",
    role=Role.COMPILER,
    package="cmake",
    docs=_DOCS,
    knobs=(
        Knob(
            slug="rpath-origin",
            causes=("elf-build-id-only", "elf-rpath", "macho-rpath"),
            title="Keep the build directory out of RPATH",
            where=Where.FLAGS,
            snippet='export CMAKE_ARGS="${CMAKE_ARGS:-} -DCMAKE_BUILD_RPATH_USE_ORIGIN=ON"',
            why="CMake links with the build directory in RPATH and takes it out when it installs; "
            "the build-id still has it.",
            since="CMake 3.14",
            docs=_DOCS + "variable/CMAKE_BUILD_RPATH_USE_ORIGIN.html",
            names=("CMAKE_BUILD_RPATH_USE_ORIGIN",),
        ),
    ),
)
