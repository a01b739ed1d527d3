"""The evidence: differences, views, and what is known of a cause."""

from typing import Final

from reprodiff.tui.keys.base import Key, Topic, Where

_E: Final = (Where.EVIDENCE,)

EVIDENCE: Final = (
    Key(
        "evidence.next",
        "change(1)",
        "Next difference",
        "To the next difference in the evidence",
        Topic.EVIDENCE,
        "next",
        _E,
    ),
    Key(
        "evidence.previous",
        "change(-1)",
        "Previous difference",
        "To the previous difference in the evidence",
        Topic.EVIDENCE,
    ),
    Key(
        "evidence.next_file",
        "file(1)",
        "Next file",
        "To the next file that the finding is in",
        Topic.EVIDENCE,
    ),
    Key(
        "evidence.previous_file",
        "file(-1)",
        "Previous file",
        "To the previous file that the finding is in",
        Topic.EVIDENCE,
    ),
    Key(
        "evidence.view",
        "view",
        "Next view",
        "The next view: values, code, text, normalised, header, sections, bytes, as there are",
        Topic.EVIDENCE,
        "view",
        _E,
    ),
    Key(
        "evidence.previous_view",
        "view(-1)",
        "Previous view",
        "The view before",
        Topic.EVIDENCE,
    ),
    Key(
        "evidence.bytes",
        "bytes",
        "Bytes",
        "The bytes of both sides, aligned, in the colours of what accounts for them",
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
        "evidence.wrap",
        "wrap",
        "Break long lines",
        "Break lines that are too long, or let them go on to the right",
        Topic.EVIDENCE,
    ),
    Key(
        "evidence.context",
        "context",
        "Only changes",
        "Only the lines near a change, or all of them",
        Topic.EVIDENCE,
    ),
    Key(
        "evidence.pager",
        "pager",
        "Open in pager",
        "What is shown, in $PAGER",
        Topic.EVIDENCE,
    ),
    Key(
        "evidence.editor",
        "editor",
        "Open in editor",
        "Copies of both files as they are, in $VISUAL or $EDITOR",
        Topic.EVIDENCE,
    ),
)
