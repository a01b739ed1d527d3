"""Import what the job needs: asserted by name in a fresh interpreter, never by a clock."""

import base64
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import reprodiff

HEAVY = frozenset({"capstone", "elftools", "lief", "pycxxfilt", "rich", "textual"})
# What of the standard library takes milliseconds, and a small report can do without.
SLOW = frozenset(
    {"argparse", "ast", "calendar", "dataclasses", "datetime", "dis", "gettext", "inspect"}
    | {"ipaddress", "locale", "logging", "pathlib", "platform", "subprocess", "tempfile"}
    | {"threading", "tokenize", "urllib", "uuid", "zipfile"}
)
# Readers of what is not in a pair of pure wheels without bytecode, and what writes artifacts.
ELSEWHERE = frozenset(
    f"reprodiff.{name}"
    for name in ("artifacts.tar", "artifacts.tarformat", "formats.elf", "formats.pyc", "normalize")
)

_RUN_AND_LIST = """
import atexit, sys
target, *sys.argv[1:] = sys.argv[1:]
before = frozenset(sys.modules)

@atexit.register
def note():
    with open(target, "w", encoding="utf-8") as file:
        print(*sorted(sys.modules.keys() - before), file=file)

from reprodiff.cli.main import run
run()
"""


def packages_loaded_by(*arguments: str, out: Path) -> tuple[int, set[str], str]:
    """Run the command line; return its exit status, the packages loaded, its output.

    Packages are those at the top level, and those of :data:`ELSEWHERE`.
    """
    target = out / "modules.txt"
    run = subprocess.run(
        [sys.executable, "-c", _RUN_AND_LIST, str(target), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert run.stderr == ""
    loaded = target.read_text(encoding="utf-8").split()
    packages = {name.partition(".")[0] for name in loaded}
    return run.returncode, packages | ELSEWHERE.intersection(loaded), run.stdout


def record_hash(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return f"sha256={digest.rstrip(b'=').decode()}"


def pure_wheel(path: Path, *, minute: int) -> str:
    """Write the wheel of a one-module package, its members stamped with ``minute``."""
    path.parent.mkdir()
    info = "demo-1.0.dist-info"
    members = {
        "demo.py": b"value = 1\n",
        f"{info}/METADATA": b"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [f"{name},{record_hash(data)},{len(data)}\n" for name, data in members.items()]
    members[f"{info}/RECORD"] = "".join([*rows, f"{info}/RECORD,,\n"]).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 6, 7, minute, 0)), data)
    return str(path)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    name = "demo-1.0-py3-none-any.whl"
    return (
        pure_wheel(tmp_path / "a" / name, minute=0),
        pure_wheel(tmp_path / "b" / name, minute=2),
    )


def test_every_folder_of_sources_is_a_package() -> None:
    # The import contracts and the type checker pass over a folder that is none, without a word.
    root = Path(reprodiff.__file__).parent
    folders = {path.parent for path in root.rglob("*.py")}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_importing_the_package_loads_none_of_its_parts() -> None:
    code = "import sys, reprodiff; print(*sorted(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(run.stdout.split())
    assert {name for name in loaded if name.startswith("reprodiff.")} == set()
    assert {name.partition(".")[0] for name in loaded} & (HEAVY | {"zipfile"}) == set()


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_a_word_about_itself_loads_no_engine(option: str, tmp_path: Path) -> None:
    status, packages, output = packages_loaded_by(option, out=tmp_path)
    assert status == 0
    assert "reprodiff" in output
    assert packages & (HEAVY | {"zipfile", "rapidfuzz"}) == set()


def test_a_json_report_of_pure_wheels_loads_no_screen_and_no_native_parser(
    pair: tuple[str, str], tmp_path: Path
) -> None:
    status, packages, output = packages_loaded_by(*pair, "--format", "json", out=tmp_path)
    assert status == 1
    assert json.loads(output)["findings"]
    assert packages & (HEAVY | SLOW | ELSEWHERE) == set()


def test_a_text_report_of_pure_wheels_loads_no_app_and_no_native_parser(
    pair: tuple[str, str], tmp_path: Path
) -> None:
    status, packages, output = packages_loaded_by(*pair, "--format", "text", out=tmp_path)
    assert status == 1
    assert output
    assert packages & (HEAVY - {"rich"}) == set()
