"""The main screen: what matters, why, the evidence, and what to change."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from reprodiff.text import plain
from reprodiff.tui.bindings import bindings
from reprodiff.tui.comparison import Comparison
from reprodiff.tui.evidence import Subject
from reprodiff.tui.keys import Keyboard, Where
from reprodiff.tui.outline import Kind
from reprodiff.tui.reasons import decisions, file_page, group, nothing_listed, reason
from reprodiff.tui.screens.actions.app import AppActions
from reprodiff.tui.screens.actions.evidence import EvidenceActions
from reprodiff.tui.screens.actions.giving import GivingActions
from reprodiff.tui.screens.actions.moving import MovingActions
from reprodiff.tui.screens.actions.opening import OpeningActions
from reprodiff.tui.screens.actions.outside import OutsideActions
from reprodiff.tui.screens.actions.triage import TriageActions
from reprodiff.tui.screens.actions.zooming import ZoomActions
from reprodiff.tui.sources.base import Messages
from reprodiff.tui.sources.pages import BLANK, Block, Page, text
from reprodiff.tui.widgets.findings import FindingsPane
from reprodiff.tui.widgets.keybar import KeyBar

WIDE = 100
"""Columns from which on the list and the evidence stand beside each other."""


class MainScreen(
    MovingActions,
    TriageActions,
    ZoomActions,
    EvidenceActions,
    OutsideActions,
    OpeningActions,
    GivingActions,
    AppActions,
):
    """Three panes; in a narrow terminal the list, or the two others."""

    BINDINGS = [*bindings()]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]
    AUTO_FOCUS = "#findings"

    def __init__(self, comparison: Comparison, keyboard: Keyboard, *, watch: bool = False) -> None:
        super().__init__(comparison, keyboard)
        self._watch = watch
        self._shown: Subject | None = None

    def compose(self) -> ComposeResult:
        """Lay the panes out."""
        self._reason.border_title = "Why and fix"
        self._evidence.border_title = "Evidence"
        self._evidence.lines.source = Messages(nothing_listed(self._store, filtered=False))
        yield self._masthead
        with Horizontal(id="body"):
            with Vertical(id="list"):
                yield self._findings
                yield self._filter
            with Vertical(id="detail"):
                yield self._evidence
                yield self._reason
                yield self._search_row
        yield self._keybar

    def on_mount(self) -> None:
        """Begin to listen, off the thread that draws."""
        self._comparison.triage.changed = self.decided
        self._comparison.triage.open()
        # Reading what comes in would delay the first picture.
        self.call_after_refresh(self.begin, watch=self._watch)

    def on_unmount(self) -> None:
        """End the analysis and let go of the artifacts."""
        self._comparison.close()

    def reload(self) -> None:
        """Draw what the store has now."""
        self.catch_up()
        before = self._findings.address
        self._masthead.refresh()
        self._findings.reload()
        if self._findings.address == before:
            self._update_selected()
        self.finish_page()

    def renew(self) -> None:
        """Draw what is another comparison of the same pair by now, from the same place."""
        self._shown = None
        self._evidence.keep_place()
        self.reload()

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
        self.set_focus(self._evidence.lines)

    def _show_selected(self) -> None:
        subject = self._shown = self._subject()
        if subject is not None:
            self._evidence.show(subject)
            self._reason.show(Page(self._told(subject)))
            return
        title, blocks = self._other()
        words = ["Choose a finding to see its evidence."]
        if self._findings.address is None:
            words = nothing_listed(self._store, filtered=bool(self._findings.words))
        self._evidence.say(title, words)
        self._reason.show(Page(blocks))

    def _update_selected(self) -> None:
        """Show what has come in for what is selected, without moving."""
        subject, shown = self._subject(), self._shown
        if subject is None or shown is None or not subject.shows(shown):
            self._show_selected()
            return
        self._evidence.grow(subject)
        if subject.finding != shown.finding:
            self._reason.replace(Page(self._told(subject)))
        self._shown = subject

    def _told(self, subject: Subject) -> list[Block]:
        """Return what is decided about a finding, why it is there and what removes it."""
        at = self._findings.address
        over: list[Block] = []
        if at is not None and at.kind is Kind.PATH:
            over = [*file_page(self._store, self._findings.inside(at.path)), BLANK]
        decided = [*over, *decisions(self._comparison.triage.decisions, subject)]
        return [*decided, *reason(self._store, subject.finding)]

    def show_decisions(self) -> None:
        """Show what was decided about the finding at hand."""
        if (subject := self._subject()) is not None:
            self._reason.replace(Page(self._told(subject)))

    def _other(self) -> tuple[str, list[Block]]:
        """Return what to say of a row that is no finding."""
        at = self._findings.address
        if at is None:
            return "Evidence", [text(self._findings.nothing)]
        if at.kind is Kind.GROUP:
            return at.id, group(self._store, at.id, self._findings.grouping)
        if at.kind is Kind.PROBLEM:
            problem = self._store.problems[at.number]
            side = f" of {problem.side.upper()}" if problem.side else ""
            place = f"{plain(problem.path) or 'the artifact itself'}{side}"
            return place, [text(problem.message), text(f"Stage: {problem.stage}.")]
        return "problems", [text("What could not be read or analysed; the verdict counts it.")]

    # -- focus

    def on_descendant_focus(self) -> None:
        """Show the keys of the pane that has the focus."""
        where = {
            self._findings: Where.FINDINGS,
            self._evidence.lines: Where.EVIDENCE,
            self._reason: Where.REASON,
        }
        typing = self._filter.typing or self._search_row.view is not None
        self._keybar.show(Where.TYPING if typing else where[self._pane()])
        self.fit_zoom()

    def on_resize(self) -> None:
        """Keep the focus on something that is shown."""
        if not self.narrow:
            return
        self.set_class(self._pane() is not self._findings, "-inside")

    @on(KeyBar.Chosen)
    def _chosen(self, message: KeyBar.Chosen) -> None:
        message.stop()
        self.call_later(self.run_action, message.key.action)
