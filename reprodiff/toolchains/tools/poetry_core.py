"""poetry-core, the backend of poetry."""

from typing import Final

from reprodiff.toolchains.base import Habit, Knob, Role, Tool, Where, epoch
from reprodiff.toolchains.marks import TarTraits, ZipTraits

_LOG: Final = "https://github.com/python-poetry/poetry-core/blob/main/CHANGELOG.md"


def _zip(traits: ZipTraits) -> str:
    if traits.record_mode != 0o644 or traits.record_crlf:
        return ""
    if traits.one_time in {1451606400, 315532800}:
        return "RECORD with mode 644 and no file type, all times a constant of poetry-core"
    return "RECORD with mode 644 and no file type" if traits.one_time != 1580601600 else ""


def _tar(traits: TarTraits) -> str:
    return "gzip name, all times 0" if traits.gzip_name and traits.one_time == 0 else ""


TOOL: Final = Tool(
    id="poetry-core",
    role=Role.BACKEND,
    package="poetry-core",
    docs="https://python-poetry.org/docs/pyproject/",
    generators=("poetry-core", "poetry"),
    backends=("poetry",),
    build_backend="poetry.core.masonry.api",
    fields=(
        "Summary License License-Expression License-File Keywords Author Author-email "
        "Requires-Python Classifier Provides-Extra Requires-Dist Project-URL "
        "Description-Content-Type"
    ),
    metadata=(("2.1", "<2"), ("2.3", ">=2,<2.2"), ("2.4", ">=2.2")),
    constants=(1451606400, 315532800, 0),
    zip_test=_zip,
    tar_test=_tar,
    habits=(
        Habit("modes 644 and 755"),
        Habit("times of sdists", "1.1"),
        Habit("order of RECORD", "1.5"),
        Habit("SOURCE_DATE_EPOCH; 2016-01-01 without it in wheels, 0 in sdists", "2.0"),
    ),
    knobs=(
        epoch(
            "2.0",
            causes=(
                *("zip-mtime-default", "zip-member-mtime", "tar-member-mtime", "gzip-mtime"),
                "zip-mtime-rounding",
            ),
            why="Without it poetry-core writes constants; with it on one side only, the two "
            "differ. Unset on both sides does as well. Releases before 2.0 ignore it.",
        ),
        Knob(
            slug="sorted-record",
            causes=("record-order",),
            title="Use a poetry-core that sorts RECORD",
            where=Where.PYPROJECT,
            snippet='[build-system]\nrequires = ["poetry-core>=1.5"]\n'
            'build-backend = "poetry.core.masonry.api"',
            why="Older releases write the rows in the order of the file system.",
            since="1.5",
            before="1.5",
            docs=_LOG,
            names=("masonry",),
        ),
        Knob(
            slug="sdist-times",
            causes=("gzip-mtime", "tar-member-mtime"),
            title="Use a poetry-core that leaves the clock out of sdists",
            where=Where.PYPROJECT,
            snippet='[build-system]\nrequires = ["poetry-core>=1.1"]\n'
            'build-backend = "poetry.core.masonry.api"',
            why="Older releases write the clock.",
            since="1.1",
            before="1.1",
            docs=_LOG,
            names=("masonry",),
            kinds=("sdist",),
        ),
    ),
)
