"""The command as a process: what it loads, closed pipes, encodings, how it ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

# Runs the command with a stand-in for the engine, so that only the command line is looked at.
_STAND_IN = """
import sys
import time
from types import ModuleType
from reprodiff.events import Done
from tests.cli.conftest import Options
from tests.reports.factory import finding, full, place, report

def compare(a, b, options):
    if a == "endless":
        print("ready", file=sys.stderr, flush=True)
        time.sleep(120)
    if a == "many":
        places = [place(f"demo/module_{n}.py", "mode", "644", "600") for n in range(5_000)]
        yield Done(report([finding(locations=places)]))
    else:
        yield Done(full())

module = ModuleType("reprodiff.engine")
module.run, module.Options = compare, Options
sys.modules["reprodiff.engine"] = module
before = set(sys.modules)
from reprodiff.cli.main import main, run
"""
_RUN = f"{_STAND_IN}\nrun()"
_LIST = f"""{_STAND_IN}
import contextlib, io, json
for name in [name for name in sys.modules if name.partition(".")[0] in ("rich", "textual")]:
    raise SystemExit(f"the stand-in has loaded {{name}}")
out = io.StringIO()
with contextlib.redirect_stdout(out):
    status = main()
print(json.dumps([status, out.getvalue(), sorted({{m.partition(".")[0] for m in sys.modules}})]))
"""
HEAVY = {"capstone", "elftools", "lief", "rich", "textual"}


def python(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )


def redirected(arguments: str, where: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a shell that sends one of its streams somewhere else."""
    return subprocess.run(
        ["/bin/sh", "-c", f'"$0" -c "$1" {arguments} {where}', sys.executable, _RUN],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (("a", "b", "--format", "json"), set()),
        (("a", "b", "--format", "markdown"), set()),
        (("a", "b", "--format", "html"), set()),
        (("a", "b", "--format", "sarif"), set()),
        (("a", "b", "--format", "text"), {"rich"}),
        (("a", "b", "-q"), set()),
        (("explain",), set()),
        (("explain", "zip-member-mtime"), set()),
        (("--help",), set()),
        (("--version",), set()),
        (("--print-schema",), set()),
        ((), set()),
    ],
    ids=" ".join,
)
def test_only_what_a_call_needs_is_loaded(arguments: tuple[str, ...], heavy: set[str]) -> None:
    # The stand-in needs pytest, which may load rich; the tests' plugins are kept out of it.
    run = python(_LIST.replace("from tests.cli.conftest import Options", _OPTIONS), *arguments)
    assert run.returncode == 0, run.stderr
    _, _, packages = json.loads(run.stdout.splitlines()[-1])
    assert set(packages) & HEAVY == heavy


_OPTIONS = "Options = lambda **options: options"


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs a shell with PIPESTATUS")
@pytest.mark.parametrize(
    "form", ["text", "json", "markdown", "html", "sarif", "json -o /dev/stdout"]
)
def test_a_reader_that_goes_away_is_no_error(form: str) -> None:
    script = (
        f'"$0" -c "$1" many b --limit 0 -f {form} | head -1 >/dev/null; echo "${{PIPESTATUS[0]}}"'
    )
    run = subprocess.run(
        ["bash", "-c", script, sys.executable, _RUN],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    assert run.stdout == "1\n"
    # What was written to a file is told.
    assert run.stderr == "" if "-o" not in form else "error" not in run.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="closes a descriptor as a shell does")
@pytest.mark.parametrize("arguments", ["--help", "--version", "explain", "a b", "a b -f json"])
def test_a_closed_standard_output_takes_no_report(arguments: str) -> None:
    run = redirected(arguments, ">&-")
    said = "reprodiff: error: cannot write to standard output: it is closed\n"
    assert (run.returncode, run.stderr) == (2, said)
    run = redirected("a b -q", ">&-")
    assert (run.returncode, run.stderr) == (1, ""), "nothing is written, so nothing is lost"


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal as a terminal does")
def test_ctrl_c_ends_it_at_once_and_without_a_word() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _RUN, "endless", "b"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "shift_jis"])
def test_an_encoding_that_lacks_the_signs_is_no_error(encoding: str) -> None:
    run = python(_RUN, "a", "b", PYTHONIOENCODING=encoding)
    assert (run.returncode, run.stderr) == (1, b"")
    assert run.stdout.decode(encoding).startswith("* DIFFERENT")


def test_output_is_the_same_bytes_in_every_run() -> None:
    for form in ("text", "json", "markdown", "html", "sarif"):
        outputs = {
            python(_RUN, "a", "b", "-f", form, PYTHONHASHSEED=seed, TZ=zone).stdout
            for seed, zone in (("0", "UTC"), ("9", "Asia/Tokyo"))
        }
        assert len(outputs) == 1


# Says what becomes of the process: a mark for each thing that is to happen before its end.
_END = """
import atexit, sys, threading, time
from reprodiff.cli import main
{before}
main.main = lambda: 5
print("buffered", end=" ")
main.run()
"""


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("", ""),
        ("atexit.register(print, 'registered')", "registered\n"),
        ("t = threading.Timer(0.2, print, ['waited for']); t.start()", "waited for\n"),
    ],
)
def test_what_is_to_happen_at_the_end_happens(before: str, said: str) -> None:
    run = python(_END.format(before=before))
    assert (run.returncode, run.stderr) == (5, b"")
    assert run.stdout.decode().replace("\r\n", "\n") == f"buffered {said}"


@pytest.mark.parametrize("watch", ["settrace", "setprofile"])
def test_whoever_looks_on_sees_the_end(watch: str) -> None:
    code = _END.format(before=f"sys.{watch}(lambda *_: None)").replace("main.run()", _CATCH)
    run = python(code)
    assert (run.returncode, run.stdout.split()) == (0, [b"buffered", b"seen"])


_CATCH = """
try:
    main.run()
except SystemExit:
    print("seen")
"""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
@pytest.mark.parametrize("arguments", ["--version", "a b -f json"])
def test_output_that_does_not_arrive_is_an_error(arguments: str) -> None:
    run = redirected(arguments, "> /dev/full")
    said = "reprodiff: error: cannot write to standard output: No space left on device\n"
    assert (run.returncode, run.stderr) == (2, said)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_nobody_to_tell_of_an_error_leaves_its_status() -> None:
    for where in ("2> /dev/full", "2>&-"):
        assert redirected("a", where).returncode == 2
        assert redirected("a b", where).returncode == 1


def test_the_module_runs_as_the_command() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "reprodiff", "--version"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert run.stdout.startswith("reprodiff ")
