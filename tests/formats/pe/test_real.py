"""Files that real linkers wrote: MinGW's, and Microsoft's in published wheels."""

import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.model import Report, Verdict

GCC = shutil.which("x86_64-w64-mingw32-gcc")
SOURCE = """
static const char *names[] = {"alpha", "beta", "gamma"};
__declspec(dllexport) const char *name(int x) { return names[x % 3]; }
__declspec(dllexport) int scale(int x) { return x * 1234567; }
"""

needs_gcc = pytest.mark.skipif(GCC is None, reason="needs x86_64-w64-mingw32-gcc")


def link(folder: Path, *options: str) -> Path:
    folder.mkdir()
    (folder / "demo.c").write_text(SOURCE)
    made = folder / "demo.dll"
    command = [str(GCC), "-O1", "-shared", "-s", "demo.c", "-o", "demo.dll", *options]
    subprocess.run(command, check=True, cwd=folder, capture_output=True)
    return made


def link_at_once(folder: Path) -> Path:
    """Link within one second: the linker asks for the time twice."""
    for number in range(9):
        made = link(folder.with_name(f"{folder.name}{number}"))
        raw = made.read_bytes()
        header = int.from_bytes(raw[0x3C:0x40], "little")
        if raw.count(raw[header + 8 : header + 12]) > 1:
            return made
    pytest.skip("linking takes longer than a second here")


def causes(report: Report) -> set[str]:
    return {finding.cause for finding in report.findings}


@needs_gcc
def test_a_dll_linked_twice_differs_in_its_time_alone(tmp_path: Path) -> None:
    one = link_at_once(tmp_path / "a")
    time.sleep(1.1)
    found = compare(str(one), str(link_at_once(tmp_path / "b")))
    assert found.verdict is Verdict.EQUIVALENT
    assert causes(found) == {"pe-timestamp", "pe-checksum-follows"}


@needs_gcc
def test_another_image_base_is_proven_word_by_word(tmp_path: Path) -> None:
    pair = [
        link(tmp_path / side, f"-Wl,--image-base={base}", "-Wl,--no-insert-timestamp")
        for side, base in (("a", "0x310000000"), ("b", "0x2e3cb0000"))
    ]
    found = compare(str(pair[0]), str(pair[1]))
    assert found.verdict is Verdict.EQUIVALENT, found.findings
    assert causes(found) == {"pe-image-base", "pe-checksum-follows"}
    changed = bytearray(pair[1].read_bytes())
    at = changed.find((1234567).to_bytes(4, "little"))
    changed[at] ^= 1
    pair[1].write_bytes(changed)
    hidden = compare(str(pair[0]), str(pair[1]))
    assert hidden.verdict is Verdict.DIFFERENT
    assert {"pe-code-changed", "pe-checksum-untrue"} <= causes(hidden)


@pytest.mark.network
def test_published_extension_modules_are_read_without_damage(tmp_path: Path) -> None:
    modules = []
    for version in ("311", "312"):
        folder = tmp_path / version
        wanted = ("--python-version", version, "--platform", "win_amd64", "--only-binary", ":all:")
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", *wanted]
        run = subprocess.run(
            [*command, "-d", str(folder), "markupsafe==3.0.2"], check=False, capture_output=True
        )
        if run.returncode:
            pytest.skip("the package index cannot be reached")
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
            name = next(each for each in wheel.namelist() if each.endswith(".pyd"))
            (folder / "speedups.pyd").write_bytes(wheel.read(name))
        modules.append(folder / "speedups.pyd")
    found = compare(str(modules[0]), str(modules[1]))
    assert found.verdict is Verdict.DIFFERENT
    assert "pe-timestamp" in causes(found)
    assert "pe-damaged" not in causes(found)
    assert "pe-checksum-untrue" not in causes(found)
    stamp = next(f for f in found.findings if f.cause == "pe-timestamp")
    assert stamp.location_count == 1
