"""uv, as the installer of a tree."""

from typing import Final

from reprodiff.toolchains.base import WHEELS, Habit, Knob, Role, Tool, Where

_DOCS: Final = "https://docs.astral.sh/uv/reference/cli/"
_INSTALL: Final = "uv pip install"

TOOL: Final = Tool(
    id="uv",
    role=Role.INSTALLER,
    package="uv",
    docs=_DOCS,
    habits=(Habit("bytecode checked by hash, with --compile-bytecode and SOURCE_DATE_EPOCH"),),
    knobs=(
        Knob(
            slug="compile",
            causes=("pyc-presence", "installer-files", "record-coverage"),
            title="Let uv compile too",
            where=Where.INSTALLER,
            command=_INSTALL,
            arguments=("--compile-bytecode",),
            target=WHEELS,
            why="pip compiles what it installs, uv does so only if asked to.",
            docs=_DOCS,
            names=("--compile-bytecode",),
            kinds=("tree",),
        ),
        Knob(
            slug="epoch",
            causes=("pyc-source-mtime", "pyc-invalidation-mode"),
            title="Set SOURCE_DATE_EPOCH for the installation",
            where=Where.INSTALLER,
            snippet='export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-315532800}"',
            why="Bytecode is then checked by the hash of its source, and no time is written.",
            docs=_DOCS,
            kinds=("tree",),
        ),
        Knob(
            slug="from-index",
            causes=("install-origin", "installer-cache"),
            title="Install by name from a folder",
            where=Where.INSTALLER,
            command=_INSTALL,
            arguments=("--no-index --find-links dist",),
            target="'{project}=={project_version}'",
            why="An installation from a path writes direct_url.json and uv_cache.json, with the "
            "path and a time.",
            docs=_DOCS,
            names=("--no-index", "--find-links"),
            kinds=("tree",),
        ),
        Knob(
            slug="copy",
            causes=("hard-links",),
            title="Copy instead of linking",
            where=Where.INSTALLER,
            snippet="export UV_LINK_MODE=copy",
            why="uv links installed files to its cache where the file system can.",
            docs="https://docs.astral.sh/uv/reference/environment/",
            names=("UV_LINK_MODE",),
            kinds=("tree",),
        ),
        Knob(
            slug="relocatable",
            causes=("script-shebang", "environment-location"),
            title="Make the environment relocatable",
            where=Where.INSTALLER,
            snippet="uv venv --relocatable .venv",
            why="Its scripts look for Python beside them instead of at a path.",
            docs=_DOCS,
            names=("--relocatable",),
            kinds=("tree",),
        ),
    ),
)
