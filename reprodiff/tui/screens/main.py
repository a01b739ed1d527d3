"""The main screen: what matters, why, the evidence, and what to change."""

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from reprodiff.model import Side
from reprodiff.text import plain
from reprodiff.tui.bindings import bindings
from reprodiff.tui.evidence import Library, Subject
from reprodiff.tui.keys import Where
from reprodiff.tui.manual import manual
from reprodiff.tui.messages import CancelAnalysis
from reprodiff.tui.outline import Kind
from reprodiff.tui.reasons import explanation, group, reason
from reprodiff.tui.screens.pages import PageScreen
from reprodiff.tui.sources.pages import Block, Page, text
from reprodiff.tui.store import Phase, Store
from reprodiff.tui.widgets.evidence import EvidencePane
from reprodiff.tui.widgets.findings import FindingsPane
from reprodiff.tui.widgets.keybar import KeyBar
from reprodiff.tui.widgets.lineview import LineView
from reprodiff.tui.widgets.masthead import Masthead

if TYPE_CHECKING:
    from textual.widget import Widget

WIDE = 100
"""Columns from which on the list and the evidence stand beside each other."""


class MainScreen(Screen[None]):
    """Three panes; in a narrow terminal the list, or the two others."""

    BINDINGS = [*bindings()]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    AUTO_FOCUS = "#findings"

    def __init__(self, store: Store, library: Library, paths: dict[Side, str]) -> None:
        super().__init__()
        self._store = store
        self._masthead = Masthead(store, paths)
        self._findings = FindingsPane(store, id="findings")
        self._evidence = EvidencePane(library, id="evidence")
        self._reason = LineView(id="reason")
        self._keybar = KeyBar(Where.FINDINGS)
        self._shown: Subject | None = None

    def compose(self) -> ComposeResult:
        """Lay the panes out."""
        self._findings.border_title = "Findings"
        self._reason.border_title = "Why and fix"
        yield self._masthead
        with Horizontal(id="body"):
            yield self._findings
            with Vertical(id="detail"):
                yield self._evidence
                yield self._reason
        yield self._keybar

    def reload(self) -> None:
        """Draw what the store has now."""
        before = self._findings.address
        self._masthead.refresh()
        self._findings.reload()
        if self._findings.address == before:
            self._update_selected()

    @property
    def narrow(self) -> bool:
        """Whether there is room for one pane only."""
        return self.size.width < WIDE

    # -- what is selected

    @on(FindingsPane.Selected)
    def _selected(self) -> None:
        self._show_selected()

    @on(FindingsPane.Entered)
    def _entered(self) -> None:
        self.add_class("-inside")
        self._evidence.lines.focus()

    def _subject(self) -> Subject | None:
        at = self._findings.address
        if at is None or at.id not in self._store.findings:
            return None
        number = at.number if at.kind is Kind.PLACE else None
        return Subject(self._store.findings[at.id], self._store.locations(at.id), number)

    def _show_selected(self) -> None:
        subject = self._shown = self._subject()
        if subject is not None:
            self._evidence.show(subject)
            self._reason.show(Page(reason(self._store, subject.finding)))
            return
        title, blocks = self._other()
        self._evidence.say(title, ["Choose a finding to see its evidence."])
        self._reason.show(Page(blocks))

    def _update_selected(self) -> None:
        """Show what has come in for what is selected, without moving."""
        subject, shown = self._subject(), self._shown
        if subject is None or shown is None or not subject.shows(shown):
            self._show_selected()
            return
        self._evidence.grow(subject)
        if subject.finding != shown.finding:
            self._reason.replace(Page(reason(self._store, subject.finding)))
        self._shown = subject

    def _other(self) -> tuple[str, list[Block]]:
        """Return what to say of a row that is no finding."""
        at = self._findings.address
        if at is None:
            running = self._store.phase is Phase.RUNNING
            return "", [text("The analysis is running." if running else "Nothing differs.")]
        if at.kind is Kind.GROUP:
            return at.id, group(self._store, at.id)
        if at.kind is Kind.PROBLEM:
            problem = self._store.problems[at.number]
            side = f" of {problem.side.upper()}" if problem.side else ""
            place = f"{plain(problem.path) or 'the artifact itself'}{side}"
            return place, [text(problem.message), text(f"Stage: {problem.stage}.")]
        return "problems", [text("What could not be read or analysed; the verdict counts it.")]

    # -- focus

    def _pane(self) -> FindingsPane | LineView:
        if self._reason.has_focus:
            return self._reason
        return self._evidence.lines if self._evidence.lines.has_focus else self._findings

    def on_descendant_focus(self) -> None:
        """Show the keys of the pane that has the focus."""
        where = {
            self._findings: Where.FINDINGS,
            self._evidence.lines: Where.EVIDENCE,
            self._reason: Where.REASON,
        }
        self._keybar.show(where[self._pane()])

    def on_resize(self) -> None:
        """Keep the focus on something that is shown."""
        if not self.narrow:
            return
        self.set_class(self._pane() is not self._findings, "-inside")

    # -- actions

    def action_move(self, lines: int) -> None:
        """Move in the pane that has the focus."""
        self._pane().move(lines)

    def action_half_page(self, direction: int) -> None:
        """Move by half a page."""
        self._pane().page(direction / 2)

    def action_page(self, direction: int) -> None:
        """Move by a page."""
        self._pane().page(direction)

    def action_edge(self, direction: int) -> None:
        """Move to the first or the last line."""
        self._pane().edge(direction)

    def action_pane(self, direction: int) -> None:
        """Give the focus to another pane."""
        panes: list[Widget] = [self._findings, self._evidence.lines, self._reason]
        chosen = panes[(panes.index(self._pane()) + direction) % len(panes)]
        self.set_class(chosen is not self._findings, "-inside")
        chosen.focus()

    def action_enter(self) -> None:
        """Look at the row under the cursor."""
        if self._pane() is self._findings:
            self._findings.enter()

    def action_unfold(self) -> None:
        """Unfold the row; in a text, scroll to the right."""
        pane = self._pane()
        if isinstance(pane, FindingsPane):
            pane.unfold()
        else:
            pane.sideways(1)

    def action_fold(self) -> None:
        """Fold the row; in a text, scroll to the left, and at its edge go back."""
        pane = self._pane()
        if isinstance(pane, FindingsPane):
            pane.fold()
        elif not pane.sideways(-1):
            self.action_back()

    def action_turn(self) -> None:
        """Fold or unfold the row."""
        if self._pane() is self._findings:
            self._findings.toggle()

    def action_back(self) -> None:
        """Go back to the list; from there, cancel the analysis."""
        if self._pane() is not self._findings:
            self.remove_class("-inside")
            self._findings.focus()
        elif self._store.phase is Phase.RUNNING:
            self.app.post_message(CancelAnalysis())

    def action_change(self, direction: int) -> None:
        """Go to the next or the previous difference in the evidence."""
        if not self._evidence.lines.change(direction):
            self.notify("There is no other difference that way.", markup=False, timeout=2)

    def action_split(self) -> None:
        """Put A and B side by side, or one below the other."""
        if not self._evidence.lines.source.split:
            self.notify("There is nothing to put side by side in this view.", markup=False)
        self._evidence.lines.split()

    def action_view(self) -> None:
        """Show the evidence in another view."""
        self._evidence.next_view()

    def action_explain(self) -> None:
        """Open the page of the cause."""
        subject = self._subject()
        if subject is None:
            self.notify("Choose a finding first.", markup=False, timeout=2)
            return
        page = explanation(self._store, subject.finding)
        self.app.push_screen(PageScreen(subject.finding.cause, page))

    def action_theme(self) -> None:
        """Choose other colours."""
        self.app.search_themes()

    def action_help(self) -> None:
        """Open the help page."""
        self.app.push_screen(PageScreen("Keys", manual()))

    async def action_quit(self) -> None:
        """Leave."""
        await self.app.action_quit()

    @on(KeyBar.Chosen)
    def _chosen(self, message: KeyBar.Chosen) -> None:
        message.stop()
        self.call_later(self.run_action, message.key.action)
