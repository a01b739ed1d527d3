"""What the terminal can show, and whether somebody sits at it."""

import os
import sys
from collections.abc import Mapping
from enum import StrEnum

from reprodiff.records import dataclass, field

WIDTH_WITHOUT_TERMINAL = 100
_SIGNS = "●▲✖○↳→…·█▓▒░▞▚▦▕▏"


class Color(StrEnum):
    """When to use colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Terminal:
    """Which streams are terminals, what standard output can encode, and the environment."""

    stdin: bool
    stdout: bool
    stderr: bool
    encoding: str = "utf-8"
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def here(cls) -> "Terminal":
        """Return what this process runs in."""
        return cls(
            stdin=_is_terminal(sys.stdin),
            stdout=_is_terminal(sys.stdout),
            stderr=_is_terminal(sys.stderr),
            encoding=getattr(sys.stdout, "encoding", None) or "utf-8",
            environment=os.environ,
        )

    @property
    def dumb(self) -> bool:
        """Whether the terminal knows no escape codes."""
        return self.environment.get("TERM", "") in {"", "dumb"} and os.name != "nt"

    @property
    def interactive(self) -> bool:
        """Whether an app can be shown: nothing is redirected and the terminal is a real one."""
        return self.stdin and self.stdout and self.stderr and not self.dumb

    @property
    def unattended(self) -> bool:
        """Whether a CI system runs this, with nobody at the keys."""
        return self.environment.get("CI", "").lower() not in {"", "0", "false"}

    @property
    def unicode(self) -> bool:
        """Whether standard output can encode the signs of a report."""
        try:
            _SIGNS.encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    @property
    def width(self) -> int:
        """Return the width to write for: COLUMNS, the terminal's, or a constant."""
        said = self.environment.get("COLUMNS", "")
        if len(said) <= 4 and said.isascii() and said.isdigit() and int(said) > 0:
            return int(said)
        if not self.stdout:
            return WIDTH_WITHOUT_TERMINAL
        import shutil  # noqa: PLC0415 - brings the compression modules along

        return shutil.get_terminal_size((WIDTH_WITHOUT_TERMINAL, 24)).columns

    def color(self, choice: Color) -> bool:
        """Whether to use colour: the option, then NO_COLOR, then what forces it, then the rest."""
        if choice is not Color.AUTO:
            return choice is Color.ALWAYS
        if self.environment.get("NO_COLOR"):
            return False
        for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
            if value := self.environment.get(name):
                return value.lower() not in {"0", "false"}
        if self.environment.get("CLICOLOR") == "0":
            return False
        return self.stdout and not self.dumb


def _is_terminal(stream: object) -> bool:
    try:
        return bool(stream.isatty())  # type: ignore[attr-defined]
    except (AttributeError, ValueError):  # there is none, or it is closed
        return False
