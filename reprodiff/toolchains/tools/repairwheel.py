"""repairwheel: repairs wheels of any platform and writes them in one canonical form."""

from typing import Final

from reprodiff.toolchains.base import Habit, Knob, Role, Tool, Where

_DOCS: Final = "https://github.com/jvolkman/repairwheel"

TOOL: Final = Tool(
    id="repairwheel",
    role=Role.REPAIR,
    package="repairwheel",
    docs=_DOCS,
    habits=(Habit("times (a constant or SOURCE_DATE_EPOCH), modes, order, RECORD", "0.2"),),
    knobs=(
        Knob(
            slug="rewrite",
            causes=(
                *("archive-order", "record-order", "zip-member-mtime", "zip-dialect"),
                *("mode-umask", "directory-entries", "zip-extra-times", "record-spelling"),
            ),
            title="Let repairwheel write the wheel anew",
            where=Where.POST,
            snippet="repairwheel --output-dir wheelhouse dist/*.whl",
            why="It sorts members and RECORD, and sets times and modes, without any option.",
            docs=_DOCS,
            names=("--output-dir",),
            kinds=("wheel",),
        ),
    ),
)
