"""A line to type what is looked for in a pane."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from reprodiff.tui.sources.base import View
from reprodiff.tui.widgets.entry import Entry
from reprodiff.tui.widgets.lineview import LineView

_TEXT = "text to find; ⏎ keeps it, n and N go through the matches"
_BYTES = "text, bytes as 7f 45, or an offset as 0x1f40"


class SearchRow(Horizontal):
    """Looks for what is typed, while it is typed; hidden while there is nothing to look for."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes="search-row")
        self._entry = Entry(select_on_focus=False, compact=True, id="search")
        self._view: LineView | None = None
        self.display = False

    def compose(self) -> ComposeResult:
        """Put a slash before the line, as in a pager."""
        yield Static("/", classes="slash")
        yield self._entry

    @property
    def view(self) -> LineView | None:
        """The pane that is searched, while something is typed."""
        return self._view if self._entry.has_focus else None

    def open(self, view: LineView) -> None:
        """Let the user type what to look for in ``view``."""
        if view is not self._view and self._view is not None:
            self._view.search("")
        self._view = view
        self._entry.placeholder = _BYTES if view.source.view is View.BYTES else _TEXT
        self._entry.value = view.wanted
        self.display = True
        # At once, not when there is time: the next key is typed already.
        self.screen.set_focus(self._entry)

    def close(self) -> bool:
        """Look for nothing any more; return whether something was looked for."""
        view, self._view = self._view, None
        if view is None or not (self._entry.has_focus or view.wanted):
            return False
        typing = self._entry.has_focus
        view.search("")
        self.display = False
        if typing:
            view.focus()
        return True

    def left(self) -> None:
        """Hide the line where another pane, or another source, is looked at by now."""
        if self._view is not None and not self._entry.has_focus and not self._view.wanted:
            self._view = None
            self.display = False

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._view is not None and event.value != self._view.wanted:
            self._view.search(event.value)

    @on(Input.Submitted)
    def _kept(self, event: Input.Submitted) -> None:
        event.stop()
        if self._view is not None:
            self._view.focus()
            self.display = bool(event.value)
