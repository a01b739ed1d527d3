"""whey."""

from typing import Final

from reprodiff.toolchains.base import Limit, Role, Tool

TOOL: Final = Tool(
    id="whey",
    role=Role.BACKEND,
    package="whey",
    docs="https://whey.readthedocs.io/",
    generators=("whey",),
    backends=("whey",),
    build_backend="whey",
    ignores_epoch=True,
    local_times=True,
    follows_umask=True,
    limits=(
        Limit(
            (
                *("zip-member-mtime", "tar-member-mtime"),
                *("member-owner", "archive-order", "gzip-mtime"),
            ),
            "whey reads no SOURCE_DATE_EPOCH and records times and owners of the build (0.1.1).",
            "https://whey.readthedocs.io/",
        ),
    ),
)
