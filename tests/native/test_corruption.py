"""Files cut short or spoilt at random: always a report, that says damage where there is some.

``SPOILT=2000 pytest tests/native/test_corruption.py`` takes as many of each as the variable says.
"""

import os
import random
import subprocess
import zipfile
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.formats import registry
from reprodiff.formats.base import Content
from reprodiff.model import ArtifactKind, Category, Report, Verdict
from tests.native.builders import C_CODE, CXX_CODE, need

pytestmark = pytest.mark.slow

COUNT = int(os.environ.get("SPOILT", "120"))
SAMPLES = Path(__file__).parents[2] / "samples"
KINDS = {
    "so": ("native-debug-path", ".so"),
    "pyd": ("pe-pdb-path", ".pyd"),
    "macos": ("macho-path", ".so"),
    "mingw": ("pe-path", ".pyd"),
}
MAGIC = 8


def specimen(kind: str) -> bytes:
    sample, suffix = KINDS[kind]
    (wheel,) = (SAMPLES / sample / "a").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(next(n for n in archive.namelist() if n.endswith(suffix)))


def spoilt(rng: random.Random, data: bytes) -> tuple[bytes, bool]:
    """Return ``data`` cut short (then it is certainly damaged), or with some bytes replaced.

    The first bytes stay: they say what the file is.
    """
    made = bytearray(data)
    if rng.random() < 0.4:
        return bytes(made[: rng.randrange(MAGIC, len(made))]), True
    for _ in range(rng.choice((1, 1, 2, 8, 40))):
        # Structure stands at both ends of a file.
        end = rng.choice((min(1024, len(made)), len(made)))
        at = rng.randrange(MAGIC, end)
        size = rng.choice((1, 1, 2, 4, 8))
        value = rng.choice((b"\0", b"\xff", b"\x7f", rng.randbytes(1))) * size
        made[at : at + size] = value[: len(made) - at]
    if rng.random() < 0.2:
        at = rng.randrange(MAGIC, len(made))
        del made[at : at + rng.randrange(1, 4096)]
    return bytes(made), False


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_spoilt_file_is_read_as_far_as_it_goes(kind: str) -> None:
    data = specimen(kind)
    rng = random.Random(kind)  # noqa: S311
    silent = []
    for number in range(COUNT):
        other, cut = spoilt(rng, data)
        pair = (data, other) if number % 2 else (other, data)
        sides = [memoryview(each) for each in pair]
        content = Content("x." + kind, "x." + kind, sides[0], sides[1], ArtifactKind.FILE)
        found = registry.compare(content)
        assert found.problem == "", (number, found.problem)
        if cut and not any(fact.what.endswith(".damage") for fact in found.facts):
            silent.append(len(other))
    assert silent == []


def archive(tmp_path: Path) -> bytes:
    gcc, cxx, ar = need("gcc"), need("g++"), need("ar")
    for name, code, tool in (("one.c", C_CODE, gcc), ("two.cc", CXX_CODE, cxx)):
        (tmp_path / name).write_text(code, encoding="utf-8")
        subprocess.run([tool, "-g", "-O2", "-c", name], cwd=tmp_path, check=True, timeout=120)
    subprocess.run([ar, "rc", "lib.a", "one.o", "two.o"], cwd=tmp_path, check=True, timeout=60)
    return (tmp_path / "lib.a").read_bytes()


def says_damage(report: Report) -> bool:
    return bool(report.problems) or any(f.category is Category.INTEGRITY for f in report.findings)


def test_a_spoilt_static_archive_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    data = archive(tmp_path)
    rng = random.Random(5)  # noqa: S311
    (tmp_path / "a.a").write_bytes(data)
    silent = []
    for _ in range(COUNT):
        other, cut = spoilt(rng, data)
        (tmp_path / "b.a").write_bytes(other)
        found = compare(str(tmp_path / "a.a"), str(tmp_path / "b.a"))
        assert not [p for p in found.problems if "failed (" in p.message], found.problems
        if other != data:
            assert found.verdict is not Verdict.IDENTICAL
        if cut and not says_damage(found):
            silent.append(len(other))
    assert silent == []
