"""What the colours above it stand for, in one line."""

from textual.strip import Strip
from textual.widget import Widget

from reprodiff.tui.chunks import Line, fitted
from reprodiff.tui.widgets.painted import Painted


class Legend(Widget):
    """A line that is there only if there is something to say, in the colours of ``lines``."""

    ALLOW_SELECT = False

    def __init__(self, lines: Painted, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines = lines
        self._line: Line = []
        self.display = False

    def show(self, line: Line) -> None:
        """Say something, or nothing."""
        self._line = line
        self.display = bool(line)
        self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """Draw what fits."""
        return self._lines.painted(fitted(self._line, self.size.width), self.size.width)
