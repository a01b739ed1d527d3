"""What a person decides about findings."""

from typing import Final

from reprodiff.tui.keys.base import Key, Topic, Where

TRIAGING: Final = (
    Key(
        "triage.reviewed",
        "reviewed",
        "Reviewed",
        "Mark as reviewed, fold it and go on to the next; again takes it back",
        Topic.TRIAGE,
        "reviewed",
        (Where.FINDINGS,),
    ),
    Key(
        "triage.ignore",
        "ignore",
        "Ignore",
        "Accept it here, below a folder or everywhere, with a reason; on an ignored one: no more",
        Topic.TRIAGE,
    ),
    Key(
        "triage.show_ignored",
        "show_ignored",
        "Show what is ignored",
        "Show what is ignored, or hide it again",
        Topic.TRIAGE,
    ),
    Key(
        "triage.note",
        "note",
        "Note",
        "Note something about a finding; it is kept and exported",
        Topic.TRIAGE,
    ),
    Key("triage.undo", "undo", "Undo", "Take back the last decision", Topic.TRIAGE),
)
