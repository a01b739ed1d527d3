"""meson-python; build-backend ``mesonpy``."""

from typing import Final

from reprodiff.toolchains.base import BUILD, Habit, Knob, Role, Tool, Where, epoch
from reprodiff.toolchains.marks import ZipTraits

_DOCS: Final = "https://mesonbuild.com/meson-python/"
_MAP: Final = "-ffile-prefix-map=$PWD=."


def _zip(traits: ZipTraits) -> str:
    if traits.info_first and (traits.record_mode or 0) & 0o777 == 0o664:
        return "dist-info first, RECORD with mode 664"
    return ""


TOOL: Final = Tool(
    id="meson-python",
    role=Role.BACKEND,
    package="meson-python",
    docs=_DOCS,
    generators=("meson",),
    backends=("mesonpy",),
    build_backend="mesonpy",
    fields=(
        "Summary Keywords Author Author-Email Maintainer Maintainer-Email "
        "License-Expression License-File Classifier Project-URL Requires-Python "
        "Description-Content-Type"
    ),
    follows_umask=True,
    pins=("meson", "ninja"),
    zip_test=_zip,
    habits=(
        Habit("sdists: times of the git commit, owners, modes", "0.17"),
        Habit("times of wheels, with SOURCE_DATE_EPOCH", "0.12"),
        Habit("compiler gets relative paths and no -g by default"),
    ),
    knobs=(
        epoch(
            "0.12",
            causes=(
                "zip-member-mtime",
                "zip-mtime-default",
                "elf-build-time",
                "zip-mtime-rounding",
            ),
            why="meson-python otherwise records the times of built and copied files.",
        ),
        Knob(
            slug="build-dir",
            causes=("random-temp-dir", "elf-random-temp-dir", "build-path"),
            title="Build in a fixed directory",
            where=Where.FLAGS,
            file="build command",
            command=BUILD,
            arguments=("-Cbuild-dir=build",),
            target=".",
            why="Without it every build gets a random directory inside the source tree.",
            docs=_DOCS + "reference/config-settings.html",
            names=("build-dir",),
        ),
        Knob(
            slug="prefix-map",
            causes=("elf-build-path", "elf-build-id-only", "elf-debug-link"),
            title="Map the build directory to . in meson's c_args",
            where=Where.FLAGS,
            file="build command",
            command=BUILD,
            arguments=(f'"-Csetup-args=-Dc_args={_MAP}"', f'"-Csetup-args=-Dcpp_args={_MAP}"'),
            target=".",
            why="Debug information and __FILE__ then hold a path that is the same everywhere.",
            since="GCC 8, Clang 10",
            docs=_DOCS + "how-to-guides/meson-args.html",
            names=("setup-args",),
        ),
    ),
)
