"""The keys at the bottom."""

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from reprodiff.tui.chunks import Chunk, Line
from reprodiff.tui.keys import Key, Keyboard, Where, names
from reprodiff.tui.widgets.painted import Painted


class KeyBar(Painted):
    """The keys that are useful where the focus is; each can be clicked."""

    ALLOW_SELECT = False

    class Chosen(Message):
        """A key was clicked."""

        def __init__(self, key: Key) -> None:
            super().__init__()
            self.key = key

    def __init__(self, where: Where, keyboard: Keyboard) -> None:
        super().__init__(classes="keybar")
        self._keyboard = keyboard
        self._where = where

    def show(self, where: Where) -> None:
        """Show the keys for another place."""
        if where is not self._where:
            self._where = where
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002
        """Draw the keys that fit."""
        line: Line = []
        for _, chunks, _, _ in self._places():
            line += chunks
        return self.painted(line, self.size.width)

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        for key, _, start, stop in self._places():
            if start <= event.x < stop:
                self.post_message(self.Chosen(key))
                return

    def _label(self, key: Key) -> str:
        return (key.page_label if self._where is Where.PAGE else "") or key.label

    def _places(self) -> list[tuple[Key, Line, int, int]]:
        """Return the keys that fit, as chunks, each with its first cell and the one behind it."""
        found: list[tuple[Key, Line, int, int]] = []
        at = 0
        keys = self._keyboard.in_bar(self._where)
        words = [(f" {names(key.keys)[0]} ", self._label(key)) for key in keys]
        roomy = sum(cell_len(name + label) + 2 for name, label in words) <= self.size.width
        for key, (name, label) in zip(keys, words, strict=True):
            chunks = [Chunk(name, "key"), Chunk(label + "  "[: 1 + roomy])]
            size = sum(cell_len(chunk.text) for chunk in chunks)
            if at + size > self.size.width:
                break
            found.append((key, chunks, at, at + size))
            at += size
        return found
