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
        (Where.FINDINGS, Where.TYPING, Where.HOUSE),
    ),
    Key(
        "go.unfold",
        "unfold",
        "Unfold",
        "Show what follows from a finding, and its places (in the evidence: scroll right)",
        Topic.LIST,
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
        "Back to the list; there: clear the filter, cancel the analysis and keep what was found",
        Topic.LIST,
        "back",
        (Where.TYPING, Where.EVIDENCE, Where.REASON, Where.PAGE, Where.HOUSE),
        page=True,
    ),
    Key(
        "find.open",
        "find",
        "Filter, find",
        "Filter by text, severity: category: cause: confidence: path: is: (with - in front: not); "
        "in another pane: look for something there",
        Topic.LIST,
        "filter",
        (Where.FINDINGS, Where.PAGE),
        page=True,
        page_label="find",
    ),
    Key(
        "find.next",
        "find_next(1)",
        "Next finding",
        "To the next finding, past its places; in another pane: to the next match",
        Topic.LIST,
        page=True,
    ),
    Key(
        "find.previous",
        "find_next(-1)",
        "Previous finding",
        "To the previous finding, or match",
        Topic.LIST,
        page=True,
    ),
    Key(
        "list.group",
        "group",
        "Group by",
        "Group by cause, by file, by severity in turn",
        Topic.LIST,
    ),
    Key("list.fold_all", "fold_all", "Fold all", "Fold everything", Topic.LIST),
    Key("list.unfold_all", "unfold_all", "Unfold all", "Unfold everything", Topic.LIST),
)
