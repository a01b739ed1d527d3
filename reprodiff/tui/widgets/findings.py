"""The list of findings."""

from typing import ClassVar

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from reprodiff.tui.chunks import Chunk
from reprodiff.tui.outline import Address, Folds, Kind, Outline
from reprodiff.tui.rows import drawn
from reprodiff.tui.store import Phase, Store, roots
from reprodiff.tui.widgets.painted import SEVERITY_ROLES, TEXT_ROLES, Painted, classes


class FindingsPane(ScrollView, Painted, inherit_bindings=False):
    """Groups, findings and places; the row under the cursor is what the other panes show."""

    COMPONENT_CLASSES: ClassVar[set[str]] = classes(
        TEXT_ROLES, SEVERITY_ROLES, frozenset({"group", "place", "cursor", "cursor-blurred"})
    )
    ALLOW_SELECT = False

    class Selected(Message):
        """The cursor is on another row."""

    class Entered(Message):
        """The row under the cursor shall be looked at."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._store = store
        self._folds = Folds()
        self.outline = Outline(store, self._folds)
        self._folded: dict[str, list[str]] = {}
        self._cursor = 0
        self._chosen = False
        """Whether the user has moved the cursor: until then it stays on the first finding."""

    @property
    def address(self) -> Address | None:
        """What the row under the cursor stands for."""
        return self.outline.row(self._cursor).at if len(self.outline) else None

    def reload(self) -> None:
        """Draw what the store has now; the cursor stays on what it was on."""
        before = self.address
        self._folded = roots(self._store.findings.values())
        self.outline = Outline(self._store, self._folds)
        at: int | None = None
        if self._chosen and before is not None:
            at = self._find(before)
        if at is None:
            at = self.outline.first_finding()
        self._cursor = min(at or 0, max(len(self.outline) - 1, 0))
        self.virtual_size = Size(self.cells, len(self.outline))
        self._update_border()
        self._keep_visible()
        self.refresh()
        if self.address != before:
            self.post_message(self.Selected())

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        at = y + self.scroll_offset.y
        cells = self.cells
        if at >= len(self.outline):
            if at == 0:
                done = self._store.phase is not Phase.RUNNING
                text = " Nothing differs." if done else " Nothing found yet."
                return self.painted([Chunk(text, "dim")], cells)
            return self.painted([], cells)
        row = self.outline.row(at)
        folded = self._folded.get(row.at.id, ()) if row.at.kind is Kind.FINDING else ()
        over = None
        if at == self._cursor:
            over = "cursor" if self.has_focus else "cursor-blurred"
        return self.painted(drawn(self._store, row, cells, len(folded)), cells, over)

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

    def unfold(self) -> None:
        """Show what is under the row; if it is shown, go to it."""
        if not len(self.outline):
            return
        row = self.outline.row(self._cursor)
        if row.open is False:
            self._fold(row.at, open_=True)
        elif row.open and self._cursor + 1 < len(self.outline):
            self._go(self._cursor + 1)

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

    def enter(self) -> None:
        """Fold or unfold a heading; look at anything else."""
        at = self.address
        if at is None:
            return
        if at.kind in {Kind.GROUP, Kind.PROBLEMS}:
            self.toggle()
        else:
            self.post_message(self.Entered())

    # -- mouse and focus

    def on_click(self, event: events.Click) -> None:
        """Select the row under the mouse; on its sign, fold it; twice, look at it."""
        place = event.get_content_offset(self)
        if place is None:
            return
        at = place.y + self.scroll_offset.y
        if at >= len(self.outline):
            return
        row = self.outline.row(at)
        self._go(at)
        if row.open is not None and place.x <= 2 * row.depth + 1:
            self.toggle()
        elif event.chain == 2:
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

    def notify_style_update(self) -> None:
        """Draw again in other colours."""
        super().notify_style_update()
        self.refresh()

    # -- rows

    def _fold(self, at: Address, *, open_: bool) -> None:
        self._folds.set(at, open_=open_)
        self._chosen = True
        self.reload()

    def _find(self, at: Address) -> int | None:
        """Return the row of ``at``, or of what it is part of."""
        found = self.outline.find(at)
        if found is None and at.kind is not Kind.GROUP:
            for kind in (Kind.FINDING, Kind.ECHO):
                found = self.outline.find(Address(kind, at.id)) if found is None else found
        if found is None:
            holders = [root for root, echoes in self._folded.items() if at.id in echoes]
            found = self.outline.find(Address(Kind.FINDING, holders[0])) if holders else None
        return found

    def _go(self, to: int) -> None:
        to = min(max(to, 0), len(self.outline) - 1)
        self._chosen = True
        if to in {self._cursor, -1}:
            return
        before, self._cursor = self._cursor, to
        self.refresh_line(before)
        self.refresh_line(to)
        self._keep_visible()
        self._update_border()
        self.post_message(self.Selected())

    def _keep_visible(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        if height <= 0:
            return
        if self._cursor < top:
            self.scroll_to(y=self._cursor, animate=False, force=True)
        elif self._cursor >= top + height:
            self.scroll_to(y=self._cursor - height + 1, animate=False, force=True)

    def _update_border(self) -> None:
        total = len(self.outline)
        self.border_subtitle = f"{self._cursor + 1:,} of {total:,}" if total else ""
