"""The way in: starts the analysis, then the app around it."""

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from reprodiff.model import Side
from reprodiff.tui.analysis import Analysis
from reprodiff.tui.house.detecting import is_house

if TYPE_CHECKING:
    from reprodiff.options import Options
    from reprodiff.tui.comparison import Comparison
    from reprodiff.tui.worker import Run


def run_app(
    a: str = "",
    b: str = "",
    options: "Options | None" = None,
    *,
    run: "Run | None" = None,
    watch: bool = False,
    baseline: str | None = None,
) -> int:
    """Compare two artifacts on the screen; return the exit status.

    Without ``b``, or without both, they are chosen in the app.  Two folders of artifacts are
    shown as the list of their pairs.

    0 for identical artifacts, 1 for any others (also where the user left before it was known), 2
    for an analysis that broke off and for an input that cannot be opened, which is said on
    standard error.  A fault of the app itself is raised once the terminal is given back.  ``run``
    stands in for the engine's function of that name; with ``watch`` the artifacts are compared
    again whenever they change.  What is ignored is kept in ``baseline``, a file of that name in
    the current folder unless another is given; it counts for the exit status.
    """

    def analyse(paths: dict[Side, str]) -> Analysis:
        return Analysis(paths[Side.A], paths[Side.B], options, run)

    def compare_pairs(paths: dict[Side, str]) -> Analysis:
        from reprodiff.tui.house.worker import main as compare_folders  # noqa: PLC0415

        return Analysis(paths[Side.A], paths[Side.B], options, run, compare_folders)

    def comparison(paths: dict[Side, str], feed: Analysis | None = None) -> "Comparison":
        triage = Triage(
            Sessions(state_folder() / "sessions"), BaselineFile(Path(baseline or FILE_NAME))
        )
        return Comparison(paths, limits, lambda: analyse(paths), feed=feed, triage=triage)

    given = {Side.A: a, Side.B: b}
    folders = bool(a and b) and is_house(a) and is_house(b)
    # What is loaded now stays; to look through it for what does not takes time.
    gc.disable()
    # The other process starts first: it opens the artifacts while Textual is being imported.
    analysis: Analysis | None = None
    if a and b:
        analysis = compare_pairs(given) if folders else analyse(given)
    try:
        from reprodiff.baseline import FILE_NAME  # noqa: PLC0415
        from reprodiff.limits import Limits  # noqa: PLC0415
        from reprodiff.tui.comparison import Comparison  # noqa: PLC0415
        from reprodiff.tui.home import config_file, state_folder  # noqa: PLC0415
        from reprodiff.tui.keys import Keyboard  # noqa: PLC0415
        from reprodiff.tui.settings import Memory, load  # noqa: PLC0415
        from reprodiff.tui.shell import HouseStart, Makers, ReprodiffApp  # noqa: PLC0415
        from reprodiff.tui.triage.keeping import BaselineFile, Sessions  # noqa: PLC0415
        from reprodiff.tui.triage.triage import Triage  # noqa: PLC0415

        limits = options.limits if options is not None else Limits()
        settings = load(config_file(os.environ))
        memory = Memory(state_folder() / "memory.json")
        app = ReprodiffApp(
            comparison(given, analysis) if analysis is not None and not folders else None,
            makers=Makers(comparison, compare_pairs),
            house=HouseStart(given, analysis) if analysis is not None and folders else None,
            chosen=a,
            keyboard=Keyboard(settings.keys),
            theme=memory.theme or settings.theme or None,
            memory=memory,
            faults=settings.faults,
            watch=watch,
            adapting=True,
        )
        app.run()
    finally:
        gc.enable()
        if analysis is not None:
            analysis.stop()
    if app.broken is not None:
        raise app.broken
    if app.refused is not None:
        sys.stderr.write(f"reprodiff: error: {app.refused.message}\n")
        if app.refused.hint:
            sys.stderr.write(f"hint: {app.refused.hint}\n")
    return app.outcome
