"""hatch-vcs: setuptools-scm for hatchling."""

from typing import Final

from reprodiff.toolchains.base import EPOCH, SPEC, Knob, Role, Tool, Where

_DOCS: Final = "https://github.com/ofek/hatch-vcs"

TOOL: Final = Tool(
    id="hatch-vcs",
    role=Role.PLUGIN,
    package="hatch-vcs",
    docs=_DOCS,
    pins=("setuptools-scm",),
    knobs=(
        Knob(
            slug="no-local-version",
            causes=("scm-dirty-version",),
            title="Leave commit and day out of the version",
            where=Where.PYPROJECT,
            snippet='[tool.hatch.version.raw-options]\nlocal_scheme = "no-local-version"',
            why="The default scheme adds the commit id, and the day of a build from a changed "
            "checkout.",
            docs=_DOCS,
            names=("raw-options",),
        ),
        Knob(
            slug="pretend-version",
            causes=("scm-dirty-version", "scm-version-history", "scm-abbrev"),
            title="Say the version instead of asking git",
            where=Where.ENVIRONMENT,
            snippet='export SETUPTOOLS_SCM_PRETEND_VERSION="{project_version}"',
            why="hatch-vcs asks setuptools-scm, which then reads nothing from git.",
            docs="https://setuptools-scm.readthedocs.io/en/latest/overrides/",
        ),
        Knob(
            slug="epoch",
            causes=("scm-dirty-version",),
            title="Set SOURCE_DATE_EPOCH, which fixes the day in the version",
            where=Where.ENVIRONMENT,
            snippet=EPOCH,
            why="The day of a dirty checkout is taken from the variable where it is set.",
            docs=SPEC,
        ),
    ),
)
