"""What an sdist adds to the recipe of a wheel."""

import io
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from reprodiff.artifacts.identity import identify
from reprodiff.artifacts.opening import open_artifact
from reprodiff.limits import Limits
from reprodiff.model import ArtifactInfo, ArtifactKind, Confidence, RecipeLine
from reprodiff.reports.recipe import constraints, to_shell
from reprodiff.toolchains.recipe import recipe
from reprodiff.toolchains.recognise import with_tools
from reprodiff.toolchains.sources import with_sdist

NOON = 1_700_000_000 - 1_700_000_000 % 86400 + 43200
PROJECT = b"""\
[build-system]
requires = ["flit_core >=3.9,<4", "wheel; python_version < '3'", 'extra-thing[x]>=2']
build-backend = "flit_core.buildapi"
"""


def wheel(folder: Path, hours: int, *, other: int = 0) -> Path:
    path = folder / "demo-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, minutes in (("demo/a.py", 0), ("demo/b.py", 1 + other)):
            archive.writestr(zipfile.ZipInfo(name, (2023, 11, 14, 12 + hours, minutes, 0)), "x")
        info = zipfile.ZipInfo("demo-1.0.dist-info/WHEEL", (2016, 1, 1, 0, 0, 0))
        archive.writestr(info, "Wheel-Version: 1.0\nGenerator: flit 3.9.0\n")
    return path


def sdist(folder: Path) -> Path:
    path = folder / "demo-1.0.tar.gz"
    members = {
        "demo-1.0/PKG-INFO": (b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n", 0),
        "demo-1.0/pyproject.toml": (PROJECT, 0),
        "demo-1.0/src/demo/a.py": (b"x", NOON),
        "demo-1.0/src/demo/b.py": (b"x", NOON + 60),
    }
    with tarfile.open(path, "w:gz") as archive:
        for name, (data, time) in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data), time
            archive.addfile(member, io.BytesIO(data))
    return path


def lines(folder: Path, built: Path) -> dict[str, RecipeLine]:
    with (
        open_artifact(str(built), Limits()) as artifact,
        open_artifact(str(sdist(folder)), Limits()) as source,
    ):
        own = recipe(artifact, with_tools(identify(artifact), artifact))
        return {line.key: line for line in with_sdist(own, artifact, source)}


@pytest.mark.parametrize(("hours", "zone"), [(0, "UTC"), (2, "UTC-2"), (-5, "UTC+5")])
def test_the_time_zone_is_what_lies_between_the_two(tmp_path: Path, hours: int, zone: str) -> None:
    line = lines(tmp_path, wheel(tmp_path, hours))["TZ"]
    assert (line.value, line.confidence) == (zone, Confidence.LIKELY)


def test_files_that_do_not_agree_leave_the_zone_possible(tmp_path: Path) -> None:
    line = lines(tmp_path, wheel(tmp_path, 2, other=30))["TZ"]
    assert (line.value, line.confidence) == ("UTC", Confidence.POSSIBLE)


def test_requirements_that_the_wheel_does_not_tell_are_named(tmp_path: Path) -> None:
    line = lines(tmp_path, wheel(tmp_path, 0))["other_requirements"]
    assert line.value.split() == ["wheel", "extra-thing>=2"]


def test_a_wheel_package_that_left_its_mark_is_installed_beside_setuptools(tmp_path: Path) -> None:
    path = tmp_path / "demo-1.0-py2.py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("demo.py", "demo-1.0.dist-info/WHEEL", "demo-1.0.dist-info/RECORD"):
            entry = zipfile.ZipInfo(name, (2024, 10, 1, 0, 0, 0))
            entry.external_attr = (0o664 if name.endswith("RECORD") else 0o100644) << 16
            text = "Wheel-Version: 1.0\nGenerator: setuptools (75.1.0)\n" if "WHEEL" in name else ""
            archive.writestr(entry, text)
    with open_artifact(str(path), Limits()) as artifact:
        info = with_tools(identify(artifact), artifact)
        own = recipe(artifact, info)
    assert constraints(own) == ("setuptools==75.1.0", "wheel<0.40")
    script = to_shell(info, own)
    assert "build-env/bin/python -m pip install setuptools==75.1.0 'wheel<0.40'\n" in script
    assert "--no-build-isolation" in script
    assert "--config-settings=--build-option=--universal" in script


def test_an_sdist_is_built_with_build_and_its_constraints() -> None:
    info = ArtifactInfo("demo-1.0.tar.gz", ArtifactKind.SDIST)
    line = RecipeLine("backend", "hatchling>=1.27", Confidence.LIKELY, "because")
    script = to_shell(info, [line])
    assert "printf '%s\\n' 'hatchling>=1.27' > build-constraints.txt\n" in script
    assert 'PIP_CONSTRAINT="$PWD/build-constraints.txt"\n' in script
    assert '\n"${PYTHON:-python3}" -m build --sdist' in script


@pytest.mark.parametrize(
    ("given", "taken"),
    [(None, "."), ("src", "./src"), ("./src", "./src"), ("/x/src", "/x/src"), ("-x", "./-x")],
)
def test_a_directory_is_never_taken_for_a_project_of_the_index(
    given: str | None, taken: str
) -> None:
    script = to_shell(ArtifactInfo("demo-1.0-py3-none-any.whl", ArtifactKind.WHEEL), [])
    (line,) = (line for line in script.splitlines() if line.startswith("case "))
    shell = need("sh")
    run = subprocess.run(
        [shell, "-euc", f'{line}\necho "$SOURCE"'],
        env={} if given is None else {"SOURCE": given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == f"{taken}\n"
    assert script.rstrip().endswith('"$SOURCE"')


def need(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"no {program} here")
    return found
