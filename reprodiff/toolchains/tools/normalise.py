"""reprodiff itself: the canonical form of an artifact."""

from typing import Final

from reprodiff.toolchains.base import Knob, Role, Tool, Where

TOOL: Final = Tool(
    id="reprodiff",
    role=Role.HAND,
    docs="https://reproducible-builds.org/docs/archives/",
    knobs=(
        Knob(
            slug="normalize",
            causes=(
                *("zip-member-mtime", "zip-mtime-default", "zip-mtime-timezone"),
                *("zip-mtime-rounding", "zip-extra-times", "zip-dialect", "archive-order"),
                *("record-order", "record-spelling", "directory-entries", "compression-level"),
                *("compression-implementation", "mode-umask", "mode-policy"),
                *("mode-without-file-type", "member-owner", "tar-member-mtime", "tar-dialect"),
                *("gzip-mtime", "gzip-header", "ar-times", "ar-owner", "ar-mode"),
                *("pyc-source-mtime", "archive-comment", "hard-links"),
            ),
            title="Write the canonical form of what was built",
            where=Where.POST,
            snippet="reprodiff normalize --epoch 315532800 dist/* -o canonical",
            why="Times, modes, owners, order and dialect of the archive are then the same "
            "whatever wrote it. It changes the published bytes, not the build.",
            names=("normalize",),
            kinds=("wheel", "sdist", "zip", "tar", "wheelhouse"),
        ),
    ),
)
