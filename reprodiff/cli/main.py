"""The command ``reprodiff``: from arguments to an exit status, and nothing escapes on the way."""

import atexit
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import click

from reprodiff.cli.compare import compare
from reprodiff.cli.errors import UsageError, did_you_mean
from reprodiff.cli.options import option_for
from reprodiff.cli.status import Exit
from reprodiff.cli.streams import PROGRAM, complain, drop_stdout, trace
from reprodiff.errors import LimitError, ReprodiffError

_COMPLETION: Final = "_REPRODIFF_COMPLETE"
_COMPARE: Final = "A B"
_COLLECT: Final = (10_000, 50, 100)
_SUBCOMMANDS: Final = ("explain", "normalize", "recipe")
"""Each is the command of that name in the module of that name, loaded when it is called."""


class _Commands(click.Group):
    """Gives everything that does not start with the name of a subcommand to the comparison.

    A file that has such a name can be written with its folder, ``./explain``.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *_SUBCOMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _SUBCOMMANDS:
            return super().get_command(ctx, cmd_name)
        found = getattr(import_module(f"reprodiff.cli.{cmd_name}"), cmd_name)
        assert isinstance(found, click.Command)  # noqa: S101 - for the type checker
        return found

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in _SUBCOMMANDS:
            if args:
                _check_first(args[0])
            args = [_COMPARE, *args]
        return super().parse_args(ctx, args)


def _check_first(word: str) -> None:
    """Raise :class:`UsageError` for a subcommand that is written almost right, and is no file."""
    if word.isalpha() and not os.path.lexists(word) and (hint := did_you_mean(word, _SUBCOMMANDS)):
        raise UsageError(f"there is no file and no command {word!r}", hint)


commands: Final = _Commands(PROGRAM, {_COMPARE: compare})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; whatever happens, without a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _collect_less()
    try:
        return _run(given)
    except (KeyboardInterrupt, click.Abort):
        return Exit.INTERRUPTED
    except BrokenPipeError:
        drop_stdout()
        return Exit.SAME
    except Exception as error:  # noqa: BLE001 - the last place that can turn it into a sentence
        _explain_failure(error)
        if "--debug" in given:
            trace(error)
        return Exit.ERROR


def _collect_less() -> None:
    """Look for cycles less often than by default, and not at all when the process ends.

    A comparison makes hundreds of thousands of records that live to its end, and hardly a cycle:
    to look for one time and again costs a fifth of a large run, and a last time a tenth of a
    small one.
    """
    gc.set_threshold(*_COLLECT)
    atexit.register(gc.freeze)


def _run(given: list[str]) -> int:
    if instruction := os.environ.get(_COMPLETION):
        from click.shell_completion import shell_complete  # noqa: PLC0415 - only a shell asks

        return shell_complete(commands, {}, PROGRAM, _COMPLETION, instruction)
    try:
        with commands.make_context(PROGRAM, given) as context:
            return int(commands.invoke(context))
    except click.exceptions.Exit as done:
        return done.exit_code


def _explain_failure(error: Exception) -> None:
    """Write what went wrong, and what to do about it, to standard error."""
    match error:
        case click.NoSuchOption():
            hint = did_you_mean(error.option_name, _options(error)) or _see_help(error)
            complain(f"there is no option {error.option_name}", hint)
        case click.UsageError():
            message = error.format_message().rstrip(".")
            complain(message[:1].lower() + message[1:], _see_help(error))
        case LimitError() if option_for(error.limit):
            complain(
                error.message, f"raise it with {option_for(error.limit)} if you trust this file"
            )
        case ReprodiffError():
            complain(error.message, error.hint)
        case MemoryError():
            complain("there is not enough memory", "set a lower --max-member-size")
        case OSError():
            where = f"{error.filename}: " if error.filename else ""
            complain(f"{where}{error.strerror or error}")
        case _:
            complain(
                f"this is a bug in reprodiff: {type(error).__name__}: {error}",
                "please report it with what --debug prints",
            )


def _options(error: click.NoSuchOption) -> list[str]:
    command = error.ctx.command if error.ctx else compare
    return [name for param in command.params for name in (*param.opts, *param.secondary_opts)]


def _see_help(error: click.UsageError) -> str:
    command = error.ctx.command if error.ctx else compare
    name = f"{command.name} " if command.name in _SUBCOMMANDS else ""
    return f"see reprodiff {name}--help"
