"""Looking at the evidence."""

from reprodiff.tui.screens.base import Panes


class EvidenceActions(Panes):
    """What the keys of :mod:`reprodiff.tui.keys.evidence` do."""

    def action_change(self, direction: int) -> None:
        """Go to the next or the previous difference in the evidence."""
        if not self._evidence.lines.change(direction):
            self._say("There is no other difference that way.")

    def action_split(self) -> None:
        """Put A and B side by side, or one below the other."""
        if not self._evidence.lines.source.split:
            self._say("There is nothing to put side by side in this view.")
        self._evidence.lines.split()

    def action_view(self) -> None:
        """Show the evidence in another view."""
        self._evidence.next_view()
