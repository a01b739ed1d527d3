"""What the screen looks like, kept as text: the characters, then who wears which colours.

Below the characters each line of the screen is told as runs, ``3a 77b``: three cells in the style
``a``, 77 in ``b``; what a letter stands for is listed at the end.  To accept what the app draws
now, run the tests with REPRODIFF_UPDATE_SNAPSHOTS=1, and look at the difference.
"""

import os
from itertools import groupby
from pathlib import Path
from string import ascii_letters
from typing import TYPE_CHECKING

from reprodiff.tui.shell import ReprodiffApp
from reprodiff.tui.widgets.entry import Entry

if TYPE_CHECKING:
    from rich.style import Style

    from tests.tui.driving import Driver

_FOLDER = Path(__file__).parent / "snapshots"
# Read here, not in a test: tests run without the variables of the program's own name.
_UPDATE = bool(os.environ.get("REPRODIFF_UPDATE_SNAPSHOTS"))


def look(app: ReprodiffApp) -> str:
    """Return the screen as text."""
    letters: dict[str, str] = {}
    texts: list[str] = []
    styles: list[str] = []
    for strip in app.screen._compositor.render_strips():
        worn: list[str] = []
        for segment in strip:
            style = _style(segment.style)
            letter = letters.setdefault(style, ascii_letters[len(letters)])
            worn += [letter] * segment.cell_length
        texts.append("".join(segment.text for segment in strip).rstrip())
        styles.append(" ".join(f"{len(list(run))}{letter}" for letter, run in groupby(worn)))
    legend = [f"{letter} = {style}" for style, letter in letters.items()]
    return "\n".join([*texts, "", *styles, "", *legend, ""])


def _style(style: "Style | None") -> str:
    if style is None:
        return "none"
    on = [
        name
        for name in ("bold", "dim", "italic", "underline", "reverse")
        if getattr(style, name, False)
    ]
    colours = [colour.name if colour else "-" for colour in (style.color, style.bgcolor)]
    return " ".join([*on, " on ".join(colours)])


async def check_all(driver: "Driver", name: str) -> None:
    """Compare the screen in dark and light colours, and at 120 columns in the terminal's own."""
    app = driver.app
    if isinstance(entry := app.screen.focused, Entry):
        entry.cursor_blink = False  # the cursor would be gone every other half second
    for theme in ("textual-dark", "textual-light", "ansi-dark"):
        if theme != "ansi-dark" or app.size.width == 120:
            app.theme = theme
            await driver.pilot.pause(0.05)
            await driver.settled()
            check(app, f"{name}-{app.size.width}-{theme}")


def check(app: ReprodiffApp, name: str) -> None:
    """Compare the screen with the one that is kept under ``name``."""
    path = _FOLDER / f"{name}.txt"
    now = look(app)
    if _UPDATE:
        _FOLDER.mkdir(exist_ok=True)
        path.write_text(now, encoding="utf-8", newline="\n")
    assert now == path.read_text(encoding="utf-8"), f"the screen is not as in {path.name}"
