"""Opening what is shown in the user's own programs."""

import os
from collections.abc import Mapping, Sequence

from textual.app import SuspendNotSupported

from reprodiff.model import Side
from reprodiff.tui import outside
from reprodiff.tui.library import Contents
from reprodiff.tui.screens.base import Panes
from reprodiff.tui.widgets.findings import FindingsPane

Files = Mapping[str, bytes | memoryview]


class OutsideActions(Panes):
    """What the keys ``evidence.pager`` and ``evidence.editor`` do."""

    def action_pager(self) -> None:
        """Open what is shown in the pager."""
        pane = self._pane()
        lines = self._evidence.lines if isinstance(pane, FindingsPane) else pane
        command = outside.pager(os.environ)
        if command is None:
            self._say("There is no pager: set PAGER.")
            return
        text = outside.lines_of(lines.source, lines.layout_now)
        self._hand_over(command, {"evidence.txt": "\n".join([*text, ""]).encode()})

    def action_editor(self) -> None:
        """Open copies of both files in the editor."""
        contents = self._evidence.contents
        if contents is None:
            self._say("There are no files behind this view; press v for their contents.")
            return
        command = outside.editor(os.environ)
        if command is None:
            self._say("There is no editor: set EDITOR.")
            return
        files = _copies(contents)
        if files is None:
            self._say("These files are too large to be copied for an editor.")
            return
        self._hand_over(command, files)

    def _hand_over(self, command: Sequence[str], files: Files) -> None:
        try:
            with outside.kept(files) as paths, self.app.suspend():
                status = outside.run(command, paths)
        except SuspendNotSupported:
            self._say("This terminal cannot be given to another program.")
        except OSError as error:
            self._say(f"{command[0]} could not be run: {error.strerror or error}")
        else:
            if status:
                self._say(f"{command[0]} ended with status {status}.")
        self.refresh()


def _copies(contents: Contents) -> Files | None:
    """Return the bytes of both sides by safe names; ``None`` if they are too large."""
    sides = [(side, contents.side(side)) for side in Side if len(contents.side(side))]
    if sum(len(data) for _, data in sides) > outside.MAX_BYTES:
        return None
    return {outside.safe_name(side, contents.path): data for side, data in sides}
