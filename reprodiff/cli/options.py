"""Kinds of option values, and the options that several commands have."""

from collections.abc import Callable, Mapping
from re import compile as compile_pattern
from typing import Any, Final, TypeVar

from reprodiff.cli.arguments import Command, Option
from reprodiff.cli.terminal import Terminal
from reprodiff.limits import Limits
from reprodiff.records import dataclass

Number = TypeVar("Number", int, float)

_SIZE: Final = compile_pattern(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*([kmgt]?)(?:i?b)?")
_FACTORS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def size(text: str) -> int:
    """Return a number of bytes: ``500000``, ``64K``, ``1.5G``; K, M, G, T are powers of 1,024.

    Raises :class:`ValueError` for anything else.
    """
    found = _SIZE.fullmatch(text.strip().lower())
    number = int(float(found[1]) * _FACTORS[found[2]]) if found else 0
    if number <= 0:
        raise ValueError(f"{text!r} is not a size such as 500000, 64K or 1.5G")
    return number


def _numbers(
    make: Callable[[str], Number], fits: Callable[[Number], bool], kind: str
) -> Callable[[str], Number]:
    """Return what reads a number, or raises :class:`ValueError` if it is not of its kind."""

    def read(text: str) -> Number:
        try:
            if fits(number := make(text)):
                return number
        except ValueError:
            pass
        raise ValueError(f"{text!r} is not {kind}")

    return read


def whole(least: int) -> Callable[[str], int]:
    """Return what reads a whole number of ``least`` or more."""
    return _numbers(int, lambda number: number >= least, f"a whole number of {least} or more")


_RATIO: Final = _numbers(float, lambda number: number >= 1, "a number of 1 or more")
_SECONDS: Final = _numbers(float, lambda number: number > 0, "a number above 0")


@dataclass(frozen=True, slots=True)
class Limit:
    """An option that sets one field of :class:`~reprodiff.limits.Limits`."""

    option: str
    field: str
    read: Callable[[str], object]


LIMITS: Final = (
    Limit("--max-member-size", "max_member_bytes", size),
    Limit("--max-total-size", "max_total_bytes", size),
    Limit("--max-ratio", "max_ratio", _RATIO),
    Limit("--max-entries", "max_entries", whole(1)),
    Limit("--max-depth", "max_nesting", whole(1)),
    Limit("--timeout", "max_seconds", _SECONDS),
)
LIMIT_OPTIONS: Final = tuple(
    Option((limit.option,), metavar="LIMIT", read=limit.read) for limit in LIMITS
)
"""The options of :data:`LIMITS`, which no help gives a line each."""


def limits(values: Mapping[str, Any]) -> Limits:
    """Return the limits that the options set, the others as they are by default."""
    given = {
        limit.field: values[option.key] for limit, option in zip(LIMITS, LIMIT_OPTIONS, strict=True)
    }
    return Limits(**{field: value for field, value in given.items() if value is not None})


def option_for(limit: str) -> str:
    """Return the option that raises a limit, empty if there is none."""
    return next((it.option for it in LIMITS if it.field == limit), "")


def _help(command: Command, _word: str) -> str:
    from reprodiff.cli.help import help_text  # noqa: PLC0415 - only where it is asked for

    return help_text(command, Terminal.here().width)


FORMAT: Final = ("-f", "--format")
DEBUG: Final = Option(("--debug",), "show tracebacks of errors")
HELP: Final = Option(("-h", "--help"), "print this help", tell=_help)
