"""What a person decides about findings."""

from typing import Final

from reprodiff.tui.keys.base import Key

TRIAGING: Final[tuple[Key, ...]] = ()
