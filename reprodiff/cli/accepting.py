"""``--baseline FILE``: what somebody has looked at and accepts; loaded only where it is given."""

from pathlib import Path

from reprodiff.baseline import Entry, apply, parse
from reprodiff.errors import InputError
from reprodiff.model import Report
from reprodiff.reports.selection import LeftOut
from reprodiff.text import plain

_MOST = 1 << 20


def entries(path: str) -> tuple[Entry, ...]:
    """Return the entries of a file.

    Raises :class:`~reprodiff.errors.InputError` if it cannot be read, or says nothing that can be
    followed.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(_MOST + 1)
        text = data.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no text"
        raise InputError(
            f"cannot read the baseline '{plain(path)}': {reason.lower()}", "check the path"
        ) from error
    if len(data) > _MOST:
        raise InputError(f"the baseline '{plain(path)}' is too large", "at most 1 MiB is read")
    return parse(text, path)


def without_accepted(
    report: Report, accepted: tuple[Entry, ...], path: str
) -> tuple[Report, LeftOut]:
    """Return ``report`` without what a baseline accepts, and what that was."""
    left, taken = apply(accepted, report)
    stale = tuple(f"{entry.words} ({plain(entry.reason)})" for entry in taken.stale)
    by = f"--baseline {plain(path)}"
    return left, LeftOut(taken.findings, taken.locations, by, stale)
