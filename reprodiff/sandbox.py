"""Work on hostile bytes in a child process that may crash, hang or run out of memory.

The child is started once and used again; it gets a task by name, a small header and a block of
bytes, and answers with the same two.  Both travel through pipes as length-prefixed JSON and raw
bytes: nothing is unpickled, nothing touches a disk, and it is the same on every system.
"""

import atexit
import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import IO, Any, ClassVar, Final

from reprodiff.records import dataclass

Meta = dict[str, Any]
Task = Callable[[Meta, memoryview], tuple[Meta, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLimits:
    """What one task may use."""

    seconds: float = 300.0
    """Time on the clock."""
    cpu_seconds: int = 240
    """Processor time, where the system can bound it."""
    memory: int = 2 << 30
    """Bytes of address space, where the system can bound it."""
    answer: int = 1 << 30
    """Longest answer accepted, in bytes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a task returned."""

    meta: Meta
    payload: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer, as a sentence; ``kind`` is one word for programs."""

    kind: str
    message: str


_HEAD: Final = 16
_AT_ONCE: Final = 1 << 16
"""Bytes that a pipe gives at a time; room for more would be taken and given back each time."""
_NAMES: Final = "reprodiff."
_COLLECT: Final = (100_000, 20, 100)


def run(
    task: str,
    meta: Mapping[str, Any],
    payload: bytes = b"",
    limits: ChildLimits | None = None,
    channel: str = "",
) -> Answer | Failure:
    """Run ``task``, written ``package.module:function``, in the child and wait for its answer.

    Each ``channel`` has a child of its own, which does one task after the other.  Never raises: a
    crash, a hang, a refusal and a missing dependency are a :class:`Failure`.
    """
    limits = limits or ChildLimits()
    with _lock_of(channel):
        return _Worker.current(channel).run(task, dict(meta), payload, limits)


def stop(channel: str) -> None:
    """End what a channel is doing, if it is doing something: its task fails as a crash."""
    worker = _Worker.by_channel.get(channel)
    if worker is not None:
        worker.kill()


def close() -> None:
    """End all children."""
    for channel in list(_Worker.by_channel):
        with _lock_of(channel):
            worker = _Worker.by_channel.pop(channel, None)
            if worker is not None:
                worker.end()


def _lock_of(channel: str) -> Lock:
    return _locks.setdefault(channel, Lock())


_locks: dict[str, Lock] = {}
atexit.register(close)


class _Worker:
    by_channel: ClassVar[dict[str, "_Worker"]] = {}

    def __init__(self, channel: str) -> None:
        self._channel = channel
        root = str(Path(__file__).resolve().parents[1])
        path = [entry for entry in sys.path if entry]
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join([root, *path]))
        # -P: the current directory is the user's, and may hold files of strangers.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "reprodiff.sandbox"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            bufsize=0,
        )

    @classmethod
    def current(cls, channel: str) -> "_Worker":
        """Return the running child of a channel, a new one where there is none."""
        known = cls.by_channel.get(channel)
        if known is not None and known.ended:
            known.end()
            known = None
        if known is None:
            known = cls.by_channel[channel] = cls(channel)
        return known

    def kill(self) -> None:
        """End the child at once, whatever it is doing; the next task gets a new one."""
        with suppress(OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait(timeout=1)

    @property
    def ended(self) -> bool:
        """Whether the child is no longer running."""
        return self._process.poll() is not None

    def run(self, task: str, meta: Meta, payload: bytes, limits: ChildLimits) -> Answer | Failure:
        replies: SimpleQueue[tuple[Meta, bytes] | None] = SimpleQueue()
        request = {
            "task": task,
            "meta": meta,
            "cpu_seconds": limits.cpu_seconds,
            "memory": limits.memory,
        }
        worker = Thread(
            target=self._talk, args=(request, payload, limits.answer, replies), daemon=True
        )
        worker.start()
        try:
            reply = replies.get(timeout=limits.seconds)
        except Empty:
            self._stop(worker)
            return Failure("timeout", f"it took longer than {limits.seconds:g} seconds")
        if reply is None:
            code = self._stop(worker)
            return Failure("crash", f"the process that read it ended with status {code}")
        worker.join()
        head, body = reply
        if "failure" in head:
            return Failure(str(head["failure"]), str(head.get("message", "")))
        return Answer(head["meta"], body)

    def _talk(
        self,
        request: Meta,
        payload: bytes,
        most: int,
        replies: "SimpleQueue[tuple[Meta, bytes] | None]",
    ) -> None:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            replies.put(None)
            return
        try:
            _send(stdin, request, payload)
            replies.put(_receive(stdout, most))
        except (OSError, ValueError, MemoryError):
            replies.put(None)

    def _stop(self, worker: Thread) -> int:
        # A child whose pipe broke may still be dying of what it died of; give it a moment, so
        # that the status said is its own.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=0.5)
        self._process.kill()
        code = self._process.wait()
        worker.join(timeout=5)
        self.end()
        self.by_channel.pop(self._channel, None)
        return code

    def end(self) -> None:
        """Close the pipes, which ends the child, and wait for it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _send(stream: IO[bytes], head: Meta, payload: bytes) -> None:
    text = json.dumps(head).encode()
    _write(stream, len(text).to_bytes(8, "little") + len(payload).to_bytes(8, "little") + text)
    _write(stream, payload)
    stream.flush()


def _write(stream: IO[bytes], data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[stream.write(view) :]


def _receive(stream: IO[bytes], most: int) -> tuple[Meta, bytes] | None:
    head = _read(stream, _HEAD)
    if head is None:
        return None
    sizes = int.from_bytes(head[:8], "little"), int.from_bytes(head[8:], "little")
    if sum(sizes) > most:
        return None
    text, payload = _read(stream, sizes[0]), _read(stream, sizes[1])
    if text is None or payload is None:
        return None
    found = json.loads(text)
    return (found, payload) if isinstance(found, dict) else None


def _read(stream: IO[bytes], size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        part = stream.read(min(size, _AT_ONCE))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


# -- in the child ---------------------------------------------------------------------------------


def _bound(memory: int, cpu_seconds: int) -> None:
    try:
        import resource  # noqa: PLC0415
    except ImportError:  # Windows has no such limits; the clock holds there.
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + cpu_seconds + 1
    for kind, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, until)):
        hard = resource.getrlimit(kind)[1]
        with suppress(OSError, ValueError):
            soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (soft, hard))


def _answer(request: Meta, payload: bytes) -> tuple[Meta, bytes]:
    _bound(int(request["memory"]), int(request["cpu_seconds"]))
    module, _, name = str(request["task"]).partition(":")
    if not module.startswith(_NAMES):
        return {"failure": "refused", "message": "there is no such task"}, b""
    try:
        task: Task = getattr(import_module(module), name)
    except ImportError as error:
        missing = error.name or "a module"
        return {"failure": "missing", "message": f"{missing} is not installed"}, b""
    try:
        meta, body = task(request["meta"], memoryview(payload))
    except MemoryError:
        return {"failure": "memory", "message": "it takes more memory than allowed"}, b""
    except Exception as error:  # noqa: BLE001  (the border of the sandbox: said, never swallowed)
        return {"failure": "error", "message": f"{type(error).__name__} while reading it"}, b""
    return {"meta": meta}, body


def serve() -> None:
    """Answer requests from standard input until it ends."""
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr
    # Tasks make lists by the hundred thousand, and hardly a cycle.
    gc.set_threshold(*_COLLECT)
    while True:
        request = _receive(stdin, 1 << 40)
        if request is None:
            return
        head, body = _answer(*request)
        _send(stdout, head, body)


if __name__ == "__main__":
    serve()
