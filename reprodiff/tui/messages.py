"""What the parts of the app tell each other."""

from textual.message import Message

from reprodiff.tui.records import Record


class Arrived(Message):
    """Records have come in from the analysis."""

    def __init__(self, records: list[Record]) -> None:
        super().__init__()
        self.records = records


class CancelAnalysis(Message):
    """The user wants the analysis to end."""
