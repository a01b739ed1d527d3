"""Asking for a line of text, and for one of several choices."""

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from reprodiff.tui.chunks import Chunk, shortened
from reprodiff.tui.widgets.entry import Entry
from reprodiff.tui.widgets.painted import Painted

Answer = tuple[int, str]
"""The number of the choice, and the text."""


class Choices(Painted):
    """A few lines of which one is chosen."""

    ALLOW_SELECT = False

    class Clicked(Message):
        """A line was clicked."""

    def __init__(self, choices: Sequence[str]) -> None:
        super().__init__(id="choices")
        self._choices = choices
        self.chosen = 0
        self.styles.height = len(choices)

    def move(self, lines: int) -> None:
        """Choose another line."""
        self.chosen = min(max(self.chosen + lines, 0), len(self._choices) - 1)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw a choice."""
        cells = self.size.width
        here = y == self.chosen
        text = shortened(self._choices[y], max(cells - 4, 4))
        line = [Chunk(" ● " if here else " ○ "), Chunk(text)]
        return self.painted(line, cells, "cursor" if here else None)

    def on_click(self, event: events.Click) -> None:
        """Choose the line under the mouse."""
        self.chosen = min(event.y, len(self._choices) - 1)
        self.refresh()
        self.post_message(self.Clicked())


class AskScreen(ModalScreen[Answer | None]):
    """A question; Enter answers it, Esc leaves without an answer."""

    AUTO_FOCUS = "#answer"
    BINDINGS = [
        ("escape", "dismiss(None)", "Cancel"),
        ("up", "choose(-1)", "Up"),
        ("down", "choose(1)", "Down"),
        ("tab", "choose(1)", "Down"),
        ("shift+tab", "choose(-1)", "Up"),
    ]

    def __init__(
        self,
        title: str,
        *,
        choices: Sequence[str] = (),
        about: str = "",
        text: str = "",
        hint: str = "",
        required: str = "",
    ) -> None:
        super().__init__()
        self._title = title
        self._about = about
        self._required = required
        self._choices = Choices(choices) if choices else None
        self._entry = Entry(text, hint=hint, done=self._answered, id="answer")
        self._told = Static("", id="told", markup=False)

    def compose(self) -> ComposeResult:
        """Put the question over the line to type in."""
        with Vertical(id="ask-box") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content(
                "⏎ done · Esc cancel" + (" · ↑↓ choose" if self._choices else "")
            )
            if self._about:
                yield Static(Content(self._about), id="about", markup=False)
            if self._choices is not None:
                yield self._choices
            yield self._entry
            yield self._told

    @on(Choices.Clicked)
    def _clicked(self) -> None:
        self.set_focus(self._entry)

    def on_mount(self) -> None:
        """Let the user type."""
        self.set_focus(self._entry)

    def _answered(self, text: str) -> None:
        text = text.strip()
        if self._required and not text:
            self._told.update(self._required)
            return
        chosen = self._choices.chosen if self._choices is not None else 0
        self.dismiss((chosen, text))

    def on_click(self, event: events.Click) -> None:
        """Leave on a click beside the box."""
        if event.widget is self:
            self.dismiss(None)

    def action_choose(self, lines: int) -> None:
        """Choose another line."""
        if self._choices is not None:
            self._choices.move(lines)
