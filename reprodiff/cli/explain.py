"""``reprodiff explain``: what a cause is, how it is recognised, and how to fix it."""

from collections.abc import Sequence
from typing import Final

from reprodiff.cli.arguments import Arguments, Command, Option, Paths
from reprodiff.cli.errors import UsageError, did_you_mean
from reprodiff.cli.options import DEBUG, FORMAT, HELP
from reprodiff.cli.streams import write_stdout
from reprodiff.cli.terminal import Color, Terminal
from reprodiff.model import Category

_WIDEST: Final = 96
_ABOUT: Final = """\
Say what CAUSE is, how it is recognised and how to fix it.

CAUSE may be a category too; without it, all causes are listed.
"""


def _names() -> Sequence[str]:
    """Return the ids of all causes, and the categories."""
    from reprodiff.causes.registry import CAUSES  # noqa: PLC0415

    return sorted({*CAUSES, *(category.value for category in Category)})


def _strong(text: str) -> str:
    return f"\x1b[1m{text}\x1b[0m"


def _explain(arguments: Arguments) -> int:
    # Only here is the catalogue needed.
    from reprodiff.causes.registry import CAUSES  # noqa: PLC0415
    from reprodiff.reports.explain import (  # noqa: PLC0415
        cause_json,
        cause_text,
        list_json,
        list_text,
    )

    cause = arguments.operands[0] if arguments.operands else None
    as_json = arguments.values["format"] == "json"
    terminal = Terminal.here()
    width = min(terminal.width, _WIDEST)
    strong = _strong if terminal.color(Color.AUTO) else str
    if one := CAUSES.get(cause or ""):
        write_stdout(cause_json(one) if as_json else cause_text(one, width, strong))
        return 0
    if cause is not None and cause not in list(Category):
        raise UsageError(
            f"there is no cause {cause!r}",
            did_you_mean(cause, _names()) or "`reprodiff explain` lists them all",
        )
    some = [it for it in CAUSES.values() if cause is None or it.category == cause]
    write_stdout(list_json(some) if as_json else list_text(some, width, strong))
    return 0


COMMAND: Final = Command(
    "explain",
    _explain,
    (
        Option(FORMAT, "text or json", "FORMAT", choices=("text", "json"), default="text"),
        DEBUG,
        HELP,
    ),
    "[CAUSE]",
    most=1,
    paths=Paths.NONE,
    words=_names,
    about=_ABOUT,
)
