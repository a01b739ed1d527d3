"""The other process for two folders: compares one pair after the other and sends the verdicts."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from reprodiff.errors import InputError, ReprodiffError
from reprodiff.events import Done
from reprodiff.limits import Limits
from reprodiff.model import MemberType, Report, Severity
from reprodiff.text import plain
from reprodiff.tui import wire
from reprodiff.tui.house.records import HouseDone, Item, Judged, Listed
from reprodiff.tui.records import Failed
from reprodiff.tui.store import needs_person
from reprodiff.tui.worker import Run

if TYPE_CHECKING:
    from reprodiff.options import Options

Send = Callable[[list[object]], None]


def main(pipe: wire.Outlet, run: Run | None, a: str, b: str, options: "Options | None") -> None:
    """Compare the artifacts of two folders and send records through ``pipe``."""
    serve(pipe.send, run, a, b, options)


def serve(send: Send, run: Run | None, a: str, b: str, options: "Options | None") -> None:
    """Send records of two folders through ``send``; errors are records too."""
    from reprodiff.engine import Options  # noqa: PLC0415
    from reprodiff.engine import run as engine  # noqa: PLC0415

    options = replace(options or Options(), location_limit=1)
    try:
        items = listed(a, b, options.limits)
        send([Listed(items)])
        for number, item in enumerate(items):
            if item.only is None:
                send([judged(number, item, run or engine, options)])
        send([HouseDone()])
    except InputError as error:
        send([Failed(plain(error.message), plain(error.hint), refused=True)])
    except (BrokenPipeError, ConnectionError):
        raise
    except Exception as error:  # noqa: BLE001  (whatever it is, the user must see it)
        send([Failed(f"the comparison broke off: {type(error).__name__}: {plain(error, 200)}")])


def listed(a: str, b: str, limits: Limits) -> tuple[Item, ...]:
    """Return the artifacts of two folders, those that go together as one."""
    from reprodiff.artifacts.opening import open_artifact  # noqa: PLC0415
    from reprodiff.pairing import pair  # noqa: PLC0415

    with ExitStack() as stack:
        one, other = (stack.enter_context(open_artifact(path, limits)) for path in (a, b))
        files = [
            [member for member in side.members if member.type is MemberType.FILE]
            for side in (one, other)
        ]
        found = pair(files[0], files[1], lambda _side, _member: None)
        items = [Item(p.a.path, _path(a, p.a.raw), _path(b, p.b.raw)) for p in found.pairs]
        items += [Item(member.path, _path(a, member.raw), "") for member in found.only_a]
        items += [Item(member.path, "", _path(b, member.raw)) for member in found.only_b]
    return tuple(sorted(items))


def _path(folder: str, raw: bytes) -> str:
    """Return the path of a file that was found in ``folder`` under this name."""
    return os.fsdecode(os.path.join(os.fsencode(folder), raw))  # noqa: PTH118  (bytes)


def judged(number: int, item: Item, run: Run, options: "Options") -> Judged:
    """Return the verdict of one pair."""
    try:
        for event in run(item.a, item.b, options):
            if isinstance(event, Done):
                return _told(number, event.report)
    except ReprodiffError as error:
        return Judged(number, "", plain(error.message))
    except Exception as error:  # noqa: BLE001  (one pair must not end the others)
        return Judged(number, "", f"{type(error).__name__}: {plain(error, 120)}")
    return Judged(number, "", "no result")


def _told(number: int, report: Report) -> Judged:
    return Judged(number, report.verdict.value, ", ".join(_words(report)), _alarms(report))


def _alarms(report: Report) -> int:
    return sum(item.severity is Severity.ALARM for item in report.findings)


def _words(report: Report) -> Iterator[str]:
    alarms = _alarms(report)
    reviews = sum(item.severity is Severity.REVIEW for item in report.findings)
    unproven = sum(map(needs_person, report.findings)) - alarms - reviews
    benign = len(report.findings) - alarms - reviews - unproven
    if alarms:
        yield f"{alarms} alarm" + ("s" if alarms > 1 else "")
    if reviews:
        yield f"{reviews} to review"
    if unproven:
        yield f"{unproven} not proven"
    if benign:
        yield f"{benign} benign"
    if left := report.summary.ledger.unexplained_bytes:
        yield f"{left:,} bytes unexplained"
    if report.problems:
        yield f"{len(report.problems)} problem" + ("s" if len(report.problems) > 1 else "")
