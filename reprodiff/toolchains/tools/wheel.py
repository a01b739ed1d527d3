"""wheel: packs and unpacks wheels by hand; until setuptools 70.1 also its ``bdist_wheel``."""

from typing import Final

from reprodiff.toolchains.base import Habit, Knob, Role, Tool, Where, epoch

TOOL: Final = Tool(
    id="wheel",
    role=Role.HAND,
    package="wheel",
    docs="https://wheel.readthedocs.io/en/stable/reference/wheel_pack.html",
    generators=("bdist_wheel",),
    habits=(
        Habit("times, with SOURCE_DATE_EPOCH", "0.27"),
        Habit("order of members and RECORD", "0.30"),
        Habit("times before 1980 are clamped", "0.38"),
    ),
    knobs=(
        epoch("0.27", causes=("zip-member-mtime", "zip-mtime-default")),
        Knob(
            slug="repack",
            causes=("record-contradiction",),
            title="Pack the wheel again, which writes RECORD anew",
            where=Where.POST,
            snippet="python -m wheel unpack --dest unpacked dist/*.whl\n"
            "python -m wheel pack --dest-dir dist unpacked/*/",
            why="wheel unpack refuses a wheel whose RECORD is not true; correct the files first.",
            docs="https://wheel.readthedocs.io/en/stable/reference/wheel_pack.html",
            names=("--dest", "--dest-dir"),
        ),
    ),
)
