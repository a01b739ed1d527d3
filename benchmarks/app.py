#!/usr/bin/env python3
"""Measure the app on a pseudo-terminal: the first picture, and how long a key takes to be drawn.

    python benchmarks/app.py            all of it, some minutes
    python benchmarks/app.py --write    put the table into benchmarks/README.md

Needs a Unix system.  The first picture is given as a ratio to that of an empty app of the same
library, in turns on the same machine; the keys in milliseconds from the write of a key to the first
byte that comes back.
"""

import argparse
import fcntl
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import inputs

HERE: Final = Path(__file__).resolve().parent
README: Final = HERE / "README.md"
MARKS: Final = ("<!-- app results -->", "<!-- end of app results -->")
PATIENCE: Final = 120.0
BARE: Final = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("bare")
Bare().run()
"""
_ESCAPES: Final = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|.)"
)
_DOWN, _PAGE_DOWN = b"\x1b[B", b"\x1b[6~"


class Row(NamedTuple):
    """One line of the table."""

    what: str
    measured: str
    bar: str
    verdict: str


class Screen:
    """A program on a pseudo-terminal of 120 columns and 40 lines."""

    def __init__(self, command: Sequence[str], variables: dict[str, str]) -> None:
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self._master = master
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, env=variables
        )
        os.close(slave)
        self._seen = b""

    def _read(self, seconds: float) -> bytes:
        if not select.select([self._master], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:
            return b""
        self._seen = (self._seen + data)[-(1 << 20) :]
        return data

    def shows(self, text: str, patience: float = PATIENCE) -> float:
        """Wait for a text; return the seconds from the start of the program."""
        until = time.perf_counter() + patience
        while time.perf_counter() < until:
            if text.encode() in _ESCAPES.sub(b"", self._seen):
                return time.perf_counter() - self.began
            self._read(0.05)
        raise TimeoutError(f"{text!r} does not come")

    def forget(self) -> None:
        """Begin anew to look for texts."""
        self._seen = b""

    def quiet(self, seconds: float = 0.3) -> None:
        """Wait until nothing is drawn any more."""
        while self._read(seconds):
            pass

    def key(self, raw: bytes) -> float:
        """Press a key; return the seconds until something is drawn."""
        while self._read(0.02):
            pass
        start = time.perf_counter()
        os.write(self._master, raw)
        while not self._read(5.0):
            if time.perf_counter() - start > PATIENCE:
                raise TimeoutError("nothing is drawn")
        return time.perf_counter() - start

    def brings(self, raw: bytes, text: str) -> float:
        """Press a key; return the seconds until a text is drawn."""
        self.forget()
        start = time.perf_counter()
        os.write(self._master, raw)
        while text.encode() not in _ESCAPES.sub(b"", self._seen):
            self._read(0.005)
            if time.perf_counter() - start > PATIENCE:
                raise TimeoutError(f"{text!r} does not come")
        return time.perf_counter() - start

    def type(self, raw: bytes) -> None:
        """Press keys and do not wait."""
        os.write(self._master, raw)

    def prefer(self) -> None:
        """Ask the system to run the program before all else; what it has started is not meant."""
        for task in Path(f"/proc/{self._process.pid}/task").iterdir():
            os.sched_setscheduler(int(task.name), os.SCHED_RR, os.sched_param(1))

    def close(self) -> None:
        """End the program."""
        self._process.kill()
        self._process.wait()
        os.close(self._master)


class Bench(NamedTuple):
    """What all measurements need to know."""

    scratch: Path
    rounds: int
    small: bool
    alone: bool
    variables: dict[str, str]

    def app(self, a: Path, b: Path) -> Screen:
        """Start the app on a pair."""
        command = [sys.executable, "-m", "reprodiff", "--tui", str(a), str(b)]
        return Screen(command, self.variables)

    def keys(self, app: Screen) -> None:
        """Get ready to press keys."""
        if self.alone:
            app.prefer()

    def judge(self, *, good: bool) -> str:
        """Return the verdict on a bar."""
        return "tiny input" if self.small else "PASS" if good else "over"


def first_picture(bench: Bench, pair: inputs.Pair) -> Iterator[Row]:
    """Compare the time to the first picture with that of an empty app."""
    times: dict[str, list[float]] = {"bare": [], "app": []}
    for _ in range(bench.rounds + 1):
        bare = Screen([sys.executable, "-c", BARE], bench.variables)
        times["bare"].append(bare.shows("bare"))
        bare.close()
        app = bench.app(*pair)
        times["app"].append(app.shows("Findings"))
        app.close()
    # The first round has put everything into the caches of the system.
    ratio = statistics.median(times["app"][1:]) / statistics.median(times["bare"][1:])
    yield Row(
        "first picture, wheels of 194 MB" if not bench.small else "first picture",
        f"{ratio:.2f} times an empty app",
        "at most 1.5",
        bench.judge(good=ratio <= 1.5),
    )


def keys_while_analysing(bench: Bench, pair: inputs.Pair) -> Iterator[Row]:
    """Press keys while the analysis runs."""
    app = bench.app(*pair)
    app.shows("Findings")
    bench.keys(app)
    times: list[float] = []
    until = time.perf_counter() + 20
    while len(times) < 60 and time.perf_counter() < until:
        # Progress is drawn all the time: only what the key brings up counts.
        times.append(app.brings(b"?", "One line down"))
        app.brings(b"\x1b", "Findings")
    app.close()
    yield _keys("key to picture while a pair is analysed", times, 30, bench)


def pages_of_bytes(bench: Bench, folder: Path, size: int) -> Iterator[Row]:
    """Page through the bytes of two large files."""
    folder.mkdir(parents=True, exist_ok=True)
    block = bytes(range(256)) * 256
    paths = [folder / "a.bin", folder / "b.bin"]
    for number, path in enumerate(paths):
        with path.open("wb") as file:
            for at in range(0, size, len(block)):
                changed = number and at % (1 << 20) == 0
                file.write(block[:-1] + b"!" if changed else block)
    app = bench.app(*paths)
    app.shows("DIFFERENT")
    app.quiet()
    bench.keys(app)
    app.brings(b"v", "fields")
    opened = app.brings(b"B", f"of {paths[0].stat().st_size:,} bytes")
    app.type(b"\r")
    app.quiet(1.0)
    times = [app.key(_PAGE_DOWN) for _ in range(60)]
    app.close()
    megabytes = size // 1_000_000
    yield Row(f"bytes of two files of {megabytes} MB opened", f"{opened * 1000:.0f} ms", "", "")
    yield _keys(f"page down in the bytes of two files of {megabytes} MB", times, 30, bench)


def places(bench: Bench, folder: Path, many: int) -> Iterator[Row]:
    """Scroll through the places of a finding: many of them, and a few."""
    medians: dict[int, float] = {}
    for count in (100, many):
        pair = _timed(folder / str(count), count)
        app = bench.app(*pair)
        app.shows("EQUIVALENT")
        app.quiet(1.0)
        bench.keys(app)
        app.type(b"l")
        app.quiet()
        times = [app.key(_DOWN) for _ in range(40)]
        app.close()
        medians[count] = statistics.median(times)
    ratio = medians[many] / medians[100]
    yield Row(
        f"down in {many:,} places",
        f"{medians[many] * 1000:.0f} ms, {ratio:.2f} times that in 100",
        "at most 1.3",
        bench.judge(good=ratio <= 1.3),
    )


def _timed(folder: Path, count: int) -> inputs.Pair:
    """Make two zips of empty members whose times differ."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "a.zip", folder / "b.zip"]
    for minute, path in enumerate(paths):
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(count):
                name = f"demo/part{number % 100:02}/file{number:06}.py"
                archive.writestr(zipfile.ZipInfo(name, (2024, 5, 6, 7, minute, 0)), b"")
    return inputs.Pair(*paths)


def _keys(what: str, times: Sequence[float], bar: int, bench: Bench) -> Row:
    ordered = sorted(times)
    nine = ordered[int(len(ordered) * 0.9)] * 1000
    middle = statistics.median(ordered) * 1000
    return Row(
        what,
        f"{middle:.0f} ms, 90 of 100 within {nine:.0f} ms",
        f"{bar} ms for 90 of 100",
        bench.judge(good=nine <= bar),
    )


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a table."""
    lines = [("what", "measured", "bar", ""), *rows]
    wide = [max(len(line[column]) for line in lines) for column in range(4)]
    texts = ["| " + " | ".join(c.ljust(w) for c, w in zip(line, wide, strict=True)) + " |"
             for line in lines]  # fmt: skip
    return "\n".join([texts[0], "| " + " | ".join("-" * w for w in wide) + " |", *texts[1:]])


def write(text: str) -> None:
    """Put ``text`` between the marks of the README."""
    whole = README.read_text(encoding="utf-8")
    before, _, rest = whole.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    README.write_text(f"{before}{MARKS[0]}\n\n{text}\n\n{MARKS[1]}{after}", encoding="utf-8")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="starts to take the median of")
    parser.add_argument("--small", action="store_true", help="tiny inputs, to try the script")
    parser.add_argument(
        "--alone",
        action="store_true",
        help="run the app before all else while keys are pressed (Linux, as root)",
    )
    parser.add_argument("--write", action="store_true", help="put the table into the README")
    options = parser.parse_args()
    if options.alone:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(2))
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME", "VIRTUAL_ENV"}}
        variables = {
            **kept,
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "XDG_STATE_HOME": str(scratch / "state"),
            "PYTHONPATH": str(HERE.parent),
        }
        rounds = 1 if options.small else options.rounds
        bench = Bench(scratch, rounds, options.small, options.alone, variables)
        members, size = (200, 64) if options.small else (12_000, 16_384)
        pair = inputs.large_wheels(scratch / "large", members, size)
        rows: list[Row] = []
        for found in (
            first_picture(bench, pair),
            keys_while_analysing(bench, pair),
            pages_of_bytes(bench, scratch / "bytes", 100_000 if options.small else 50_000_000),
            places(bench, scratch / "places", 1_000 if options.small else 100_000),
        ):
            for row in found:
                print(f"{row.what}: {row.measured} {row.verdict}", flush=True)
                rows.append(row)
    text = table(rows)
    print(text)
    if options.write:
        write(text)
    return int(any(row.verdict == "over" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
