"""delvewheel: makes Windows wheels that hold the DLLs they need."""

import re
from typing import Final

from reprodiff.toolchains.base import WHEELS, Habit, Knob, Limit, Member, Role, Tool, Where, epoch
from reprodiff.toolchains.binaries import PE

_DOCS: Final = "https://github.com/adang1345/delvewheel"

TOOL: Final = Tool(
    id="delvewheel",
    role=Role.REPAIR,
    package="delvewheel",
    docs=_DOCS,
    members=(
        Member(
            re.compile(r"\.dist-info/DELVEWHEEL$"),
            "its file in dist-info",
            re.compile(rb"Version:\s*([\w.+]+)"),
        ),
        Member(re.compile(r"\.libs/[^/]+-[0-9a-f]{32}\.dll$"), "a vendored DLL named by its hash"),
    ),
    habits=(
        Habit("times, with SOURCE_DATE_EPOCH", "1.5.3"),
        Habit("names of DLLs from content and dependencies", "1.11"),
    ),
    knobs=(
        Knob(
            slug="pin",
            causes=("repair-tool", "vendored-library-patched"),
            title="Use one delvewheel for both repairs",
            formats=PE,
            where=Where.FLAGS,
            file="repair command",
            snippet="python -m pip install 'delvewheel==1.13.2'",
            why="Releases name libraries, edit them and load them each in their own way.",
            docs=_DOCS + "/releases",
        ),
        epoch(
            "1.5.3",
            causes=("zip-member-mtime", "zip-mtime-default", "zip-mtime-rounding", "build-path"),
            why="The repaired archive is written anew; the variable also keeps the command line "
            "out of the DELVEWHEEL file.",
        ),
        Knob(
            slug="no-diagnostic",
            causes=("build-path", "text-changed"),
            title="Keep the command line out of the DELVEWHEEL file",
            where=Where.FLAGS,
            file="repair command",
            command="delvewheel repair --wheel-dir wheelhouse",
            arguments=("--no-diagnostic",),
            target=WHEELS,
            why="The arguments hold paths of the machine.",
            since="1.3.6",
            docs=_DOCS,
            names=("--no-diagnostic",),
        ),
        Knob(
            slug="repairwheel",
            causes=("archive-order", "record-order"),
            title="Repair with repairwheel instead",
            where=Where.FLAGS,
            file="repair command",
            snippet="repairwheel --lib-dir lib --output-dir wheelhouse dist/*.whl",
            why="It does the same repair, and sorts members and RECORD. --lib-dir names where the "
            "DLLs are, as --add-path does for delvewheel.",
            docs="https://github.com/jvolkman/repairwheel",
        ),
    ),
    limits=(
        Limit(
            ("archive-order", "record-order"),
            "delvewheel writes members and RECORD in the order of the file system (1.13.2).",
            _DOCS,
        ),
    ),
)
