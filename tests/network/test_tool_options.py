"""Settings name options and keys that the newest releases of their tools know."""

import re
import subprocess
import sys
import venv
from collections.abc import Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest

from reprodiff.toolchains.base import Knob, Tool
from reprodiff.toolchains.registry import all_tools

pytestmark = pytest.mark.network

WITH_PACKAGE = [tool for tool in all_tools() if tool.package]
NAMED = [(tool, knob) for tool in WITH_PACKAGE for knob in tool.knobs if knob.names]
_LARGEST = 200 << 20


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Distribution]:
    """Install every tool of the index into one environment of its own."""
    base = tmp_path_factory.mktemp("tools")
    venv.create(base, with_pip=True)
    python = next(
        path for path in (base / "bin" / "python", base / "Scripts" / "python.exe") if path.exists()
    )
    wanted = sorted({tool.package for tool in WITH_PACKAGE} | {"meson", "ninja", "build"})
    run = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--upgrade", *wanted],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    if run.returncode:
        pytest.skip(f"the tools cannot be installed: {run.stderr.strip()[-200:]}")
    (site,) = (
        base.glob("lib/python*/site-packages")
        if sys.platform != "win32"
        else (base / "Lib" / "site-packages",)
    )
    return {plain(each.name): each for each in distributions(path=[str(site)])}


def holds(one: Distribution, wanted: bytes) -> bool:
    """Whether some file of a distribution has a text: its modules, data and programs."""
    for file in one.files or ():
        path = Path(str(one.locate_file(file)))
        if path.suffix in {".pyc", ".md", ".rst"} or not path.is_file():
            continue
        if path.stat().st_size <= _LARGEST and wanted in path.read_bytes():
            return True
    return False


@pytest.mark.parametrize(
    ("tool", "knob"), NAMED, ids=[f"{tool.id}-{knob.slug}" for tool, knob in NAMED]
)
def test_the_tool_knows_what_the_setting_names(
    tool: Tool, knob: Knob, installed: Mapping[str, Distribution]
) -> None:
    one = installed[plain(tool.package)]
    needed = [re.split(r"[ ;<>=!~\[(]", each, maxsplit=1)[0] for each in one.requires or ()]
    near = [one, *(installed[plain(name)] for name in needed if plain(name) in installed)]
    for name in knob.names:
        wanted = name.lstrip("-").encode()
        known = any(holds(each, wanted) for each in near)
        # Options of programs are often written with underscores where they are read.
        other = any(holds(each, wanted.replace(b"-", b"_")) for each in near)
        assert known or other, name


@pytest.mark.parametrize(
    "tool", [each for each in WITH_PACKAGE if each.build_backend], ids=lambda tool: tool.id
)
def test_the_backend_is_called_as_the_tool_says(
    tool: Tool, installed: Mapping[str, Distribution]
) -> None:
    module = tool.build_backend.replace(".", "/")
    files = {str(file).replace("\\", "/") for file in installed[plain(tool.package)].files or ()}
    assert {f"{module}.py", f"{module}/__init__.py"} & files
