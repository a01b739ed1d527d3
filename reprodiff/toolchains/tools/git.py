"""git: what a checkout is, and what it leaves behind."""

from typing import Final

from reprodiff.toolchains.base import Knob, Role, Tool, Where

_ATTRIBUTES: Final = "https://git-scm.com/docs/gitattributes"

TOOL: Final = Tool(
    id="git",
    role=Role.DRIVER,
    docs="https://git-scm.com/docs",
    knobs=(
        Knob(
            slug="eol",
            causes=("line-endings",),
            title="Check text out with LF on every system",
            where=Where.CHECKOUT,
            file=".gitattributes",
            language="gitattributes",
            snippet="* text=auto eol=lf",
            why="git on Windows writes CRLF into the checkout unless the repository says "
            "otherwise, and a build ships what is there.",
            docs=_ATTRIBUTES,
        ),
        Knob(
            slug="autocrlf",
            causes=("line-endings",),
            title="Clone without translating line ends",
            where=Where.CHECKOUT,
            snippet="git config --global core.autocrlf false",
            why="For repositories that you cannot change.",
            docs="https://git-scm.com/docs/git-config",
            names=("core.autocrlf",),
        ),
        Knob(
            slug="clean",
            causes=(
                *("stray-files", "member-on-one-side", "egg-info-sources", "egg-info-list"),
                "scm-dirty-version",
            ),
            title="Build from a clean clone",
            where=Where.CHECKOUT,
            snippet="rm -rf ../clean-clone\ngit clone --recurse-submodules . ../clean-clone\n"
            "cd ../clean-clone",
            why="Files that are not in the repository get into the artifact or change its version.",
            docs="https://git-scm.com/docs/git-clean",
        ),
        Knob(
            slug="exec-bit",
            causes=("mode-executable",),
            title="Record the executable bit in the repository",
            where=Where.CHECKOUT,
            snippet="git ls-files --stage | grep '^100755' || true\n"
            "git update-index --chmod=+x FILE",
            why="A checkout on Windows has no executable bits of its own; git's are what counts.",
            docs="https://git-scm.com/docs/git-update-index",
            advice=True,
        ),
        Knob(
            slug="abbrev",
            causes=("scm-abbrev",),
            title="Fix the length of short commit ids",
            where=Where.CHECKOUT,
            snippet="git config core.abbrev 12",
            why="git makes them as long as the repository needs, which changes as it grows.",
            docs="https://git-scm.com/docs/git-config",
        ),
        Knob(
            slug="full-history",
            causes=("scm-version-history", "commit-id"),
            title="Fetch tags and history",
            where=Where.CHECKOUT,
            snippet="git fetch --unshallow --tags || git fetch --tags",
            why="Versions are counted from the last tag; a shallow clone has none.",
            docs="https://git-scm.com/docs/git-fetch",
        ),
        Knob(
            slug="touch-sources",
            causes=("tar-member-mtime", "zip-member-mtime"),
            title="Give the checkout the time of the commit",
            where=Where.CHECKOUT,
            snippet='git ls-files -z | xargs -0 touch -h -d "@$(git log -1 --format=%ct)"',
            why="git writes files at the time of the checkout, and a backend that reads no "
            "SOURCE_DATE_EPOCH ships those times.",
            docs="https://reproducible-builds.org/docs/timestamps/",
        ),
        Knob(
            slug="same-commit",
            causes=(
                *("source-changed", "text-changed", "data-changed", "metadata-field"),
                *("native-code-changed", "native-data-changed", "pyc-line-numbers", "commit-id"),
                *("entry-points", "startup-file-changed"),
            ),
            advice=True,
            title="Build both from one commit",
            where=Where.CHECKOUT,
            snippet="git rev-parse HEAD\ngit status --porcelain",
            why="The sources differ: find out which commit each was built from.",
            docs="https://git-scm.com/docs/git-rev-parse",
        ),
    ),
)
