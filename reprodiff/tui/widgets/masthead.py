"""The lines on top."""

from textual.strip import Strip

from reprodiff.tui import masthead
from reprodiff.tui.comparison import Comparison
from reprodiff.tui.widgets.painted import Painted


class Masthead(Painted):
    """What is compared, whether it matters, and where the differing bytes went."""

    ALLOW_SELECT = False

    def __init__(self, comparison: Comparison) -> None:
        super().__init__(id="masthead")
        self._comparison = comparison

    def render_line(self, y: int) -> Strip:
        """Draw one of the lines."""
        cells = self.size.width
        store = self._comparison.store
        if y == 0:
            return self.painted(masthead.title(store, self._comparison.paths, cells), cells)
        if y == 1:
            decided = self._comparison.triage.decisions
            return self.painted(
                masthead.verdict(store, decided, cells, self._comparison.again), cells
            )
        return self.painted(masthead.ledger(store, cells), cells)
