#!/usr/bin/env python3
"""A tour through the app: makes the pictures of README and docs from the sample pairs.

    python docs/tour.py            write docs/pictures/*.svg
    python docs/tour.py code       only this one

The app is driven by its keys, as a person would, on a screen of a given size; nothing is drawn by
hand.  A test runs the tour and compares.  The pictures load nothing from elsewhere: they name the
fonts of the reader's own machine.
"""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from reprodiff.engine import Options, run
from reprodiff.limits import Limits
from reprodiff.model import Side
from reprodiff.tui.comparison import Comparison
from reprodiff.tui.records import Record
from reprodiff.tui.shell import ReprodiffApp
from reprodiff.tui.store import Phase
from reprodiff.tui.worker import serve

if TYPE_CHECKING:
    from textual.pilot import Pilot

ROOT: Final = Path(__file__).resolve().parents[1]
PICTURES: Final = ROOT / "docs" / "pictures"
FONTS: Final = "ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_PATIENCE: Final = 2_000
"""Turns of the app to wait for what is being read."""


class Stop(NamedTuple):
    """A picture: on which sample, how large a screen, and the keys that lead there."""

    sample: str
    size: tuple[int, int]
    keys: tuple[str, ...]
    title: str


TOUR: Final = {
    "main": Stop(
        "hidden-change-in-300",
        (120, 34),
        (),
        "One changed byte among 300 files with other times and modes",
    ),
    "code": Stop(
        "hidden-change-in-native",
        (120, 34),
        ("enter",),
        "The one instruction that changed, and what to do about the rest",
    ),
    "bytes": Stop(
        "native-debug-path",
        (120, 34),
        ("B", "enter", "plus", "plus", "s"),
        "Bytes of both sides, aligned, in the colours of what accounts for them",
    ),
    "plan": Stop(
        "hidden-change-in-300",
        (120, 34),
        ("p",),
        "What to change, file by file, and what will still differ",
    ),
}
"""By the name of the picture."""


class _Feed:
    """The records of a comparison, made in this process before the app starts."""

    def __init__(self, paths: dict[Side, str]) -> None:
        self._sent: list[list[Record]] = []
        options = Options(location_limit=None)
        serve(self._sent.append, run, paths[Side.A], paths[Side.B], options)

    def records(self) -> Iterator[list[Record]]:
        """Yield them."""
        yield from self._sent

    def stop(self) -> None:
        """Do nothing: there is no process."""


def sample(name: str) -> dict[Side, str]:
    """Return the two artifacts of a sample, as paths from the root of the repository."""
    folders = {side: ROOT / "samples" / name / side.value for side in Side}
    found = {side: next(iter(sorted(folder.iterdir()))) for side, folder in folders.items()}
    return {side: str(path.relative_to(ROOT)) for side, path in found.items()}


def picture(name: str) -> str:
    """Return a picture of the tour as SVG."""
    stop = TOUR[name]
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        with tempfile.TemporaryDirectory() as state:
            os.environ["XDG_STATE_HOME"] = state
            return _without_fonts(asyncio.run(_visit(stop)))
    finally:
        os.chdir(before)


async def _visit(stop: Stop) -> str:
    paths = sample(stop.sample)
    feed = _Feed(paths)
    app = ReprodiffApp(Comparison(paths, Limits(), lambda: feed, feed=feed), theme="textual-dark")
    async with app.run_test(size=stop.size) as pilot:
        await _settled(app, pilot)
        for key in stop.keys:
            await pilot.press(key)
            await _settled(app, pilot)
        return app.export_screenshot(title=f"reprodiff: {stop.title}")


async def _settled(app: ReprodiffApp, pilot: "Pilot[int]") -> None:
    """Wait until the analysis is over and nothing is being read for what is on the screen."""
    quiet = 0
    for _ in range(_PATIENCE):
        await pilot.pause(0.03)
        busy = app.store.phase is Phase.RUNNING or any(w.is_running for w in app.workers)
        # The first finding is chosen a moment after the analysis is over.
        busy = busy or not app.screen_stack[0].query_one("#evidence").border_title
        quiet = 0 if busy else quiet + 1
        if quiet > 12:
            return
    raise TimeoutError("the app does not come to rest")


def _without_fonts(svg: str) -> str:
    """Take out the fonts that would be fetched from elsewhere, and name those of the reader."""
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return re.sub(r"font-family: ?(?:Fira Code|arial)[^;}\n]*", f"font-family: {FONTS}", svg)


def words(svg: str) -> list[str]:
    """Return the texts of a picture, line by line: what a person reads in it."""
    lines: dict[float, list[tuple[float, str]]] = {}
    for x, y, text in re.findall(
        r'<text class="[^"]*" x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', svg
    ):
        lines.setdefault(float(y), []).append((float(x), text.replace("&#160;", " ")))
    ordered = sorted(lines.items())
    return ["".join(text for _, text in sorted(parts)).rstrip() for _, parts in ordered]


def main(names: list[str]) -> int:
    """Write pictures; all of them if none is named."""
    unknown = [name for name in names if name not in TOUR]
    if unknown:
        print(f"no such picture: {', '.join(unknown)}", file=sys.stderr)
        return 2
    PICTURES.mkdir(exist_ok=True)
    for name in names or TOUR:
        path = PICTURES / f"{name}.svg"
        path.write_text(picture(name), encoding="utf-8", newline="\n")
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
