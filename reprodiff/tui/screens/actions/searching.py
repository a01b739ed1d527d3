"""Looking for something in the pane that has the focus."""

from reprodiff.tui.screens.base import Panes
from reprodiff.tui.widgets.findings import FindingsPane
from reprodiff.tui.widgets.lineview import LineView


class SearchActions(Panes):
    """What the keys ``find`` do in the evidence and below it; in the list they filter."""

    async def search(self) -> bool:
        """Look for something in the pane, unless it is the list; return whether it is not."""
        pane = self._pane()
        if isinstance(pane, FindingsPane):
            return False
        await self._search_row.open(pane)
        return True

    def search_again(self, direction: int) -> bool:
        """Go to the next match in the pane, unless it is the list; return whether it is not."""
        pane = self._pane()
        if isinstance(pane, FindingsPane):
            return False
        if not pane.again(direction):
            self._say("Nothing is looked for here: / begins." if not pane.wanted else "No match.")
        return True

    def end_search(self) -> bool:
        """Look for nothing any more; return whether something was looked for."""
        return self._search_row.close()

    def on_line_view_moved(self) -> None:
        """Hide the line of a search that has ended with what was shown."""
        self._search_row.left()
        self._reason.border_subtitle = self._reason.status if self._reason.wanted else ""

    def _pane(self) -> FindingsPane | LineView:
        """Return the pane that has the focus, or the one that is being searched."""
        return self._search_row.view or super()._pane()
