"""Screens that can tell something in passing, and copy."""

import os
from typing import TYPE_CHECKING

from textual import work
from textual.screen import Screen

if TYPE_CHECKING:
    from reprodiff.tui.giving.clipboard import Copied


class Copying(Screen[None]):
    """What a screen needs to copy a text to where the user can paste it."""

    def _warn(self, message: str) -> None:
        """Tell something that went wrong."""
        self.notify(message, markup=False, severity="warning", timeout=8)

    def _say(self, message: str, seconds: float = 2) -> None:
        """Tell something in passing, for as long as it takes to read."""
        self.notify(message, markup=False, timeout=seconds)

    def _copy(self, text: str, what: str) -> None:
        self._to_clipboard(text, what, dict(os.environ))

    @work(thread=True, group="clipboard", exit_on_error=False)
    def _to_clipboard(self, text: str, what: str, environment: dict[str, str]) -> None:
        from reprodiff.tui.giving import clipboard  # noqa: PLC0415

        copied = clipboard.copy(text, environment)
        self.app.call_from_thread(self._copied, copied, what)

    def _copied(self, copied: "Copied", what: str) -> None:
        if not copied.how:
            self._warn(f"{what} could not be copied: there is no clipboard here. x exports it.")
            return
        if copied.codes:
            self.write_codes(copied.codes)
        self._say(f"{what} was copied {copied.how}.", seconds=4)

    def write_codes(self, codes: str) -> None:
        """Write control codes of our own to the terminal."""
        driver = self.app._driver  # noqa: SLF001  (there is no other way for codes of one's own)
        if driver is not None:
            driver.write(codes)
            driver.flush()
