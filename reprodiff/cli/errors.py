"""What goes wrong on the command line itself."""

from collections.abc import Iterable

from reprodiff.errors import ReprodiffError


class UsageError(ReprodiffError):
    """The call asks for something that cannot be done."""


class OutputError(ReprodiffError):
    """A report cannot be written where it should go."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that names what ``word`` may stand for, empty if nothing is close."""
    # Only needed once something is wrong.
    from difflib import get_close_matches  # noqa: PLC0415

    close = get_close_matches(word, sorted(known), n=3, cutoff=0.6)
    return f"did you mean {' or '.join(close)}?" if close else ""
