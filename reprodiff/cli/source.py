"""The files of a project that a plan may change, read for ``--source``.  Nothing is written."""

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from reprodiff.errors import InputError
from reprodiff.text import plain

MAX_FILE: Final = 1 << 20
"""Bytes of one file; what is larger is nobody's hand-written configuration."""
MAX_WORKFLOWS: Final = 50

_NAMES: Final = (
    ".gitattributes",
    "CMakeLists.txt",
    "Cargo.toml",
    "pyproject.toml",
    "setup.cfg",
)


def read_project(directory: str) -> Mapping[str, str]:
    """Return the texts of a project's build files by name, as far as they are there.

    Links are not followed, and what is no UTF-8 text is passed over.  Raises
    :class:`~reprodiff.errors.InputError` if there is no such directory.
    """
    base = Path(directory)
    if not base.is_dir():
        raise InputError(
            f"'{plain(directory)}' is no directory", "name the root of the project's sources"
        )
    return {
        path.relative_to(base).as_posix(): text
        for path in _files(base)
        if (text := _text(path)) is not None
    }


def _files(base: Path) -> Iterator[Path]:
    yield from (base / name for name in _NAMES)
    workflows = base / ".github" / "workflows"
    if workflows.is_dir():
        found = sorted(p for p in workflows.iterdir() if p.suffix in {".yml", ".yaml"})
        yield from found[:MAX_WORKFLOWS]


def _text(path: Path) -> str | None:
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE:
            return None
        # The file's own line ends are kept: a patch has to fit.
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
