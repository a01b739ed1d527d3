"""What the colours above it stand for, in one line."""

from typing import ClassVar

from textual.strip import Strip

from reprodiff.tui.chunks import Line
from reprodiff.tui.widgets.painted import EVIDENCE_ROLES, PAGE_ROLES, TEXT_ROLES, Painted, classes


class Legend(Painted):
    """A line that is there only if there is something to say."""

    COMPONENT_CLASSES: ClassVar[set[str]] = classes(TEXT_ROLES, EVIDENCE_ROLES, PAGE_ROLES)
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._line: Line = []
        self.display = False

    def show(self, line: Line) -> None:
        """Say something, or nothing."""
        self._line = line
        self.display = bool(line)
        self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """Draw what fits."""
        return self.painted(self._line, self.size.width)
