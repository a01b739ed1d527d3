"""reprodiff's own artifacts are reproducible, and reprodiff itself says so."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import reprodiff

ROOT = Path(__file__).parents[2]

# What an artifact may be made from. Copied by name: an environment or a cache that lies in the
# checkout must not be carried into the copies, nor the sample pairs, which are large.
_FOLDERS = ("reprodiff", "tests", "docs", "samples", "benchmarks")
_FLAT = "samples"
_LEFT_OUT = {".coverage", ".git"}
_IGNORED = shutil.ignore_patterns("__pycache__")


@dataclass(frozen=True)
class Machine:
    """The circumstances of one build: all that a build must not let into its artifact."""

    folder: str
    newest_mtime: int
    umask: int
    backwards: bool
    environment: Mapping[str, str]


MACHINES = (
    Machine(
        folder="a",
        newest_mtime=1_700_000_000,
        umask=0o022,
        backwards=False,
        environment={"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0"},
    ),
    Machine(
        folder="a-longer/place to/build in",
        newest_mtime=315_532_800 + 123_457,
        umask=0o077,
        backwards=True,
        environment={"TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "42"},
    ),
)


def copy_sources(to: Path, machine: Machine) -> None:
    """Copy what is built, with the file order, modes and times of ``machine``."""
    sources = [path for path in ROOT.iterdir() if path.is_file() and path.name not in _LEFT_OUT]
    for folder in _FOLDERS:
        if (ROOT / folder).is_dir():
            for parent, folders, names in os.walk(ROOT / folder):
                ignored = _IGNORED(parent, [*folders, *names])
                folders[:] = [] if folder == _FLAT else sorted(set(folders) - ignored)
                sources += [Path(parent, name) for name in names if name not in ignored]
    for number, source in enumerate(sorted(sources, reverse=machine.backwards)):
        target = to / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod(0o666 & ~machine.umask)
        os.utime(target, (machine.newest_mtime - number, machine.newest_mtime - number))


def build(source: Path, out: Path, machine: Machine, *wanted: str) -> None:
    """Build without touching the network: what is ``wanted``, or the wheel by way of the sdist."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", *wanted, "--outdir", out, source],
        env={**kept, "HOME": str(source.parent), **machine.environment},
        umask=machine.umask,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Build twice, under circumstances that have nothing in common; give the two output folders."""
    base = tmp_path_factory.mktemp("self")
    outs = []
    for machine in MACHINES:
        source = base / machine.folder / "reprodiff"
        copy_sources(source, machine)
        build(source, source / "dist", machine, "--sdist", "--wheel")
        outs.append(source / "dist")
    return outs[0], outs[1]


def one(folder: Path, suffix: str) -> Path:
    """Return the only artifact in ``folder`` whose name ends in ``suffix``."""
    (artifact,) = folder.glob(f"*{suffix}")
    return artifact


@pytest.mark.parametrize("suffix", [".whl", ".tar.gz"])
def test_two_builds_are_the_same_bytes(builds: tuple[Path, Path], suffix: str) -> None:
    a, b = (one(folder, suffix) for folder in builds)
    assert a.name == b.name
    assert a.read_bytes() == b.read_bytes()


@pytest.mark.parametrize("suffix", [".whl", ".tar.gz"])
def test_reprodiff_finds_its_own_builds_identical(builds: tuple[Path, Path], suffix: str) -> None:
    a, b = (str(one(folder, suffix)) for folder in builds)
    run = subprocess.run(
        [sys.executable, "-m", "reprodiff", a, b, "--format", "json"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (run.returncode, run.stderr) == (0, b"")
    report = json.loads(run.stdout)
    assert report["verdict"] == "identical"
    assert report["findings"] == []
    assert (report["a"]["name"], report["a"]["version"]) == ("reprodiff", reprodiff.__version__)


def test_the_wheel_built_from_the_sdist_is_the_same_wheel(
    builds: tuple[Path, Path], tmp_path: Path
) -> None:
    build(builds[0].parent, tmp_path, MACHINES[1])
    assert one(tmp_path, ".whl").read_bytes() == one(builds[0], ".whl").read_bytes()
    assert one(tmp_path, ".tar.gz").read_bytes() == one(builds[0], ".tar.gz").read_bytes()


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(
    builds: tuple[Path, Path],
) -> None:
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "reprodiff").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    info = f"reprodiff-{reprodiff.__version__}.dist-info"
    recorded = {"METADATA", "WHEEL", "RECORD", "entry_points.txt"}
    licences = {"licenses/LICENSE", "licenses/NOTICE"}
    with zipfile.ZipFile(one(builds[0], ".whl")) as wheel:
        members = set(wheel.namelist())
    assert members == package | {f"{info}/{name}" for name in recorded | licences}
