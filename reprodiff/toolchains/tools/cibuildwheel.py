"""cibuildwheel: builds, repairs and tests wheels for all platforms."""

from typing import Final

from reprodiff.toolchains.base import SPEC, Knob, Role, Tool, Where
from reprodiff.toolchains.binaries import ELF

_DOCS: Final = "https://cibuildwheel.pypa.io/en/stable/options/"
_MAP: Final = "-ffile-prefix-map=/project=."

TOOL: Final = Tool(
    id="cibuildwheel",
    role=Role.DRIVER,
    package="cibuildwheel",
    docs=_DOCS,
    knobs=(
        Knob(
            slug="pass-epoch",
            causes=(
                *("zip-member-mtime", "zip-mtime-default", "elf-build-time", "text-build-time"),
                "random-uuid",
            ),
            title="Pass SOURCE_DATE_EPOCH into the build container",
            formats=(ELF,),
            where=Where.PYPROJECT,
            snippet='[tool.cibuildwheel.linux]\nenvironment-pass = ["SOURCE_DATE_EPOCH"]',
            why="A variable of the workflow does not reach a Linux build by itself; builds and "
            "repairs for macOS and Windows see it.",
            docs=_DOCS + "#environment-pass",
            names=("environment-pass",),
        ),
        Knob(
            slug="image",
            causes=(
                "interpreter-path",
                "vendored-library",
                "vendored-library-changed",
                "vendored-library-rebuilt",
                "vendored-library-same-code",
                "vendored-library-set",
                "vendored-library-updated",
                "symbol-ceiling",
                "elf-toolchain",
                "native-toolchain",
                "elf-needed",
                "wheel-tags",
            ),
            title="Name the build image by its digest",
            formats=(ELF,),
            where=Where.PYPROJECT,
            snippet="[tool.cibuildwheel]\n"
            'manylinux-x86_64-image = "quay.io/pypa/manylinux_2_28_x86_64@sha256:DIGEST"',
            why="The tags of manylinux images move: another day is another compiler and other "
            "libraries. Put the digest of the image that you mean to use.",
            docs=_DOCS + "#linux-image",
            names=("manylinux-x86_64-image",),
        ),
        Knob(
            slug="prefix-map",
            causes=("elf-build-path", "elf-build-id-only"),
            title="Map the project directory for the compiler",
            where=Where.PYPROJECT,
            snippet="[tool.cibuildwheel.linux.environment]\n"
            f'CFLAGS = "{_MAP}"\nCXXFLAGS = "{_MAP}"',
            why="Builds in the container run below /project, which is the same everywhere; other "
            "builds do not.",
            docs=_DOCS + "#environment",
            names=("environment",),
        ),
        Knob(
            slug="archs",
            causes=("macho-slice",),
            title="Name the architectures of macOS wheels",
            where=Where.PYPROJECT,
            snippet='[tool.cibuildwheel.macos]\narchs = ["universal2"]',
            why="The default is that of the machine that builds.",
            docs=_DOCS + "#archs",
            names=("archs",),
        ),
        Knob(
            slug="utc",
            causes=("zip-mtime-timezone",),
            title="Build in UTC",
            where=Where.PYPROJECT,
            snippet='[tool.cibuildwheel.environment]\nTZ = "UTC"',
            why="The time zone of a runner is whatever its owner has set.",
            docs=SPEC,
            names=("environment",),
        ),
    ),
)
