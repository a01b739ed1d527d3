"""Progress on standard error, for work that takes long enough to wonder."""

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from reprodiff.events import Event, Opened, Paired, Progress
from reprodiff.text import plain

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

PATIENCE: Final = 0.5
"""Seconds before anything is shown: what is over by then needs no bar."""
_SHOWN: Final = 48


class Watch:
    """Shows how far a run is.

    The first picture is drawn by a timer, because one large member can keep the run from saying
    anything for long.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._lock = threading.Lock()
        self._over = False
        self._what = "opening"
        self._done = 0
        self._total: int | None = None
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._timer = threading.Timer(patience, self._start)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._over = True
            if self._bar is not None:
                self._bar.stop()

    def see(self, event: Event) -> None:
        """Take note of ``event``."""
        with self._lock:
            match event:
                case Opened():
                    self._what = "reading"
                case Paired():
                    self._what = "pairing"
                case Progress(done, total, path):
                    self._done, self._total, self._what = done, total, plain(path, _SHOWN)
                case _:
                    return
            if self._bar is not None and self._task is not None:
                self._bar.update(
                    self._task, description=self._what, completed=self._done, total=self._total
                )

    def _start(self) -> None:
        """Draw the bar; called by the timer, in its thread."""
        # Only a long run at a terminal pays for this.
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
        )

        with self._lock:
            if self._over:
                return
            self._bar = Progress(
                BarColumn(24),
                MofNCompleteColumn(),
                TextColumn("{task.description}", markup=False),
                console=Console(file=sys.stderr),
                transient=True,
                refresh_per_second=8,
            )
            self._task = self._bar.add_task(self._what, total=self._total, completed=self._done)
            self._bar.start()
