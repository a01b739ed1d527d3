"""whey."""

from typing import Final

from reprodiff.toolchains.base import EPOCH, SPEC, Habit, Knob, Limit, Role, Tool, Where

TOOL: Final = Tool(
    id="whey",
    role=Role.BACKEND,
    package="whey",
    docs="https://whey.readthedocs.io/",
    generators=("whey",),
    backends=("whey",),
    build_backend="whey",
    local_times=True,
    follows_umask=True,
    habits=(Habit("times of wheels, with SOURCE_DATE_EPOCH", "0.1"),),
    knobs=(
        Knob(
            slug="epoch",
            causes=("zip-member-mtime", "zip-mtime-default", "zip-mtime-rounding"),
            title="Set SOURCE_DATE_EPOCH for the build",
            where=Where.ENVIRONMENT,
            snippet=EPOCH,
            why="Without it whey writes the times of the checkout and the clock. It holds for "
            "wheels; sdists of whey pass over the variable.",
            docs=SPEC,
            names=("SOURCE_DATE_EPOCH",),
            kinds=("wheel",),
        ),
        Knob(
            slug="switch",
            causes=("tar-member-mtime", "gzip-mtime", "member-owner", "archive-order"),
            title="Build with hatchling instead",
            where=Where.PYPROJECT,
            snippet='[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"',
            why="whey has no setting for its sdists. hatchling reads the same [project] table and "
            "fixes times, owners and order by itself; it does not read [tool.whey]: compare the "
            "lists of members once.",
            docs="https://hatch.pypa.io/latest/config/build/",
            kinds=("sdist",),
        ),
    ),
    limits=(
        Limit(
            ("tar-member-mtime", "member-owner", "archive-order", "gzip-mtime"),
            "whey records times, owners and order of the build in its sdists, whatever "
            "SOURCE_DATE_EPOCH says (0.1.1). Another backend does not.",
            "https://whey.readthedocs.io/",
            kinds=("sdist",),
        ),
    ),
)
