"""One pair of artifacts on the screen: its records, its bytes, and reading them again."""

from collections.abc import Callable
from importlib import import_module
from threading import Thread
from typing import Final

from reprodiff.limits import Limits
from reprodiff.model import Side
from reprodiff.text import plain
from reprodiff.tui.analysis import Feed
from reprodiff.tui.evidence import Library
from reprodiff.tui.records import Failed, Finished, Grown, Record
from reprodiff.tui.store import Phase, Store
from reprodiff.tui.triage.triage import Triage

Starter = Callable[[], Feed]
"""Starts an analysis of the pair."""
Post = Callable[[int, list[Record]], object]
"""Takes the records of a run, from another thread; the number tells which run."""

_FIRST: Final = 1


class Comparison:
    """What is known of one pair, and the analysis that tells it.

    A pair can be analysed again.  What was known stays until the new report is there, so that
    nothing jumps, and stays for good where there is none.
    """

    def __init__(
        self,
        paths: dict[Side, str],
        limits: Limits,
        start: Starter,
        *,
        feed: Feed | None = None,
        library: Library | None = None,
        triage: Triage | None = None,
    ) -> None:
        self.paths = paths
        self.triage = triage or Triage()
        self.store = Store()
        self.library = library or Library(paths, limits)
        self._start = start
        self._feed = feed
        self._run = 0
        self._next: Store | None = None
        """What a repeated analysis has told so far."""

    @property
    def again(self) -> Store | None:
        """What a repeated analysis has told so far; ``None`` while there is none."""
        return self._next

    @property
    def running(self) -> bool:
        """Whether an analysis runs, a first or a repeated one."""
        return self.store.phase is Phase.RUNNING or self._next is not None

    def begin(self, post: Post) -> None:
        """Start the analysis, unless it was started before, and listen to it in a thread."""
        self._run += 1
        number = self._run
        if self._feed is None or number > _FIRST:
            self._feed = self._start()
        feed = self._feed
        Thread(target=_listen, args=(feed, number, post), name="records", daemon=True).start()

    def repeat(self, post: Post) -> None:
        """Analyse the pair again; one that still runs is given up."""
        self._stop_later()
        if self.store.phase is Phase.RUNNING or not self.store.findings:
            self.store.become(Store())
            self._next = None
        else:
            self._next = Store()
        self.begin(post)

    def take(self, number: int, records: list[Record]) -> bool:
        """Take what run ``number`` has told; return whether what is known has changed."""
        if number != self._run:
            return False
        if self._next is None:
            if self.store.phase is not Phase.RUNNING:
                return False
            self.store.apply(records)
            self._attach()
            return True
        self._next.apply(records)
        if self._next.phase is Phase.DONE:
            self.store.become(self._next)
            self._next = None
            self.library.forget()
            self._attach()
            return True
        return False

    def _attach(self) -> None:
        """Find what was decided about this pair, as soon as it is known which it is."""
        if len(self.store.infos) == len(Side):
            self.triage.attach(self.store.infos, self.paths)

    def give_up_again(self) -> Failed | None:
        """End a repeated analysis that failed; return why, or ``None`` if it did not."""
        if self._next is None or self._next.phase is not Phase.FAILED:
            return None
        failure = self._next.failure
        self._next = None
        return failure

    def cancel(self) -> None:
        """End the analysis; what is known stays."""
        if self._next is not None:
            self._next = None
            self._run += 1
        else:
            self.store.cancel()
        self._stop_later()

    def close(self) -> None:
        """End the analysis and let go of the artifacts."""
        self._run += 1
        if self._feed is not None:
            self._feed.stop()
        self.library.close()

    def _stop_later(self) -> None:
        if self._feed is not None:
            Thread(target=self._feed.stop, daemon=True).start()


def _listen(feed: Feed, number: int, post: Post) -> None:
    try:
        for records in feed.records():
            if any(isinstance(record, (Grown, Finished)) for record in records):
                # Needed for the page of a finding; loaded here, it delays no key.
                import_module("reprodiff.causes.registry")
            post(number, records)
    except Exception as error:  # noqa: BLE001  (in a thread, nobody else would see it)
        reason = f"the app cannot follow the analysis: {type(error).__name__}"
        post(number, [Failed(f"{reason}: {plain(error, 200)}")])
