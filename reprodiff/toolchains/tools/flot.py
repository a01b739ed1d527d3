"""flot."""

from typing import Final

from reprodiff.toolchains.base import EPOCH, SPEC, Habit, Knob, Limit, Role, Tool, Where

TOOL: Final = Tool(
    id="flot",
    role=Role.BACKEND,
    package="flot",
    docs="https://github.com/nexB/flot",
    generators=("flot",),
    backends=("flot",),
    build_backend="flot.buildapi",
    constants=(1643767322,),
    local_constant=True,
    habits=(Habit("times: 2022-02-02 02:02:02 in the time zone of the machine", "0.7"),),
    knobs=(
        Knob(
            slug="epoch",
            causes=(
                *("zip-mtime-default", "zip-member-mtime", "zip-mtime-timezone"),
                *("tar-member-mtime", "gzip-mtime"),
            ),
            title="Set SOURCE_DATE_EPOCH, and build in UTC",
            where=Where.ENVIRONMENT,
            snippet=f"export TZ=UTC\n{EPOCH}",
            why="flot reads the variable as a local time: it needs both, or two machines differ "
            "by their time zones (0.7.3).",
            docs=SPEC,
            names=("SOURCE_DATE_EPOCH",),
        ),
        Knob(
            slug="utc",
            causes=("zip-mtime-timezone", "zip-member-mtime", "tar-member-mtime", "gzip-mtime"),
            title="Build in UTC",
            where=Where.ENVIRONMENT,
            snippet="export TZ=UTC",
            why="flot reads its constant and SOURCE_DATE_EPOCH as local times, so every time "
            "moves with the time zone (0.7.3).",
            docs="https://reproducible-builds.org/docs/timezones/",
        ),
    ),
    limits=(
        Limit(
            ("zip-mtime-timezone",),
            "SOURCE_DATE_EPOCH alone does not help: flot 0.7.3 reads it as a local time.",
        ),
    ),
)
