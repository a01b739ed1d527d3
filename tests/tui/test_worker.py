"""What goes from the analysis to the app: everything, once, in small portions."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reprodiff.engine import Options
from reprodiff.errors import DamagedError, InputError
from reprodiff.events import Done, Event, Found
from reprodiff.model import Location
from reprodiff.tui import worker
from reprodiff.tui.analysis import Analysis
from reprodiff.tui.records import Failed, Finished, Grown, Places, Record
from reprodiff.tui.store import Store
from tests.tui.factory import events, findings, location, report


def sent_by(*told: Event) -> list[list[Record]]:
    batches: list[list[Record]] = []
    worker.serve(batches.append, lambda _a, _b, _o: iter(told), "a", "b", None)
    return batches


def places_in(batches: list[list[Record]]) -> list[Places]:
    return [record for batch in batches for record in batch if isinstance(record, Places)]


def grown(count: int) -> Found:
    finding = findings()[-1]
    return Found(replace(finding, locations=tuple(location(n) for n in range(count))))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PERIOD", 0.0)


@pytest.mark.usefixtures("at_once")
def test_a_finding_that_grows_sends_only_what_is_new() -> None:
    batches = sent_by(grown(3), grown(5), grown(9))
    assert [(one.start, len(one.locations)) for one in places_in(batches)] == [
        (0, 3),
        (3, 2),
        (5, 4),
    ]
    headers = [record for batch in batches for record in batch if isinstance(record, Grown)]
    assert all(record.finding.locations == () for record in headers)


def test_many_places_are_sent_in_portions() -> None:
    batches = sent_by(grown(2 * worker.PORTION + 1))
    assert [len(one.locations) for one in places_in(batches)] == [worker.PORTION] * 2 + [1]


def test_events_that_come_quickly_are_gathered() -> None:
    batches = sent_by(*(grown(n) for n in range(1, 200)), *list(events(report(findings())))[-1:])
    assert len(batches) < 30
    store = Store()
    for batch in batches:
        store.apply(batch)
    assert len(store.locations("f07")) == 3


@pytest.mark.usefixtures("at_once")
def test_what_the_report_orders_otherwise_is_sent_again() -> None:
    finding = findings()[-1]
    other = replace(finding, locations=(*finding.locations[:1], location(77), location(78)))
    final = report([other])
    batches = sent_by(Found(finding), Done(final))
    store = Store()
    for batch in batches:
        store.apply(batch)
    assert store.locations(finding.id) == list(other.locations)
    last = batches[-1][-1]
    assert isinstance(last, Finished)
    assert all(item.locations == () for item in last.report.findings)


@pytest.mark.usefixtures("at_once")
def test_a_report_with_fewer_places_takes_the_others_back() -> None:
    finding = findings()[-1]
    fewer = replace(finding, locations=finding.locations[:1])
    store = Store()
    for batch in sent_by(Found(finding), Done(report([fewer]))):
        store.apply(batch)
    assert store.locations(finding.id) == list(fewer.locations)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            InputError("cannot open it", "check the path"),
            Failed("cannot open it", "check the path", True),
        ),
        (DamagedError("broken"), Failed("broken")),
        (
            ZeroDivisionError("\x1b[31mred"),
            Failed("the analysis broke off: ZeroDivisionError: \\x1b[31mred"),
        ),
    ],
)
def test_an_error_is_a_record_like_any_other(error: Exception, said: Failed) -> None:
    def broken(_a: str, _b: str, _options: Options | None) -> Iterator[Event]:
        yield from list(events(report(findings())))[:4]
        raise error

    batches: list[list[Record]] = []
    worker.serve(batches.append, broken, "a", "b", None)
    assert batches[-1] == [said]


# -- in a process of its own; what stands in for the engine must be importable by name


def quick(_a: str, _b: str, _options: Options | None) -> Iterator[Event]:
    yield from events(report(findings(5000)))


def dies(_a: str, _b: str, _options: Options | None) -> Iterator[Event]:
    yield from list(events(report(findings())))[:6]
    os._exit(3)


def is_killed(_a: str, _b: str, _options: Options | None) -> Iterator[Event]:
    yield from list(events(report(findings())))[:6]
    os.kill(os.getpid(), signal.SIGKILL)


def never_ends(_a: str, _b: str, _options: Options | None) -> Iterator[Event]:
    yield from list(events(report(findings())))[:6]
    while True:
        time.sleep(0.01)


def prints(_a: str, _b: str, _options: Options | None) -> Iterator[Event]:
    os.write(1, b"noise on the terminal")
    os.write(2, b"noise on the terminal")
    yield from events(report(findings()))


def tells_its_niceness(_a: str, _b: str, _options: Options | None) -> Iterator[Event]:
    yield from ()
    raise InputError(str(os.nice(0)))


def tells_if_asked(mark: str, _b: str, _options: Options | None) -> Iterator[Event]:
    yield from ()
    raise InputError("asked" if Path(mark).exists() else "unasked")


def gathered(analysis: Analysis) -> list[Record]:
    try:
        return [record for batch in analysis.records() for record in batch]
    finally:
        analysis.stop()


def test_all_that_the_engine_tells_comes_through_the_pipe() -> None:
    store = Store()
    store.apply(gathered(Analysis("a", "b", None, quick)))
    whole = report(findings(5000))
    assert store.verdict is whole.verdict
    for finding in whole.findings:
        assert tuple(store.locations(finding.id)) == finding.locations
        assert all(isinstance(one, Location) for one in store.locations(finding.id)[:1])


@pytest.mark.parametrize(("run", "said"), [(dies, "exit status 3"), (is_killed, "signal 9")])
def test_a_process_that_died_is_said_to_have(run: worker.Run, said: str) -> None:
    last = gathered(Analysis("a", "b", None, run))[-1]
    assert isinstance(last, Failed)
    assert said in last.message
    assert not last.refused


def test_the_analysis_begins_when_somebody_listens(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    analysis = Analysis(str(mark), "b", None, tells_if_asked)
    time.sleep(0.5)  # so long a process that does not wait would have told by then
    mark.touch()
    (said,) = gathered(analysis)
    assert isinstance(said, Failed)
    assert said.message == "asked"


def test_a_process_that_nobody_listens_to_ends_with_its_analysis() -> None:
    analysis = Analysis("a", "b", None, never_ends)
    analysis.stop()
    assert list(analysis.records()) == []


def test_an_analysis_that_is_stopped_ends_without_a_complaint() -> None:
    analysis = Analysis("a", "b", None, never_ends)
    batches = analysis.records()
    got = list(next(batches))
    stopper = threading.Thread(target=analysis.stop)
    stopper.start()
    got += [record for batch in batches for record in batch]
    stopper.join()
    assert not any(isinstance(record, (Failed, Finished)) for record in got)
    analysis.stop()


def test_the_process_writes_nothing_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    assert isinstance(gathered(Analysis("a", "b", None, prints))[-1], Finished)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("module", ["worker", "app"])
def test_the_process_is_started_before_anything_draws(module: str) -> None:
    code = f"import sys, reprodiff.tui.{module}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert loaded & {"rich", "textual", "asyncio"} == set()


@pytest.mark.skipif(not hasattr(os, "nice"), reason="needs priorities of processes")
def test_the_app_is_served_before_the_analysis() -> None:
    last = gathered(Analysis("a", "b", None, tells_its_niceness))[-1]
    assert isinstance(last, Failed)
    assert int(last.message) > os.nice(0)
