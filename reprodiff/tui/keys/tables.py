"""All tables, one after the other."""

from typing import Final

from reprodiff.tui.keys.app import APP
from reprodiff.tui.keys.base import Key
from reprodiff.tui.keys.evidence import EVIDENCE
from reprodiff.tui.keys.giving import GIVING
from reprodiff.tui.keys.listing import LISTING
from reprodiff.tui.keys.moving import MOVING
from reprodiff.tui.keys.pages import PAGES
from reprodiff.tui.keys.triaging import TRIAGING

KEYS: Final[tuple[Key, ...]] = (
    *MOVING,
    *LISTING,
    *TRIAGING,
    *EVIDENCE,
    *PAGES,
    *GIVING,
    *APP,
)
"""All actions, in the order of the help page."""

MAX_IN_BAR: Final = 8
"""Keys that the bar shows at most, wherever the focus is."""
