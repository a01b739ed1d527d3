"""A line to type in that takes nothing which acts on a terminal."""

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
