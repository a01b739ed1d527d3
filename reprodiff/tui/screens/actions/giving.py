"""Copying and exporting."""

from typing import TYPE_CHECKING

from reprodiff.errors import ReprodiffError
from reprodiff.model import Side
from reprodiff.tui.chunks import counted
from reprodiff.tui.fixing import known_fixes, snippet
from reprodiff.tui.screens.base import Panes

if TYPE_CHECKING:
    from reprodiff.tui.screens.asking import Answer


class GivingActions(Panes):
    """What the keys of :mod:`reprodiff.tui.keys.giving` do."""

    def action_copy_fix(self) -> None:
        """Copy what to paste to remove the cause."""
        subject = self._subject()
        if subject is None:
            self._say("Choose a finding to copy its fix.")
            return
        text = snippet(self._store, subject.finding)
        if text is None:
            self._say("There is nothing to paste for this cause; e explains it.", seconds=4)
            return
        self._copy(text if text.endswith("\n") else text + "\n", "The fix")

    def action_copy_finding(self) -> None:
        """Copy the finding as Markdown."""
        subject = self._subject()
        if subject is None:
            self._say("Choose a finding to copy it.")
            return
        from reprodiff.tui.giving.finding import finding_text  # noqa: PLC0415

        place = subject.location
        text = finding_text(
            subject.finding,
            [place] if place is not None else subject.locations,
            known_fixes(self._store, subject.finding),
            self._comparison.triage.decisions.note(subject.finding.id),
        )
        self._copy(text, "The finding, as Markdown,")

    def action_copy_path(self) -> None:
        """Copy the path of the place, or of the first one."""
        at = self._findings.address
        subject = self._subject()
        if subject is not None and subject.anchor is not None:
            self._copy(subject.anchor.path or self._comparison.paths[Side.A], "The path")
        elif at is not None and at.path:
            self._copy(at.path, "The path")
        else:
            self._say("Choose a finding or a place to copy its path.")

    def action_export(self) -> None:
        """Ask for a format and a name, and write what is shown."""
        from reprodiff.tui.giving.export import (  # noqa: PLC0415
            WORDS,
            Form,
            export,
            file_name,
            write,
        )
        from reprodiff.tui.screens.asking import AskScreen  # noqa: PLC0415

        forms = list(Form)

        def answered(answer: "Answer | None") -> None:
            if answer is None:
                return
            number, name = answer
            try:
                text = export(
                    self._store,
                    self._findings.shown,
                    self._comparison.triage.decisions,
                    forms[number],
                    self._findings.words,
                )
                path = write(name or file_name(self._store, forms[number]), text)
            except ReprodiffError as error:
                self._warn(f"Not exported: {error}. {error.hint}".strip())
            else:
                self._say(f"Written to {path}.", seconds=5)

        places = sum(map(len, self._findings.shown.places.values()))
        ask = AskScreen(
            "Export what is shown",
            choices=[WORDS[form] for form in forms],
            about=f"{counted(len(self._findings.shown.places), 'finding')}, "
            f"{counted(places, 'place')}",
            hint=f"name of the file; {file_name(self._store, Form.MARKDOWN)} and so on if empty",
        )
        self.app.push_screen(ask, answered)

    def action_screenshot(self) -> None:
        """Write a picture of the screen."""
        from reprodiff.tui.giving.export import Form, file_name, write  # noqa: PLC0415

        name = file_name(self._store, Form.MARKDOWN).removesuffix(".md") + ".svg"
        try:
            path = write(name, self.app.export_screenshot())
        except ReprodiffError as error:
            self._warn(f"No picture was written: {error}.")
        else:
            self._say(f"Written to {path}.", seconds=5)
