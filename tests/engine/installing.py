"""Small wheels, trees made by hand, and trees that pip and uv install."""

import base64
import hashlib
import importlib.util
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.model import Finding, Location, Report

NAME = "demo_pkg-1.0-py3-none-any.whl"
INFO = "demo_pkg-1.0.dist-info"
DATA = "demo_pkg-1.0.data"

PAYLOAD: Mapping[str, bytes] = {
    "demo_pkg/__init__.py": b"VALUE = 'one'\n",
    "demo_pkg/cli.py": b"def main():\n    print('hello')\n    return 0\n",
    "demo_pkg/more.py": b"NUMBERS = (1, 2, 3)\n",
    f"{DATA}/purelib/demo_extra.py": b"x = 1\n",
    f"{DATA}/scripts/demo-tool": b"#!python\nimport demo_pkg\nprint(demo_pkg.VALUE)\n",
    f"{DATA}/scripts/demo-shell": b"#!/bin/sh\necho hello\n",
    f"{DATA}/data/share/demo/note.txt": b"data\n",
    f"{DATA}/headers/demo.h": b"#define X 1\n",
    f"{INFO}/METADATA": b"Metadata-Version: 2.1\nName: demo-pkg\nVersion: 1.0\n",
    f"{INFO}/WHEEL": (
        b"Wheel-Version: 1.0\nGenerator: hand 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    ),
    f"{INFO}/entry_points.txt": b"[console_scripts]\ndemo = demo_pkg.cli:main\n",
}


def digest(data: bytes) -> str:
    raw = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return f"sha256={raw.rstrip(b'=').decode()}"


def wheel(
    path: Path,
    changes: Mapping[str, bytes | None] | None = None,
    *,
    time: tuple[int, int, int, int, int, int] = (2024, 5, 6, 7, 8, 0),
) -> Path:
    """Write the wheel; a change of ``None`` leaves a member out."""
    members = {**PAYLOAD, **(changes or {})}
    kept = {name: data for name, data in members.items() if data is not None}
    rows = [f"{name},{digest(data)},{len(data)}\n" for name, data in kept.items()]
    kept[f"{INFO}/RECORD"] = "".join([*rows, f"{INFO}/RECORD,,\n"]).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in kept.items():
            entry = zipfile.ZipInfo(name, time)
            entry.external_attr = (0o100755 if "/scripts/" in name else 0o100644) << 16
            archive.writestr(entry, data)
    return path


def tree(root: Path, files: Mapping[str, bytes]) -> Path:
    """Write files below ``root``; those in a directory for scripts can be executed."""
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o755 if path.parent.name in {"bin", "Scripts"} else 0o644)
    return root


def run(*command: str | Path) -> None:
    subprocess.run(
        [str(part) for part in command],
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )


def pip(*arguments: str | Path) -> None:
    if importlib.util.find_spec("pip") is None:
        pytest.skip("needs pip in the environment that runs the tests")
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    run(sys.executable, "-m", "pip", *quiet, *arguments)


def uv(*arguments: str | Path) -> None:
    found = shutil.which("uv")
    if found is None:
        pytest.skip("needs uv")
    run(found, "--offline", "--quiet", "--no-config", *arguments)


def environment(root: Path) -> Path:
    """Make a virtual environment without anything in it."""
    venv.create(root, with_pip=False, symlinks=True)
    return root


def pip_environment(root: Path, source: Path, *options: str) -> Path:
    environment(root)
    python = root / "bin" / "python"
    pip("--python", python, "install", "--no-index", "--no-deps", *options, source)
    return root


def uv_environment(root: Path, source: Path, *options: str) -> Path:
    environment(root)
    uv("pip", "install", "--no-deps", "--python", root / "bin" / "python", *options, source)
    return root


def site(root: Path) -> Path:
    """Return the site-packages directory of an environment."""
    (found,) = (root / "lib").glob("python*/site-packages")
    return found


def by_cause(report: Report) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(finding.cause, []).append(finding)
    return found


def all_proven_benign(report: Report) -> bool:
    return all(
        finding.severity == "benign" and finding.confidence == "proven"
        for finding in report.findings
    )


def mirrored(a: Path | str, b: Path | str) -> Report:
    """Compare both ways, hold one against the other, and return the report of A and B."""
    report, back = compare(str(a), str(b)), compare(str(b), str(a))
    assert report.verdict == back.verdict
    assert _seen(report, swap=False) == _seen(back, swap=True)
    counts, turned = report.summary.members, back.summary.members
    assert (counts.only_a, counts.only_b) == (turned.only_b, turned.only_a)
    assert report.summary.ledger == back.summary.ledger
    return report


def _seen(report: Report, *, swap: bool) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    return {
        (finding.cause, finding.severity, finding.confidence, str(finding.bytes)): sorted(
            _values(place, swap=swap) for place in finding.locations
        )
        for finding in report.findings
    }


def _values(place: Location, *, swap: bool) -> tuple[str, ...]:
    values = (place.b, place.a) if swap else (place.a, place.b)
    return (place.inside, *values)
