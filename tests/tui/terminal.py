"""A real terminal for the real program: what is typed, and what stands on the screen."""

import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyte
import pytest

fcntl = pytest.importorskip("fcntl", reason="needs a pseudo-terminal, which this system lacks")
pty = pytest.importorskip("pty", reason="needs a pseudo-terminal, which this system lacks")
termios = pytest.importorskip("termios", reason="needs a pseudo-terminal, which this system lacks")

_PATIENCE = 60.0
"""Seconds until something that does not come is given up; nothing is measured by it."""


class Terminal:
    """A program in a pseudo-terminal, in an empty home, and what it has drawn there."""

    def __init__(
        self, home: Path, *arguments: str, columns: int = 80, lines: int = 24, **variables: str
    ) -> None:
        try:
            self._master, slave = pty.openpty()
        except OSError as error:
            pytest.skip(f"no pseudo-terminal can be opened: {error}")
        self._resize_terminal(columns, lines)
        self.raw = b""
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        kept = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "reprodiff", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            cwd=home,
            env={**kept, "TERM": "xterm-256color", "LANG": "C.UTF-8", **variables},
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:  # the other end is closed
                return
            if not data:
                return
            with self._lock:
                self.raw += data
                self._stream.feed(data)

    def _resize_terminal(self, columns: int, lines: int) -> None:
        size = struct.pack("HHHH", lines, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        with self._lock:
            self._screen.resize(lines, columns)
        self._resize_terminal(columns, lines)
        self._process.send_signal(signal.SIGWINCH)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        with self._lock:
            return "\n".join(self._screen.display)

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def until(self, there: Callable[[], bool]) -> None:
        """Wait until something is so; fail with the screen if it never is."""
        end = time.monotonic() + _PATIENCE
        while not there():
            if time.monotonic() > end:
                pytest.fail(f"never came to be; the screen shows\n{self.text}")
            time.sleep(0.02)

    def sees(self, *texts: str) -> None:
        for text in texts:
            self.until(lambda text=text: text in self.text)  # type: ignore[misc]

    def lacks(self, text: str) -> None:
        self.until(lambda: text not in self.text)

    def leaves(self) -> int:
        """Wait for the end of the program; return its exit status."""
        status = self._process.wait(_PATIENCE)
        self._reader.join(_PATIENCE)
        return status

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._reader.join(_PATIENCE)
        os.close(self._master)
