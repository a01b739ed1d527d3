"""The Textual app around the screens; loaded by :func:`reprodiff.tui.app.run_app`."""

import os
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import App, SystemCommand
from textual.screen import Screen

from reprodiff.model import Side, Verdict
from reprodiff.tui.comparison import Comparison
from reprodiff.tui.keys import Keyboard, names
from reprodiff.tui.messages import Refused
from reprodiff.tui.screens.main import MainScreen
from reprodiff.tui.store import Phase, Store

if TYPE_CHECKING:
    from reprodiff.tui.records import Failed

Maker = Callable[[dict[Side, str]], Comparison]
"""Makes the comparison of two artifacts."""


class ReprodiffApp(App[int]):
    """Shows one comparison while it is made, and after."""

    TITLE = "reprodiff"
    CSS_PATH = "styles.tcss"
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        first: Comparison,
        *,
        theme: str | None = None,
        keyboard: Keyboard | None = None,
        watch: bool = False,
    ) -> None:
        # Without colour, only the terminal's own two may be used: with any other theme the greys
        # of colours would remain.
        colourless = "NO_COLOR" in os.environ
        super().__init__(ansi_color=True if colourless else None)
        self.theme = theme or ("ansi-dark" if colourless else "textual-dark")
        self._keyboard = keyboard or Keyboard()
        self._first = first
        self._main = MainScreen(first, self._keyboard, watch=watch)
        self.set_keymap(self._keyboard.given)
        self.refused: Failed | None = None
        """Why an input could not be opened, if that is what ended the app."""
        self.broken: Exception | None = None
        """What went wrong in the app itself, if that is what ended it."""

    @property
    def store(self) -> Store:
        """What is known of the pair."""
        return self._first.store

    @property
    def outcome(self) -> int:
        """The exit status: 0 for identical artifacts, 2 where nothing was found out, else 1.

        Artifacts of which every difference is ignored, and which could be read, count as the same.
        """
        store = self.store
        if store.failure is not None:
            return 2
        if store.verdict is Verdict.IDENTICAL:
            return 0
        ignored = self._first.triage.decisions.ignored
        accepted = (
            store.phase is Phase.DONE
            and not store.problems
            and all(
                ignored(finding, store.locations(key)) is None
                for key, finding in store.findings.items()
            )
        )
        return 0 if accepted and store.findings else 1

    def get_default_screen(self) -> Screen[None]:
        """Begin with the main screen."""
        return self._main

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

    @on(Refused)
    def _refused(self, message: Refused) -> None:
        self.refused = message.failure
        self.exit()

    # -- faults of the app itself

    def _handle_exception(self, error: Exception) -> None:
        self.broken = self.broken or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual would print a traceback with the values of all variables; the command line says
        # in a sentence what went wrong.
        self._close_messages_no_wait()
