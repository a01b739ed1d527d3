"""Colours of a language for the lines on the screen, made elsewhere and put in when they are there.

Only what is looked at is coloured, in blocks with some lines in front of them, so that a text in
quotes over many lines is known for what it is.
"""

from collections.abc import Sequence
from threading import Lock
from typing import Final

from reprodiff.model import Side
from reprodiff.views import syntax
from reprodiff.views.rows import LinePair

_BLOCK: Final = 120
"""Lines that are coloured at once."""
_LEAD: Final = 240
"""Lines in front of them that are read, too."""
_LONGEST: Final = 2_000
"""Characters of a line; a block with a longer one is not coloured."""


class SyntaxPainter:
    """The colours of a pair of texts, as far as they are known."""

    def __init__(self, pair: LinePair, grammar: str) -> None:
        self._pair, self._grammar = pair, grammar
        self._blocks: dict[tuple[Side, int], Sequence[syntax.Runs] | None] = {}
        self._wanted: dict[tuple[Side, int], None] = {}
        self._lock = Lock()

    def __call__(self, side: Side, line: int) -> Sequence[tuple[int, int, str]]:
        """Return the coloured parts of a line, none if they are not known yet."""
        block, inside = divmod(line, _BLOCK)
        key = (side, block)
        if key not in self._blocks:
            with self._lock:
                self._wanted[key] = None
            return ()
        lines = self._blocks[key]
        if lines is None or inside >= len(lines):
            return ()
        return [(start, stop, f"syntax-{kind}") for start, stop, kind in lines[inside]]

    @property
    def wants(self) -> bool:
        """Whether something on the screen has no colours yet."""
        return bool(self._wanted)

    def work(self) -> bool:
        """Make the colours that are wanted; takes a while.  Return whether there are new ones."""
        with self._lock:
            wanted, self._wanted = list(self._wanted), {}
        made = False
        for side, block in wanted:
            self._blocks[side, block] = self._made(side, block)
            made = made or self._blocks[side, block] is not None
        return made

    def _made(self, side: Side, block: int) -> Sequence[syntax.Runs] | None:
        first = block * _BLOCK
        last = min(first + _BLOCK, self._pair.line_count(side))
        start = max(first - _LEAD, 0)
        lines = [self._pair.raw(side, line) for line in range(start, last)]
        if any(len(line) > _LONGEST for line in lines):
            return None
        found = syntax.ask(self._grammar, lines)
        return None if found is None else found[first - start : last - start]
