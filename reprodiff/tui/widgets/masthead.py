"""The lines on top."""

from typing import ClassVar

from textual.strip import Strip

from reprodiff.model import Side
from reprodiff.tui import masthead
from reprodiff.tui.masthead import SHADES
from reprodiff.tui.store import Store
from reprodiff.tui.widgets.painted import (
    SEVERITY_ROLES,
    TEXT_ROLES,
    VERDICT_ROLES,
    Painted,
    classes,
)

_SHADES = frozenset(f"share-{number}{part}" for number in range(SHADES) for part in ("", "-label"))


class Masthead(Painted):
    """What is compared, whether it matters, and where the differing bytes went."""

    COMPONENT_CLASSES: ClassVar[set[str]] = classes(
        TEXT_ROLES,
        SEVERITY_ROLES,
        VERDICT_ROLES,
        _SHADES,
        frozenset({"brand", "name", "unexplained", "unexplained-count"}),
    )
    ALLOW_SELECT = False

    def __init__(self, store: Store, paths: dict[Side, str]) -> None:
        super().__init__(id="masthead")
        self._store = store
        self._paths = paths

    def render_line(self, y: int) -> Strip:
        """Draw one of the lines."""
        cells = self.size.width
        if y == 0:
            return self.painted(masthead.title(self._store, self._paths, cells), cells)
        if y == 1:
            return self.painted(masthead.verdict(self._store, cells), cells)
        return self.painted(masthead.ledger(self._store, cells), cells)
