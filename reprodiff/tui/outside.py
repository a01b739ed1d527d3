"""Other programs on what is shown: a pager on the lines, an editor on copies of the files.

The pager gets the lines as they are on the screen, so nothing in them acts on the terminal.  The
editor gets the bytes.  Both are in files of a directory that only the user may read, named by us,
and gone when the program ends.
"""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Final

from reprodiff.tui.chunks import fitted
from reprodiff.tui.sources.base import Layout, Source

MAX_LINES: Final = 200_000
"""Lines that a pager is given."""
MAX_BYTES: Final = 64 << 20
"""Largest file that an editor is given."""
_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,8}")
_PAGERS: Final = ("less", "more")
_EDITORS: Final = ("nano", "vi", "notepad")


def pager(environment: Mapping[str, str]) -> list[str] | None:
    """Return the command of the user's pager; ``None`` if there is none."""
    return _command([environment.get("PAGER", "")], _PAGERS)


def editor(environment: Mapping[str, str]) -> list[str] | None:
    """Return the command of the user's editor; ``None`` if there is none."""
    return _command([environment.get("VISUAL", ""), environment.get("EDITOR", "")], _EDITORS)


def _command(wanted: Sequence[str], usual: Sequence[str]) -> list[str] | None:
    for line in wanted:
        try:
            words = shlex.split(line, posix=os.name != "nt")
        except ValueError:
            continue
        if words and which(words[0]):
            return words
    return next(([name] for name in usual if which(name)), None)


def lines_of(source: Source, layout: Layout) -> list[str]:
    """Return what a source shows, as plain lines."""
    height = source.height(layout)
    shown = range(min(height, MAX_LINES))
    lines = [
        "".join(chunk.text for chunk in fitted(source.line(at, layout), layout.cells)).rstrip()
        for at in shown
    ]
    if height > MAX_LINES:
        lines.append(f"… {height - MAX_LINES:,} more lines")
    return lines


@contextmanager
def kept(files: Mapping[str, bytes | memoryview]) -> Iterator[list[Path]]:
    """Keep files by name in a private directory as long as the block runs."""
    with TemporaryDirectory(prefix="reprodiff-") as folder:
        paths: list[Path] = []
        for name, data in files.items():
            path = Path(folder) / name
            path.write_bytes(data)
            path.chmod(0o400)
            paths.append(path)
        yield paths


def safe_name(side: str, path: str) -> str:
    """Return a name for a copy of ``path``: only a harmless suffix of it is kept."""
    base = path.rpartition("/")[2]
    suffix = base[base.rfind(".") :] if "." in base else ""
    return f"{side.upper()}{suffix if _SUFFIX.fullmatch(suffix) else '.bin'}"


def run(command: Sequence[str], paths: Sequence[Path]) -> int:
    """Run a program of the user's on files and wait for it; return its exit status."""
    arguments = [*command, *(str(path) for path in paths)]
    return subprocess.run(arguments, check=False).returncode  # noqa: S603  (the user's own choice)
