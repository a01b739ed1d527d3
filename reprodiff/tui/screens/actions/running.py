"""The analysis behind the screen: taking in what it tells, ending it, beginning it again."""

import time
from typing import TYPE_CHECKING

from textual import on, work

from reprodiff.events import Progress
from reprodiff.tui import watching
from reprodiff.tui.messages import Arrived, Refused
from reprodiff.tui.records import Record
from reprodiff.tui.screens.base import Panes
from reprodiff.tui.store import Phase

if TYPE_CHECKING:
    from textual.timer import Timer

_FRAME = 0.08
"""Seconds between the first redraws while records come in."""
_FIRST = 10
_LATER = 0.4
"""Seconds between later ones: a key must seldom have to wait for one."""
_SHARE = 8
"""A redraw that takes long is followed by this many times its length without one."""


class RunningActions(Panes):
    """Listens to the analysis of the pair on the screen."""

    redraw: "Timer | None" = None
    """Will draw what has come in; ``None`` if all of it is drawn."""
    _fresh = True
    """Whether more than the progress has come in since the last redraw."""
    _cost = 0.0
    _drawn = 0
    _watcher: watching.Watcher | None = None

    def begin(self, *, watch: bool = False) -> None:
        """Start the analysis and, if wanted, to look whether the inputs change."""
        self._comparison.begin(self._post)
        if watch:
            self._watcher = watching.Watcher(tuple(self._comparison.paths.values()))
            self.set_interval(watching.PERIOD, self._look)

    def _post(self, number: int, records: list[Record]) -> None:
        self.post_message(Arrived(number, records))

    @on(Arrived)
    def _arrived(self, message: Arrived) -> None:
        """Take records in; draw them soon, with those that come meanwhile."""
        message.stop()
        self._fresh |= any(not isinstance(record, Progress) for record in message.records)
        repeated = self._comparison.again is not None
        changed = self._comparison.take(message.number, message.records)
        if repeated and changed:
            self.renew()
            self._say("The artifacts were read again.")
            return
        if (failure := self._comparison.give_up_again()) is not None:
            self._say(f"Not read again: {failure.message}. What was known stays.", seconds=6)
        elif changed and self._store.failure is not None and self._store.failure.refused:
            self.post_message(Refused(self._store.failure))
            return
        if self.redraw is None:
            pause = _FRAME if self._drawn < _FIRST or not self._comparison.running else _LATER
            self.redraw = self.set_timer(max(pause, self._cost * _SHARE), self._draw)

    def _draw(self) -> None:
        self.redraw = None
        self._drawn += 1
        start = time.monotonic()
        fresh, self._fresh = self._fresh, False
        if fresh:
            self.reload()
        else:
            self.show_progress()
        self._cost = time.monotonic() - start

    def action_reload(self) -> None:
        """Read both artifacts again."""
        self._comparison.repeat(self._post)
        self.reload()

    def cancel_analysis(self) -> None:
        """End the analysis and keep what it has found."""
        repeated = self._comparison.again is not None
        self._comparison.cancel()
        self.reload()
        if repeated:
            self._say("Cancelled: what was known before stays.")
        else:
            self._say("Cancelled: what was found so far stays.", seconds=5)

    @work(thread=True, exclusive=True, group="watch", exit_on_error=False)
    def _look(self) -> None:
        if self._watcher is not None and self._watcher.look():
            self.app.call_from_thread(self._changed)

    def _changed(self) -> None:
        if self._store.phase is not Phase.RUNNING:
            self.action_reload()
