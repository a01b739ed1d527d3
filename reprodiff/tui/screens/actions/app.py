"""What concerns the app as a whole."""

from reprodiff.tui.messages import PickPair
from reprodiff.tui.screens.base import Panes


class AppActions(Panes):
    """What the keys of :mod:`reprodiff.tui.keys.app` do."""

    def action_theme(self) -> None:
        """Choose other colours."""
        self.app.search_themes()

    def action_open_pair(self) -> None:
        """Choose two other artifacts."""
        self.app.post_message(PickPair())

    def action_help(self) -> None:
        """Open the help page."""
        from reprodiff.tui.manual import manual  # noqa: PLC0415
        from reprodiff.tui.screens.pages import PageScreen  # noqa: PLC0415

        self.app.push_screen(PageScreen("Keys", manual(self._keyboard), self._keyboard))

    async def action_quit(self) -> None:
        """Leave."""
        await self.app.action_quit()
