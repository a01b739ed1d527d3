"""Types of option values, and the options that bound what an artifact may cost."""

from collections.abc import Mapping
from re import compile as compile_pattern
from typing import Any, Final

import click

from reprodiff.limits import Limits
from reprodiff.records import dataclass

_SIZE: Final = compile_pattern(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*([kmgt]?)(?:i?b)?")
_FACTORS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def size(text: str) -> int:
    """Return a number of bytes: ``500000``, ``64K``, ``1.5G``; K, M, G, T are powers of 1,024.

    Raises :class:`click.BadParameter` for anything else.
    """
    found = _SIZE.fullmatch(text.strip().lower())
    number = int(float(found[1]) * _FACTORS[found[2]]) if found else 0
    if number <= 0:
        raise click.BadParameter(f"{text!r} is not a size such as 500000, 64K or 1.5G")
    return number


@dataclass(frozen=True, slots=True)
class Limit:
    """An option that sets one field of :class:`~reprodiff.limits.Limits`."""

    option: str
    field: str
    type: object
    """What click makes its value with."""

    @property
    def parameter(self) -> str:
        """Return the name under which click hands the value over."""
        return self.option.removeprefix("--").replace("-", "_")


LIMITS: Final = (
    Limit("--max-member-size", "max_member_bytes", size),
    Limit("--max-total-size", "max_total_bytes", size),
    Limit("--max-ratio", "max_ratio", click.FloatRange(min=1)),
    Limit("--max-entries", "max_entries", click.IntRange(min=1)),
    Limit("--max-depth", "max_nesting", click.IntRange(min=1)),
    Limit("--timeout", "max_seconds", click.FloatRange(min=0, min_open=True)),
)


def limit_options(command: Any) -> Any:  # noqa: ANN401 - a decorator of click's decorators
    """Give a command the options of :data:`LIMITS`."""
    return _with_limits(command, hidden=False)


def hidden_limit_options(command: Any) -> Any:  # noqa: ANN401 - as above
    """Give a command the options of :data:`LIMITS`, which its help leaves to the comparison's."""
    return _with_limits(command, hidden=True)


def _with_limits(command: Any, *, hidden: bool) -> Any:  # noqa: ANN401 - as above
    for limit in reversed(LIMITS):
        command = click.option(limit.option, type=limit.type, hidden=hidden)(command)
    return command


def limits(parameters: Mapping[str, Any]) -> Limits:
    """Return the limits that the options set, the others as they are by default."""
    given = {limit.field: parameters[limit.parameter] for limit in LIMITS}
    return Limits(**{field: value for field, value in given.items() if value is not None})


def option_for(limit: str) -> str:
    """Return the option that raises a limit, empty if there is none."""
    return next((it.option for it in LIMITS if it.field == limit), "")
