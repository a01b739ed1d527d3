"""scikit-build-core."""

from typing import Final

from reprodiff.toolchains.base import Habit, Knob, Limit, Role, Tool, Where, epoch
from reprodiff.toolchains.marks import TarTraits, ZipTraits

_DOCS: Final = "https://scikit-build-core.readthedocs.io/en/latest/"


def _zip(traits: ZipTraits) -> str:
    if traits.one_time == 1667997440:
        return "all times 2022-11-09"
    return "RECORD with mode 664" if traits.record_mode == 0o100664 else ""


def _tar(traits: TarTraits) -> str:
    return "all times 2022-11-09" if traits.one_time == 1667997441 else ""


TOOL: Final = Tool(
    id="scikit-build-core",
    role=Role.BACKEND,
    package="scikit-build-core",
    docs=_DOCS,
    generators=("scikit-build-core",),
    backends=("scikit_build_core",),
    build_backend="scikit_build_core.build",
    fields=(
        "Summary Keywords Author Author-Email Maintainer Maintainer-Email "
        "License-Expression License-File Classifier Project-URL Requires-Python "
        "Description-Content-Type"
    ),
    constants=(1667997440, 1667997441),
    follows_umask=True,
    pins=("cmake", "ninja"),
    zip_test=_zip,
    tar_test=_tar,
    habits=(
        Habit("sdists: times 2022-11-09 or SOURCE_DATE_EPOCH, owners, modes", "0.1"),
        Habit("times of wheels, with SOURCE_DATE_EPOCH", "0.1"),
        Habit("wheels: times and modes, with wheel.reproducible", "1.0"),
    ),
    knobs=(
        epoch(
            "0.1",
            causes=(
                *("zip-member-mtime", "zip-mtime-default", "tar-member-mtime", "gzip-mtime"),
                *("elf-build-time", "zip-mtime-rounding"),
            ),
        ),
        Knob(
            slug="reproducible",
            causes=("zip-member-mtime", "mode-umask", "elf-build-time"),
            title="Turn reproducible wheels on",
            where=Where.PYPROJECT,
            snippet="[tool.scikit-build]\nwheel.reproducible = true",
            why="Times are then SOURCE_DATE_EPOCH or a constant and modes 644 or 755; CMake and "
            "the compiler get the same epoch.",
            since="1.0",
            docs=_DOCS + "configuration/index.html",
            names=("reproducible",),
            kinds=("wheel",),
        ),
        Knob(
            slug="rpath-origin",
            causes=("elf-build-id-only", "elf-rpath"),
            title="Keep the build directory out of RPATH",
            where=Where.PYPROJECT,
            snippet="[tool.scikit-build.cmake.define]\nCMAKE_BUILD_RPATH_USE_ORIGIN = true",
            why="CMake links with the random build directory in RPATH and takes it out when it "
            "installs; the build-id still has it, and NUL bytes stand in its place.",
            since="CMake 3.14",
            docs="https://cmake.org/cmake/help/latest/variable/CMAKE_BUILD_RPATH_USE_ORIGIN.html",
            names=("define",),
        ),
        Knob(
            slug="prefix-map",
            causes=("elf-build-path", "elf-build-id-only", "elf-random-temp-dir", "elf-debug-link"),
            title="Map the source and build directories to . for the compiler",
            where=Where.SOURCE,
            file="CMakeLists.txt",
            language="cmake",
            snippet="add_compile_options(\n"
            "    -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.\n"
            "    -ffile-prefix-map=${CMAKE_BINARY_DIR}=build)",
            why="CMake hands absolute paths to the compiler, and the build directory of "
            "scikit-build-core is random unless build-dir is set.",
            since="GCC 8, Clang 10",
            docs="https://cmake.org/cmake/help/latest/command/add_compile_options.html",
        ),
        Knob(
            slug="build-dir",
            causes=("random-temp-dir", "elf-random-temp-dir", "build-path"),
            title="Build in a directory that is not random",
            where=Where.PYPROJECT,
            snippet='[tool.scikit-build]\nbuild-dir = "build/{wheel_tag}"',
            why="Without it every build gets a directory of its own under /tmp. It lies in the "
            "checkout: two checkouts still differ by their own path.",
            docs=_DOCS + "configuration/index.html",
            names=("build-dir",),
        ),
    ),
    limits=(
        Limit(
            ("archive-order", "record-order"),
            "scikit-build-core writes several licence files in the order of the file system, "
            "with wheel.reproducible too (1.1.2).",
            "https://github.com/scikit-build/scikit-build-core",
            kinds=("wheel",),
        ),
    ),
)
