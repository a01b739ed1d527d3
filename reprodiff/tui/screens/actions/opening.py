"""Opening pages above the main screen."""

from reprodiff.tui.reasons import explanation
from reprodiff.tui.screens.base import Panes
from reprodiff.tui.screens.pages import PageScreen


class OpeningActions(Panes):
    """What the keys of :mod:`reprodiff.tui.keys.pages` do."""

    def action_explain(self) -> None:
        """Open the page of the cause."""
        subject = self._subject()
        if subject is None:
            self._say("Choose a finding first.")
            return
        page = explanation(self._store, subject.finding)
        self.app.push_screen(PageScreen(subject.finding.cause, page, self._keyboard))
