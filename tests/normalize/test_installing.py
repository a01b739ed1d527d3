"""A canonical wheel installs to what the original installs to, and an index would take it."""

import io
import os
import shutil
import stat
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.normalize.support import FILES, INFO, WHEEL_NAME, normal, run, wheel

DATA = "demo-1.0.data"
FULL = FILES | {
    "demo.pth": b"import demo\n",
    f"{DATA}/scripts/hello": b"#!python\nprint('hello')\n",
    f"{DATA}/data/share/demo/info.txt": b"text\n",
    f"{INFO}/entry_points.txt": b"[console_scripts]\ndemo = demo:main\n",
    "demo/untyped": b"#!/bin/sh\n",
    "demo/caf\u00e9.txt": b"latte",
}
MODES = {
    "demo/tool.sh": stat.S_IFREG | 0o700,
    # Without a file type: pip installs it without the bit.
    "demo/untyped": 0o755,
}


def installed(source: Path, where: Path, installer: str) -> dict[str, tuple[int, bytes]]:
    """Install a wheel; return each file's mode and content, but for the installer's own."""
    if installer == "pip":
        command = [sys.executable, "-m", "pip", "install", "--no-compile", "--quiet"]
    else:
        command = ["uv", "pip", "install", "--quiet", "--python", sys.executable]
    run(*command, "--no-index", "--no-deps", "--target", where, source, cwd=where.parent)
    found = {}
    for folder, _, files in os.walk(where):
        for name in files:
            path = Path(folder) / name
            if name in {"RECORD", "direct_url.json", ".lock", "uv_cache.json"}:
                continue
            data = path.read_bytes().replace(os.fsencode(where), b"<target>")
            found[path.relative_to(where).as_posix()] = (stat.S_IMODE(path.stat().st_mode), data)
    return found


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_the_same_files_with_the_same_modes_are_installed(tmp_path: Path, installer: str) -> None:
    if installer == "uv" and not _uv_works():
        pytest.skip("needs uv")
    trees = []
    for side, data in (("a", wheel(FULL, modes=MODES)), ("b", normal(wheel(FULL, modes=MODES)))):
        folder = tmp_path / side
        folder.mkdir()
        (folder / WHEEL_NAME).write_bytes(data)
        trees.append(installed(folder / WHEEL_NAME, folder / "tree", installer))
    assert trees[0] == trees[1]
    assert trees[0]["demo/tool.sh"][0] & stat.S_IXUSR
    assert trees[0]["bin/demo"][0] & stat.S_IXUSR
    assert trees[0]["share/demo/info.txt"][1] == b"text\n"
    if installer == "pip":
        assert not trees[0]["demo/untyped"][0] & stat.S_IXUSR


def _uv_works() -> bool:
    if not shutil.which("uv"):
        return False
    return subprocess.run(["uv", "--version"], capture_output=True, check=False).returncode == 0


def test_a_reader_of_local_headers_alone_sees_the_same_members() -> None:
    """As an index checks on upload: every byte is a header, a member, the directory or its end."""
    data = normal(wheel(FULL, modes=MODES))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        wanted = [(info.filename, info.file_size, info.CRC) for info in archive.infolist()]
        assert archive.comment == b""
        assert len({name for name, _, _ in wanted}) == len(wanted)
    at, streamed = 0, []
    while data[at : at + 4] == b"PK\3\4":
        fields = struct.unpack_from("<5H3L2H", data, at + 4)
        flags, crc, stored, size, length, extra = fields[1], *fields[5:]
        assert not flags & 0x8
        assert (stored, extra) == (size, 0)
        streamed.append((data[at + 30 : at + 30 + length].decode(), size, crc))
        at += 30 + length + size
    assert streamed == wanted
    start = at
    while data[at : at + 4] == b"PK\1\2":
        length, extra, comment = struct.unpack_from("<3H", data, at + 28)
        assert (extra, comment) == (0, 0)
        at += 46 + length
    count = len(wanted)
    assert data[at:] == struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, at - start, start, 0)


@pytest.mark.network
def test_pip_builds_from_a_canonical_sdist(tmp_path: Path) -> None:
    name = "iniconfig-2.1.0.tar.gz"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    source = tmp_path / "source"
    run(
        *pip,
        "download",
        "--no-deps",
        "--no-binary",
        ":all:",
        "-d",
        source,
        "iniconfig==2.1.0",
        cwd=tmp_path,
    )
    made = normal((source / name).read_bytes(), name)
    (tmp_path / name).write_bytes(made)
    run(*pip, "wheel", "--no-deps", "-w", tmp_path / "out", tmp_path / name, cwd=tmp_path)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [
        "iniconfig-2.1.0-py3-none-any.whl"
    ]
