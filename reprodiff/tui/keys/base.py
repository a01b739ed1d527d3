"""What an action is: its id, its keys, and the words for the help, the palette and the bar."""

from enum import StrEnum
from typing import Final, NamedTuple

from reprodiff.tui.keys.defaults import DEFAULTS


class Topic(StrEnum):
    """Headings of the help page, in its order."""

    MOVE = "Move"
    LIST = "The list of findings"
    TRIAGE = "Triage"
    EVIDENCE = "The evidence"
    PAGES = "Pages"
    GIVE = "Take it along"
    APP = "The app"


class Where(StrEnum):
    """What has the focus; the bar shows what is useful there."""

    FINDINGS = "findings"
    EVIDENCE = "evidence"
    REASON = "reason"
    PAGE = "page"
    TYPING = "typing"
    HOUSE = "house"


class Key(NamedTuple):
    """An action a user can call for."""

    id: str
    """By which it is found in the table of keys, and given other keys by the user."""
    action: str
    """As Textual names it, with its arguments."""
    title: str
    """A short name, for the palette."""
    help: str
    """What it does, in a sentence, for the help page."""
    topic: Topic
    label: str = ""
    """A word for the bar; none if it is never shown there."""
    bar: tuple[Where, ...] = ()
    page: bool = False
    """Whether it works on pages (help, explanation) too."""
    page_label: str = ""
    """A word for the bar of a page, where it is another."""
    given: str = ""
    """Other keys than those of the table, with commas between."""

    @property
    def keys(self) -> str:
        """The keys as Textual names them, with commas between; empty if it has none."""
        return self.given or DEFAULTS[self.id]


_NAMES: Final = {
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "right_curly_bracket": "}",
    "left_curly_bracket": "{",
    "question_mark": "?",
    "slash": "/",
    "minus": "-",
    "equals_sign": "=",
    "plus": "+",
    "underscore": "_",
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
    return tuple(_NAMES.get(key, key.replace("ctrl+", "Ctrl+")) for key in keys.split(",") if key)
