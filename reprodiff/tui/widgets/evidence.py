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
from reprodiff.tui.evidence import Subject, fields, first_view, has_bytes
from reprodiff.tui.library import Contents, Library
from reprodiff.tui.sources.base import Messages, Source, View
from reprodiff.tui.store import Store
from reprodiff.tui.widgets.legend import Legend
from reprodiff.tui.widgets.lineview import LineView

if TYPE_CHECKING:
    from textual.timer import Timer

    from reprodiff.tui.making import Later, Made

_PAUSE = 0.06
"""Seconds the cursor must rest before bytes are read: going through a list reads none."""
_UNNOTICED = 0.15
"""Seconds that reading may take before it is said."""
_BYTES = "bytes"
_MORE = "more"


class _Loaded:
    """Bytes and the source made of them, from the thread that made them."""

    def __init__(self, wanted: int, contents: Contents, result: "Made", *, chosen: bool) -> None:
        self.wanted = wanted
        self.chosen = chosen
        self.contents = contents
        self.result = result


class _More:
    """A source that says more than the one on the screen."""

    def __init__(self, wanted: int, source: Source | None) -> None:
        self.wanted = wanted
        self.source = source


class EvidencePane(Vertical):
    """A title, the lines, what their colours mean, and what could not be read."""

    def __init__(self, library: Library, store: Store, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._library = library
        self._store = store
        self.lines = LineView(id="lines")
        self._legend = Legend(self.lines, id="legend")
        self._notes = Static("", id="notes", markup=False)
        self._chosen: Subject | None = None
        """What the cursor in the list is on."""
        self._subject: Subject | None = None
        """What is wanted here: of a finding in many files the user may go through them."""
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
        yield self._legend
        yield self._notes

    @property
    def contents(self) -> Contents | None:
        """The bytes that are shown; ``None`` where values are."""
        return self._contents

    @property
    def subject(self) -> Subject | None:
        """What is shown."""
        return self._on_screen

    def show(self, subject: Subject) -> None:
        """Show the evidence of ``subject``."""
        if self._subject is None or self._subject.finding.id != subject.finding.id:
            self._view = None
        self._chosen = self._subject = subject
        self._refresh()

    def grow(self, subject: Subject) -> None:
        """Show what has come in for the subject at hand, without moving."""
        before, self._chosen = self._chosen, subject
        if before is None or self._subject is None or not self._subject.shows(before):
            return  # the user has gone on from it
        self._subject = subject
        if self._on_screen is None or not self._on_screen.shows(subject):
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
        self._chosen = self._subject = None
        self._put(Messages(lines))
        self.border_title = Content(plain(title))

    def next_view(self, direction: int = 1) -> None:
        """Show the same in the next view, or in the one before."""
        subject = self._subject
        if subject is None:
            return
        location = subject.anchor
        if location is None or not has_bytes(location):
            self.notify("There are no bytes to show for this: only its fields.", markup=False)
            return
        self._want()
        self._timer = self.set_timer(
            0.001, lambda: self._read(subject, location, self.lines.source.view, direction)
        )

    def see(self, view: View) -> None:
        """Show the same in a view."""
        self._view = view
        self._refresh()

    def next_file(self, direction: int) -> bool:
        """Show the next place of the finding that is in another file; return if there is one."""
        subject = self._subject
        if subject is None or not subject.locations:
            return False
        at = subject.number if subject.number is not None else 0
        path = subject.locations[at].path
        order = range(at + 1, len(subject.locations)) if direction > 0 else range(at - 1, -1, -1)
        found = next((n for n in order if subject.locations[n].path != path), None)
        if found is None:
            return False
        if direction < 0:  # to the first place of that file
            path = subject.locations[found].path
            while found and subject.locations[found - 1].path == path:
                found -= 1
        self._subject = subject._replace(number=found)
        self._refresh()
        return True

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
        if view is View.FIELDS or not has_bytes(location) or location is None:
            self._put(fields(subject))
            return
        # What was shown before stays, under its own title, as long as reading takes no longer
        # than an eye needs to notice.
        self._timer = self.set_timer(_PAUSE, lambda: self._read(subject, location, view))

    def _want(self) -> int:
        """Note that something else is wanted: what is still being read is no more."""
        if self._timer is not None:
            self._timer.stop()
        if any(w.group == _MORE and w.is_running for w in self.workers if w.node is self):
            from reprodiff.views.claims import give_up  # noqa: PLC0415

            give_up()
        self._wanted += 1
        return self._wanted

    def _read(self, subject: Subject, location: Location, view: View | None, step: int = 0) -> None:
        wanted = self._wanted
        waiting = Messages(["Reading …"], view or View.TEXT)
        self._timer = self.set_timer(_UNNOTICED, lambda: self._put(waiting))

        def work() -> _Loaded:
            from reprodiff.tui.making import made  # noqa: PLC0415

            contents = self._library.contents(location)
            result = made(self._store, contents, subject, view, step)
            return _Loaded(wanted, contents, result, chosen=bool(step))

        self.run_worker(work, thread=True, exclusive=True, group=_BYTES, exit_on_error=False)

    def _read_more(self, later: "Later") -> None:
        wanted = self._wanted

        def work() -> _More:
            return _More(wanted, later())

        self.run_worker(work, thread=True, exclusive=True, group=_MORE, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Show what a thread has read; one that came too late is dropped."""
        event.stop()
        if event.state is WorkerState.SUCCESS:
            result = event.worker.result
            if isinstance(result, _More) and result.wanted == self._wanted and result.source:
                self._grow_into(result.source)
            elif isinstance(result, _Loaded):
                self._take(result)
        elif event.state is WorkerState.ERROR and event.worker.group == _BYTES:
            error = event.worker.error
            reason = f"{type(error).__name__}: {plain(error, 200)}"
            self._put(Messages(["This could not be read.", reason]))

    def _take(self, loaded: _Loaded) -> None:
        if loaded.wanted != self._wanted:
            loaded.contents.close()
            return
        source, later = loaded.result
        if loaded.chosen:
            self._view = source.view
        self._put(source, loaded.contents)
        if later is not None:
            self._read_more(later)

    def _grow_into(self, source: Source) -> None:
        """Show a source that says more of the same, at the same place."""
        from reprodiff.tui.sources.dumps import BytesSource  # noqa: PLC0415

        lines, before = self.lines, self.lines.source
        target = lines.target
        if target is None:
            lines.show(source)
        elif isinstance(before, BytesSource) and isinstance(source, BytesSource):
            place = before.place(target)
            lines.replace(source)
            lines.target = source.found_again(place, lines.layout_now)
        else:
            lines.replace(source)
            lines.target = source.again(target, lines.layout_now)
        self._legend.show(source.legend)
        self._update_border()

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
        self._legend.show(source.legend)
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
        if location is None and self._contents is not None:
            location = subject.anchor
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
