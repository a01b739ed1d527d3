"""Opening pages above the main screen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reprodiff.tui.reasons import explanation
from reprodiff.tui.screens.base import Panes
from reprodiff.tui.sources.pages import Block, text

if TYPE_CHECKING:
    from reprodiff.views.tables import TableRow


class OpeningActions(Panes):
    """What the keys of :mod:`reprodiff.tui.keys.pages` do."""

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
        from reprodiff.tui.screens.pages import PageScreen  # noqa: PLC0415

        page = PageScreen(
            "Fix plan", plan_page(self._store), self._keyboard, plan_text(self._store)
        )
        self.app.push_screen(page)

    def action_recipe(self) -> None:
        """Open the recipe of both sides."""
        from reprodiff.tui.pages.recipe import recipe_rows, recipe_text  # noqa: PLC0415

        rows = recipe_rows(self._store)
        words = "Neither artifact tells how it was built."
        self._open_table(
            "Recipe", rows, self._unknown("The recipe is read", words),
            recipe_text(self._store),
        )  # fmt: skip

    def action_platform(self) -> None:
        """Open what both sides ask of the machine they are installed on."""
        from reprodiff.tui.pages.platform import platform_rows  # noqa: PLC0415

        words = "Neither tags nor native code differ, so both sides install where the other does."
        unknown = self._unknown("The platform is known", words)
        self._open_table("Platform", platform_rows(self._store), unknown)

    def _unknown(self, what: str, words: str) -> list[Block]:
        """Return why there is nothing to show."""
        from reprodiff.tui.pages.common import not_yet  # noqa: PLC0415

        return not_yet(self._store, what) if self._store.report is None else [text(words)]

    def _open_table(
        self, title: str, rows: "list[TableRow]", without: Sequence[Block], clip: str = ""
    ) -> None:
        from reprodiff.tui.screens.pages import PageScreen  # noqa: PLC0415
        from reprodiff.tui.sources.base import View  # noqa: PLC0415
        from reprodiff.tui.sources.tables import GridSource  # noqa: PLC0415

        content = GridSource(rows, View.FIELDS) if rows else without
        self.app.push_screen(PageScreen(title, content, self._keyboard, clip))
