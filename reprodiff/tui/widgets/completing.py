"""Completes what is typed as a filter."""

from textual.suggester import Suggester

from reprodiff.tui.selecting.query import suggestion


class Words(Suggester):
    """Completes the words of the filter."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return ``value`` with its last word completed."""
        from reprodiff.causes.registry import CAUSES  # noqa: PLC0415  (80 ms; loaded by now)

        return suggestion(value, CAUSES)
