"""The app itself."""

from typing import Final

from reprodiff.tui.keys.base import Key, Topic, Where

_ALL: Final = (Where.FINDINGS, Where.EVIDENCE, Where.REASON)

APP: Final = (
    Key(
        "app.reload",
        "reload",
        "Read again",
        "Read both artifacts again and keep the place; what is known stays until that is done",
        Topic.APP,
    ),
    Key(
        "app.open",
        "open_pair",
        "Compare others",
        "Choose two other artifacts; Esc comes back here",
        Topic.APP,
    ),
    Key("app.theme", "theme", "Theme", "Choose other colours", Topic.APP),
    Key("app.palette", "palette", "Palette", "All actions by name", Topic.APP),
    Key(
        "app.help", "help", "Help", "This page", Topic.APP, "help", (*_ALL, Where.HOUSE), page=True
    ),
    Key(
        "app.quit",
        "quit",
        "Quit",
        "Leave; a page is closed",
        Topic.APP,
        "quit",
        (*_ALL, Where.HOUSE),
        page=True,
    ),
)
