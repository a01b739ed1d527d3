"""The actions with the keys that a user has given them."""

from collections.abc import Mapping

from reprodiff.tui.keys.base import Key, Where
from reprodiff.tui.keys.tables import KEYS


class Keyboard:
    """All actions; those in ``given`` (by id, keys with commas between) have other keys."""

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self.given = dict(given or {})
        self.keys = tuple(key._replace(given=self.given.get(key.id, "")) for key in KEYS)

    def in_bar(self, where: Where) -> tuple[Key, ...]:
        """Return the actions that the bar shows, the first of them first."""
        return tuple(key for key in self.keys if where in key.bar)
