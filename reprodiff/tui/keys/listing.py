"""The list of findings: what is shown of it, and going in."""

from typing import Final

from reprodiff.tui.keys.base import Key, Topic, Where

LISTING: Final = (
    Key(
        "go.in",
        "enter",
        "Open",
        "On a heading: fold or unfold; on a finding or a place: into its evidence",
        Topic.LIST,
        "open",
        (Where.FINDINGS,),
    ),
    Key(
        "go.unfold",
        "unfold",
        "Unfold",
        "Show what follows from a finding, and its places (in the evidence: scroll right)",
        Topic.LIST,
        "unfold",
        (Where.FINDINGS,),
    ),
    Key(
        "go.fold",
        "fold",
        "Fold",
        "Hide it again, or go up to what holds it (in the evidence: scroll left, then back)",
        Topic.LIST,
    ),
    Key("go.toggle", "turn", "Fold or unfold", "Fold or unfold", Topic.LIST),
    Key(
        "go.back",
        "back",
        "Back, or cancel",
        "Back to the list; in the list, while the analysis runs: cancel it and keep what was found",
        Topic.LIST,
        "back",
        (Where.EVIDENCE, Where.REASON, Where.PAGE),
        page=True,
    ),
)
