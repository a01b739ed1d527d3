"""A line to type in that takes nothing which acts on a terminal."""

from textual import events
from textual.binding import Binding
from textual.widgets import Input

from reprodiff.text import plain


class Entry(Input):
    """An input whose text is always safe to show: what is pasted is escaped like all else."""

    BINDINGS = [
        Binding("ctrl+u", "delete_left_all", show=False),
        Binding("ctrl+k", "delete_right_all", show=False),
    ]

    def replace(self, text: str, start: int, end: int) -> None:
        """Put ``text`` in place of what stands between two places."""
        super().replace(plain(text), start, end)

    def validate_value(self, value: str) -> str:
        """Escape what was set from elsewhere."""
        return plain(value)

    def _on_paste(self, event: events.Paste) -> None:
        # A paste without a line in it is none; Textual looks for the first.
        if event.text.strip():
            super()._on_paste(event)
        event.stop()
