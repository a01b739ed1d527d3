"""The keys as Textual wants them."""

from textual.binding import Binding

from reprodiff.tui.keys import KEYS, Key

_OWN = frozenset({"app.palette"})
"""Bound by Textual itself, before everything else."""


def bindings(*, page: bool = False, also: frozenset[str] = frozenset()) -> list[Binding]:
    """Return the bindings of the main screen, or of a page above it with some more by their ids."""
    return [
        _binding(key)
        for key in KEYS
        if key.id not in _OWN and (key.page or not page or key.id in also)
    ]


def _binding(key: Key) -> Binding:
    return Binding(key.keys, key.action, key.title, show=False, id=key.id, tooltip=key.help)
