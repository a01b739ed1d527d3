r"""The lines at the start of a script that say which program runs it.

A script starts with ``#!``, the interpreter and at most one argument (execve(2)).  Where that
line would be too long for the system, or the path has a space, installers write three lines that
a shell and Python both read, and that name the interpreter in the second::

    #!/bin/sh
    '''exec' "/a path/bin/python" "$0" "$@"
    ' '''
"""

import re
from typing import Final, NamedTuple

from reprodiff.model import Span

MAX_HEAD: Final = 8192
"""Bytes at the start of a file that are looked at."""

_LINE: Final = re.compile(rb"#![ \t]*+([^\r\n\0]*+)")
_SHELL: Final = re.compile(
    rb"#![ \t]*+/bin/sh[ \t]*+\n'''exec' ([^\r\n\0]++)"
    rb"\n' '''[ \t]*+(?=\r?\n|\Z)"
)
_ARGUMENTS: Final = b' "$0" "$@"'
_COMMAND: Final = re.compile(r"""(?s)(?:"([^"]*)"|'([^']*)'|(\S+))\s*(.*)""")
_PYTHON: Final = re.compile(r"(?:python|pypy)w?[0-9.]*t?(?:\.exe)?", re.IGNORECASE)


class Shebang(NamedTuple):
    """What a script is started with.

    ``span`` has all of it without the last line ending; ``command`` is the interpreter and its
    arguments as they stand, quotes included; ``shell`` says that it takes three lines.
    """

    span: Span
    command: str
    shell: bool = False

    @property
    def interpreter(self) -> str:
        """The program, without quotes."""
        return split_command(self.command)[0]

    @property
    def runs_python(self) -> bool:
        """Whether the program, or what ``env`` is told to look for, is a Python by its name."""
        program, argument = split_command(self.command)
        if base_name(program) == "env":
            program = argument.removeprefix("-S").split(maxsplit=1)[0] if argument else ""
        return is_python(program)


def parse_shebang(data: bytes | memoryview) -> Shebang | None:
    """Return what the first lines of ``data`` name, ``None`` if they name nothing."""
    head = bytes(data[:MAX_HEAD])
    found = _SHELL.match(head)
    if found and found[1].endswith(_ARGUMENTS):
        return Shebang(Span(0, found.end()), _text(found[1].removesuffix(_ARGUMENTS)), shell=True)  # noqa: S604  (a field, no process)
    found = _LINE.match(head)
    # Behind a line that does not end within the head anything may follow.
    if not found or not found[1].strip() or found.end() == MAX_HEAD:
        return None
    return Shebang(Span(0, found.end()), _text(found[1].strip()))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def split_command(command: str) -> tuple[str, str]:
    """Return the program of a command without its quotes, and all that stands behind it."""
    found = _COMMAND.fullmatch(command)
    if not found:
        return command, ""
    program = next((part for part in found.groups()[:3] if part is not None), "")
    return program, found[4]


def base_name(path: str) -> str:
    r"""Return the last component of a path with ``/`` or ``\``."""
    return path.replace("\\", "/").rpartition("/")[2]


def is_python(program: str) -> bool:
    """Whether a program is called as Python interpreters are."""
    return _PYTHON.fullmatch(base_name(program)) is not None
