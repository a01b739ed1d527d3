"""The way in: starts the analysis, then the app around it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from reprodiff.model import Side
from reprodiff.tui.analysis import Analysis

if TYPE_CHECKING:
    from reprodiff.engine import Options
    from reprodiff.tui.worker import Run


def run_app(
    a: str,
    b: str,
    options: "Options | None" = None,
    *,
    run: "Run | None" = None,
    watch: bool = False,
    baseline: str | None = None,
) -> int:
    """Compare two artifacts on the screen; return the exit status.

    0 for identical artifacts, 1 for any others (also where the user left before it was known), 2
    for an analysis that broke off and for an input that cannot be opened, which is said on
    standard error.  A fault of the app itself is raised once the terminal is given back.  ``run``
    stands in for the engine's function of that name; with ``watch`` the artifacts are compared
    again whenever they change.  What is ignored is kept in ``baseline``, a file of that name in
    the current folder unless another is given; it counts for the exit status.
    """

    def start() -> Analysis:
        return Analysis(a, b, options, run)

    # The other process starts first: it opens the artifacts while Textual is being imported.
    analysis = start()
    try:
        from reprodiff.baseline import FILE_NAME  # noqa: PLC0415
        from reprodiff.limits import Limits  # noqa: PLC0415
        from reprodiff.tui.comparison import Comparison  # noqa: PLC0415
        from reprodiff.tui.home import state_folder  # noqa: PLC0415
        from reprodiff.tui.shell import ReprodiffApp  # noqa: PLC0415
        from reprodiff.tui.triage.keeping import BaselineFile, Sessions  # noqa: PLC0415
        from reprodiff.tui.triage.triage import Triage  # noqa: PLC0415

        limits = options.limits if options is not None else Limits()
        triage = Triage(
            Sessions(state_folder() / "sessions"), BaselineFile(Path(baseline or FILE_NAME))
        )
        comparison = Comparison({Side.A: a, Side.B: b}, limits, start, feed=analysis, triage=triage)
        app = ReprodiffApp(comparison, watch=watch)
        app.run()
        comparison.close()
    finally:
        analysis.stop()
    if app.broken is not None:
        raise app.broken
    if app.refused is not None:
        sys.stderr.write(f"reprodiff: error: {app.refused.message}\n")
        if app.refused.hint:
            sys.stderr.write(f"hint: {app.refused.hint}\n")
    return app.outcome
