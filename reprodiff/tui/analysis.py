"""A running analysis as the app sees it: records that come in, and a way to stop it."""

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

from reprodiff.tui import wire, worker
from reprodiff.tui.house.records import HouseDone
from reprodiff.tui.records import Failed, Finished, Record

if TYPE_CHECKING:
    from reprodiff.options import Options

Target = Callable[[wire.Outlet, "worker.Run | None", str, str, "Options | None"], None]
"""What runs in the other process and sends records."""
_GRACE: Final = 1.0
"""Seconds a stopped process has to clean up before it is killed."""
_CODE: Final = """
import os, pickle, sys
if hasattr(os, "nice"): os.nice(10)
task = sys.stdin.buffer
sys.path[:] = pickle.load(task)
begin, target, rest = pickle.load(task)
import reprodiff.engine
if task.read(1): begin(target, rest)
"""
"""What the other process runs.  It steps back before all else: where both want the same processor,
a picture comes first.  For the same reason it loads what it needs, and begins when it is told to.
(``multiprocessing`` would start a third process and take 50 times as long.)
"""


class Feed(Protocol):
    """Where the app gets its records from."""

    def records(self) -> Iterator[list[Record]]:
        """Yield records as they come, from another thread; ends after the last of a run."""

    def stop(self) -> None:
        """End the analysis, if it still runs; ``records`` ends soon after."""


class Analysis:
    """The engine in a process of its own: loaded at once, at work when somebody listens.

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
        # -P: the current directory is the user's, and may hold files of strangers.
        self._process = subprocess.Popen(  # noqa: S603  (our own code)
            [sys.executable, "-P", "-c", _CODE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._lock = Lock()
        self._stopped = False
        self._listening = False
        task = pickle.dumps(sys.path) + pickle.dumps((worker.begin, target, (run, a, b, options)))
        stdin = self._process.stdin
        if stdin is not None:
            with suppress(OSError):  # one that is gone already is told of below
                stdin.write(task)
                stdin.flush()

    def records(self) -> Iterator[list[Record]]:
        """Yield records until the run is over; a process that died is told as a failure."""
        stdout = self._process.stdout
        if stdout is None or stdout.closed:
            return
        self._listening = True
        self._tell(b"go")
        with stdout:
            for records in wire.received(stdout):
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
        if self._left_in_time() is None:
            self._process.kill()
            self._left_in_time()
        if not self._listening and self._process.stdout is not None:
            self._tell(b"")
            self._process.stdout.close()

    def _tell(self, word: bytes) -> None:
        """Say the last word to the process, if it is there to hear it."""
        stdin = self._process.stdin
        if stdin is not None and not stdin.closed:
            with suppress(OSError), stdin:
                stdin.write(word)

    def _left_in_time(self) -> int | None:
        """Return the status of the process; ``None`` if it still runs after a while."""
        try:
            return self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            return None

    def _epitaph(self) -> str:
        code = self._left_in_time()
        if code is not None and code < 0:
            return f"the analysis was ended by signal {-code}"
        return f"the analysis ended without a result (exit status {code})"
