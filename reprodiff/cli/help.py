"""The help of a command, written from its table of options."""

from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from reprodiff.cli.arguments import Command, Option

_WIDEST: Final = 78
_NARROWEST: Final = 50


def help_text(command: Command, width: int) -> str:
    """Return the help of ``command`` for a terminal of ``width`` columns."""
    columns = max(_NARROWEST, min(width - 2, _WIDEST))
    lines = [command.head.rstrip()] if command.head else [*_head(command, columns)]
    return "\n".join([*lines, *_rows(command, columns), command.tail])


def _head(command: Command, columns: int) -> Iterator[str]:
    yield f"Usage: reprodiff {command.name} [OPTIONS] {command.operands}"
    for paragraph in command.about.split("\n\n"):
        yield ""
        yield from _wrapped(paragraph, columns, "  ")
    yield ""
    yield "Options:"


def _rows(command: Command, columns: int) -> Iterator[str]:
    rows = [
        (_names(option), option.help)
        for option in command.options
        if option.help and option.names[-1] not in command.mentioned
    ]
    indent = " " * (4 + max(len(names) for names, _ in rows))
    for names, text in rows:
        first, *more = _wrapped(text, columns, indent)
        yield f"  {names}".ljust(len(indent)) + first.lstrip()
        yield from more


def _names(option: Option) -> str:
    if option.opposite:
        return f"{option.names[-1]} / {option.opposite}"
    return f"{', '.join(option.names)} {option.metavar}".rstrip()


def _wrapped(text: str, columns: int, indent: str) -> list[str]:
    # The name of an option is not broken at its hyphens.
    return wrap(
        text, columns, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
