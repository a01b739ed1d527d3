"""What several pages say."""

from reprodiff.tui.sources.pages import Block, text
from reprodiff.tui.store import Phase, Store


def not_yet(store: Store, what: str) -> list[Block]:
    """Return why there is no report, and so nothing of what is made of one."""
    if store.phase is Phase.RUNNING:
        return [text(f"{what} when the analysis is over; it is still running.")]
    return [text(f"{what} at the end of an analysis; this one did not get there.")]
