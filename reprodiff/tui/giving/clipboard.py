"""The clipboard, wherever the terminal is.

A program beside the app (``wl-copy``, ``pbcopy``) is asked first: it says whether it worked.  It
is of no use over ssh, where it would fill the clipboard of the wrong machine.  There, and without
one, the terminal is asked with OSC 52, which many follow and none confirms.  tmux takes it through
``load-buffer -w``, GNU screen wrapped in a string for the terminal outside.
"""

import base64
import subprocess
from collections.abc import Callable, Mapping
from shutil import which
from typing import Final, NamedTuple

MAX_OSC52: Final = 74_994
"""Bytes that terminals take at once (xterm's limit, which others share)."""
_SCREEN_PART: Final = 760
"""Bytes that GNU screen passes on in one string."""
_PATIENCE: Final = 2.0

# (program and arguments, the variable that must be set for it to make sense)
_PROGRAMS: Final = (
    (("pbcopy",), ""),
    (("wl-copy",), "WAYLAND_DISPLAY"),
    (("xclip", "-selection", "clipboard"), "DISPLAY"),
    (("xsel", "--clipboard", "--input"), "DISPLAY"),
    (("clip.exe",), ""),
    (("termux-clipboard-set",), ""),
)

Run = Callable[[tuple[str, ...], bytes], bool]
"""Runs a program with something on its standard input; returns whether it succeeded."""
Find = Callable[[str], str | None]


class Copied(NamedTuple):
    """How something was copied."""

    how: str
    """In words, for the user; empty if there was no way."""
    codes: str = ""
    """What has to be written to the terminal for it."""


def copy(
    text: str, environment: Mapping[str, str], run: Run | None = None, find: Find = which
) -> Copied:
    """Copy ``text`` the best way there is, or return what will copy it once it is written."""
    run = run or _run
    data = text.encode("utf-8", "replace")
    remote = bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))
    if not remote:
        for command, needed in _PROGRAMS:
            if (not needed or environment.get(needed)) and find(command[0]):
                told = data if command[0] != "clip.exe" else text.encode("utf-16-le")
                if run(command, told):
                    return Copied(f"with {command[0]}")
    if environment.get("TMUX") and find("tmux") and run(("tmux", "load-buffer", "-w", "-"), data):
        return Copied("to tmux, which passes it to the terminal's clipboard")
    if environment.get("TERM", "") in {"linux", "dumb", ""}:
        return Copied("")
    if len(data) > MAX_OSC52:
        return Copied("")
    return Copied(
        "by the terminal (OSC 52; if it does not take it, export with x)",
        osc52(data, environment),
    )


def osc52(data: bytes, environment: Mapping[str, str]) -> str:
    """Return the codes that ask a terminal to take ``data`` into its clipboard."""
    code = f"\x1b]52;c;{base64.b64encode(data).decode('ascii')}\x07"
    if environment.get("TMUX"):
        inner = code.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{inner}\x1b\\"
    if environment.get("STY"):
        parts = [code[at : at + _SCREEN_PART] for at in range(0, len(code), _SCREEN_PART)]
        return "".join(f"\x1bP{part}\x1b\\" for part in parts)
    return code


def _run(command: tuple[str, ...], data: bytes) -> bool:
    try:
        done = subprocess.run(  # noqa: S603  (a fixed list; nothing from an artifact is an argument)
            command,
            input=data,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
