"""Choosing two artifacts: recent pairs, files in a folder, a path that is typed or dropped."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from reprodiff.text import plain
from reprodiff.tui.chunks import Chunk, Line, justified, shortened, size_text, width
from reprodiff.tui.widgets.entry import Entry
from reprodiff.tui.widgets.rowlist import RowList

Open = Callable[[str, str], None]
_ARTIFACTS: Final = (
    *(".whl", ".tar.gz", ".tgz", ".zip", ".tar", ".tar.bz2", ".tar.xz", ".tar.zst", ".egg"),
    *(".so", ".pyd", ".dll", ".dylib", ".a", ".pyc", ".conda", ".deb", ".rpm"),
)
MAX_ENTRIES: Final = 20_000


class Choice(NamedTuple):
    """A row: a pair that was opened before, a folder to go into, or an artifact."""

    kind: str
    """``pair``, ``folder``, ``this`` (the folder itself) or ``file``."""
    path: str
    other: str = ""
    size: int = -1


def listing(folder: Path) -> list[Choice]:
    """Return what is in a folder: artifacts first, then folders, then other files."""
    found: list[tuple[int, str, Choice]] = []
    with os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            if number >= MAX_ENTRIES:
                break
            try:
                if entry.is_dir():
                    found.append((1, entry.name, Choice("folder", entry.path)))
                elif entry.is_file():
                    rank = 0 if entry.name.lower().endswith(_ARTIFACTS) else 2
                    size = entry.stat().st_size
                    found.append((rank, entry.name, Choice("file", entry.path, size=size)))
            except OSError:
                continue  # it is gone, or is nobody's business
    found.sort(key=lambda one: (one[0], one[1].startswith("."), one[1]))
    return [choice for _, _, choice in found]


def typed_path(text: str) -> str:
    """Return the path that was typed, or dropped: terminals quote it in several ways."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    if text.startswith("file://"):
        text = unquote(text.removeprefix("file://"))
    path = str(Path(text).expanduser()) if text else ""
    if path and not Path(path).exists() and "\\" in path:
        unescaped = path.replace("\\", "")
        if Path(unescaped).exists():
            return unescaped
    return path


class PickerScreen(Screen[None]):
    """A list and a line to type in; Enter takes A, then B."""

    BINDINGS = [
        ("escape", "back", "Back"),
        ("up", "move(-1)", "Up"),
        ("down", "move(1)", "Down"),
        ("pageup", "page(-1)", "Page up"),
        ("pagedown", "page(1)", "Page down"),
    ]

    def __init__(
        self, open_: Open, recent: Callable[[], tuple[tuple[str, str], ...]], first: str = ""
    ) -> None:
        super().__init__()
        self._open = open_
        self._recent = recent
        self._folder = Path.cwd()
        self._first = first
        self._here: list[Choice] = []
        self._shown: list[Choice] = []
        self._slots = Static("", id="slots", markup=False)
        self._list = RowList(self._row, id="choices-list")
        self._entry = Entry(
            hint="a path, or part of a name", changed=self._typed, done=self._submitted, id="path"
        )
        self._told = Static("", id="picker-told", markup=False)

    def compose(self) -> ComposeResult:
        """Put what is chosen over the list, and the line to type in below."""
        yield self._slots
        with Vertical(id="picker-body"):
            yield self._list
            yield Horizontal(Static(">", classes="slash"), self._entry, id="path-row")
            yield self._told
        yield Static(" ⏎ take   ↑↓ choose   Esc back   Ctrl+Q quit", id="picker-keys", markup=False)

    def on_mount(self) -> None:
        """Look into the folder."""
        self._go(self._folder)
        self.set_focus(self._entry)

    def on_screen_resume(self) -> None:
        """Begin anew after a comparison."""
        if self._shown:
            self._go(self._folder)
        self.set_focus(self._entry)

    @property
    def first(self) -> str:
        """A, once it is chosen."""
        return self._first

    def _go(self, folder: Path) -> None:
        """Show what is in a folder."""
        try:
            self._here = listing(folder)
        except OSError as error:
            self._say(f"{plain(folder)}: {(error.strerror or 'cannot be listed').lower()}")
            return
        self._folder = folder
        self._entry.value = ""
        self._filter("")
        self._say("")

    def _filter(self, words: str) -> None:
        wanted = words.lower()
        pairs = [] if self._first else [Choice("pair", a, b) for a, b in self._recent()]
        up = Choice("folder", str(self._folder.parent))
        own = [up, Choice("this", str(self._folder))]
        rows = [*pairs, *(own if not wanted else []), *self._here]
        if wanted:
            rows = [row for row in rows if wanted in _name(row).lower()]
        self._shown = rows
        best = [
            next((n for n, row in enumerate(rows) if row.kind in kinds and row is not up), None)
            for kinds in ({"pair", "file"}, {"folder"})
        ]
        start = next((n for n in best if n is not None), 0)
        self._list.empty = "Nothing here has this in its name; ⏎ takes it as a path."
        self._list.show(len(rows), start)
        self._title()

    def _title(self) -> None:
        a = plain(self._first) if self._first else "choose the first"
        cells = max(self.size.width - 8, 20)
        b = "choose the second" if self._first else ""
        self._slots.update(
            Content(f" Compare two builds\n A  {shortened(a, cells)}\n B  {shortened(b, cells)}")
        )
        self._list.border_title = Content(shortened(plain(self._folder), cells))
        self._list.border_subtitle = f"{len(self._shown):,} here"

    def _row(self, at: int, cells: int) -> Line:
        row = self._shown[at]
        signs = {"pair": "↔", "folder": "▸", "this": "▤", "file": " "}
        right = [Chunk(f"{size_text(row.size)} ", "dim")] if row.size >= 0 else []
        role = {"pair": "key", "folder": "group", "this": "place"}.get(row.kind, "text")
        room = max(cells - width(right) - 4, 8)
        if row.kind == "pair":
            half = max((room - 5) // 2, 4)
            a, b = (shortened(plain(_near(path)), half) for path in (row.path, row.other))
            name = f"{a}  ↔  {b}"
        else:
            name = shortened(_shown_name(row, self._folder), room)
        return justified([Chunk(f" {signs[row.kind]} ", role), Chunk(name, role)], right, cells)

    # -- choosing

    def _typed(self, text: str) -> None:
        text = text.strip()
        self._say("")
        self._filter("" if not text or os.sep in text else text)

    def _submitted(self, text: str) -> None:
        text = text.strip()
        path = typed_path(text)
        if text and Path(path).exists() and (os.sep in text or not self._shown):
            self._take(path)
        elif (text and not self._shown) or (text and os.sep in text):
            self._say(f"There is no {plain(path)}")
        else:
            self._enter()

    @on(RowList.Taken)
    def _taken(self, message: RowList.Taken) -> None:
        message.stop()
        self._enter()

    def _enter(self) -> None:
        if not self._shown:
            return
        row = self._shown[self._list.cursor]
        if row.kind == "pair":
            self._open(row.path, row.other)
        elif row.kind == "folder":
            self._go(Path(row.path))
        else:
            self._take(row.path)

    def _take(self, path: str) -> None:
        """Take a path as A, or as B and open the pair."""
        self._entry.value = ""
        if not self._first:
            self._first = path
            self._filter("")
            return
        first, self._first = self._first, ""
        self._filter("")
        self._open(first, path)

    def _say(self, message: str) -> None:
        self._told.update(message)
        self._told.display = bool(message)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._list.move(rows)

    def action_page(self, direction: int) -> None:
        """Move by a page."""
        self._list.page(direction)

    async def action_back(self) -> None:
        """Clear what was typed, then what was chosen, then leave."""
        if self._entry.value:
            self._entry.value = ""
        elif self._first:
            self._first = ""
            self._filter("")
        elif len(self.app.screen_stack) > 1:
            self.dismiss()
        else:
            await self.app.action_quit()


def _name(row: Choice) -> str:
    return f"{row.path}\0{row.other}" if row.kind == "pair" else Path(row.path).name


def _shown_name(row: Choice, folder: Path) -> str:
    if row.kind == "this":
        return "this folder itself (an installed tree, or a folder of artifacts)"
    if Path(row.path) == folder.parent:
        return "../"
    name = plain(Path(row.path).name)
    return f"{name}/" if row.kind == "folder" else name


def _near(path: str) -> str:
    """Return a path as seen from the current folder, where it is in it."""
    here = str(Path.cwd()) + os.sep
    return path.removeprefix(here) if path.startswith(here) else path
