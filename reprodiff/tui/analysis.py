"""A running analysis as the app sees it: records that come in, and a way to stop it."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, suppress
from multiprocessing.connection import Connection
from sys import __stderr__ as terminal_stderr
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

from reprodiff.tui import worker
from reprodiff.tui.house.records import HouseDone
from reprodiff.tui.records import Failed, Finished, Record

if TYPE_CHECKING:
    from reprodiff.options import Options

Target = Callable[[Connection, "worker.Run | None", str, str, "Options | None"], None]
"""What runs in the other process and sends records."""
_GRACE: Final = 1.0
"""Seconds a stopped process has to clean up before it is killed."""


class Feed(Protocol):
    """Where the app gets its records from."""

    def records(self) -> Iterator[list[Record]]:
        """Yield records as they come, from another thread; ends after the last of a run."""

    def stop(self) -> None:
        """End the analysis, if it still runs; ``records`` ends soon after."""


class Analysis:
    """The engine in a process of its own, started at once.

    ``run`` stands in for the engine's, ``target`` for what runs it; both must be importable by
    name.
    """

    def __init__(
        self,
        a: str,
        b: str,
        options: "Options | None",
        run: worker.Run | None = None,
        target: "Target" = worker.main,
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe(duplex=False)
        self._process = context.Process(
            target=target, args=(theirs, run, a, b, options), daemon=True
        )
        self._lock = Lock()
        self._stopped = False
        # A running app replaces sys.stderr by an object without a file number, which a new
        # process cannot inherit.
        with redirect_stderr(terminal_stderr):
            self._process.start()
        theirs.close()

    def records(self) -> Iterator[list[Record]]:
        """Yield records until the run is over; a process that died is told as a failure."""
        while True:
            try:
                records = self._pipe.recv()
            except (EOFError, OSError):
                break
            yield records
            if any(isinstance(record, (Finished, Failed, HouseDone)) for record in records):
                return
        if not self._stopped:
            yield [Failed(self._epitaph(), "compare again; a smaller pair may get through")]

    def stop(self) -> None:
        """End the process if it still runs, first by asking."""
        with self._lock:
            if self._stopped:
                return
            self._stopped = True
        with suppress(OSError):
            self._process.terminate()
        self._process.join(_GRACE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(_GRACE)

    def _epitaph(self) -> str:
        self._process.join(_GRACE)
        code = self._process.exitcode
        if code is not None and code < 0:
            return f"the analysis was ended by signal {-code}"
        return f"the analysis ended without a result (exit status {code})"
