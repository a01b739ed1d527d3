"""Where reports go, and in which format."""

import os
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from reprodiff.cli.errors import UsageError
from reprodiff.cli.terminal import Terminal
from reprodiff.model import Report
from reprodiff.records import dataclass
from reprodiff.reports.selection import LeftOut

STDOUT: Final = "-"


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    SARIF = "sarif"


_SUFFIXES: Final = {
    ".txt": Format.TEXT,
    ".text": Format.TEXT,
    ".json": Format.JSON,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".sarif": Format.SARIF,
}
_DEFAULT_LIMITS: Final = {
    Format.TEXT: 10,
    Format.JSON: 100,
    Format.MARKDOWN: 10,
    Format.HTML: 100,
    Format.SARIF: 100,
}


@dataclass(frozen=True, slots=True)
class Target:
    """One report to write; ``path`` is ``-`` for standard output."""

    path: str
    format: Format

    @property
    def to_stdout(self) -> bool:
        """Whether it goes to standard output."""
        return self.path == STDOUT


def targets(outputs: Sequence[str], chosen: Format | None) -> tuple[Target, ...]:
    """Return what to write: to each of ``outputs``, or to standard output if there is none.

    Raises :class:`UsageError` if a name does not tell its format and none was chosen.
    """
    if not outputs:
        return (Target(STDOUT, chosen or Format.TEXT),)
    made: dict[str, Target] = {}
    for path in outputs:
        # Not by pathlib, which takes longer to load than a report on standard output to write.
        found = chosen or _SUFFIXES.get(os.path.splitext(path)[1].lower())  # noqa: PTH122
        if path == STDOUT:
            found = found or Format.TEXT
        if found is None:
            raise UsageError(
                f"the name {path!r} does not tell the format of the report",
                "end it in .txt, .json, .md, .html or .sarif, or add --format",
            )
        made[path] = Target(path, found)
    return tuple(made.values())


def check(found: Sequence[Target], inputs: Sequence[str]) -> None:
    """Raise :class:`OutputError` if a target cannot be written, before any work is done.

    An input is never overwritten.
    """
    if files := [target.path for target in found if not target.to_stdout]:
        from reprodiff.cli import files as on_disk  # noqa: PLC0415

        on_disk.check(files, inputs)


def places_wanted(found: Sequence[Target], limit: int | None) -> int | None:
    """Return how many places of a finding the targets need, ``None`` for all.

    ``limit`` is what was asked for: ``None`` for the defaults, 0 for all.
    """
    if limit is None:
        return max(_DEFAULT_LIMITS[target.format] for target in found)
    return limit or None


@dataclass(frozen=True, slots=True)
class Writer:
    """Turns a report into what its target wants."""

    report: Report
    left_out: LeftOut | None
    limit: int | None
    """As asked for: ``None`` for the defaults, 0 for all."""
    terminal: Terminal
    color: bool

    def render(self, target: Target) -> str:
        """Return the report as text in the format of ``target``."""
        limit = _DEFAULT_LIMITS[target.format] if self.limit is None else self.limit or None
        compact = self.limit is None
        # Each format is loaded only where it is asked for.
        match target.format:
            case Format.JSON:
                from reprodiff.reports.json import to_json  # noqa: PLC0415

                return to_json(self.report, limit, self.left_out)
            case Format.MARKDOWN:
                from reprodiff.reports.markdown import to_markdown  # noqa: PLC0415

                return to_markdown(self.report, limit, self.left_out, compact=compact)
            case Format.HTML:
                from reprodiff.reports.html import to_html  # noqa: PLC0415

                return to_html(self.report, limit, self.left_out)
            case Format.SARIF:
                from reprodiff.reports.sarif import to_sarif  # noqa: PLC0415

                return to_sarif(self.report, limit, self.left_out)
            case Format.TEXT:
                from reprodiff.reports.text import to_text  # noqa: PLC0415

                if not target.to_stdout:
                    return to_text(self.report, limit, self.left_out, compact=compact)
                return to_text(
                    self.report,
                    limit,
                    self.left_out,
                    compact=compact,
                    width=self.terminal.width,
                    color=self.color,
                    unicode=self.terminal.unicode,
                )

    def write_file(self, target: Target) -> None:
        """Write the report to the file of ``target``; raise :class:`OutputError` if it fails."""
        from reprodiff.cli.files import write  # noqa: PLC0415

        write(target.path, self.render(target))
