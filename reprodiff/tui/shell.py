"""The Textual app around the screens; loaded by :func:`reprodiff.tui.app.run_app`."""

import gc
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from textual import events, on
from textual.app import App, SystemCommand
from textual.screen import Screen, SystemModalScreen
from textual.widget import AwaitMount

from reprodiff.limits import Limits
from reprodiff.model import Side, Verdict
from reprodiff.text import plain
from reprodiff.tui.analysis import Feed
from reprodiff.tui.comparison import Comparison
from reprodiff.tui.house.detecting import is_house
from reprodiff.tui.keys import Keyboard, names
from reprodiff.tui.messages import PickPair, Refused
from reprodiff.tui.screens.main import MainScreen
from reprodiff.tui.settings import Memory
from reprodiff.tui.store import Phase, Store

if TYPE_CHECKING:
    from reprodiff.tui.records import Failed
    from reprodiff.tui.screens.house import HouseScreen
    from reprodiff.tui.screens.picker import PickerScreen


class HouseStart(NamedTuple):
    """Two folders of artifacts, and the comparison of their pairs."""

    paths: dict[Side, str]
    feed: Feed


class Makers(NamedTuple):
    """What makes the comparison of two artifacts, and that of two folders of them."""

    comparison: Callable[[dict[Side, str]], Comparison]
    house: Callable[[dict[Side, str]], Feed]


def _nothing() -> Feed:
    raise AssertionError("there is nothing to compare yet")


def _begun() -> None:
    """Look for garbage again if the start put it off, but not among all that is there by now."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


class ReprodiffApp(App[int]):
    """Shows comparisons: one, those of two folders, or any that are chosen."""

    TITLE = "reprodiff"
    CSS_PATH = "styles.tcss"
    ENABLE_COMMAND_PALETTE = True

    def __init__(  # noqa: PLR0913  (what an app begins with)
        self,
        first: Comparison | None,
        *,
        makers: Makers | None = None,
        house: HouseStart | None = None,
        chosen: str = "",
        keyboard: Keyboard | None = None,
        theme: str | None = None,
        memory: Memory | None = None,
        faults: Sequence[str] = (),
        watch: bool = False,
        adapting: bool = False,
    ) -> None:
        """Begin with ``first``, with two folders, or with choosing (A may be chosen already).

        With ``adapting`` the theme that nobody has chosen is one for the colours of the terminal.
        """
        # Without colour, only the terminal's own two may be used: with any other theme the greys
        # of colours would remain.
        colourless = "NO_COLOR" in os.environ
        self._keyboard = keyboard or Keyboard()
        if palette := self._keyboard.given.get("app.palette"):
            self.COMMAND_PALETTE_BINDING = palette.partition(",")[0]  # type: ignore[misc]
        super().__init__(ansi_color=True if colourless else None)
        self._memory = memory or Memory(None)
        self._faults = list(faults)
        wanted = theme or self._memory.theme
        if adapting and not wanted and self.console.color_system == "standard":
            # Sixteen colours, as over ssh: those of a theme would come out as others.
            wanted = "ansi-dark"
        if colourless and theme is None:
            wanted = "ansi-dark"
        if wanted and wanted not in self.available_themes:
            self._faults.append(f"There is no theme {plain(wanted, 60)!r}; t shows all.")
            wanted = ""
        self.theme = wanted or "textual-dark"
        self._makers = makers
        self._watch = watch
        self._first = first or Comparison(dict.fromkeys(Side, ""), Limits(), _nothing)
        self._main = MainScreen(self._first, self._keyboard, watch=watch)
        self._house = self._housed(house) if house is not None else None
        self._begins: Screen[None] = self._main
        if self._house is not None:
            self._begins = self._house
        elif first is None:
            self._begins = self._picker(chosen)
        self._last: Comparison | None = first
        """The comparison that was opened last; none yet, where one is still to be chosen."""
        self.set_keymap(self._keyboard.given)
        self.refused: Failed | None = None
        """Why an input could not be opened, if that is what ended the app."""
        self.broken: Exception | None = None
        """What went wrong in the app itself, if that is what ended it."""

    @property
    def store(self) -> Store:
        """What is known of the pair."""
        return self._first.store

    @property
    def outcome(self) -> int:
        """The exit status: 0 for identical artifacts, 2 where nothing was found out, else 1.

        Artifacts of which every difference is ignored, and which could be read, count as the same.
        """
        if self._house is not None:
            return self._house.outcome
        if self._last is None:
            return 0
        store = self._last.store
        if store.failure is not None:
            return 2
        if store.verdict is Verdict.IDENTICAL:
            return 0
        ignored = self._last.triage.decisions.ignored
        accepted = (
            store.phase is Phase.DONE
            and not store.problems
            and all(
                ignored(finding, store.locations(key)) is None
                for key, finding in store.findings.items()
            )
        )
        return 0 if accepted and store.findings else 1

    def get_default_screen(self) -> Screen[None]:
        """Begin with the main screen, with two folders, or with choosing."""
        return self._begins

    def on_mount(self) -> None:
        """Tell what is wrong with the settings, and remember what was opened."""
        self.call_after_refresh(_begun)
        for fault in self._faults:
            self.notify(fault, markup=False, severity="warning", timeout=10)
        if self._last is not None:
            self._remember(self._last.paths)

    def watch_theme(self, theme: str) -> None:
        """Remember a theme that was chosen."""
        if self.is_running and "NO_COLOR" not in os.environ:
            self._memory.keep_theme(theme)

    def _remember(self, paths: dict[Side, str]) -> None:
        a, b = (str(Path(paths[side]).absolute()) for side in Side)
        Thread(target=self._memory.keep_pair, args=(a, b), daemon=True).start()

    # -- other pairs

    def _picker(self, chosen: str = "") -> "PickerScreen":
        from reprodiff.tui.screens.picker import PickerScreen  # noqa: PLC0415

        return PickerScreen(self.open_pair, lambda: self._memory.recent, chosen)

    def _housed(self, house: HouseStart) -> "HouseScreen":
        from reprodiff.tui.screens.house import HouseScreen  # noqa: PLC0415

        return HouseScreen(house.paths, house.feed, self._keyboard, self._open_view)

    @on(PickPair)
    def _pick(self) -> None:
        if self._makers is not None:
            self.push_screen(self._picker())

    def open_pair(self, a: str, b: str) -> None:
        """Open two artifacts, or two folders of them, above what is shown."""
        if self._makers is None:
            return
        if is_house(a) and is_house(b):
            paths = {Side.A: a, Side.B: b}
            self._remember(paths)
            self.push_screen(self._housed(HouseStart(paths, self._makers.house(paths))))
            return
        self._open_view(a, b)

    def _open_view(self, a: str, b: str) -> None:
        if self._makers is None:
            return
        paths = {Side.A: a, Side.B: b}
        comparison = self._last = self._makers.comparison(paths)
        self._remember(paths)
        self.push_screen(MainScreen(comparison, self._keyboard, watch=self._watch))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Yield every action of the screen the palette was opened on."""
        page = not isinstance(screen, MainScreen)
        for key in self._keyboard.keys:
            if key.id == "app.palette" or (page and not key.page):
                continue
            told = f"{key.help} ({', '.join(names(key.keys))})"
            yield SystemCommand(key.title, told, partial(self._perform, screen, key.action))

    def _perform(self, screen: Screen[object], action: str) -> None:
        self.call_later(screen.run_action, action)

    @on(Refused)
    def _refused(self, message: Refused) -> None:
        failure = message.failure
        if len(self.screen_stack) > 1:
            self.pop_screen()
            hint = f" {failure.hint[:1].upper()}{failure.hint[1:]}." if failure.hint else ""
            told = f"{failure.message}.{hint}"
            self.notify(told, markup=False, severity="error", timeout=8)
            return
        self.refused = failure
        self.exit()

    # -- keys

    async def on_event(self, event: events.Event) -> None:
        """Let a key act before the next one is looked at: what it opens gets the keys behind it.

        By itself a key travels through the queues of all widgets above the one with the focus; of
        keys that come together, as over a slow line, the last has left before the first acts.
        """
        if (
            isinstance(event, events.Key | events.Paste)
            and not event.is_forwarded
            and await self._acted(event)
        ):
            return
        await super().on_event(event)

    async def _acted(self, event: events.Key | events.Paste) -> bool:
        """Do what a key does; return whether it does something."""
        screen = self.screen
        if isinstance(screen, SystemModalScreen):
            return False
        if not screen.is_mounted:
            await AwaitMount(screen, [screen])
        key = event.key if isinstance(event, events.Key) else ""
        if key == "escape":
            screen.clear_selection()
        if key and await self._check_bindings(key, priority=True):
            return True
        take = getattr(screen.focused, "take", None)
        if take is not None and await take(event):
            return True
        return bool(key) and await self._check_bindings(key)

    # -- faults of the app itself

    def _handle_exception(self, error: Exception) -> None:
        self.broken = self.broken or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual would print a traceback with the values of all variables; the command line says
        # in a sentence what went wrong.
        self._close_messages_no_wait()
