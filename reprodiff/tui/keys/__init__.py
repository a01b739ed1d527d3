"""Every action, once: the bindings, help, palette and bar at the bottom are made of this.

There is one table for each topic.  An action has an id, by which ``defaults`` gives it its keys and
by which a user gives it others.
"""

from reprodiff.tui.keys.base import Key, Topic, Where, names
from reprodiff.tui.keys.keyboard import Keyboard
from reprodiff.tui.keys.tables import KEYS, MAX_IN_BAR

__all__ = ["KEYS", "MAX_IN_BAR", "Key", "Keyboard", "Topic", "Where", "names"]
