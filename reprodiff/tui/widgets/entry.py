"""A line to type in that takes nothing which acts on a terminal."""

from collections.abc import Callable

from textual import events
from textual.binding import Binding
from textual.suggester import Suggester
from textual.widgets import Input

from reprodiff.text import plain


class Entry(Input):
    """An input whose text is always safe to show: what is pasted is escaped like all else.

    ``changed`` takes the text whenever it is another, ``done`` when Enter is pressed; both at once,
    so that the key behind meets what they have changed.
    """

    BINDINGS = [
        Binding("ctrl+u", "delete_left_all", show=False),
        Binding("ctrl+k", "delete_right_all", show=False),
    ]

    _changed: Callable[[str], object] | None = None
    """Not there yet while the first text is put in."""

    def __init__(
        self,
        value: str = "",
        *,
        hint: str = "",
        suggester: Suggester | None = None,
        changed: Callable[[str], object] | None = None,
        done: Callable[[str], object] | None = None,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(
            value,
            placeholder=hint,
            suggester=suggester,
            select_on_focus=False,
            compact=True,
            id=id,
        )
        self._changed = changed
        self._done = done

    async def take(self, event: events.Key | events.Paste) -> bool:
        """Take what is text; return whether it is."""
        if isinstance(event, events.Paste):
            self._on_paste(event)
            return True
        if self.check_consume_key(event.key, event.character):
            await self._on_key(event)
            return True
        return False

    def replace(self, text: str, start: int, end: int) -> None:
        """Put ``text`` in place of what stands between two places."""
        super().replace(plain(text), start, end)

    def validate_value(self, value: str) -> str:
        """Escape what was set from elsewhere."""
        return plain(value)

    def watch_value(self, value: str) -> None:
        """Tell that the text is another."""
        if self._changed is not None:
            self._changed(value)

    async def action_submit(self) -> None:
        """Tell that it is done."""
        if self._done is not None:
            self._done(self.value)
