"""Runs the app without a terminal, presses keys, reads the screen."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from reprodiff.limits import Limits
from reprodiff.model import Report
from reprodiff.tui.analysis import Feed
from reprodiff.tui.comparison import Comparison
from reprodiff.tui.keys import Keyboard
from reprodiff.tui.settings import Memory
from reprodiff.tui.shell import ReprodiffApp
from reprodiff.tui.store import Phase
from reprodiff.tui.triage.triage import Triage
from tests.tui.factory import CONTENTS, PATHS, ListFeed, Shelf, findings, records, report

if TYPE_CHECKING:
    from textual.pilot import Pilot

Scenario = Callable[["Driver"], Awaitable[None]]

_NAMES = {" ": "space", "/": "slash", "\r": "enter", "\x1b": "escape", "?": "question_mark"}
_PATIENCE = int(os.environ.get("PATIENCE", "1000"))
"""Turns of the app to wait for something, before it is said never to come."""


class Driver:
    """An app that runs, and what a person does with it."""

    def __init__(self, app: ReprodiffApp, pilot: "Pilot[int]") -> None:
        self.app = app
        self.pilot = pilot
        self.messages: list[str] = []
        """All that was told in passing; on the screen it does not stay."""
        notify = app.notify

        def told(message: str, **options: Any) -> None:
            self.messages.append(message)
            notify(message, **options)

        app.notify = told  # type: ignore[method-assign]

    @property
    def screen(self) -> list[str]:
        """What stands on the screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self.screen)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def burst(self, text: str) -> None:
        """Put the keys of a text into the queue of the app before it looks at one."""
        from textual import events

        for character in text:
            key = _NAMES.get(character, character)
            printable = character if character.isprintable() else None
            self.app.post_message(events.Key(key, printable))
        await self.pilot.pause()

    async def until(self, there: Callable[[], bool]) -> None:
        """Wait until something is so; fail with the screen if it never is."""
        for _ in range(_PATIENCE):
            if there():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(f"never came to be; the screen shows\n{self.text}")

    async def sees(self, *texts: str) -> None:
        """Wait until all of ``texts`` stand on the screen."""
        for text in texts:
            with suppress(AssertionError):
                await self.until(lambda text=text: text in self.text)  # type: ignore[misc]
            assert text in self.text, f"{text!r} is not on the screen:\n{self.text}"

    async def told(self, *texts: str) -> None:
        """Wait until all of ``texts`` have been told in passing."""
        for text in texts:
            await self.until(lambda text=text: any(text in said for said in self.messages))  # type: ignore[misc]

    async def ready(self, *texts: str) -> None:
        """Wait until the analysis is over, all of it is drawn, and ``texts`` stand there."""
        app = self.app
        await self.until(lambda: app.store.phase is not Phase.RUNNING and app._main.redraw is None)
        await self.pilot.pause()
        await self.sees(*texts)

    async def gone(self, text: str) -> None:
        """Wait until ``text`` is not on the screen."""
        await self.until(lambda: text not in self.text)

    async def settled(self) -> None:
        """Wait until nothing more is being read for what is on the screen, colours included."""

        def idle() -> bool:
            painter = getattr(self.app._main._evidence.lines.source, "painter", None)
            busy = any(worker.is_running for worker in self.app.workers)
            return not busy and (painter is None or not painter.wants)

        for _ in range(2):  # what was read may ask for more
            await self.pilot.pause(0.02)
            await self.until(idle)
        await self.pilot.pause()

    def lacks(self, text: str) -> None:
        """Check that ``text`` is not on the screen."""
        assert text not in self.text, self.text

    def line_with(self, text: str) -> str:
        """Return the only line that shows ``text``."""
        (line,) = [line for line in self.screen if text in line]
        return line


def cursor(driver: Driver) -> str:
    """Return what the cursor is on, in words."""
    app = driver.app
    pane = app._main._findings
    at = pane.address
    assert at is not None
    name = app.store.findings[at.id].cause if at.id in app.store.findings else at.id or at.path
    return f"{at.kind.name.lower()} {name} {at.number}".removesuffix(" 0").strip()


def make_app(
    feed: Feed | None = None,
    *,
    whole: Report | None = None,
    theme: str | None = None,
    later: Callable[[], Feed] | None = None,
    watch: bool = False,
    triage: Triage | None = None,
    keyboard: Keyboard | None = None,
    memory: Memory | None = None,
) -> ReprodiffApp:
    """Return an app over made-up records and contents; ``later`` gives what is read again."""

    def first() -> Feed:
        return ListFeed(records(whole or report(findings())))

    comparison = Comparison(
        PATHS,
        Limits(),
        later or first,
        feed=feed or first(),
        library=Shelf(CONTENTS),
        triage=triage,
    )
    return ReprodiffApp(comparison, theme=theme, watch=watch, keyboard=keyboard, memory=memory)


def drive(
    scenario: Scenario, app: ReprodiffApp | None = None, size: tuple[int, int] = (120, 40)
) -> ReprodiffApp:
    """Run ``scenario`` on an app; return the app when it has ended."""
    app = app or make_app()

    async def run() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            await scenario(Driver(app, pilot))

    asyncio.run(run())
    return app
