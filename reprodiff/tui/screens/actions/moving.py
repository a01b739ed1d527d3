"""Moving in a pane, between panes, into what is selected and back."""

from typing import TYPE_CHECKING

from reprodiff.tui.screens.actions.listing import ListingActions
from reprodiff.tui.screens.actions.running import RunningActions
from reprodiff.tui.widgets.findings import FindingsPane

if TYPE_CHECKING:
    from textual.widget import Widget


class MovingActions(ListingActions, RunningActions):
    """What the keys of :mod:`reprodiff.tui.keys.moving` and ``listing`` do."""

    def action_move(self, lines: int) -> None:
        """Move in the pane that has the focus."""
        self._pane().move(lines)

    def action_half_page(self, direction: int) -> None:
        """Move by half a page."""
        self._pane().page(direction / 2)

    def action_page(self, direction: int) -> None:
        """Move by a page."""
        self._pane().page(direction)

    def action_edge(self, direction: int) -> None:
        """Move to the first or the last line."""
        self._pane().edge(direction)

    def action_pane(self, direction: int) -> None:
        """Give the focus to another pane."""
        panes: list[Widget] = [self._findings, self._evidence.lines, self._reason]
        chosen = panes[(panes.index(self._pane()) + direction) % len(panes)]
        self.set_class(chosen is not self._findings, "-inside")
        self.set_focus(chosen)

    def action_enter(self) -> None:
        """Look at the row under the cursor."""
        if self._pane() is self._findings:
            self._findings.enter()

    def action_unfold(self) -> None:
        """Unfold the row; in a text, scroll to the right."""
        pane = self._pane()
        if isinstance(pane, FindingsPane):
            pane.unfold()
        else:
            pane.sideways(1)

    def action_fold(self) -> None:
        """Fold the row; in a text, scroll to the left, and at its edge go back."""
        pane = self._pane()
        if isinstance(pane, FindingsPane):
            pane.fold()
        elif not pane.sideways(-1):
            self.action_back()

    def action_turn(self) -> None:
        """Fold or unfold the row."""
        if self._pane() is self._findings:
            self._findings.toggle()

    def action_back(self) -> None:
        """Go back to the list; from there, cancel the analysis, or leave for the screen below."""
        if self.end_search():
            return
        if self._filter.typing or (self._filter.value and self._pane() is self._findings):
            self.clear_filter()
        elif self._pane() is not self._findings:
            self.remove_class("-inside")
            self.set_focus(self._findings)
        elif self._comparison.running:
            self.cancel_analysis()
        elif len(self.app.screen_stack) > 1:
            self.dismiss()
