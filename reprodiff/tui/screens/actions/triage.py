"""Deciding about findings: reviewed, ignored, noted, undone."""

from typing import TYPE_CHECKING

from reprodiff.tui.evidence import Subject
from reprodiff.tui.screens.base import Panes
from reprodiff.tui.store import roots
from reprodiff.tui.triage.keeping import MAX_NOTE

if TYPE_CHECKING:
    from reprodiff.tui.screens.asking import Answer


class TriageActions(Panes):
    """What the keys of :mod:`reprodiff.tui.keys.triaging` do."""

    def action_reviewed(self) -> None:
        """Mark the finding as reviewed and go on to the next; on a reviewed one, take it back."""
        subject = self._subject()
        if subject is None:
            self._say("Choose a finding to mark it as reviewed.")
            return
        decisions = self._comparison.triage.decisions
        if decisions.turn_reviewed(subject.finding):
            self._findings.leave(subject.finding.id, decisions.reviewed)
            left = sum(not decisions.reviewed(key) for key in roots(self._store.findings.values()))
            told = f"{left:,} left to look at" if left else "all are reviewed"
            self._say(f"Reviewed, {told}. z undoes.")

    def action_ignore(self) -> None:
        """Ask how much of the finding to ignore, and why."""
        from reprodiff.tui.screens.asking import AskScreen  # noqa: PLC0415
        from reprodiff.tui.triage.scopes import scopes  # noqa: PLC0415

        subject = self._subject()
        if subject is None:
            self._say("Choose a finding to ignore it.")
            return
        decisions = self._comparison.triage.decisions
        finding = subject.finding
        location = subject.location
        if location is None and subject.anchor is not None:
            paths = {place.path for place in subject.locations[:1000]}
            location = subject.anchor if len(paths) == 1 else None
        ignored = decisions.ignored(finding, subject.locations)
        if ignored is None or (subject.number is not None and subject.number in ignored):
            self._stop_ignoring(subject)
            return
        choices = scopes(finding, location)
        if not choices:
            self._say(
                "An alarm, or what nothing explains, is ignored at one place at a time: "
                "unfold it and choose a place.",
                seconds=5,
            )
            return

        def answered(answer: "Answer | None") -> None:
            if answer is not None:
                number, why = answer
                decisions.ignore(choices[number].because(why))
                file = self._comparison.triage.baseline
                where = f" Kept in {file.path.name}." if file is not None else ""
                self._say(f"Ignored. u shows it, z undoes.{where}", seconds=4)

        ask = AskScreen(
            "Ignore",
            choices=[choice.words for choice in choices],
            about=finding.title,
            hint="why it is accepted",
            required="Say why: the reason is kept with it.",
        )
        self.app.push_screen(ask, answered)

    def _stop_ignoring(self, subject: Subject) -> None:
        decisions = self._comparison.triage.decisions
        places = subject.locations if subject.location is None else (subject.location,)
        known = [
            entry
            for entry in decisions.now.entries
            if entry.concerns(subject.finding)
            and (entry.path is None or any(entry.covers(place.path) for place in places))
        ]
        if not known:
            self._say("It is ignored because all that it follows from is.", seconds=4)
            return
        for entry in known:
            decisions.stop_ignoring(entry)
        self._say(f"No more ignored: {known[0].words}. z undoes.", seconds=4)

    def action_show_ignored(self) -> None:
        """Show what is ignored, or hide it."""
        if not self._comparison.triage.decisions.any_ignored:
            self._say("Nothing is ignored.")
            return
        self._findings.toggle_ignored()
        self._say(
            "Ignored findings are shown." if self._findings.show_ignored else "They are hidden."
        )

    def action_note(self) -> None:
        """Ask for a note on the finding."""
        from reprodiff.tui.screens.asking import AskScreen  # noqa: PLC0415

        subject = self._subject()
        if subject is None:
            self._say("Choose a finding to note something about it.")
            return
        decisions = self._comparison.triage.decisions
        finding = subject.finding

        def answered(answer: "Answer | None") -> None:
            if answer is not None:
                decisions.write_note(finding, answer[1][:MAX_NOTE])

        ask = AskScreen(
            "Note",
            about=finding.title,
            text=decisions.note(finding.id),
            hint="goes into what is copied and exported",
        )
        self.app.push_screen(ask, answered)

    def action_undo(self) -> None:
        """Take back the last decision."""
        words = self._comparison.triage.decisions.undo()
        self._say(f"Undone: {words}." if words else "There is nothing to undo.", seconds=3)

    def decided(self) -> None:
        """Show what the decisions have changed."""
        self.reload()
        self.show_decisions()

    def catch_up(self) -> None:
        """Apply the decisions to what has come in, and tell what went wrong in keeping them."""
        triage = self._comparison.triage
        if triage.decisions.any_ignored:
            findings = tuple(self._store.findings.values())
            triage.decisions.look_at(findings, self._store.locations)
        while triage.trouble:
            self._warn(triage.trouble.pop(0))

    def show_decisions(self) -> None:
        """Show what was decided about the finding at hand; the main screen knows how."""
