"""A pane of lines of any number: only those on the screen are made."""

from typing import ClassVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from reprodiff.tui.chunks import Chunk
from reprodiff.tui.sources.base import Layout, Messages, Source, Target
from reprodiff.tui.widgets.painted import (
    CONFIDENCE_ROLES,
    EVIDENCE_ROLES,
    PAGE_ROLES,
    SEVERITY_ROLES,
    TEXT_ROLES,
    Painted,
    classes,
)

SPLIT_FROM = 88
"""Cells from which on A and B stand side by side unless the user says otherwise."""
_STEP = 8
"""Cells scrolled sideways at once."""


class LineView(ScrollView, Painted, inherit_bindings=False):
    """Shows a source, and goes from difference to difference in it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = classes(
        TEXT_ROLES,
        SEVERITY_ROLES,
        CONFIDENCE_ROLES,
        EVIDENCE_ROLES,
        PAGE_ROLES,
        frozenset({"here"}),
    )
    ALLOW_SELECT = False

    class Moved(Message):
        """What is shown has changed: another source, difference or layout."""

    def __init__(self, source: Source | None = None, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.source: Source = source or Messages([])
        self.target: Target | None = None
        self.forced: bool | None = None
        """Whether the user wants A and B side by side; ``None`` leaves it to the width."""
        self._shift = 0
        self._following = True
        """Whether the difference at hand is to be kept in view: until the user scrolls away."""

    @property
    def layout_now(self) -> Layout:
        """The room there is, without the column for the mark of the difference at hand."""
        cells = max(self.cells - 1, 1)
        split = cells >= SPLIT_FROM if self.forced is None else self.forced
        return Layout(cells, split and self.source.split, self._shift)

    @property
    def status(self) -> str:
        """Which of the differences is at hand."""
        return self.source.status(self.target, self.layout_now)

    def show(self, source: Source) -> None:
        """Show another source, from where it wants to begin."""
        self.source = source
        self._shift = 0
        self._arrange()
        self.target = source.start(self.layout_now)
        self._reveal(from_top=True)
        self.post_message(self.Moved())

    def replace(self, source: Source) -> None:
        """Show a source that says the same and more, without moving."""
        self.source = source
        self.refit()

    def refit(self) -> None:
        """Draw a source that has grown."""
        self._arrange()
        self.post_message(self.Moved())

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        at = y + self.scroll_offset.y
        layout = self.layout_now
        # A line is drawn before the resize that changed the number of lines has been handled.
        if at >= self.source.height(layout):
            return self.painted([], self.size.width)
        here = self.target is not None and self.target.first <= at < self.target.last
        mark = Chunk("▌", "here") if here else Chunk(" ")
        return self.painted([mark, *self.source.line(at, layout)], self.size.width)

    # -- keys

    def move(self, lines: int) -> None:
        """Scroll by some lines."""
        self._following = False
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, force=True)

    def page(self, share: float) -> None:
        """Scroll by a share of what is on the screen."""
        self.move(int(share * max(self.size.height - 1, 1)))

    def edge(self, direction: int) -> None:
        """Scroll to the first or the last line."""
        self._following = False
        self.scroll_to(
            y=0 if direction < 0 else self.virtual_size.height, animate=False, force=True
        )

    def sideways(self, direction: int) -> bool:
        """Scroll to the left or the right; return whether that was possible."""
        if direction < 0 and not self._shift:
            return False
        self._shift = max(self._shift + direction * _STEP, 0)
        self.refresh()
        return True

    def change(self, direction: int) -> bool:
        """Go to the next or the previous difference; return whether there is one."""
        top = self.scroll_offset.y
        at = top if self.target is None else self.target.first
        if self.target is not None and not self._visible(self.target):
            # The user has scrolled away: go on from what is on the screen.
            at = top - 1 if direction > 0 else top
        found = self.source.step(at, direction, self.layout_now)
        if found is None:
            return False
        self.target = found
        self._reveal()
        self.post_message(self.Moved())
        return True

    def split(self) -> None:
        """Put A and B side by side, or one below the other."""
        layout = self.layout_now
        if not self.source.split:
            return
        self.forced = not layout.split
        self._rearrange()

    # -- size

    def on_mouse_scroll_down(self) -> None:
        """Note that the user scrolls."""
        self._following = False

    def on_mouse_scroll_up(self) -> None:
        """Note that the user scrolls."""
        self._following = False

    def on_resize(self, _event: events.Resize) -> None:
        """Keep the difference at hand in view."""
        self._rearrange()

    def notify_style_update(self) -> None:
        """Draw again in other colours."""
        super().notify_style_update()
        self.refresh()

    def _rearrange(self) -> None:
        """Find the place again after the number of lines has changed."""
        before = self.virtual_size.height
        top = self.scroll_offset.y
        self._arrange()
        after = self.virtual_size.height
        if self.target is not None:
            shift = self._shift
            self.target = self.source.again(self.target, self.layout_now)
            if self._following:
                self._reveal(from_top=True)
            else:
                self._shift = shift
        if not self._following and after != before and before:
            self.scroll_to(y=top * after // before, animate=False, force=True)
        self.post_message(self.Moved())

    def _arrange(self) -> None:
        self.virtual_size = Size(self.cells, self.source.height(self.layout_now))
        self.refresh()

    def _visible(self, target: Target) -> bool:
        top = self.scroll_offset.y
        return top <= target.first < top + max(self.size.height, 1)

    def _reveal(self, *, from_top: bool = False) -> None:
        """Bring the difference at hand into view, with a little before it."""
        if self.target is None:
            if from_top:
                self.scroll_to(y=0, animate=False, force=True)
        else:
            self._following = True
            self._shift = self.target.column
            if from_top or not self._visible(self.target):
                self.scroll_to(
                    y=max(self.target.first - self.size.height // 3, 0), animate=False, force=True
                )
        self.refresh()
