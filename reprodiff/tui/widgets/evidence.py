"""The evidence pane: shows the bytes or the values of what the cursor is on."""

from contextlib import suppress
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from reprodiff.model import Location
from reprodiff.text import plain
from reprodiff.tui.chunks import titled
from reprodiff.tui.evidence import (
    Contents,
    Library,
    Subject,
    fields,
    first_view,
    looked_at,
    views_of,
)
from reprodiff.tui.sources.base import Messages, Source, View
from reprodiff.tui.widgets.lineview import LineView

if TYPE_CHECKING:
    from textual.timer import Timer

_PAUSE = 0.06
"""Seconds the cursor must rest before bytes are read: going through a list reads none."""
_UNNOTICED = 0.15
"""Seconds that reading may take before it is said."""


class _Loaded:
    """Bytes and the source made of them, from the thread that made them."""

    def __init__(self, wanted: int, contents: Contents, source: Source) -> None:
        self.wanted = wanted
        self.contents = contents
        self.source = source


class EvidencePane(Vertical):
    """A title, the lines, and what could not be read."""

    def __init__(self, library: Library, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._library = library
        self.lines = LineView(id="lines")
        self._notes = Static("", id="notes", markup=False)
        self._subject: Subject | None = None
        self._on_screen: Subject | None = None
        """What the lines belong to: not yet the subject, while that is being read."""
        self._wanted = 0
        """Counts what was asked for; a thread that answers an earlier question is too late."""
        self._view: View | None = None
        """The view the user has chosen for this finding, ``None`` for the one that tells most."""
        self._contents: Contents | None = None
        self._timer: Timer | None = None
        self._keep = False
        """Whether what is put next is shown from where the lines are."""

    def compose(self) -> ComposeResult:
        """Put the lines over the notes."""
        yield self.lines
        yield self._notes

    def show(self, subject: Subject) -> None:
        """Show the evidence of ``subject``."""
        if self._subject is None or self._subject.finding.id != subject.finding.id:
            self._view = None
        self._subject = subject
        self._refresh()

    def grow(self, subject: Subject) -> None:
        """Show what has come in for the subject at hand, without moving."""
        before, self._subject = self._subject, subject
        if self._on_screen is None or before is None or not self._on_screen.shows(subject):
            return  # its bytes are being read
        self._on_screen = subject
        if self.lines.source.view is not View.FIELDS:
            self._update_border()
        elif before.location is None and subject.location is None:
            # The table reads the places where they are kept, so it has grown by itself.
            self.lines.refit()
        else:
            self.lines.replace(fields(subject))

    def keep_place(self) -> None:
        """Show the next evidence, which is of the same place, from where this one is scrolled."""
        self._keep = True

    def say(self, title: str, lines: list[str]) -> None:
        """Show words in place of evidence."""
        self._want()
        self._subject = None
        self._put(Messages(lines))
        self.border_title = Content(plain(title))

    def next_view(self) -> None:
        """Show the same in the next view."""
        if self._subject is None:
            return
        views = views_of(self._subject)
        if len(views) == 1:
            self.notify("There are no bytes to show for this: only its fields.", markup=False)
        now = self.lines.source.view
        self._view = views[(views.index(now) + 1) % len(views)] if now in views else views[0]
        self._refresh()

    def on_line_view_moved(self) -> None:
        """Say which difference is at hand."""
        self._update_border()

    def _refresh(self) -> None:
        subject = self._subject
        if subject is None:
            return
        self._want()
        view = self._view or first_view(subject)
        location = subject.anchor
        if view is View.FIELDS or location is None:
            self._put(fields(subject))
            return
        # What was shown before stays, under its own title, as long as reading takes no longer
        # than an eye needs to notice.
        self._timer = self.set_timer(_PAUSE, lambda: self._read(subject, location, view))

    def _want(self) -> int:
        """Note that something else is wanted: what is still being read is no more."""
        if self._timer is not None:
            self._timer.stop()
        self._wanted += 1
        return self._wanted

    def _read(self, subject: Subject, location: Location, view: View | None) -> None:
        wanted = self._wanted
        waiting = Messages(["Reading …"], view or View.TEXT)
        self._timer = self.set_timer(_UNNOTICED, lambda: self._put(waiting))

        def work() -> _Loaded:
            contents = self._library.contents(location)
            return _Loaded(wanted, contents, looked_at(contents, subject, view))

        self.run_worker(work, thread=True, exclusive=True, group="bytes", exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what a thread has read; one that came too late is dropped."""
        event.stop()
        if event.state is WorkerState.SUCCESS and isinstance(event.worker.result, _Loaded):
            loaded = event.worker.result
            if loaded.wanted == self._wanted:
                self._put(loaded.source, loaded.contents)
            else:
                loaded.contents.close()
        elif event.state is WorkerState.ERROR:
            error = event.worker.error
            reason = f"{type(error).__name__}: {plain(error, 200)}"
            self._put(Messages(["This could not be read.", reason]))

    def _put(self, source: Source, contents: Contents | None = None) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._on_screen = self._subject
        before, self._contents = self._contents, contents
        if self._keep and source.view is self.lines.source.view:
            self.lines.replace(source)
        else:
            self.lines.show(source)
        self._keep = False
        if before is not None:
            before.close()
        notes = contents.notes if contents is not None else ()
        self._notes.update("\n".join(notes))
        self._notes.display = bool(notes)
        self._update_border()

    def _update_border(self) -> None:
        subject = self._on_screen
        if subject is None:
            self.border_subtitle = ""
            return
        location = subject.location
        cells = max(self.size.width - 4, 8)
        title = plain(subject.finding.title)
        self.border_title = Content(titled(location, cells) if location else title)
        source = self.lines.source
        parts = [source.view.value, self.lines.status]
        if self.lines.layout_now.split:
            parts.insert(1, "A | B")
        self.border_subtitle = Content(" · ".join(part for part in parts if part))

    def on_unmount(self) -> None:
        """Let go of the bytes."""
        if self._contents is not None:
            with suppress(BufferError):
                self._contents.close()
