"""The other process: runs the engine and sends what it tells.

Kept apart from the app so that a busy analysis never delays a key.  Nothing here imports Textual.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Final

from reprodiff.errors import InputError, ReprodiffError
from reprodiff.events import Done, Event, Found, Progress
from reprodiff.model import Finding, Location
from reprodiff.text import plain
from reprodiff.tui import wire
from reprodiff.tui.records import Failed, Finished, Grown, Places, Record

if TYPE_CHECKING:
    from reprodiff.options import Options

Run = Callable[[str, str, "Options | None"], Iterator[Event]]
"""The engine, or what stands in for it."""

PORTION: Final = 2_000
"""Places sent at once: some 5 ms of work for the receiver."""
PERIOD: Final = 0.05
"""Seconds between two portions, so that a fast analysis does not flood the app."""


def begin(target: "Callable[..., None]", task: tuple[object, ...]) -> None:
    """Do in the other process what it was started for; ``target`` takes a pipe and the task."""
    pipe = os.fdopen(os.dup(1), "wb")
    be_quiet()
    with suppress(BrokenPipeError, ConnectionError), pipe:  # the app is gone, or has had enough
        target(wire.Outlet(pipe), *task)


def main(pipe: wire.Outlet, run: Run | None, a: str, b: str, options: "Options | None") -> None:
    """Compare ``a`` and ``b`` and send records through ``pipe`` until the last one."""
    serve(pipe.send, run or _engine, a, b, options)


def _engine(a: str, b: str, options: "Options | None") -> Iterator[Event]:
    """Run the engine so that it keeps every place: the app can show them all."""
    from reprodiff.engine import Options, run  # noqa: PLC0415

    return run(a, b, replace(options or Options(), location_limit=None))


def serve(
    send: Callable[[list[Record]], None], run: Run, a: str, b: str, options: "Options | None"
) -> None:
    """Send records of one run, in portions, through ``send``; errors are records too."""
    outbox = _Outbox(send)
    try:
        for event in run(a, b, options):
            outbox.add(event)
    except InputError as error:
        send([Failed(plain(error.message), plain(error.hint), refused=True)])
    except ReprodiffError as error:
        send([Failed(plain(error.message), plain(error.hint))])
    except (BrokenPipeError, ConnectionError):
        raise
    except Exception as error:  # noqa: BLE001  (whatever it is, the user must see it)
        send([Failed(f"the analysis broke off: {type(error).__name__}: {plain(error, 200)}")])


def be_quiet() -> None:
    """Leave the terminal, and the keys that interrupt, to the app."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


class _Outbox:
    """Gathers events into portions, and knows what has been sent."""

    def __init__(self, send: Callable[[list[Record]], None]) -> None:
        self._send = send
        self._waiting: list[Record] = []
        self._grown: dict[str, Finding] = {}
        self._progress: Progress | None = None
        self._sent: dict[str, list[Location]] = {}
        self._next = 0.0

    def add(self, event: Event) -> None:
        """Take ``event``; send a portion if it is time."""
        if isinstance(event, Done):
            self._finish(event)
            return
        if isinstance(event, Found):
            self._grown[event.finding.id] = event.finding
        elif isinstance(event, Progress):
            self._progress = event
        else:
            self._waiting.append(event)
        if time.monotonic() >= self._next:
            self._flush()
            self._next = time.monotonic() + PERIOD

    def _flush(self) -> None:
        records, self._waiting = self._waiting, []
        if self._progress is not None:
            records.append(self._progress)
            self._progress = None
        grown, self._grown = self._grown, {}
        records += [Grown(replace(finding, locations=())) for finding in grown.values()]
        if records:
            self._send(records)
        for finding in grown.values():
            self._send_places(finding, len(self._sent.get(finding.id, ())))

    def _send_places(self, finding: Finding, start: int) -> None:
        """Send the places from number ``start`` on; an empty portion voids what was there."""
        sent = self._sent.setdefault(finding.id, [])
        del sent[start:]
        fresh = finding.locations[start:]
        for at in range(0, len(fresh), PORTION):
            portion = fresh[at : at + PORTION]
            self._send([Places(finding.id, len(sent), portion)])
            sent += portion

    def _finish(self, done: Done) -> None:
        """Send the report; its findings may be others than those told of while it was made."""
        self._flush()
        for finding in done.report.findings:
            sent = self._sent.get(finding.id, [])
            known = _agreeing(sent, finding.locations)
            if known < len(sent):
                self._send([Places(finding.id, known, ())])
            self._send_places(finding, known)
        findings = tuple(replace(finding, locations=()) for finding in done.report.findings)
        self._send([Finished(replace(done.report, findings=findings))])


def _agreeing(sent: list[Location], final: tuple[Location, ...]) -> int:
    """Return how many places at the start are the same."""
    for number, (one, other) in enumerate(zip(sent, final, strict=False)):
        if one is not other and one != other:
            return number
    return min(len(sent), len(final))
