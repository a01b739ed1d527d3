"""flit_core, the backend of flit."""

from typing import Final

from reprodiff.toolchains.base import Habit, Knob, Role, Tool, Where, epoch
from reprodiff.toolchains.marks import TarTraits, ZipTraits

_DOCS: Final = "https://flit.pypa.io/en/stable/reproducible.html"


def _zip(traits: ZipTraits) -> str:
    if traits.record_crlf and not traits.directories:
        return "RECORD with CRLF, no directory entries"
    return ""


def _tar(traits: TarTraits) -> str:
    return "2016-01-01 in the gzip header" if traits.gzip_time == 1451606400 else ""


TOOL: Final = Tool(
    id="flit_core",
    role=Role.BACKEND,
    package="flit_core",
    docs=_DOCS,
    generators=("flit", "flit_core", "flit-core"),
    backends=("flit_core", "flit"),
    build_backend="flit_core.buildapi",
    fields=(
        "Summary Keywords Author-email Maintainer-email Requires-Python "
        "Description-Content-Type License-Expression License Classifier License-File "
        "Requires-Dist Project-URL Provides-Extra"
    ),
    metadata=(
        *(("1.1", "<3.3"), ("2.1", ">=3.3,<3.10"), ("2.3", ">=3.10,<3.11")),
        *(("2.4", ">=3.11,<4"), ("2.5", ">=4")),
    ),
    constants=(1451606400,),
    local_times=True,
    zip_test=_zip,
    tar_test=_tar,
    habits=(
        Habit("times of wheels, with SOURCE_DATE_EPOCH", "0.8"),
        Habit("modes 644 and 755", "0.12"),
        Habit("times of sdists, with SOURCE_DATE_EPOCH", "0.12"),
        Habit("time in the gzip header: 2016-01-01 without the variable", "3.9"),
    ),
    knobs=(
        epoch(
            "0.8 (wheels), 0.12 (sdists)",
            causes=(
                *("zip-member-mtime", "zip-mtime-timezone", "zip-mtime-default"),
                *("tar-member-mtime", "tar-dialect", "gzip-mtime", "zip-mtime-rounding"),
            ),
            why="Without it flit writes the times of the checkout, in the time zone of the "
            "machine.",
        ),
        Knob(
            slug="gzip-constant",
            causes=("gzip-mtime",),
            title="Use a flit_core that writes a constant time into the gzip header",
            where=Where.PYPROJECT,
            snippet='[build-system]\nrequires = ["flit_core>=3.9,<5"]\n'
            'build-backend = "flit_core.buildapi"',
            why="Older releases write the clock.",
            since="3.9",
            before="3.9",
            docs="https://flit.pypa.io/en/stable/history.html",
            names=("1451606400",),
            kinds=("sdist",),
        ),
    ),
)
