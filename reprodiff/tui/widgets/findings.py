"""The list of findings."""

from collections.abc import Callable
from typing import Final

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from reprodiff.tui.chunks import Chunk, shortened
from reprodiff.tui.outline import Address, Folds, Grouping, Kind, Outline
from reprodiff.tui.outline.grouped import GroupedOutline
from reprodiff.tui.outline.paths import PathIndex, PathOutline
from reprodiff.tui.rows import Rows
from reprodiff.tui.selecting.job import Haystacks, Marks, Selecting
from reprodiff.tui.selecting.query import Query
from reprodiff.tui.selecting.shown import Shown, everything
from reprodiff.tui.store import Phase, Store
from reprodiff.tui.widgets.painted import Painted

_TURN: Final = 0.012
"""Seconds of selecting between two looks at the keys."""
_BREATH: Final = 0.001
"""Seconds in which keys are looked at."""
FINDINGS: Final = frozenset({Kind.FINDING, Kind.ECHO, Kind.PROBLEM})


class FindingsPane(ScrollView, Painted, inherit_bindings=False):
    """Groups, findings and places; the row under the cursor is what the other panes show."""

    ALLOW_SELECT = False

    class Selected(Message):
        """The cursor is on another row."""

    class Entered(Message):
        """The row under the cursor shall be looked at."""

    def __init__(self, store: Store, marks: Marks, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._store = store
        self._marks = marks
        self._folds = {grouping: Folds() for grouping in Grouping}
        self.grouping = Grouping.CAUSE
        self.query_now = Query()
        self.words = ""
        """The filter as it was typed."""
        self.show_ignored = False
        self.shown = Shown({})
        self._haystacks = Haystacks()
        self._job: Selecting | None = None
        self._again = False
        """Whether something has changed since the job at hand began."""
        self._index: PathIndex | None = None
        self.outline: Outline = GroupedOutline(store, Folds(), self.shown, self.grouping)
        self._rows = Rows(store, marks, self.shown, self.outline, self.grouping)
        self._cursor = 0
        self._sought: Address | None = None
        """What the cursor was on, if the list does not have it yet."""
        self._chosen = False
        """Whether the user has moved the cursor: until then it stays on the first finding."""

    def on_mount(self) -> None:
        """Have a title from the first paint on."""
        self.update_border()

    @property
    def address(self) -> Address | None:
        """What the row under the cursor stands for."""
        if not len(self.outline):
            return None
        return self.outline.row(min(self._cursor, len(self.outline) - 1)).at

    @property
    def settled(self) -> bool:
        """Whether the list shows what the filter leaves of the store."""
        return self._job is None

    # -- what is shown

    def reload(self) -> None:
        """Show what the store has now; the cursor stays on what it was on."""
        if self._job is not None:
            self._again = True
            return
        self._select()

    def filter(self, words: str, query: Query) -> None:
        """Show only what ``query`` leaves."""
        self.words, self.query_now = words, query
        self.reload()

    def group_by(self, grouping: Grouping) -> None:
        """Put the findings under other headings."""
        at = self.address
        self.grouping = grouping
        if at is not None and at.id in self._store.findings:
            if grouping is Grouping.PATH:
                # Land on the file that was at hand, not on another one of the same finding.
                path = at.path
                locations = self._store.locations(at.id)
                if at.number < len(locations):
                    path = locations[at.number].path
                self._sought = Address(Kind.FINDING, at.id, path=path)
            else:
                self._sought = Address(Kind.FINDING, at.id)
        self._arrange()

    def toggle_ignored(self) -> None:
        """Show what is ignored, or hide it."""
        self.show_ignored = not self.show_ignored
        self.reload()

    def _select(self) -> None:
        if not self.query_now and not self.show_ignored and not self._marks.any_ignored:
            self.shown = everything(self._store)
            self._index = None
            self._arrange()
            return
        self._job = Selecting(
            self._store,
            self.query_now,
            self._marks,
            self._haystacks,
            ignored=self.show_ignored,
        )
        self._continue()

    def _continue(self) -> None:
        if self._job is None:
            return
        if not self._job.run(_TURN):
            self.set_timer(_BREATH, self._continue)
            return
        self.shown = self._job.result
        self._job = None
        self._index = None
        self._arrange()
        if self._again:
            self._again = False
            self._select()

    def _arrange(self) -> None:
        """Make the rows of what is shown."""
        before = self._sought or self.address
        was = self.address
        self.outline = self._outlined()
        self._rows = Rows(self._store, self._marks, self.shown, self.outline, self.grouping)
        at = self.outline.nearest(before) if before and (self._chosen or self._sought) else None
        if at is None:
            at = self.outline.first_finding()
        self._sought = None
        if at is None or (self._chosen and before and self.outline.row(at).at.id != before.id):
            self._sought = before if self._store.phase is Phase.RUNNING else None
        self._cursor = min(at or 0, max(len(self.outline) - 1, 0))
        self.virtual_size = Size(self.cells, len(self.outline))
        self.update_border()
        self._keep_visible()
        self.refresh()
        if self.address != was or was is None:
            self.post_message(self.Selected())

    def _outlined(self) -> Outline:
        folds = self._folds[self.grouping]
        if self.grouping is not Grouping.PATH:
            return GroupedOutline(self._store, folds, self.shown, self.grouping)
        if self._index is None:
            self._index = PathIndex(self._store, self.shown)
        return PathOutline(self._store, folds, self.shown, self._index)

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        at = y + self.scroll_offset.y
        cells = self.cells
        if at >= len(self.outline):
            return self.painted([Chunk(f" {self.nothing}", "dim")] if at == 0 else [], cells)
        row = self.outline.row(at)
        over = None
        if at == self._cursor:
            over = "cursor" if self.has_focus else "cursor-blurred"
        return self.painted(self._rows.drawn(row, cells), cells, over)

    @property
    def nothing(self) -> str:
        """Why there are no rows, if there are none."""
        if self.query_now.fault:
            return f"{self.query_now.fault}."
        if self.query_now:
            return "Nothing fits the filter. Esc clears it."
        if self.shown.hidden_findings:
            return "All that was found is ignored. u shows it."
        running = self._store.phase is Phase.RUNNING
        return "Nothing found yet." if running else "Nothing differs."

    # -- keys

    def move(self, rows: int) -> None:
        """Move the cursor by some rows."""
        self._go(self._cursor + rows)

    def page(self, share: float) -> None:
        """Move the cursor by a share of what is on the screen."""
        self._go(self._cursor + int(share * max(self.size.height - 1, 1)))

    def edge(self, direction: int) -> None:
        """Move the cursor to the first or the last row."""
        self._go(0 if direction < 0 else len(self.outline) - 1)

    def step(self, direction: int) -> bool:
        """Move the cursor to the next finding; return whether there is one."""
        found = self.outline.step(self._cursor, direction, FINDINGS)
        if found is not None:
            self._go(found)
        return found is not None

    def leave(self, finding_id: str, done: Callable[[str], bool]) -> None:
        """Fold a finding and go to the next one that is not done."""
        at = self.address
        if at is None:
            return
        for kind in (Kind.FINDING, Kind.ECHO):
            head = Address(kind, finding_id, path=at.path)
            self._folds[self.grouping].set(head, open_=False)
        self._arrange()
        for start in (self._cursor, -1):
            found = self.outline.step(start, 1, FINDINGS - {Kind.PROBLEM})
            while found is not None:
                if not done(self.outline.row(found).at.id):
                    self._go(found)
                    return
                found = self.outline.step(found, 1, FINDINGS - {Kind.PROBLEM})

    def inside(self, path: str) -> dict[str, list[int]]:
        """Return the findings in a file that is shown, with the numbers of their places."""
        if isinstance(self.outline, PathOutline) and path in self.outline.index.places:
            return self.outline.index.inside(path).places
        return {}

    def unfold(self) -> None:
        """Show what is under the row; if it is shown, go to it."""
        if not len(self.outline):
            return
        row = self.outline.row(self._cursor)
        if row.open is False:
            self._fold(row.at, open_=True)
            self._unfold_only(self._cursor)
        elif row.open and self._cursor + 1 < len(self.outline):
            self._go(self._cursor + 1)

    def _unfold_only(self, above: int) -> None:
        """Unfold what is the only thing under a row, and what is the only thing under that."""
        child = above + 1
        depth = self.outline.row(above).depth
        alone = child + 1 == len(self.outline) or (
            child + 1 < len(self.outline) and self.outline.row(child + 1).depth <= depth
        )
        if alone and (row := self.outline.row(child)).depth > depth and row.open is False:
            self._fold(row.at, open_=True)
            self._unfold_only(child)

    def fold(self) -> None:
        """Hide what is under the row; if there is nothing, go to what holds the row."""
        if not len(self.outline):
            return
        row = self.outline.row(self._cursor)
        parent = self.outline.parent(self._cursor)
        if row.open:
            self._fold(row.at, open_=False)
        elif parent is not None:
            self._go(parent)

    def toggle(self) -> None:
        """Show or hide what is under the row."""
        if len(self.outline) and (row := self.outline.row(self._cursor)).open is not None:
            self._fold(row.at, open_=not row.open)

    def fold_all(self, *, open_: bool) -> None:
        """Show or hide what is under all rows."""
        self._folds[self.grouping].set_all(open_=open_)
        self._chosen = True
        self._arrange()

    def enter(self) -> None:
        """Fold or unfold a heading; look at anything else."""
        at = self.address
        if at is None:
            return
        if at.kind in {Kind.GROUP, Kind.PROBLEMS, Kind.PATH}:
            self.toggle()
        else:
            self.post_message(self.Entered())

    # -- mouse and focus

    def on_click(self, event: events.Click) -> None:
        """Select the row under the mouse; on its sign, fold it; once selected, look at it."""
        place = event.get_content_offset(self)
        if place is None:
            return
        at = place.y + self.scroll_offset.y
        if at >= len(self.outline):
            return
        row = self.outline.row(at)
        again = at == self._cursor
        self._go(at)
        if row.open is not None and place.x <= 2 * row.depth + 1:
            self.toggle()
        elif again:
            self.enter()

    def on_focus(self) -> None:
        """Show the cursor as the one that keys move."""
        self.refresh()

    def on_blur(self) -> None:
        """Show the cursor as one that only marks the place."""
        self.refresh()

    def on_resize(self) -> None:
        """Keep the cursor in view."""
        self.virtual_size = Size(self.cells, len(self.outline))
        self._keep_visible()
        self.update_border()

    # -- rows

    def _fold(self, at: Address, *, open_: bool) -> None:
        self._folds[self.grouping].set(at, open_=open_)
        self._chosen = True
        self._arrange()

    def _go(self, to: int) -> None:
        to = min(max(to, 0), len(self.outline) - 1)
        self._chosen = True
        self._sought = None
        if to in {self._cursor, -1}:
            return
        before, self._cursor = self._cursor, to
        self.refresh_line(before)
        self.refresh_line(to)
        self._keep_visible()
        self.update_border()
        self.post_message(self.Selected())

    def _keep_visible(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if height <= 0:
            return
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, force=True)
        elif self._cursor >= top + height:
            self.scroll_to(y=self._cursor - height + 1, animate=False, force=True)

    def update_border(self) -> None:
        """Say how the list is grouped, what the filter leaves, and where the cursor is."""
        found = len(self._store.findings)
        title = f"Findings by {self.grouping}"
        if self.query_now:
            title = f"Findings {len(self.shown.places):,} of {found:,} · "
            room = max(self.size.width - len(title) - 4, 4)
            title += shortened(f"/{self.words}", room)
        total = len(self.outline)
        parts = [f"{self._cursor + 1:,} of {total:,}" if total else ""]
        if self.shown.hidden_findings or self.shown.hidden_places:
            hidden = self.shown.hidden_findings
            parts.insert(0, f"{hidden or self.shown.hidden_places:,} ignored")
        self.border_title = Content(title)
        self.border_subtitle = " · ".join(part for part in parts if part)
