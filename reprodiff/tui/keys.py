"""Every key, once: the bindings, the help, the palette and the bar at the bottom are made of this.

A key has an id, by which it can be given to another key (``App.set_keymap``).
"""

from enum import StrEnum
from typing import Final, NamedTuple


class Topic(StrEnum):
    """Headings of the help page."""

    MOVE = "Move"
    LIST = "The list of findings"
    EVIDENCE = "The evidence"
    APP = "The app"


class Where(StrEnum):
    """What has the focus; the bar shows what is useful there."""

    FINDINGS = "findings"
    EVIDENCE = "evidence"
    REASON = "reason"
    PAGE = "page"


class Key(NamedTuple):
    """Keys (as Textual names them, with commas between), what they do, and what to call it."""

    id: str
    keys: str
    action: str
    title: str
    """A short name, for the palette."""
    help: str
    """What it does, in a sentence, for the help page."""
    topic: Topic
    label: str = ""
    """A word for the bar; none if the key is never shown there."""
    bar: tuple[Where, ...] = ()
    page: bool = False
    """Whether it works on pages (help, explanation) too."""


_F, _E, _R, _P = Where.FINDINGS, Where.EVIDENCE, Where.REASON, Where.PAGE

KEYS: Final = (
    Key("move.down", "down,j", "move(1)", "Down", "One line down", Topic.MOVE, page=True),
    Key("move.up", "up,k", "move(-1)", "Up", "One line up", Topic.MOVE, page=True),
    Key(
        "move.half_down",
        "ctrl+d",
        "half_page(1)",
        "Half a page down",
        "Half a page down",
        Topic.MOVE,
        page=True,
    ),
    Key(
        "move.half_up",
        "ctrl+u",
        "half_page(-1)",
        "Half a page up",
        "Half a page up",
        Topic.MOVE,
        page=True,
    ),
    Key(
        "move.page_down",
        "pagedown",
        "page(1)",
        "Page down",
        "A page down",
        Topic.MOVE,
        page=True,
    ),
    Key("move.page_up", "pageup", "page(-1)", "Page up", "A page up", Topic.MOVE, page=True),
    Key(
        "move.first", "home,g", "edge(-1)", "First line", "To the first line", Topic.MOVE, page=True
    ),
    Key("move.last", "end,G", "edge(1)", "Last line", "To the last line", Topic.MOVE, page=True),
    Key(
        "pane.next",
        "tab",
        "pane(1)",
        "Next pane",
        "To the next pane",
        Topic.MOVE,
        "pane",
        (_F, _E, _R),
    ),
    Key(
        "pane.previous",
        "shift+tab",
        "pane(-1)",
        "Previous pane",
        "To the previous pane",
        Topic.MOVE,
    ),
    Key(
        "go.in",
        "enter",
        "enter",
        "Open",
        "On a heading: fold or unfold; on a finding or a place: into its evidence",
        Topic.LIST,
        "open",
        (_F,),
    ),
    Key(
        "go.unfold",
        "right,l",
        "unfold",
        "Unfold",
        "Show what follows from a finding, and its places (in the evidence: scroll right)",
        Topic.LIST,
        "unfold",
        (_F,),
    ),
    Key(
        "go.fold",
        "left,h",
        "fold",
        "Fold",
        "Hide it again, or go up to what holds it (in the evidence: scroll left, then back)",
        Topic.LIST,
    ),
    Key("go.toggle", "space", "turn", "Fold or unfold", "Fold or unfold", Topic.LIST),
    Key(
        "go.back",
        "escape",
        "back",
        "Back, or cancel",
        "Back to the list; in the list, while the analysis runs: cancel it and keep what was found",
        Topic.LIST,
        "back",
        (_E, _R, _P),
        page=True,
    ),
    Key(
        "evidence.next",
        "right_square_bracket",
        "change(1)",
        "Next difference",
        "To the next difference in the evidence",
        Topic.EVIDENCE,
        "next",
        (_F, _E),
    ),
    Key(
        "evidence.previous",
        "left_square_bracket",
        "change(-1)",
        "Previous difference",
        "To the previous difference in the evidence",
        Topic.EVIDENCE,
    ),
    Key(
        "evidence.split",
        "s",
        "split",
        "Side by side",
        "A and B side by side, or one below the other",
        Topic.EVIDENCE,
        "split",
        (_E,),
    ),
    Key(
        "evidence.view",
        "v",
        "view",
        "Next view",
        "Show the evidence as fields, as text or as bytes",
        Topic.EVIDENCE,
        "view",
        (_F, _E),
    ),
    Key(
        "cause.explain",
        "e",
        "explain",
        "Explain this cause",
        "All that is known of this cause: how it is recognised, why it comes, what removes it",
        Topic.EVIDENCE,
        "explain",
        (_F, _E, _R),
    ),
    Key("app.theme", "t", "theme", "Theme", "Choose other colours", Topic.APP),
    Key(
        "app.palette",
        "ctrl+p",
        "palette",
        "Palette",
        "All actions by name",
        Topic.APP,
    ),
    Key(
        "app.help",
        "question_mark",
        "help",
        "Help",
        "This page",
        Topic.APP,
        "help",
        (_F, _E, _R),
        page=True,
    ),
    Key(
        "app.quit",
        "q",
        "quit",
        "Quit",
        "Leave; a page is closed",
        Topic.APP,
        "quit",
        (_F, _E, _R, _P),
        page=True,
    ),
)
"""All keys, in the order of the help page."""

MAX_IN_BAR: Final = 8

_NAMES: Final = {
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "question_mark": "?",
    "escape": "Esc",
    "enter": "⏎",
    "space": "Space",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}


def names(keys: str) -> tuple[str, ...]:
    """Return what is printed on the keys."""
    return tuple(_NAMES.get(key, key.replace("ctrl+", "Ctrl+")) for key in keys.split(","))


def in_bar(where: Where) -> tuple[Key, ...]:
    """Return the keys that the bar shows, the first of them first."""
    return tuple(key for key in KEYS if where in key.bar)
