"""Giving a pane more room."""

from typing import Final

from reprodiff.tui.screens.base import Panes
from reprodiff.tui.widgets.findings import FindingsPane

_MOST: Final = 2
_CLASSES: Final = ("-only-list", "-no-list", "-only-evidence", "-only-reason")


class ZoomActions(Panes):
    """What the keys ``pane.larger`` and ``pane.smaller`` do.

    The pane with the focus has the room: first without the list beside it, then alone.
    """

    zoomed = 0
    """0: all panes; 1: without the list; 2: one pane alone."""

    def action_larger(self) -> None:
        """Give the pane with the focus more room."""
        self._zoom(self.zoomed + 1)

    def action_smaller(self) -> None:
        """Take room from it again."""
        self._zoom(self.zoomed - 1)

    def _zoom(self, to: int) -> None:
        wanted = min(max(to, 0), _MOST)
        if wanted and (isinstance(self._pane(), FindingsPane) or self.has_class("-narrow")):
            # There is no step between: without the list there is only the rest.
            wanted = _MOST if to > self.zoomed else 0
        self.zoomed = wanted
        self.fit_zoom()

    def fit_zoom(self) -> None:
        """Lay out the panes for the one that has the focus."""
        pane = self._pane()
        shown: set[str] = set()
        if self.zoomed:
            if isinstance(pane, FindingsPane):
                shown = {"-only-list"}
            else:
                shown = {"-no-list"}
                if self.zoomed == _MOST:
                    reason = pane is self._reason
                    shown.add("-only-reason" if reason else "-only-evidence")
        for name in _CLASSES:
            self.set_class(name in shown, name)
