"""The command ``reprodiff``: from arguments to an exit status, and nothing escapes on the way."""

import gc
import os
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from reprodiff.cli.arguments import parse
from reprodiff.cli.commands import check_first, command
from reprodiff.cli.ending import end
from reprodiff.cli.options import option_for
from reprodiff.cli.status import Exit
from reprodiff.cli.streams import complain, drop_stdout, trace, write_stdout
from reprodiff.errors import LimitError, ReprodiffError

COMPLETION: Final = "_REPRODIFF_COMPLETE"
"""The variable that a shell sets to ask what the last word may become."""
_COLLECT: Final = (200_000, 20, 100)


def run() -> NoReturn:
    """Be the command: do what this process was called for, and end it."""
    end(main())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; whatever happens, without a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _collect_less()
    try:
        return _run(given)
    except KeyboardInterrupt:
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
    """Look for cycles less often than by default.

    A comparison makes hundreds of thousands of records that live to its end, and hardly a cycle:
    to look for one time and again costs a fifth of a large run.
    """
    gc.set_threshold(*_COLLECT)


def _run(given: list[str]) -> int:
    if COMPLETION in os.environ:
        from reprodiff.cli.completion import answer  # noqa: PLC0415 - only a shell asks

        write_stdout(answer(given))
        return Exit.SAME
    if given:
        check_first(given[0])
    called, words = command(given)
    asked = parse(called, words)
    if isinstance(asked, str):
        write_stdout(asked)
        return Exit.SAME
    return called.run(asked)


def _explain_failure(error: Exception) -> None:
    """Write what went wrong, and what to do about it, to standard error."""
    match error:
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
