"""delocate: makes macOS wheels that hold the libraries they need."""

import re
from typing import Final

from reprodiff.toolchains.base import WHEELS, Habit, Knob, Limit, Member, Role, Tool, Where, epoch
from reprodiff.toolchains.binaries import MACHO

_DOCS: Final = "https://github.com/matthew-brett/delocate"

TOOL: Final = Tool(
    id="delocate",
    role=Role.REPAIR,
    package="delocate",
    docs=_DOCS,
    members=(
        Member(re.compile(r"/\.dylibs/[^/]+\.dylib$"), "vendored libraries in .dylibs"),
        Member(
            re.compile(r"\.dist-info/WHEEL$"),
            "its line in WHEEL",
            re.compile(rb"(?m)^Generator: delocate ([\w.+]+)"),
        ),
    ),
    habits=(Habit("times, with SOURCE_DATE_EPOCH", "0.10.5"),),
    knobs=(
        Knob(
            slug="pin",
            causes=("repair-tool", "vendored-library-patched"),
            title="Use one delocate for both repairs",
            formats=(MACHO,),
            where=Where.FLAGS,
            file="repair command",
            snippet="python -m pip install 'delocate==0.13.0'",
            why="Releases name and sign libraries each in their own way.",
            docs=_DOCS + "/releases",
        ),
        epoch(
            "0.10.5",
            causes=("zip-member-mtime", "zip-mtime-default", "zip-mtime-rounding"),
            why="delocate writes the archive anew; set the variable for the repair step too.",
        ),
        Knob(
            slug="sanitize-rpaths",
            causes=("macho-rpath",),
            title="Remove search paths that lead out of the wheel",
            where=Where.FLAGS,
            file="repair command",
            command="delocate-wheel --wheel-dir wheelhouse",
            arguments=("--sanitize-rpaths",),
            target=WHEELS,
            why="Absolute search paths name the machine that built.",
            since="0.11",
            docs=_DOCS,
            names=("--sanitize-rpaths",),
        ),
        Knob(
            slug="repairwheel",
            causes=("archive-order", "record-order"),
            title="Repair with repairwheel instead",
            where=Where.FLAGS,
            file="repair command",
            snippet="repairwheel --output-dir wheelhouse dist/*.whl",
            why="It does the same repair, and sorts members and RECORD.",
            docs="https://github.com/jvolkman/repairwheel",
        ),
    ),
    limits=(
        Limit(
            ("archive-order", "record-order"),
            "delocate writes members and RECORD in the order of the file system (0.13.0).",
            _DOCS,
        ),
    ),
)
