"""GitHub Actions: steps of a workflow."""

from typing import Final

from reprodiff.toolchains.base import SPEC, Knob, Role, Tool, Where
from reprodiff.toolchains.binaries import ELF, MACHO, PE

_DOCS: Final = "https://docs.github.com/actions"
_IMAGES: Final = "https://github.com/actions/runner-images"
_MOVES: Final = (
    "The -latest images move to another compiler without a word. Name the release that you build "
    "on."
)

TOOL: Final = Tool(
    id="github-actions",
    role=Role.DRIVER,
    docs=_DOCS,
    knobs=(
        Knob(
            slug="epoch",
            causes=(
                *("zip-member-mtime", "zip-mtime-default", "text-build-time", "random-uuid"),
                *("tar-member-mtime", "elf-build-time", "pe-build-time", "macho-build-time"),
                *("gzip-mtime", "tar-dialect", "zip-mtime-rounding"),
            ),
            title="Set SOURCE_DATE_EPOCH in a step after the checkout",
            where=Where.CI,
            snippet='- run: echo "SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)" >> "$GITHUB_ENV"\n'
            "  shell: bash",
            why="All later steps of the job see it, the build and the repair.",
            docs=SPEC,
        ),
        Knob(
            slug="full-history",
            causes=("scm-version-history", "commit-id", "scm-abbrev"),
            title="Check out tags and history",
            where=Where.CI,
            snippet="- uses: actions/checkout@v4\n  with:\n    fetch-depth: 0",
            why="actions/checkout fetches one commit without tags unless told otherwise.",
            docs="https://github.com/actions/checkout",
        ),
        Knob(
            slug="runner",
            causes=("pe-linker-version", "pe-rich-header", "native-toolchain"),
            title="Name the runner image",
            formats=PE,
            where=Where.CI,
            snippet="runs-on: windows-2022",
            why=_MOVES,
            docs=_IMAGES,
        ),
        Knob(
            slug="runner-macos",
            causes=("macho-sdk", "native-toolchain"),
            title="Name the runner image",
            formats=(MACHO,),
            where=Where.CI,
            snippet="runs-on: macos-14",
            why=_MOVES,
            docs=_IMAGES,
        ),
        Knob(
            slug="runner-linux",
            causes=("elf-toolchain", "native-toolchain"),
            title="Name the runner image",
            formats=(ELF,),
            # Those for manylinux and musllinux are compiled in an image of their own.
            tags=("linux_", "any"),
            where=Where.CI,
            snippet="runs-on: ubuntu-24.04",
            why=_MOVES,
            docs=_IMAGES,
        ),
        Knob(
            slug="environment",
            causes=("zip-mtime-timezone", "line-order", "set-order-in-text"),
            title="Fix time zone, locale and hash seed for all jobs",
            where=Where.CI,
            snippet='env:\n  TZ: UTC\n  LC_ALL: C.UTF-8\n  PYTHONHASHSEED: "0"',
            why="Runners differ in all three.",
            docs=_DOCS,
        ),
    ),
)
