"""hatchling."""

from typing import Final

from reprodiff.toolchains.base import EPOCH, Habit, Knob, Role, Tool, Where
from reprodiff.toolchains.marks import TarTraits, ZipTraits

_DOCS: Final = "https://hatch.pypa.io/latest/config/build/"


def _zip(traits: ZipTraits) -> str:
    if traits.record_mode != 0o644 or traits.record_crlf:
        return ""
    if traits.one_time == 1580601600:
        return "RECORD with mode 644 and no file type, all times 2020-02-02"
    return "RECORD with mode 644 and no file type"


def _tar(traits: TarTraits) -> str:
    return "all times 2020-02-02" if traits.one_time == 1580601600 else ""


TOOL: Final = Tool(
    id="hatchling",
    role=Role.BACKEND,
    package="hatchling",
    docs=_DOCS,
    generators=("hatchling",),
    backends=("hatchling",),
    build_backend="hatchling.build",
    fields=(
        "Summary Project-URL Author-email Maintainer-email License-Expression License "
        "License-File Keywords Classifier Requires-Python Requires-Dist "
        "Description-Content-Type"
    ),
    metadata=(
        *(("2.1", "<1.22"), ("2.2", ">=1.22,<1.23"), ("2.3", ">=1.23,<1.27")),
        *(("2.4", ">=1.27"), ("2.5", ">=1.30")),
    ),
    constants=(1580601600,),
    zip_test=_zip,
    tar_test=_tar,
    habits=(
        Habit("times: 2020-02-02, or SOURCE_DATE_EPOCH", "0.3"),
        Habit("modes 644 and 755", "0.3"),
        Habit("order", "0.3"),
        Habit("times before 1980 are clamped", "1.29"),
    ),
    knobs=(
        Knob(
            slug="epoch",
            causes=(
                *("zip-mtime-default", "zip-member-mtime", "tar-member-mtime", "gzip-mtime"),
                "zip-mtime-rounding",
            ),
            title="Set SOURCE_DATE_EPOCH on both sides",
            where=Where.ENVIRONMENT,
            snippet=EPOCH,
            why="Without it hatchling writes 2020-02-02 for every file; with it on one side only, "
            "the two differ. Unset on both sides does as well. With reproducible = "
            "false hatchling passes it over.",
            times="one",
            since="0.3",
            docs=_DOCS + "#reproducible-builds",
            names=("SOURCE_DATE_EPOCH",),
        ),
        Knob(
            slug="reproducible",
            causes=("zip-member-mtime", "tar-member-mtime", "gzip-mtime"),
            title="Leave reproducible builds on",
            times="many",
            where=Where.PYPROJECT,
            snippet="[tool.hatch.build]\nreproducible = true",
            why="It is the default; members that have times of their own are from a project "
            "that set it to false.",
            since="0.3",
            docs=_DOCS + "#reproducible-builds",
            names=("reproducible",),
            kinds=("wheel", "sdist"),
        ),
        Knob(
            slug="metadata-version",
            causes=("metadata-version",),
            title="Fix the version of the metadata format",
            where=Where.PYPROJECT,
            snippet='[tool.hatch.build.targets.wheel]\ncore-metadata-version = "2.4"\n\n'
            '[tool.hatch.build.targets.sdist]\ncore-metadata-version = "2.4"',
            why="Releases of hatchling write the newest format they know unless one is named.",
            since="0.25",
            docs=_DOCS,
            names=("core-metadata-version",),
        ),
    ),
)
