"""What the app loads before its first picture."""

import json
import subprocess
import sys
from typing import Final

PROGRAM: Final = """
import asyncio, json, sys
import reprodiff.cli.main
import reprodiff.tui.app
from reprodiff.limits import Limits
from reprodiff.model import Side
from reprodiff.options import Options
from reprodiff.tui.comparison import Comparison
from reprodiff.tui.shell import ReprodiffApp

class Silent:
    def records(self):
        return iter(())
    def stop(self):
        pass

async def main():
    app = ReprodiffApp(Comparison({Side.A: "a", Side.B: "b"}, Limits(), Silent))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "Findings" in app.export_screenshot()
        print(json.dumps(sorted(sys.modules)))

asyncio.run(main())
"""
LATER: Final = (
    "pygments",
    "reprodiff.artifacts.opening",
    "reprodiff.attribution",
    "reprodiff.causes",
    "reprodiff.engine",
    "reprodiff.formats",
    "reprodiff.normalize",
    "reprodiff.pairing",
    "reprodiff.reports.html",
    "reprodiff.reports.markdown",
    "reprodiff.reports.text",
    "reprodiff.toolchains",
    "reprodiff.tui.giving.clipboard",
    "reprodiff.tui.giving.export",
    "reprodiff.tui.making",
    "reprodiff.tui.manual",
    "reprodiff.tui.pages",
    "reprodiff.tui.painting",
    "reprodiff.tui.screens.asking",
    "reprodiff.tui.screens.house",
    "reprodiff.tui.screens.pages",
    "reprodiff.tui.screens.picker",
    "reprodiff.tui.sources.dumps",
    "reprodiff.tui.sources.tables",
    "reprodiff.tui.sources.texts",
    "reprodiff.views.claims",
)
"""Loaded when it is first used, with all that is below it."""


def test_what_no_picture_needs_is_loaded_later() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=120
    )
    loaded = json.loads(done.stdout)
    early = [
        name
        for name in loaded
        if any(name == each or name.startswith(f"{each}.") for each in LATER)
    ]
    assert not early
