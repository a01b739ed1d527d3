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
from reprodiff.tui.evidence import (
    Contents,
    Library,
    Subject,
    fields,
    first_view,
    has_bytes,
    looked_at,
)
from reprodiff.tui.sources.base import Messages, Source, View
from reprodiff.tui.widgets.lineview import LineView
from reprodiff.views.fields import where

if TYPE_CHECKING:
    from textual.timer import Timer

_PAUSE = 0.06
"""Seconds the cursor must rest before bytes are read: going through a list reads none."""
_ORDER = (View.FIELDS, View.TEXT, View.BYTES)


class _Loaded:
    """Bytes and the source made of them, from the thread that made them."""

    def __init__(self, subject: Subject, contents: Contents, source: Source) -> None:
        self.subject = subject
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
        self._view: View | None = None
        """The view the user has chosen for this finding, ``None`` for the one that tells most."""
        self._contents: Contents | None = None
        self._timer: Timer | None = None

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
        if self.lines.source.view is not View.FIELDS:
            self._update_border()
        elif before is not None and before.location is None and subject.location is None:
            # The table reads the places where they are kept, so it has grown by itself.
            self.lines.refit()
        else:
            self.lines.replace(fields(subject))

    def say(self, title: str, lines: list[str]) -> None:
        """Show words in place of evidence."""
        self._subject = None
        self._put(Messages(lines), None)
        self.border_title = Content(plain(title))

    def next_view(self) -> None:
        """Show the same in the next view."""
        if self._subject is None:
            return
        now = self.lines.source.view
        self._view = _ORDER[(_ORDER.index(now) + 1) % len(_ORDER)]
        if not has_bytes(self._subject):
            self.notify("There are no bytes to show for this: only its fields.", markup=False)
            self._view = View.FIELDS
        self._refresh()

    def on_line_view_moved(self) -> None:
        """Say which difference is at hand."""
        self._update_border()

    def _refresh(self) -> None:
        subject = self._subject
        if subject is None:
            return
        if self._timer is not None:
            self._timer.stop()
        view = self._view or first_view(subject)
        if view is View.FIELDS:
            self._put(fields(subject), None)
            return
        location = subject.anchor
        if location is None:
            self._put(fields(subject), None)
            return
        self._update_border()
        self._timer = self.set_timer(_PAUSE, lambda: self._read(subject, location, view))

    def _read(self, subject: Subject, location: Location, view: View | None) -> None:
        def work() -> _Loaded:
            contents = self._library.contents(subject.finding, location)
            return _Loaded(subject, contents, looked_at(contents, subject, view))

        self.run_worker(work, thread=True, exclusive=True, group="bytes", exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what a thread has read; one that came too late is dropped."""
        event.stop()
        if event.state is WorkerState.SUCCESS and isinstance(event.worker.result, _Loaded):
            loaded = event.worker.result
            if self._subject is not None and loaded.subject.shows(self._subject):
                self._put(loaded.source, loaded.contents)
            else:
                loaded.contents.close()
        elif event.state is WorkerState.ERROR:
            error = event.worker.error
            reason = f"{type(error).__name__}: {plain(error, 200)}"
            self._put(Messages(["This could not be read.", reason]), None)

    def _put(self, source: Source, contents: Contents | None) -> None:
        before, self._contents = self._contents, contents
        self.lines.show(source)
        if before is not None:
            before.close()
        notes = contents.notes if contents is not None else ()
        self._notes.update("\n".join(notes))
        self._notes.display = bool(notes)
        self._update_border()

    def _update_border(self) -> None:
        if self._subject is None:
            self.border_subtitle = ""
            return
        location = self._subject.location
        place = where(location) if location else plain(self._subject.finding.title)
        self.border_title = Content(place)
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
