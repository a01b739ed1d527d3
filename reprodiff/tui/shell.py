"""The Textual app around the screens; loaded by :func:`reprodiff.tui.app.run_app`."""

import os
from collections.abc import Iterable
from functools import partial
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from textual import on
from textual.app import App, SystemCommand
from textual.screen import Screen

from reprodiff.limits import Limits
from reprodiff.model import Side, Verdict
from reprodiff.text import plain
from reprodiff.tui.analysis import Feed
from reprodiff.tui.evidence import Library
from reprodiff.tui.keys import Keyboard, names
from reprodiff.tui.messages import Arrived, CancelAnalysis
from reprodiff.tui.records import Failed
from reprodiff.tui.screens.main import MainScreen
from reprodiff.tui.store import Phase, Store

if TYPE_CHECKING:
    from textual.timer import Timer

_FRAME = 0.08
"""Seconds between two redraws while records come in."""


class ReprodiffApp(App[int]):
    """Shows one comparison while it is made, and after."""

    TITLE = "reprodiff"
    CSS_PATH = "styles.tcss"
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        feed: Feed,
        paths: dict[Side, str],
        limits: Limits,
        library: Library | None = None,
        theme: str | None = None,
        keyboard: Keyboard | None = None,
    ) -> None:
        # Without colour, only the terminal's own two may be used: with any other theme the greys
        # of colours would remain.
        colourless = "NO_COLOR" in os.environ
        super().__init__(ansi_color=True if colourless else None)
        self.theme = theme or ("ansi-dark" if colourless else "textual-dark")
        self.store = Store()
        self._feed = feed
        self._library = library or Library(paths, limits)
        self._keyboard = keyboard or Keyboard()
        self._main = MainScreen(self.store, self._library, paths, self._keyboard)
        self.set_keymap(self._keyboard.given)
        self._redraw: Timer | None = None
        self.refused: Failed | None = None
        """Why an input could not be opened, if that is what ended the app."""
        self.broken: Exception | None = None
        """What went wrong in the app itself, if that is what ended it."""

    @property
    def outcome(self) -> int:
        """The exit status: 0 for identical artifacts, 2 where nothing was found out, else 1."""
        if self.store.failure is not None:
            return 2
        return 0 if self.store.verdict is Verdict.IDENTICAL else 1

    def get_default_screen(self) -> Screen[None]:
        """Begin with the main screen."""
        return self._main

    def on_mount(self) -> None:
        """Begin to listen, off the thread that draws."""
        Thread(target=self._listen, name="records", daemon=True).start()

    def on_unmount(self) -> None:
        """Let go of the artifacts."""
        self._library.close()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield every action of the screen the palette was opened on."""
        page = screen is not self._main
        for key in self._keyboard.keys:
            if key.id == "app.palette" or (page and not key.page):
                continue
            told = f"{key.help} ({', '.join(names(key.keys))})"
            yield SystemCommand(key.title, told, partial(self._perform, screen, key.action))

    def _perform(self, screen: Screen[object], action: str) -> None:
        self.call_later(screen.run_action, action)

    def _listen(self) -> None:
        try:
            # Needed for the first finding; loaded here, it delays neither the screen nor a key.
            import_module("reprodiff.causes.registry")
            for records in self._feed.records():
                self.post_message(Arrived(records))
        except Exception as error:  # noqa: BLE001  (in a thread, nobody else would see it)
            reason = f"the app cannot follow the analysis: {type(error).__name__}"
            self.post_message(Arrived([Failed(f"{reason}: {plain(error, 200)}")]))

    def on_arrived(self, message: Arrived) -> None:
        """Take records in; draw them soon, with those that come meanwhile."""
        if self.store.phase is not Phase.RUNNING:
            return
        self.store.apply(message.records)
        failure = self.store.failure
        if failure is not None and failure.refused:
            self.refused = failure
            self.exit()
            return
        if self._redraw is None:
            self._redraw = self.set_timer(_FRAME, self._draw)

    def _draw(self) -> None:
        self._redraw = None
        self._main.reload()

    @on(CancelAnalysis)
    def _cancel(self) -> None:
        """End the analysis and keep what it has found."""
        self.store.cancel()
        Thread(target=self._feed.stop, daemon=True).start()
        self._main.reload()
        self.notify("Cancelled: what was found so far stays.", markup=False)

    # -- faults of the app itself

    def _handle_exception(self, error: Exception) -> None:
        self.broken = self.broken or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual would print a traceback with the values of all variables; the command line says
        # in a sentence what went wrong.
        self._close_messages_no_wait()
