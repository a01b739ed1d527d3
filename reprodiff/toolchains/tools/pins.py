"""Pinning what a build installs: build constraints of pip, build and uv."""

from typing import Final

from reprodiff.toolchains.base import Knob, Role, Tool, Where

_VERSIONED: Final = (
    *("wheel-generator", "metadata-version", "metadata-order", "metadata-spelling"),
    *("project-name-spelling", "wheel-purelib", "wheel-tag-order", "entry-points-format"),
    *("generated-version-file", "member-renamed", "zip-dialect", "tar-dialect"),
    *("compression-level", "compression-implementation", "directory-entries", "mode-policy"),
    *("mode-without-file-type", "record-spelling", "archive-order", "record-order"),
    *("list-order", "artifact-file-name", "egg-info-list", "gzip-header", "data-form"),
    "zip-mtime-rounding",
)

_CONSTRAINTS: Final = (
    "printf '%s\\n' {constraints} >> build-constraints.txt\n"
    'export PIP_CONSTRAINT="$PWD/build-constraints.txt"\n'
    'export PIP_BUILD_CONSTRAINT="$PWD/build-constraints.txt"\n'
    'export UV_BUILD_CONSTRAINT="$PWD/build-constraints.txt"'
)

TOOL: Final = Tool(
    id="pins",
    role=Role.DRIVER,
    docs="https://pip.pypa.io/en/stable/user_guide/#build-constraints",
    knobs=(
        Knob(
            slug="backend",
            causes=_VERSIONED,
            title="Build both with one backend: {backend}",
            where=Where.ENVIRONMENT,
            snippet=_CONSTRAINTS,
            why="build-system.requires usually names no exact version, so each build takes the "
            "newest; another backend, or release of it, writes another artifact. The first "
            "variable is for `python -m build` and pip before 25.3, the second for newer releases "
            "of pip, the third for uv.",
            docs="https://pip.pypa.io/en/stable/user_guide/#build-constraints",
        ),
        Knob(
            slug="backend-files",
            causes=("line-endings", "text-form", "member-on-one-side", "text-changed"),
            title="Build both with one backend: {backend}",
            where=Where.ENVIRONMENT,
            snippet=_CONSTRAINTS,
            why="Another release of the backend wrote these files of dist-info in another way.",
            docs="https://pip.pypa.io/en/stable/user_guide/#build-constraints",
            within=".dist-info/",
        ),
        Knob(
            slug="switch",
            causes=(*_VERSIONED, "member-on-one-side"),
            title="Build both with one backend: {switch}",
            where=Where.PYPROJECT,
            snippet='[build-system]\nrequires = ["{switch}"]\nbuild-backend = "{build_backend}"',
            why="The two were made by different backends, which lay an artifact out each in its "
            "own way.",
            docs="https://packaging.python.org/en/latest/specifications/pyproject-toml/",
        ),
        Knob(
            slug="date",
            causes=(
                *("metadata-spelling", "metadata-order", "generated-version-file", "list-order"),
                *("artifact-file-name", "data-form", "entry-points-format", "wheel-tag-order"),
                "metadata-version",
            ),
            title="Take build requirements as they were at the time of the commit",
            where=Where.ENVIRONMENT,
            snippet='export PIP_UPLOADED_PRIOR_TO="$(git log -1 --format=%cI)"\n'
            'export UV_EXCLUDE_NEWER="$(git log -1 --format=%cI)"',
            why="Plug-ins and libraries of the backend are resolved anew in each build, and are "
            "seldom pinned. The index must say when a file was uploaded.",
            since="pip 26.0, uv 0.1",
            docs="https://docs.astral.sh/uv/concepts/resolution/#reproducible-resolutions",
        ),
    ),
)
