"""Two folders of artifacts: the pairs with their verdicts, each opening into its own view."""

from collections.abc import Callable
from threading import Thread
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.screen import Screen

from reprodiff.model import Side, Verdict
from reprodiff.text import plain
from reprodiff.tui.analysis import Feed
from reprodiff.tui.bindings import bindings
from reprodiff.tui.chunks import Chunk, Line, counted, justified, shortened, width
from reprodiff.tui.house.records import HouseDone, Item, Judged, Listed
from reprodiff.tui.keys import Keyboard, Where
from reprodiff.tui.manual import manual
from reprodiff.tui.masthead import VERDICTS
from reprodiff.tui.messages import Refused
from reprodiff.tui.records import Failed
from reprodiff.tui.screens.pages import PageScreen
from reprodiff.tui.widgets.keybar import KeyBar
from reprodiff.tui.widgets.rowlist import RowList

Open = Callable[[str, str], None]
"""Opens a pair in a view of its own."""
_RANK: Final = {"": 0, "different": 1, "incomplete": 2, "equivalent": 3, "identical": 4}
_ALSO: Final = frozenset({"go.in", "go.unfold", "app.theme", "app.quit", "app.help"})


class Told(Message):
    """Records have come in."""

    def __init__(self, records: list[object]) -> None:
        super().__init__()
        self.records = records


class HouseScreen(Screen[None]):
    """The list of pairs; it fills while they are compared."""

    BINDINGS = [*bindings(page=True, also=_ALSO)]

    def __init__(self, paths: dict[Side, str], feed: Feed, keyboard: Keyboard, open_: Open) -> None:
        super().__init__()
        self._paths = paths
        self._feed = feed
        self._keyboard = keyboard
        self._open = open_
        self.items: tuple[Item, ...] = ()
        self.verdicts: dict[int, Judged] = {}
        self.done = False
        self.failure: Failed | None = None
        self._order: list[int] = []
        self._list = RowList(self._row, id="pairs")
        self._list.empty = "Looking into both folders …"

    def compose(self) -> ComposeResult:
        """Put the list over the keys."""
        yield self._list
        yield KeyBar(Where.HOUSE, self._keyboard)

    def on_mount(self) -> None:
        """Begin to listen."""
        self.set_focus(self._list)
        self._title()
        Thread(target=self._listen, name="pairs", daemon=True).start()

    def on_unmount(self) -> None:
        """End the comparison."""
        self._feed.stop()

    @property
    def outcome(self) -> int:
        """The exit status: 0 where both folders hold the same, 2 after a failure, else 1."""
        if self.failure is not None:
            return 2
        same = all(judged.verdict == Verdict.IDENTICAL for judged in self.verdicts.values())
        whole = self.done and len(self.verdicts) == len(self.items)
        return 0 if whole and same else 1

    def _listen(self) -> None:
        for records in self._feed.records():
            self.post_message(Told(list(records)))

    @on(Told)
    def _told(self, message: Told) -> None:
        message.stop()
        here = self._order[self._list.cursor - 1] if self._list.cursor and self._order else None
        for record in message.records:
            if isinstance(record, Listed):
                self.items = record.items
                self._order = list(range(len(self.items)))
            elif isinstance(record, Judged):
                self.verdicts[record.number] = record
            elif isinstance(record, Failed):
                self.failure = record
                if record.refused:
                    self.post_message(Refused(record))
                    return
                self.notify(record.message, markup=False, severity="error", timeout=10)
            elif isinstance(record, HouseDone):
                self.done = True
                self._order.sort(key=self._rank)
        at = 0 if here is None else self._order.index(here) + 1
        self._list.show(len(self._order) + bool(self.items), at)
        self._title()

    def _rank(self, number: int) -> tuple[int, int, int]:
        """What matters most comes first once all is known."""
        judged = self.verdicts.get(number)
        if judged is None:
            return (_RANK["different"], 0, number)
        return (_RANK[judged.verdict], -judged.alarms, number)

    def _title(self) -> None:
        shown = " ↔ ".join(shortened(plain(self._paths[side]), 40) for side in Side)
        self._list.border_title = Content(f"Artifacts · {shown}")
        pairs = sum(item.only is None for item in self.items)
        if not self.items:
            self._list.border_subtitle = ""
        elif not self.done:
            self._list.border_subtitle = f"{len(self.verdicts):,} of {pairs:,} compared"
        else:
            counts = [
                f"{number:,} {verdict.value}"
                for verdict in reversed(Verdict)
                if (number := sum(one.verdict == verdict for one in self.verdicts.values()))
            ]
            alone = len(self.items) - pairs
            counts += [f"{alone:,} on one side only"] if alone else []
            self._list.border_subtitle = " · ".join(counts)

    def _row(self, at: int, cells: int) -> Line:
        if at == 0:
            return [Chunk(" ▤ ", "key"), Chunk("all together, as one comparison", "group")]
        item = self.items[self._order[at - 1]]
        judged = self.verdicts.get(self._order[at - 1])
        if item.only is not None:
            sign, role = f" {'-' if item.only is Side.A else '+'} ", "severity-review"
            right = [Chunk(f"only in {item.only.upper()} ", "severity-review")]
        elif judged is None:
            sign, role = " … ", "dim"
            right = [Chunk("waiting ", "dim")]
        elif not judged.verdict:
            sign, role = " ? ", "severity-alarm"
            right = [Chunk(f"{judged.words} ", "severity-alarm")]
        else:
            verdict = Verdict(judged.verdict)
            sign, role = f" {VERDICTS[verdict]} ", f"verdict-{verdict.value}"
            right = [Chunk(f"{judged.words}  " if judged.words else "", "dim")]
            right.append(Chunk(f"{verdict.value} ", "text"))
        room = max(cells - width(right) - 5, 8)
        left = [Chunk(sign, role), Chunk(" "), Chunk(shortened(plain(item.name), room))]
        return justified(left, right, cells)

    # -- actions

    @on(RowList.Taken)
    def _taken(self, message: RowList.Taken) -> None:
        message.stop()
        self.action_enter()

    def action_enter(self) -> None:
        """Open the pair under the cursor."""
        if not self.items:
            return
        if self._list.cursor == 0:
            self._open(self._paths[Side.A], self._paths[Side.B])
            return
        item = self.items[self._order[self._list.cursor - 1]]
        if item.only is not None:
            other = "B" if item.only is Side.A else "A"
            told = f"There is nothing in {other} to compare it with."
            self.notify(told, markup=False, timeout=3)
            return
        self._open(item.a, item.b)

    def action_unfold(self) -> None:
        """Open the pair under the cursor."""
        self.action_enter()

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._list.move(rows)

    def action_half_page(self, direction: int) -> None:
        """Move by half a page."""
        self._list.page(direction / 2)

    def action_page(self, direction: int) -> None:
        """Move by a page."""
        self._list.page(direction)

    def action_edge(self, direction: int) -> None:
        """Move to the first or the last row."""
        self._list.edge(direction)

    def action_back(self) -> None:
        """End the comparison, or leave for the screen below."""
        if not self.done and self.items:
            self.done = True
            Thread(target=self._feed.stop, daemon=True).start()
            told = f"Cancelled: {counted(len(self.verdicts), 'verdict')} known."
            self.notify(told, markup=False, timeout=3)
            self._title()
        elif len(self.app.screen_stack) > 1:
            self.dismiss()

    def action_theme(self) -> None:
        """Choose other colours."""
        self.app.search_themes()

    def action_help(self) -> None:
        """Open the help page."""
        self.app.push_screen(PageScreen("Keys", manual(self._keyboard), self._keyboard))

    async def action_quit(self) -> None:
        """Leave."""
        await self.app.action_quit()

    @on(KeyBar.Chosen)
    def _chosen(self, message: KeyBar.Chosen) -> None:
        message.stop()
        self.call_later(self.run_action, message.key.action)
