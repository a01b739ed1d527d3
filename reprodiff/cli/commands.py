"""Which command a call means.

Everything that does not start with the name of a subcommand is for the comparison.  A file that
has such a name can be written with its folder, ``./explain``.
"""

import os
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from reprodiff.cli.arguments import Command
from reprodiff.cli.errors import UsageError, did_you_mean

SUBCOMMANDS: Final = ("explain", "normalize", "recipe")
"""Each is ``COMMAND`` of the module of that name, loaded when it is called."""


def command(words: Sequence[str]) -> tuple[Command, Sequence[str]]:
    """Return the command that ``words`` call, and what is given to it."""
    if words and words[0] in SUBCOMMANDS:
        return _load(words[0]), words[1:]
    return _load("compare"), words


def _load(name: str) -> Command:
    found = import_module(f"reprodiff.cli.{name}").COMMAND
    assert isinstance(found, Command)  # noqa: S101 - for the type checker
    return found


def check_first(word: str) -> None:
    """Raise :class:`UsageError` for a subcommand that is written almost right, and is no file."""
    if (
        word.isalpha()
        and word not in SUBCOMMANDS
        and not os.path.lexists(word)
        and (hint := did_you_mean(word, SUBCOMMANDS))
    ):
        raise UsageError(f"there is no file and no command {word!r}", hint)
