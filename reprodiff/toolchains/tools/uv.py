"""uv, as the installer of a tree."""

from typing import Final

from reprodiff.toolchains.base import WHEELS, Habit, Knob, Limit, Role, Tool, Where

_DOCS: Final = "https://docs.astral.sh/uv/reference/cli/"
_INSTALL: Final = "uv pip install --no-deps"

TOOL: Final = Tool(
    id="uv",
    role=Role.INSTALLER,
    package="uv",
    docs=_DOCS,
    habits=(Habit("bytecode checked by hash, with --compile-bytecode and SOURCE_DATE_EPOCH"),),
    knobs=(
        Knob(
            slug="compile",
            causes=("pyc-presence", "installer-bytecode", "record-coverage", "directory-entries"),
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
            causes=("install-origin",),
            title="Install by name from a folder",
            where=Where.INSTALLER,
            command=_INSTALL,
            arguments=("--no-index --find-links dist",),
            target="$(ls dist | cut -d- -f1)",
            why="An installation from a path writes direct_url.json, with the path.",
            docs=_DOCS,
            names=("--no-index", "--find-links"),
            kinds=("tree",),
        ),
        Knob(
            slug="no-installer-metadata",
            causes=("installer-cache", "install-origin"),
            title="Let uv write no metadata of its own",
            where=Where.INSTALLER,
            snippet="export UV_NO_INSTALLER_METADATA=1",
            why="uv_cache.json is then not written, in which uv notes when each file that it "
            "installed from a folder last changed. INSTALLER, REQUESTED and direct_url.json are "
            "not written either: for images and bundles, not for environments that tools manage.",
            docs="https://docs.astral.sh/uv/reference/environment/",
            names=("UV_NO_INSTALLER_METADATA",),
            kinds=("tree",),
        ),
        Knob(
            slug="no-cache-file",
            causes=("installer-cache",),
            title="Take uv_cache.json out of the tree",
            where=Where.POST,
            snippet='find "${TREE:?the tree}" -name uv_cache.json -delete\n'
            "find \"$TREE\" -path '*.dist-info/RECORD' -exec sed -i '/uv_cache[.]json,/d' {} +",
            why="uv writes it for each file that it installs from a folder, with the time at which "
            "that file last changed; nothing but uv reads it.",
            docs=_DOCS,
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
            snippet="uv venv --relocatable .venv\n. .venv/bin/activate",
            why="Its scripts look for Python beside them instead of at a path.",
            docs=_DOCS,
            names=("--relocatable",),
            kinds=("tree",),
        ),
    ),
    limits=(
        Limit(
            ("tree-mtime",),
            "The system gives an installed file the time at which it is written; uv 0.13.9 sets no "
            "other, and reads SOURCE_DATE_EPOCH for bytecode alone. It can be set afterwards.",
            _DOCS,
            kinds=("tree",),
        ),
    ),
)
