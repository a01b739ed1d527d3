"""pip, as the installer of a tree and as a way to build."""

from typing import Final

from reprodiff.toolchains.base import INSTALL, WHEELS, Habit, Knob, Limit, Role, Tool, Where

_DOCS: Final = "https://pip.pypa.io/en/stable/cli/pip_install/"

TOOL: Final = Tool(
    id="pip",
    role=Role.INSTALLER,
    package="pip",
    docs=_DOCS,
    habits=(Habit("bytecode checked by hash, with SOURCE_DATE_EPOCH", "20.0"),),
    knobs=(
        Knob(
            slug="epoch",
            causes=("pyc-source-mtime", "pyc-invalidation-mode"),
            title="Set SOURCE_DATE_EPOCH for the installation",
            where=Where.INSTALLER,
            snippet='export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-315532800}"',
            why="Python then compiles bytecode that is checked by the hash of its source, and no "
            "time is written.",
            docs="https://docs.python.org/3/library/py_compile.html",
            kinds=("tree",),
        ),
        Knob(
            slug="no-compile",
            causes=(
                *("pyc-source-mtime", "pyc-build-path", "pyc-presence", "installer-bytecode"),
                *("pyc-marshal-references", "pyc-set-order", "pyc-invalidation-mode"),
                *("record-coverage", "directory-entries"),
            ),
            title="Install without compiling",
            where=Where.INSTALLER,
            command=INSTALL,
            arguments=("--no-compile",),
            target=WHEELS,
            why="No bytecode is written, so none can differ.",
            docs=_DOCS,
            names=("--no-compile", "--no-deps"),
            kinds=("tree",),
        ),
        Knob(
            slug="from-index",
            causes=("install-origin",),
            title="Install by name from a folder",
            where=Where.INSTALLER,
            command=INSTALL,
            arguments=("--no-index --find-links dist",),
            target="$(ls dist | cut -d- -f1)",
            why="An installation from a path records that path in direct_url.json; one by name "
            "does not.",
            docs="https://packaging.python.org/en/latest/specifications/direct-url/",
            names=("--no-index", "--find-links"),
            kinds=("tree",),
        ),
        Knob(
            slug="same-installer",
            causes=(
                *("installer-name", "script-wrapper-template", "script-launcher"),
                "record-rewritten",
            ),
            title="Install both trees with one release of one installer",
            where=Where.INSTALLER,
            snippet="python -m pip install --force-reinstall 'pip==26.3'",
            why="Installers write scripts and their own name each in their own way.",
            docs=_DOCS,
            names=("--force-reinstall",),
            kinds=("tree",),
        ),
    ),
    limits=(
        Limit(
            ("tree-mtime",),
            "The system gives an installed file the time at which it is written; pip 26.3 sets no "
            "other, and reads SOURCE_DATE_EPOCH for bytecode alone. It can be set afterwards.",
            _DOCS,
            kinds=("tree",),
        ),
    ),
)
