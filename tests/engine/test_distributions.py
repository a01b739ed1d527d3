"""A distribution of which one tree has nothing is one finding, and hides nothing beside it."""

import importlib.util
import py_compile
from collections.abc import Mapping
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.model import Report, Severity
from tests.engine.installing import digest, tree

PLUGIN: Mapping[str, bytes] = {
    "plug/__init__.py": b"ON = True\n",
    "plug-2.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: plug\nVersion: 2.0\n",
    "plug-2.0.dist-info/INSTALLER": b"pip\n",
}
DEMO: Mapping[str, bytes] = {
    "demo/__init__.py": b"VALUE = 1\n",
    "demo-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
}
CAUSE = "distribution-on-one-side"


def recorded(files: Mapping[str, bytes], info: str, *more: str) -> dict[str, bytes]:
    rows = [f"{name},{digest(data)},{len(data)}\n" for name, data in files.items()]
    rows += [f"{name},,\n" for name in (*more, f"{info}/RECORD")]
    return {**files, f"{info}/RECORD": "".join(rows).encode()}


HAS = recorded(DEMO, "demo-1.0.dist-info")


def compared(where: Path, extra: Mapping[str, bytes], base: Mapping[str, bytes] = HAS) -> Report:
    tree(where / "a" / "site-packages", HAS)
    tree(where / "b" / "site-packages", {**base, **extra})
    a, b = (str(where / side / "site-packages") for side in "ab")
    return compare(a, b)


def paths(report: Report, cause: str) -> set[str]:
    return {at.path for f in report.findings if f.cause == cause for at in f.locations}


def test_its_files_are_one_finding_that_names_it(tmp_path: Path) -> None:
    report = compared(tmp_path, recorded(PLUGIN, "plug-2.0.dist-info"))
    (found,) = (f for f in report.findings if f.severity is not Severity.BENIGN)
    assert (found.cause, found.severity) == (CAUSE, Severity.REVIEW)
    assert found.explanation == "Only in B: plug 2.0 (4 files)."
    assert found.locations[0].path == "plug-2.0.dist-info/METADATA"


def test_a_file_that_it_does_not_record_is_not_its_own(tmp_path: Path) -> None:
    plugin = recorded(PLUGIN, "plug-2.0.dist-info")
    report = compared(tmp_path, {**plugin, "demo/extra.py": b"", "plug/more.py": b""})
    assert paths(report, "member-on-one-side") == {"demo/extra.py", "plug/more.py"}


def test_a_file_of_a_distribution_that_both_have_is_not_its_own(tmp_path: Path) -> None:
    changed = recorded({**DEMO, "demo/extra.py": b""}, "demo-1.0.dist-info")
    report = compared(tmp_path, {}, changed)
    assert paths(report, "member-on-one-side") == {"demo/extra.py"}


def test_what_runs_by_itself_is_an_alarm_all_the_same(tmp_path: Path) -> None:
    files = {
        **PLUGIN,
        "plug.pth": b"import plug\n",
        "plug-2.0.dist-info/entry_points.txt": b"[pytest11]\nplug = plug\n",
    }
    report = compared(tmp_path, recorded(files, "plug-2.0.dist-info"))
    alarms = {f.cause: f for f in report.findings if f.severity is Severity.ALARM}
    assert set(alarms) == {"startup-hook", "entry-points"}
    assert paths(report, "startup-hook") == {"plug.pth"}


@pytest.mark.parametrize("honest", [True, False])
def test_bytecode_is_its_own_only_if_its_source_compiles_to_it(
    tmp_path: Path, honest: bool
) -> None:
    path = importlib.util.cache_from_source("plug/__init__.py")
    source = tmp_path / "source.py"
    source.write_bytes(PLUGIN["plug/__init__.py"] if honest else b"ON = False\n")
    made = py_compile.compile(str(source), str(tmp_path / "made.pyc"), "plug/__init__.py")
    assert made is not None
    plugin = recorded(PLUGIN, "plug-2.0.dist-info", path)
    report = compared(tmp_path, {**plugin, path: Path(made).read_bytes()})
    assert (path in paths(report, CAUSE)) is honest
    assert report.verdict == "different"
