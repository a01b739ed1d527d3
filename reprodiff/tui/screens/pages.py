"""Pages above the main screen: help, the explanation of a cause, plan, recipe, platform."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from reprodiff.tui.bindings import bindings
from reprodiff.tui.keys import Keyboard, Where
from reprodiff.tui.outside import lines_of
from reprodiff.tui.screens.copying import Copying
from reprodiff.tui.sources.base import Source
from reprodiff.tui.sources.pages import Block, Page
from reprodiff.tui.sources.tables import GridSource
from reprodiff.tui.widgets.keybar import KeyBar
from reprodiff.tui.widgets.lineview import LineView
from reprodiff.tui.widgets.typing import SearchRow


class PageScreen(Copying):
    """Running text, or a table, in a box; Esc and q close it.

    ``clip`` is what is copied of it, with its name: what is there to be pasted; without it all of
    its text is.
    """

    BINDINGS = [*bindings(page=True)]

    def __init__(
        self,
        title: str,
        content: Sequence[Block] | Source,
        keyboard: Keyboard,
        clip: str = "",
    ) -> None:
        super().__init__()
        self._keyboard = keyboard
        self._title = title
        self.clip = clip
        self._view = LineView(_source(content), id="page")
        self._view.wrap = True
        self._box = Vertical(id="page-box")
        self._search_row = SearchRow()

    def replace(self, content: Sequence[Block] | Source, clip: str) -> None:
        """Show something else, from its start."""
        self.clip = clip
        self._view.show(_source(content))
        self._fit()

    def _fit(self) -> None:
        """Give a table more room than running text."""
        self._box.set_classes("-table" if isinstance(self._view.source, GridSource) else "")

    def compose(self) -> ComposeResult:
        """Put the text over the keys."""
        self._fit()
        self._box.border_title = Content(self._title)
        with self._box:
            yield self._view
            yield self._search_row
        yield KeyBar(Where.PAGE, self._keyboard)

    def on_mount(self) -> None:
        """Let keys scroll the text."""
        self.set_focus(self._view)

    def on_line_view_moved(self) -> None:
        """Say how many matches a search has."""
        self._search_row.left()
        self._box.border_subtitle = self._view.status if self._view.wanted else ""

    def on_click(self, event: events.Click) -> None:
        """Close on a click beside the box."""
        if event.widget is self:
            self.dismiss()

    def on_key_bar_chosen(self, message: KeyBar.Chosen) -> None:
        """Do what was clicked."""
        message.stop()
        self.call_later(self.run_action, message.key.action)

    def action_move(self, lines: int) -> None:
        """Scroll by lines."""
        self._view.move(lines)

    def action_half_page(self, direction: int) -> None:
        """Scroll by half a page."""
        self._view.page(direction / 2)

    def action_page(self, direction: int) -> None:
        """Scroll by a page."""
        self._view.page(direction)

    def action_edge(self, direction: int) -> None:
        """Scroll to the first or the last line."""
        self._view.edge(direction)

    async def action_find(self) -> None:
        """Look for something in the text."""
        await self._search_row.open(self._view)

    def action_find_next(self, direction: int) -> None:
        """Go to the next match."""
        if not self._view.again(direction):
            self.notify("Nothing is looked for here: / begins.", markup=False, timeout=2)

    def action_back(self) -> None:
        """End a search; else close the page."""
        if not self._search_row.close():
            self.dismiss()

    def action_copy_finding(self) -> None:
        """Copy the page."""
        if self.clip:
            self._copy(self.clip, f"What to paste of “{self._title}”")
            return
        lines = lines_of(self._view.source, self._view.layout_now)
        self._copy("\n".join([*lines, ""]), f"The page “{self._title}”")

    def action_help(self) -> None:
        """Close the page: the key that opened help closes it."""
        self.dismiss()

    def action_quit(self) -> None:
        """Close the page."""
        self.dismiss()


def _source(content: Sequence[Block] | Source) -> Source:
    return content if isinstance(content, Source) else Page(content)
