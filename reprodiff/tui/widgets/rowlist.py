"""A list of rows of any number, one of them chosen; only those on the screen are drawn."""

from collections.abc import Callable

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from reprodiff.tui.chunks import Chunk, Line
from reprodiff.tui.widgets.painted import Painted

Draw = Callable[[int, int], Line]
"""Returns a row, by its number and the cells there are."""


class RowList(ScrollView, Painted, inherit_bindings=False):
    """Rows that ``draw`` makes; Enter, or a click on the chosen one, takes it."""

    ALLOW_SELECT = False

    class Taken(Message):
        """The row under the cursor was clicked again."""

    def __init__(self, draw: Draw, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._draw = draw
        self._count = 0
        self.cursor = 0
        self.empty = ""
        """What to say where there are no rows."""

    def show(self, count: int, cursor: int) -> None:
        """Show ``count`` rows, with the cursor on one of them."""
        self._count = count
        self.cursor = min(max(cursor, 0), max(count - 1, 0))
        self.virtual_size = Size(self.cells, count)
        self._keep_visible()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        at = y + self.scroll_offset.y
        cells = self.cells
        if at >= self._count:
            said = [Chunk(f" {self.empty}", "dim")] if at == 0 else []
            return self.painted(said, cells)
        return self.painted(self._draw(at, cells), cells, "cursor" if at == self.cursor else None)

    def move(self, rows: int) -> None:
        """Move the cursor."""
        self.show(self._count, self.cursor + rows)

    def page(self, share: float) -> None:
        """Move the cursor by a share of what is on the screen."""
        self.move(int(share * max(self.size.height - 1, 1)))

    def edge(self, direction: int) -> None:
        """Move the cursor to the first or the last row."""
        self.show(self._count, 0 if direction < 0 else self._count - 1)

    def on_click(self, event: events.Click) -> None:
        """Choose the row under the mouse; take it if it was chosen."""
        place = event.get_content_offset(self)
        if place is None:
            return
        at = place.y + self.scroll_offset.y
        if at >= self._count:
            return
        if at == self.cursor:
            self.post_message(self.Taken())
        self.show(self._count, at)

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self.show(self._count, self.cursor)

    def _keep_visible(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if height <= 0:
            return
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, force=True)
