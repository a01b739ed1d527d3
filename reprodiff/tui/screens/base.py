"""What all parts of the main screen share: its panes, and what is selected in them."""

from reprodiff.tui.comparison import Comparison
from reprodiff.tui.evidence import Subject
from reprodiff.tui.keys import Keyboard, Where
from reprodiff.tui.outline import Kind
from reprodiff.tui.screens.copying import Copying
from reprodiff.tui.widgets.evidence import EvidencePane
from reprodiff.tui.widgets.findings import FindingsPane
from reprodiff.tui.widgets.keybar import KeyBar
from reprodiff.tui.widgets.lineview import LineView
from reprodiff.tui.widgets.masthead import Masthead
from reprodiff.tui.widgets.typing import FilterRow, SearchRow


class Panes(Copying):
    """The panes, and the one that has the focus; the actions are in mixins of their own."""

    def __init__(self, comparison: Comparison, keyboard: Keyboard) -> None:
        super().__init__()
        self._comparison = comparison
        self._store = comparison.store
        self._keyboard = keyboard
        self._masthead = Masthead(comparison)
        self._findings = FindingsPane(self._store, comparison.triage.decisions, id="findings")
        self._filter = FilterRow(self.filtered, self._to_list, id="filter-row")
        self._evidence = EvidencePane(comparison.library, self._store, id="evidence")
        self._reason = LineView(id="reason")
        self._search_row = SearchRow(id="search-row")
        self._keybar = KeyBar(Where.FINDINGS, keyboard)

    def filtered(self, words: str) -> None:
        """Show only what fits; the list's own actions know how."""

    def _to_list(self) -> None:
        self.set_focus(self._findings)

    def reload(self) -> None:
        """Draw what the store has now; the main screen knows how."""

    def show_progress(self) -> None:
        """Draw how far the analysis is."""
        self._masthead.refresh()

    def renew(self) -> None:
        """Draw what is another comparison of the same pair by now."""

    def _pane(self) -> FindingsPane | LineView:
        """Return the pane that has the focus; without one, the list.

        Where a filter is typed, the keys that are no text move in the list.
        """
        if self._reason.has_focus:
            return self._reason
        return self._evidence.lines if self._evidence.lines.has_focus else self._findings

    def _subject(self) -> Subject | None:
        """Return the finding or the place that the cursor is on."""
        at = self._findings.address
        if at is not None and at.kind is Kind.PATH and (held := self._findings.inside(at.path)):
            # On a file: the worst that is in it.
            at = at._replace(kind=Kind.FINDING, id=next(iter(held)))
        if at is None or at.id not in self._store.findings:
            return None
        finding, locations = self._store.findings[at.id], self._store.locations(at.id)
        if at.kind is Kind.PLACE:
            return Subject(finding, locations, at.number)
        if at.path and len(inside := self._findings.inside(at.path).get(at.id, ())) < len(
            locations
        ):
            # Under a file, the finding is what it is in that file.
            return Subject(finding, [locations[number] for number in inside])
        return Subject(finding, locations)
