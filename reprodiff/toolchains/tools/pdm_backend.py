"""pdm-backend."""

from typing import Final

from reprodiff.toolchains.base import Habit, Knob, Limit, Role, Tool, Where, epoch
from reprodiff.toolchains.marks import ZipTraits


def _zip(traits: ZipTraits) -> str:
    if traits.info_first and (traits.record_mode or 0) & 0o777 == 0o600:
        return "dist-info first, RECORD with mode 600"
    return ""


TOOL: Final = Tool(
    id="pdm-backend",
    role=Role.BACKEND,
    package="pdm-backend",
    docs="https://backend.pdm-project.org/",
    generators=("pdm-backend",),
    backends=("pdm",),
    build_backend="pdm.backend",
    fields=(
        "Summary Keywords Author Author-Email Maintainer Maintainer-Email "
        "License-Expression License-File Classifier Project-URL Requires-Python "
        "Description-Content-Type"
    ),
    constants=(1451606400,),
    zip_test=_zip,
    habits=(
        Habit("times of wheels: 2016-01-01, or SOURCE_DATE_EPOCH", "2.0"),
        Habit("modes and order", "2.0"),
        Habit("times of sdist members, with SOURCE_DATE_EPOCH", "2.0"),
    ),
    knobs=(
        epoch(
            "2.0",
            causes=(
                *("zip-mtime-default", "zip-member-mtime", "tar-member-mtime", "tar-dialect"),
                "zip-mtime-rounding",
            ),
            why="Without it wheels get 2016-01-01 and sdists the times of the checkout. The time "
            "in the gzip header of sdists stays the clock.",
        ),
        Knob(
            slug="hook",
            causes=("gzip-mtime",),
            title="Clear the time in the gzip header of sdists in a hook of the build",
            where=Where.PYPROJECT,
            file="pdm_build.py",
            language="python",
            snippet="def pdm_build_finalize(context, artifact):\n"
            '    if context.target == "sdist":\n'
            '        with artifact.open("r+b") as file:\n'
            "            file.seek(4)\n"
            "            file.write(bytes(4))",
            why="pdm-backend calls what it finds in pdm_build.py of the project. Bytes 4 to 8 of a "
            "gzip file are its time (RFC 1952); zero is none.",
            since="2.0",
            docs="https://backend.pdm-project.org/hooks/",
            names=("pdm_build_finalize",),
            kinds=("sdist",),
        ),
    ),
    limits=(
        Limit(
            ("gzip-mtime",),
            "pdm-backend writes the clock into the gzip header of its sdists, with "
            "SOURCE_DATE_EPOCH too (2.5.0). A hook of the project can clear it.",
            "https://github.com/pdm-project/pdm-backend",
            kinds=("sdist",),
        ),
    ),
)
