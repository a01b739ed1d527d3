"""What the parts of the app tell each other."""

from textual.message import Message

from reprodiff.tui.records import Failed, Record


class Arrived(Message):
    """Records have come in from run ``number`` of an analysis."""

    def __init__(self, number: int, records: list[Record]) -> None:
        super().__init__()
        self.number = number
        self.records = records


class Refused(Message):
    """An input could not be opened, so that there is nothing to show."""

    def __init__(self, failure: Failed) -> None:
        super().__init__()
        self.failure = failure


class PickPair(Message):
    """Two artifacts shall be chosen."""
