"""Looking at the evidence."""

from reprodiff.tui.screens.base import Panes
from reprodiff.tui.sources.base import View


class EvidenceActions(Panes):
    """What the keys of :mod:`reprodiff.tui.keys.evidence` do."""

    def action_change(self, direction: int) -> None:
        """Go to the next or the previous difference in the evidence."""
        if not self._evidence.lines.change(direction):
            self._say("There is no other difference that way.")

    def action_file(self, direction: int) -> None:
        """Show the next or the previous file that the finding is in."""
        if not self._evidence.next_file(direction):
            self._say("This finding is in no other file that way.")

    def action_split(self) -> None:
        """Put A and B side by side, or one below the other."""
        if not self._evidence.lines.source.split:
            self._say("There is nothing to put side by side in this view.")
        self._evidence.lines.split()

    def action_wrap(self) -> None:
        """Break lines that are too long, or stop doing so."""
        lines = self._evidence.lines
        if not lines.source.can_wrap:
            self._say("Nothing is too long in this view.")
        elif lines.toggle_wrap():
            from reprodiff.tui.sources.rows import MAX_WRAPPED  # noqa: PLC0415

            many = lines.source.height(lines.layout_now._replace(wrap=False)) > MAX_WRAPPED
            self._say("Too many lines to break them." if many else "Long lines are broken.")
        else:
            self._say("Long lines go on to the right.")

    def action_context(self) -> None:
        """Show only what is near a change, or everything."""
        lines = self._evidence.lines
        if not lines.source.can_fold:
            self._say("Everything is shown in this view.")
        elif lines.toggle_context():
            self._say("Only lines near a change are shown.")
        else:
            self._say("All lines are shown.")

    def action_view(self, direction: int = 1) -> None:
        """Show the evidence in the next view, or in the one before."""
        self._evidence.next_view(direction)

    def action_bytes(self) -> None:
        """Show the bytes."""
        self._evidence.see(View.BYTES)
