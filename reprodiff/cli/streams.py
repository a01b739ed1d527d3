"""Standard output and standard error: data goes to the one, narration to the other."""

import os
import sys
from typing import TextIO

from reprodiff.cli.errors import OutputError
from reprodiff.text import plain

PROGRAM = "reprodiff"


def write_stdout(text: str) -> None:
    """Write ``text`` to standard output; what its encoding lacks is written as an escape.

    A reader that has gone away (``| head``) wants no more: the rest is dropped without a word.
    Raises :class:`OutputError` where it cannot be written, also where it was closed (``>&-``).
    """
    stream = sys.stdout
    if stream is None:
        raise OutputError("cannot write to standard output: it is closed")
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        drop_stdout()
    except OSError as error:
        # What is left in the buffer would fail again at the end, and the interpreter would say so.
        drop_stdout()
        raise OutputError(f"cannot write to standard output: {error.strerror or error}") from error


def drop_stdout() -> None:
    """Send what is still buffered for standard output nowhere, now and at exit."""
    try:
        descriptor = sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def say(message: str) -> None:
    """Write one line to standard error under the program's name."""
    _write_stderr(f"{PROGRAM}: {plain(message)}\n")


def complain(message: str, hint: str = "") -> None:
    """Write an error to standard error: one line for what is wrong, one for what to do."""
    say(f"error: {message}")
    if hint:
        _write_stderr(f"hint: {plain(hint)}\n")


def trace(error: BaseException) -> None:
    """Write the traceback of ``error`` to standard error."""
    import traceback  # noqa: PLC0415 - a rare wish

    for part in traceback.format_exception(error):
        for line in part.splitlines():
            _write_stderr(f"{plain(line)}\n")


def _write_stderr(text: str) -> None:
    stream: TextIO | None = sys.stderr
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except OSError:
        # Nobody listens, and there is nobody left to tell.
        return
