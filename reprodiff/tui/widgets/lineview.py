"""A pane of lines of any number: only those on the screen are made."""

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.worker import Worker, WorkerState

from reprodiff.tui.chunks import Chunk, Line, fitted
from reprodiff.tui.sources.base import NO_HITS, Hits, Layout, Messages, Source, Target
from reprodiff.tui.widgets.painted import Painted

if TYPE_CHECKING:
    from textual.selection import Selection

CONTEXT = 3
"""Lines shown around a change where the others are left out."""
_STEP = 8
"""Cells scrolled sideways at once."""
_COLOURS = "colours"
_SEARCH = "search"


class LineView(ScrollView, Painted, inherit_bindings=False):
    """Shows a source, and goes from difference to difference in it."""

    class Moved(Message):
        """What is shown has changed: another source, difference, match or layout."""

    def __init__(self, source: Source | None = None, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.source: Source = source or Messages([])
        self.target: Target | None = None
        self.forced: bool | None = None
        """Whether the user wants A and B side by side; ``None`` leaves it to the width."""
        self.wrap = False
        self.context: int | None = None
        self.match: int | None = None
        """The number of the match at hand."""
        self._wanted = ""
        self._shift = 0
        self._following = True
        """Whether the difference at hand is to be kept in view: until the user scrolls away."""

    @property
    def layout_now(self) -> Layout:
        """The room there is, without the column for the mark of the difference at hand."""
        cells = max(self.cells - 1, 1)
        split = cells >= self.source.split_from if self.forced is None else self.forced
        return Layout(cells, split and self.source.split, self._shift, self.wrap, self.context)

    @property
    def status(self) -> str:
        """Which of the differences, and of the matches of a search, is at hand."""
        told = self.source.status(self.target, self.layout_now)
        if not self._wanted:
            return told
        hits = self.source.hits
        total = f"{len(hits.places):,}" + ("" if hits.complete else "+")
        found = f"{self.match + 1:,} of {total} matches" if self.match is not None else "no match"
        return f"{found} · {told}" if told else found

    def show(self, source: Source) -> None:
        """Show another source, from where it wants to begin."""
        self.source = source
        self._shift = 0
        self.match, self._wanted = None, ""
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
        line = self._marked(at, layout)
        if (selection := self.text_selection) is not None:
            line = _selected(line, selection.get_span(at))
        strip = self.painted(line, self.size.width)
        self._colour_later()
        return strip.apply_offsets(0, at)

    def _marked(self, at: int, layout: Layout) -> Line:
        here = self.target is not None and self.target.first <= at < self.target.last
        mark = Chunk("▌", "here") if here else Chunk(" ")
        return [mark, *self.source.highlighted(self.source.line(at, layout))]

    # -- selecting with the mouse

    def get_selection(self, selection: "Selection") -> tuple[str, str] | None:
        """Return what is selected, as it stands on the screen."""
        start, stop = selection.start, selection.end
        layout = self.layout_now
        height = self.source.height(layout)
        first = start.y if start is not None else 0
        last = min(stop.y if stop is not None else height - 1, height - 1, first + 10_000)
        lines = []
        for at in range(first, last + 1):
            text = "".join(chunk.text for chunk in fitted(self._marked(at, layout), layout.cells))
            begin, end = selection.get_span(at) or (0, -1)
            lines.append(text[begin : end if end >= 0 else None].rstrip())
        return "\n".join(lines), "\n"

    def selection_updated(self, selection: "Selection | None") -> None:
        """Draw what is selected."""
        del selection
        self.refresh()

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
        if self.wrap or (direction < 0 and not self._shift):
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
        self._go(found)
        return True

    def split(self) -> None:
        """Put A and B side by side, or one below the other."""
        layout = self.layout_now
        if not self.source.split:
            return
        self.forced = not layout.split
        self._rearrange()

    def toggle_wrap(self) -> bool:
        """Break lines that are too long, or stop doing so; return whether they are broken now."""
        self.wrap = not self.wrap
        self._shift = 0
        self._rearrange()
        return self.wrap

    def toggle_context(self) -> bool:
        """Leave out lines far from any change, or show them again; return whether they are out."""
        self.context = CONTEXT if self.context is None else None
        self._rearrange()
        return self.context is not None

    # -- searching

    @property
    def wanted(self) -> str:
        """What is looked for; empty if nothing is."""
        return self._wanted

    def search(self, wanted: str) -> None:
        """Look for something, from what is on the screen on; nothing ends the search."""
        self._wanted = wanted
        self.match = None
        if not wanted:
            self.source.hits = NO_HITS
            self.refresh()
            self.post_message(self.Moved())
            return
        self._look(jump=True)

    def again(self, direction: int) -> bool:
        """Go to the next or the previous match; return whether there is one."""
        if not self.source.hits.places:
            return False
        layout = self.layout_now
        at = self.scroll_offset.y
        if self.match is not None:
            hit = self.source.hit(self.match, layout)
            if self._visible(hit):
                self._to_match((self.match + direction) % len(self.source.hits.places))
                return True
        self._to_match(self.source.hit_from(at, direction, layout))
        return True

    def _look(self, *, jump: bool) -> None:
        source, wanted, layout = self.source, self._wanted, self.layout_now

        def work() -> tuple[Source, Hits, bool]:
            return source, source.look_for(wanted, layout), jump

        self.run_worker(work, thread=True, exclusive=True, group=_SEARCH, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Take what a thread has found."""
        event.stop()
        if event.state is not WorkerState.SUCCESS:
            return
        if event.worker.group == _COLOURS and event.worker.result:
            self.refresh()
        elif event.worker.group == _SEARCH and event.worker.result is not None:
            self._found(*event.worker.result)

    def _found(self, source: Source, hits: Hits, jump: bool) -> None:  # noqa: FBT001
        if source is not self.source or hits.wanted != self._wanted:
            return
        source.hits = hits
        if not hits.places:
            self.match = None
        elif jump or self.match is None or self.match >= len(hits.places):
            self._to_match(source.hit_from(self.scroll_offset.y, 0, self.layout_now))
        self.refresh()
        self.post_message(self.Moved())

    def _to_match(self, number: int) -> None:
        self.match = number
        self._go(self.source.hit(number, self.layout_now))

    def _colour_later(self) -> None:
        painter = getattr(self.source, "painter", None)
        if painter is None:
            return
        from reprodiff.tui.painting import SyntaxPainter  # noqa: PLC0415

        if not isinstance(painter, SyntaxPainter) or not painter.wants:
            return
        busy = any(w.group == _COLOURS and w.is_running for w in self.workers)
        if not busy:
            self.run_worker(
                painter.work, thread=True, exclusive=False, group=_COLOURS, exit_on_error=False
            )

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

    def _rearrange(self) -> None:
        """Find the place again after the number of lines has changed."""
        before = self.virtual_size.height
        top = self.scroll_offset.y
        self._arrange()
        after = self.virtual_size.height
        if self.target is not None:
            shift = self._shift
            self.target = self.source.again(self.target, self.layout_now)
            if self.target is None:
                self._following = False  # a match of a search that is over: stay where it was
            if self._following:
                self._reveal(from_top=True)
            else:
                self._shift = shift
        if not self._following and after != before and before:
            self.scroll_to(y=top * after // before, animate=False, force=True)
        if self._wanted and self.source.hits_by_line:
            self._look(jump=False)
        self.post_message(self.Moved())

    def _arrange(self) -> None:
        self.virtual_size = Size(self.cells, self.source.height(self.layout_now))
        self.refresh()

    def _visible(self, target: Target) -> bool:
        top = self.scroll_offset.y
        return top <= target.first < top + max(self.size.height, 1)

    def _go(self, target: Target) -> None:
        self.target = target
        self._reveal()
        self.post_message(self.Moved())

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


def _selected(line: Line, span: tuple[int, int] | None) -> Line:
    """Return a line with the selected cells in their own role."""
    if span is None:
        return line
    start, stop = span
    if stop < 0:
        stop = sum(cell_len(chunk.text) for chunk in line)
    made: Line = []
    at = 0
    for text, role in line:
        end = at + len(text)
        first, last = min(max(start - at, 0), len(text)), min(max(stop - at, 0), len(text))
        parts = ((text[:first], role), (text[first:last], "selected"), (text[last:], role))
        made += [Chunk(part, each) for part, each in parts if part]
        at = end
    return made
