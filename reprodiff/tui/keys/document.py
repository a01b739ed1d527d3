"""The keys as a page of the documentation."""

from reprodiff.tui.keys.base import Topic, names
from reprodiff.tui.keys.keyboard import Keyboard

_HEAD = """\
# The keys of the app

This page is made from the table that the app itself is made from. `?` shows it in the app, with the
keys of your own settings; [what the app is](app.md) tells more. An id is what a key is given to in
`config.toml` (see [usage](usage.md#the-app)).
"""


def document() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    keys = Keyboard().keys
    for topic in Topic:
        found = [key for key in keys if key.topic is topic]
        if found:
            rows = [
                f"| {' '.join(f'`{_cell(name)}`' for name in names(key.keys))} "
                f"| {_cell(key.help)} | `{key.id}` |"
                for key in found
            ]
            head = ["| key | what it does | id |", "| --- | --- | --- |"]
            parts.append("\n".join([f"## {topic.value}\n", *head, *rows, ""]))
    return "\n".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
