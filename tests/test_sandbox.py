import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from reprodiff import sandbox
from reprodiff.sandbox import Answer, ChildLimits, Failure

TASKS = """
import os, time
def echo(meta, payload):
    return {"got": meta, "size": len(payload), "pid": os.getpid()}, bytes(payload)[::-1]
def crash(meta, payload):
    os._exit(7)
def hang(meta, payload):
    time.sleep(60)
def fill(meta, payload):
    return {"size": len(bytearray(1 << 33))}, b""
def fail(meta, payload):
    raise ValueError("secret \\x1b[31m text")
"""


@pytest.fixture
def tasks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    folder = tmp_path / "extra"
    folder.mkdir()
    (folder / "tasks.py").write_text(TASKS, encoding="utf-8")
    # The child finds its tasks inside of the package only; let the package reach further.
    (folder / "sitecustomize.py").write_text(
        "import sys, tasks\nsys.modules['reprodiff.tasks'] = tasks\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(folder))
    sandbox.close()
    yield "reprodiff.tasks:"
    sandbox.close()


def test_a_task_gets_its_bytes_and_answers(tasks: str) -> None:
    payload = os.urandom(3 << 20)
    answer = sandbox.run(tasks + "echo", {"word": "é"}, payload)
    assert isinstance(answer, Answer)
    assert answer.meta["got"] == {"word": "é"}
    assert answer.payload == payload[::-1]


def test_the_child_is_used_again_and_is_not_this_process(tasks: str) -> None:
    pids = set()
    for _ in range(3):
        answer = sandbox.run(tasks + "echo", {})
        assert isinstance(answer, Answer)
        pids.add(answer.meta["pid"])
    assert len(pids) == 1
    assert pids != {os.getpid()}


@pytest.mark.parametrize(
    ("name", "kind"), [("crash", "crash"), ("hang", "timeout"), ("fail", "error")]
)
def test_a_failure_is_an_answer_and_the_next_task_runs(tasks: str, name: str, kind: str) -> None:
    failure = sandbox.run(
        tasks + name, {}, limits=ChildLimits(seconds=20 if kind != "timeout" else 1)
    )
    assert isinstance(failure, Failure)
    assert failure.kind == kind
    assert "\x1b" not in failure.message
    assert isinstance(sandbox.run(tasks + "echo", {}), Answer)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on address space here")
def test_memory_is_bounded(tasks: str) -> None:
    failure = sandbox.run(tasks + "fill", {}, limits=ChildLimits(memory=1 << 30))
    assert isinstance(failure, Failure)
    assert failure.kind == "memory"


def test_only_tasks_of_the_package_run() -> None:
    failure = sandbox.run("os:system", {"command": "true"})
    assert isinstance(failure, Failure)
    assert failure.kind == "refused"


def test_a_missing_module_is_said() -> None:
    failure = sandbox.run("reprodiff.formats.nothing:compare", {})
    assert isinstance(failure, Failure)
    assert failure.kind == "missing"
