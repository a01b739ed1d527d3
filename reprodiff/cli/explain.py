"""``reprodiff explain``: what a cause is, how it is recognised, and how to fix it."""

from functools import partial
from typing import Final

import click
from click.shell_completion import CompletionItem

from reprodiff.cli.errors import UsageError, did_you_mean
from reprodiff.cli.streams import write_stdout
from reprodiff.cli.terminal import Color, Terminal
from reprodiff.model import Category

_WIDEST: Final = 96


def _names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the id of a cause or a category."""
    from reprodiff.causes.registry import CAUSES  # noqa: PLC0415

    names = {*CAUSES, *(category.value for category in Category)}
    return [CompletionItem(name) for name in sorted(names) if name.startswith(incomplete)]


@click.command()
@click.argument("cause", required=False, shell_complete=_names)
@click.option(
    "-f",
    "--format",
    type=click.Choice(["text", "json"]),
    default="text",
    metavar="FORMAT",
    help="text or json",
)
@click.option("--debug", is_flag=True, help="show tracebacks of errors")
@click.help_option("-h", "--help", help="print this help")
def explain(cause: str | None, format: str, debug: bool) -> int:  # noqa: A002, ARG001 - the options' names
    """Say what CAUSE is, how it is recognised and how to fix it.

    CAUSE may be a category too; without it, all causes are listed.
    """
    # Only here is the catalogue needed.
    from reprodiff.causes.registry import CAUSES  # noqa: PLC0415
    from reprodiff.reports.explain import (  # noqa: PLC0415
        cause_json,
        cause_text,
        list_json,
        list_text,
    )

    terminal = Terminal.here()
    width = min(terminal.width, _WIDEST)
    strong = partial(click.style, bold=True) if terminal.color(Color.AUTO) else str
    if one := CAUSES.get(cause or ""):
        write_stdout(cause_json(one) if format == "json" else cause_text(one, width, strong))
        return 0
    if cause is not None and cause not in list(Category):
        raise UsageError(
            f"there is no cause {cause!r}",
            did_you_mean(cause, {*CAUSES, *(category.value for category in Category)})
            or "`reprodiff explain` lists them all",
        )
    some = [it for it in CAUSES.values() if cause is None or it.category == cause]
    write_stdout(list_json(some) if format == "json" else list_text(some, width, strong))
    return 0
