"""What the list shows: filtered, grouped, folded."""

from typing import Final

from reprodiff.tui.outline import Grouping
from reprodiff.tui.screens.actions.searching import SearchActions
from reprodiff.tui.selecting.query import parse

_NEXT: Final = {
    Grouping.CAUSE: Grouping.PATH,
    Grouping.PATH: Grouping.SEVERITY,
    Grouping.SEVERITY: Grouping.CAUSE,
}


class ListingActions(SearchActions):
    """What the keys of :mod:`reprodiff.tui.keys.listing` do that no movement does."""

    async def action_find(self) -> None:
        """Type a filter for the list; in another pane, what to look for there."""
        if not await self.search():
            self.remove_class("-inside")
            await self._filter.open()

    def action_find_next(self, direction: int) -> None:
        """Go to the next or the previous finding, or match in another pane."""
        if self.search_again(direction):
            return
        if not self._findings.step(direction):
            self._say("There is no other finding that way.")

    def clear_filter(self) -> None:
        """Show everything again."""
        self._filter.value = ""
        self._filter.close()

    def filtered(self, words: str) -> None:
        """Show only what fits."""
        self._findings.filter(words.strip(), parse(words))

    def action_group(self) -> None:
        """Group by cause, by path, by severity in turn."""
        self._findings.group_by(_NEXT[self._findings.grouping])

    def action_fold_all(self) -> None:
        """Fold everything."""
        self._findings.fold_all(open_=False)

    def action_unfold_all(self) -> None:
        """Unfold everything."""
        self._findings.fold_all(open_=True)
