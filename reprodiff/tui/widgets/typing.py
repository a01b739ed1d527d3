"""A line to type in below a pane: the filter of the list, and what is looked for in a text."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.containers import Horizontal

from reprodiff.tui.sources.base import View
from reprodiff.tui.widgets.lineview import LineView

if TYPE_CHECKING:
    from reprodiff.tui.widgets.entry import Entry

_FILTER = "text, severity: category: cause: confidence: path: is:   - negates"
_TEXT = "text to find; ⏎ keeps it, n and N go through the matches"
_BYTES = "text, bytes as 7f 45, or an offset as 0x1f40"


class TypingRow(Horizontal):
    """A line to type in behind a slash, as in a pager; hidden until it is asked for.

    Before that it is not even made: most runs need none.
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes="typing-row")
        self._entry: Entry | None = None
        self.display = False

    @property
    def typing(self) -> bool:
        """Whether something is being typed."""
        return self._entry is not None and self._entry.has_focus

    @property
    def value(self) -> str:
        """What stands in the line."""
        return self._entry.value if self._entry is not None else ""

    @value.setter
    def value(self, value: str) -> None:
        if self._entry is not None:
            self._entry.value = value

    async def begin(self, value: str, hint: str) -> None:
        """Let the user type, from ``value`` on; ``hint`` is shown while there is nothing."""
        if self._entry is None:
            from textual.widgets import Static  # noqa: PLC0415

            self._entry = self.made()
            await self.mount(Static("/", classes="slash"), self._entry)
        self._entry.placeholder = hint
        self.value = value
        self.display = True
        # At once, not when there is time: the next key is typed already.
        self.screen.set_focus(self._entry)

    def made(self) -> "Entry":
        """Make the line."""
        raise NotImplementedError


class FilterRow(TypingRow):
    """Filters the list while something is typed; it stays as long as it leaves something out."""

    def __init__(
        self,
        changed: Callable[[str], object],
        leave: Callable[[], object],
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._changed = changed
        self._leave = leave

    async def open(self) -> None:
        """Let the user type a filter, or change the one there is."""
        await self.begin(self.value, _FILTER)

    def close(self) -> None:
        """Hide the line, unless it says what the list leaves out."""
        self.display = bool(self.value)
        if self.typing:
            self._leave()

    def made(self) -> "Entry":
        """Make the line, which completes the words of a filter."""
        from reprodiff.tui.widgets.completing import Words  # noqa: PLC0415
        from reprodiff.tui.widgets.entry import Entry  # noqa: PLC0415

        return Entry(
            suggester=Words(), changed=self._changed, done=lambda _text: self.close(), id="filter"
        )


class SearchRow(TypingRow):
    """Looks for what is typed, while it is typed; hidden while there is nothing to look for."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._view: LineView | None = None

    @property
    def view(self) -> LineView | None:
        """The pane that is searched, while something is typed."""
        return self._view if self.typing else None

    async def open(self, view: LineView) -> None:
        """Let the user type what to look for in ``view``."""
        if view is not self._view and self._view is not None:
            self._view.search("")
        self._view = view
        await self.begin(view.wanted, _BYTES if view.source.view is View.BYTES else _TEXT)

    def close(self) -> bool:
        """Look for nothing any more; return whether something was looked for."""
        view, self._view = self._view, None
        if view is None or not (self.typing or view.wanted):
            return False
        typing = self.typing
        view.search("")
        self.display = False
        if typing:
            self.screen.set_focus(view)
        return True

    def left(self) -> None:
        """Hide the line where another pane, or another source, is looked at by now."""
        if self._view is not None and not self.typing and not self._view.wanted:
            self._view = None
            self.display = False

    def made(self) -> "Entry":
        """Make the line."""
        from reprodiff.tui.widgets.entry import Entry  # noqa: PLC0415

        return Entry(changed=self._typed, done=self._kept, id="search")

    def _typed(self, text: str) -> None:
        if self._view is not None and text != self._view.wanted:
            self._view.search(text)

    def _kept(self, text: str) -> None:
        if self._view is not None:
            self.screen.set_focus(self._view)
            self.display = bool(text)
