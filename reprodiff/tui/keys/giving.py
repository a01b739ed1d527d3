"""Getting things out: copies, files and pictures."""

from typing import Final

from reprodiff.tui.keys.base import Key

GIVING: Final[tuple[Key, ...]] = ()
