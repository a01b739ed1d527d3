"""What runs when Python starts is found beside an installed wheel, though it belongs to nobody."""

import base64
import hashlib
import zipfile
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.model import Severity

INFO = "demo-1.0.dist-info"
FILES = {
    "demo/__init__.py": b"VALUE = 1\n",
    f"{INFO}/METADATA": b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
    f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}


def digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def record() -> bytes:
    rows = [f"{name},sha256={digest(data)},{len(data)}" for name, data in FILES.items()]
    return "\n".join([*rows, f"{INFO}/RECORD,,", ""]).encode()


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    wheel = tmp_path / "demo-1.0-py3-none-any.whl"
    tree = tmp_path / "site-packages"
    contents = {**FILES, f"{INFO}/RECORD": record()}
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    for name, data in contents.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(data)
    return wheel, tree


def worst(wheel: Path, tree: Path) -> tuple[Severity, str]:
    finding = compare(str(wheel), str(tree)).findings[0]
    return finding.severity, finding.cause


def test_the_clean_tree_raises_no_alarm(pair: tuple[Path, Path]) -> None:
    wheel, tree = pair
    found = compare(str(wheel), str(tree)).findings
    assert all(each.severity is Severity.BENIGN for each in found)


@pytest.mark.parametrize("name", ["evil.pth", "sitecustomize.py", "usercustomize.py"])
def test_a_file_that_python_runs_at_its_start_is_an_alarm(
    pair: tuple[Path, Path], name: str
) -> None:
    wheel, tree = pair
    (tree / name).write_bytes(b"import os\n")
    assert worst(wheel, tree) == (Severity.ALARM, "startup-hook")
