"""Opening pages above the main screen."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from reprodiff.tui.reasons import explanation
from reprodiff.tui.screens.base import Panes
from reprodiff.tui.sources.pages import Block, text
from reprodiff.tui.store import Phase

if TYPE_CHECKING:
    from reprodiff.tui.screens.pages import PageScreen
    from reprodiff.tui.sources.base import Source
    from reprodiff.views.tables import TableRow

Made = tuple["Sequence[Block] | Source", str]
"""What a page shows, and what is copied of it."""


class OpeningActions(Panes):
    """What the keys of :mod:`reprodiff.tui.keys.pages` do."""

    _waiting: "tuple[PageScreen, Callable[[], Made]] | None" = None
    """A page of what is known at the end of the analysis, which was opened before."""

    def action_explain(self) -> None:
        """Open the page of the cause."""
        from reprodiff.tui.screens.pages import PageScreen  # noqa: PLC0415

        subject = self._subject()
        if subject is None:
            self._say("Choose a finding first.")
            return
        page = explanation(self._store, subject.finding)
        self.app.push_screen(PageScreen(subject.finding.cause, page, self._keyboard))

    def action_plan(self) -> None:
        """Open the fix plan."""
        from reprodiff.tui.pages.plan import plan_page, plan_text  # noqa: PLC0415

        self._open("Fix plan", lambda: (plan_page(self._store), plan_text(self._store)))

    def action_recipe(self) -> None:
        """Open the recipe of both sides."""
        from reprodiff.tui.pages.recipe import recipe_rows, recipe_text  # noqa: PLC0415

        def made() -> Made:
            unknown = self._unknown("The recipe is read", words)
            return self._table(recipe_rows(self._store), unknown), recipe_text(self._store)

        words = "Neither artifact tells how it was built."
        self._open("Recipe", made)

    def action_platform(self) -> None:
        """Open what both sides ask of the machine they are installed on."""
        from reprodiff.tui.pages.platform import platform_rows  # noqa: PLC0415

        def made() -> Made:
            unknown = self._unknown("The platform is known", words)
            return self._table(platform_rows(self._store), unknown), ""

        words = "Neither tags nor native code differ, so both sides install where the other does."
        self._open("Platform", made)

    def finish_page(self) -> None:
        """Put onto a page that waits for the end of the analysis what is known now."""
        if self._waiting is None or self._store.phase is Phase.RUNNING:
            return
        (page, made), self._waiting = self._waiting, None
        if page.is_attached:
            page.replace(*made())

    def _unknown(self, what: str, words: str) -> list[Block]:
        """Return why there is nothing to show."""
        from reprodiff.tui.pages.common import not_yet  # noqa: PLC0415

        return not_yet(self._store, what) if self._store.report is None else [text(words)]

    def _table(
        self, rows: "list[TableRow]", without: Sequence[Block]
    ) -> "Sequence[Block] | Source":
        from reprodiff.tui.sources.base import View  # noqa: PLC0415
        from reprodiff.tui.sources.tables import GridSource  # noqa: PLC0415

        return GridSource(rows, View.FIELDS) if rows else without

    def _open(self, title: str, made: Callable[[], Made]) -> None:
        from reprodiff.tui.screens.pages import PageScreen  # noqa: PLC0415

        content, clip = made()
        page = PageScreen(title, content, self._keyboard, clip)
        self._waiting = (page, made) if self._store.phase is Phase.RUNNING else None
        self.app.push_screen(page)
