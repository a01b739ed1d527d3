"""The evidence: differences, views, and what is known of a cause."""

from typing import Final

from reprodiff.tui.keys.base import Key, Topic, Where

_E: Final = (Where.EVIDENCE,)
_LIST_AND_EVIDENCE: Final = (Where.FINDINGS, Where.EVIDENCE)

EVIDENCE: Final = (
    Key(
        "evidence.next",
        "change(1)",
        "Next difference",
        "To the next difference in the evidence",
        Topic.EVIDENCE,
        "next",
        _LIST_AND_EVIDENCE,
    ),
    Key(
        "evidence.previous",
        "change(-1)",
        "Previous difference",
        "To the previous difference in the evidence",
        Topic.EVIDENCE,
    ),
    Key(
        "evidence.split",
        "split",
        "Side by side",
        "A and B side by side, or one below the other",
        Topic.EVIDENCE,
        "split",
        _E,
    ),
    Key(
        "evidence.view",
        "view",
        "Next view",
        "Show the evidence as fields, as text or as bytes",
        Topic.EVIDENCE,
        "view",
        _LIST_AND_EVIDENCE,
    ),
)
