"""uv_build, the backend of uv; wheels name it ``uv``."""

from typing import Final

from reprodiff.toolchains.base import Habit, Limit, Role, Tool
from reprodiff.toolchains.marks import TarTraits, ZipTraits

_DOCS: Final = "https://docs.astral.sh/uv/concepts/build-backend/"


def _zip(traits: ZipTraits) -> str:
    if traits.create_versions == {63} and traits.all_utf8:
        return "made by version 63, UTF-8 flag on every member"
    return ""


def _tar(traits: TarTraits) -> str:
    if traits.directories and not traits.gzip_name and traits.one_time == 0:
        return "directory entries, no gzip name, all times 0"
    return ""


TOOL: Final = Tool(
    id="uv_build",
    role=Role.BACKEND,
    package="uv_build",
    docs=_DOCS,
    generators=("uv",),
    backends=("uv_build",),
    build_backend="uv_build",
    fields=(
        "Summary Keywords Author Author-email License Classifier Requires-Dist "
        "Requires-Python Description-Content-Type"
    ),
    constants=(315532800, 0),
    ignores_epoch=True,
    zip_test=_zip,
    tar_test=_tar,
    habits=(
        Habit("times: 1980-01-01 in wheels, 0 in sdists, whatever SOURCE_DATE_EPOCH says", "0.7.3"),
        Habit("modes 644 and 755, order", "0.7.3"),
    ),
    limits=(
        Limit(
            ("zip-mtime-default", "tar-member-mtime", "gzip-mtime"),
            "uv_build always writes its own constants and reads no SOURCE_DATE_EPOCH: it is the "
            "other side that has to be built with uv_build too.",
            _DOCS,
        ),
    ),
)
