"""Moving: in a pane, and between panes."""

from typing import Final

from reprodiff.tui.keys.base import Key, Topic, Where

_PANES: Final = (Where.EVIDENCE, Where.REASON)

MOVING: Final = (
    Key("move.down", "move(1)", "Down", "One line down", Topic.MOVE, page=True),
    Key("move.up", "move(-1)", "Up", "One line up", Topic.MOVE, page=True),
    Key(
        "move.half_down",
        "half_page(1)",
        "Half a page down",
        "Half a page down",
        Topic.MOVE,
        page=True,
    ),
    Key("move.half_up", "half_page(-1)", "Half a page up", "Half a page up", Topic.MOVE, page=True),
    Key("move.page_down", "page(1)", "Page down", "A page down", Topic.MOVE, page=True),
    Key("move.page_up", "page(-1)", "Page up", "A page up", Topic.MOVE, page=True),
    Key("move.first", "edge(-1)", "First line", "To the first line", Topic.MOVE, page=True),
    Key("move.last", "edge(1)", "Last line", "To the last line", Topic.MOVE, page=True),
    Key("pane.next", "pane(1)", "Next pane", "To the next pane", Topic.MOVE, "pane", _PANES),
    Key("pane.previous", "pane(-1)", "Previous pane", "To the previous pane", Topic.MOVE),
    Key(
        "pane.larger",
        "larger",
        "More room",
        "More room for the pane that has the focus: without the list, then alone",
        Topic.MOVE,
    ),
    Key("pane.smaller", "smaller", "Less room", "Less room for it again", Topic.MOVE),
)
"""In the order of the help page, as all tables of this package."""
