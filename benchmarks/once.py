"""Run one command and print what it cost, as JSON: CPU seconds, memory in bytes, in time or not.

    python -I -S benchmarks/once.py SECONDS COMMAND [ARGUMENT...]

A program of its own, and a small one: the memory that the system counts for a command begins with
what the process had that started it.  After SECONDS, if not 0, the command is killed.
"""

import os
import signal
import sys


def start(command: list[str]) -> int:
    """Start ``command`` in a session of its own, with no input and no output; return its id."""
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        os.execvp(command[0], command)  # noqa: S606  (to measure it is the purpose)
    finally:
        os._exit(127)


def main() -> None:
    """Start, wait, print."""
    seconds, command = float(sys.argv[1]), sys.argv[2:]
    child = start(command)
    late = []

    def end(*_: object) -> None:
        late.append(child)
        os.killpg(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    _, status, usage = os.wait4(child, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    if os.waitstatus_to_exitcode(status) == 127:
        sys.exit(f"{command[0]}: cannot be started")
    unit = 1 if sys.platform == "darwin" else 1024
    print(
        f'{{"cpu": {usage.ru_utime + usage.ru_stime}, "memory": {usage.ru_maxrss * unit}, '
        f'"finished": {str(not late).lower()}}}'
    )


if __name__ == "__main__":
    main()
