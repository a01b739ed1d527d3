"""Files that reports are written to; loaded only where there are some."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from reprodiff.cli.errors import OutputError


def check(targets: Iterable[str], inputs: Sequence[str]) -> None:
    """Raise :class:`OutputError` if one of ``targets`` cannot be written, or is an input."""
    for target in targets:
        path = Path(target)
        if path.is_dir():
            raise OutputError(f"{target!r} is a folder", "name a file in it")
        if not path.parent.is_dir():
            raise OutputError(f"there is no folder {str(path.parent)!r}", "make it first")
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise OutputError(f"{target!r} cannot be written: permission denied")
        if path.exists() and any(_same(path, name) for name in inputs):
            raise OutputError(f"{target!r} is one of the inputs", "name another file")


def _same(path: Path, name: str) -> bool:
    try:
        return path.samefile(name)
    except OSError:  # that it cannot be opened is said when it is opened
        return False


def write(target: str, text: str) -> None:
    """Write ``text`` to a file; raise :class:`OutputError` if it fails.

    A pipe whose reader has gone away wants no more, as standard output then.
    """
    try:
        # The same bytes on every system.
        Path(target).write_text(text, encoding="utf-8", newline="\n")
    except BrokenPipeError:
        return
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise OutputError(f"{target!r}: {reason}") from error
