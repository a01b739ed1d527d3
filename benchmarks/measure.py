"""What a command costs: CPU time and memory of it and of all it starts."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

ENOUGH: Final = 30.0
"""Seconds after which a slow command is not run again for a better figure."""

TEMPORARY: Final = "temporary"
"""Folder for the temporary files of what is measured; a command that is ended leaves its own."""

_ONCE: Final = Path(__file__).with_name("once.py")


class Cost(NamedTuple):
    """The best of several runs."""

    cpu: float
    """User and system seconds, children included: on a busy machine the figure to trust."""
    memory: float
    """Largest resident set of one process, mapped files included, in MB (10^6 bytes)."""
    finished: bool = True
    """Whether it came to its end in the time it was given."""


def environment(scratch: Path) -> dict[str, str]:
    """Return the environment for all commands: one language, bytecode and temporary files aside.

    Every Python program that is measured may keep its bytecode, as it does where it is
    installed, and finds it from the second run on.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    temporary = scratch / TEMPORARY
    temporary.mkdir(parents=True, exist_ok=True)
    own = {"PYTHONPYCACHEPREFIX": str(scratch / "bytecode"), "TMPDIR": str(temporary)}
    return {**kept, **own, "LC_ALL": "C.UTF-8"}


def run_once(command: Sequence[str], variables: Mapping[str, str], timeout: float = 0.0) -> Cost:
    """Run ``command`` with its output thrown away; after ``timeout`` seconds, if any, end it.

    Raises :class:`subprocess.CalledProcessError` if it cannot be started.
    """
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(_ONCE), str(timeout), *command],
        env=dict(variables),
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout)
    return Cost(found["cpu"], found["memory"] / 1e6, found["finished"])


def compare(
    commands: Mapping[str, Sequence[str]],
    variables: Mapping[str, str],
    repeat: int,
) -> dict[str, Cost]:
    """Run the commands in turn, ``repeat`` times, and return the best of each.

    In turn, because a machine that is busy for a while is then busy for all of them.  Before
    them comes a round that only warms caches up, and does not count unless a command is slow.
    """
    best: dict[str, Cost] = {}
    spent = dict.fromkeys(commands, 0.0)
    for number in range(0 if repeat > 1 else 1, repeat + 1):
        for name, command in commands.items():
            if spent[name] > ENOUGH:
                continue
            began = time.monotonic()
            cost = run_once(command, variables)
            took = time.monotonic() - began
            spent[name] += took
            if number == 0 and took < ENOUGH / 2:
                continue
            known = best.get(name, cost)
            best[name] = Cost(
                min(known.cpu, cost.cpu), max(known.memory, cost.memory), finished=cost.finished
            )
    return best
