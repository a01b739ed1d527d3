"""Pages above the main screen."""

from typing import Final

from reprodiff.tui.keys.base import Key, Topic, Where

PAGES: Final = (
    Key(
        "cause.explain",
        "explain",
        "Explain this cause",
        "All that is known of this cause: how it is recognised, why it comes, what removes it",
        Topic.PAGES,
        "explain",
        (Where.FINDINGS, Where.EVIDENCE, Where.REASON),
    ),
)
