"""How fixes were checked: what the trial suite found, read from ``trials.json`` beside this file.

The file is ``{"format": 1, "trials": [...]}``.  A trial is an object with the keys

``fix``
    id of the fix that was applied as it is printed;
``cause``
    the cause that two builds showed before, and that it is to remove;
``tool``, ``version``
    the build tool it was tried with;
``outcome``
    ``rebuilt`` (built again, and the cause is gone), ``normalized`` (gone after post-processing)
    or ``failed``;
``note``
    a sentence, may be empty.

Other keys are passed over.  A file of another format, or none, checks nothing.
"""

import json
import os
from collections.abc import Collection, Iterable
from functools import cache
from typing import Final

from reprodiff.records import NamedTuple

FORMAT: Final = 1
_FILE: Final = os.path.join(os.path.dirname(__file__), "trials.json")  # noqa: PTH118, PTH120
_CHECKED: Final = ("rebuilt", "normalized")


class Trial(NamedTuple):
    """One trial of one fix against one cause."""

    fix: str
    cause: str
    tool: str
    version: str
    outcome: str
    note: str = ""


def parse(text: str) -> tuple[Trial, ...]:
    """Return the trials in ``text``; nothing if it is not such a file."""
    try:
        document = json.loads(text)
    except ValueError:
        return ()
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        return ()
    return tuple(
        Trial(*(str(row.get(key, "")) for key in Trial._fields))
        for row in document.get("trials", ())
        if isinstance(row, dict)
    )


@cache
def trials() -> tuple[Trial, ...]:
    """Return the trials that are shipped."""
    try:
        # Not by importlib.resources or pathlib: they bring much along, for every report with fixes.
        with open(_FILE, encoding="utf-8") as file:  # noqa: PTH123
            text = file.read()
    except OSError:
        return ()
    return parse(text)


def checked(
    fix: str, causes: Iterable[str], tools: Collection[str], known: Iterable[Trial] | None = None
) -> str:
    """Return how ``fix`` was checked against all of ``causes`` with one of ``tools``.

    ``rebuilt`` only if every cause was, ``no`` if one was not checked or failed.
    """
    outcomes: list[str] = []
    rows = [trial for trial in (trials() if known is None else known) if trial.fix == fix]
    for cause in causes:
        mine = [row.outcome for row in rows if row.cause == cause and row.tool in tools]
        best = next((outcome for outcome in _CHECKED if outcome in mine), "no")
        outcomes.append("no" if "failed" in mine else best)
    if not outcomes or "no" in outcomes:
        return "no"
    return "rebuilt" if all(outcome == "rebuilt" for outcome in outcomes) else "normalized"
