"""Canonical sdists and other tars."""

import gzip
import io
import os
import py_compile
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from reprodiff.normalize.rules import DEFAULT_EPOCH
from tests.normalize.support import normal, reasons, run, tar_of

LONG = "demo-1.0/" + "deep/" * 30 + "x.py"
MEMBERS = [
    ("demo-1.0/setup.py", b"from setuptools import setup\nsetup()\n", 0o664),
    ("demo-1.0/PKG-INFO", b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n", 0o600),
    ("demo-1.0/run.sh", b"#!/bin/sh\n", 0o775),
    (LONG, b"x = 1\n", 0o644),
    ("demo-1.0/caf\u00e9.txt", b"latte", 0o644),
]
NAME = "demo-1.0.tar.gz"


def entries(data: bytes) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        return archive.getmembers()


def test_every_field_has_its_canonical_value() -> None:
    plain = tar_of(MEMBERS, form=tarfile.GNU_FORMAT, uid=1000, uname="me", mtime=1700000000)
    made = normal(gzip.compress(plain), NAME)
    assert made[:10] == b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    found = entries(made)
    assert [each.name for each in found] == sorted(name for name, _, _ in MEMBERS)
    for each in found:
        assert (each.uid, each.gid, each.uname, each.gname) == (0, 0, "", "")
        assert (each.mtime, each.type) == (DEFAULT_EPOCH, tarfile.REGTYPE)
        assert each.mode == (0o755 if each.name.endswith(".sh") else 0o644)
    assert set(found[-1].pax_headers) <= {"path"}
    assert normal(made, NAME) == made


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("backwards", [False, True])
def test_format_order_owner_and_times_leave_one_form(form: int, *, backwards: bool) -> None:
    wanted = normal(gzip.compress(tar_of(MEMBERS, form=tarfile.GNU_FORMAT)), NAME)
    members = MEMBERS[::-1] if backwards else MEMBERS
    other = tar_of(members, form=form, uid=1 << 22, gname="staff", mtime=1234567890.25)
    assert normal(gzip.compress(other, 1, mtime=5), NAME) == wanted


def test_what_gnu_tar_packs_has_the_same_form(tmp_path: Path) -> None:
    wanted = normal(gzip.compress(tar_of(MEMBERS, form=tarfile.GNU_FORMAT)), NAME)
    for name, data, mode in MEMBERS:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode & 0o700 | 0o400)
    tools = [["tar", f"--format={form}", "-czf"] for form in ("gnu", "pax", "posix")]
    tools += [["bsdtar", "-czf"]]
    for number, tool in enumerate(tool for tool in tools if shutil.which(tool[0])):
        made = tmp_path / f"{number}.tar.gz"
        run(*tool, made, "demo-1.0", cwd=tmp_path)
        assert normal(made.read_bytes(), NAME) == wanted


def test_links_and_empty_directories_are_kept_and_hard_links_become_files(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    (root / "empty").mkdir(parents=True)
    (root / "full").mkdir()
    (root / "full" / "a").write_bytes(b"a")
    (root / "0link").hardlink_to(root / "full" / "a")
    (root / "soft").symlink_to("full/a")
    run("tar", "-czf", "x.tar.gz", "demo", cwd=tmp_path)
    found = entries(normal((tmp_path / "x.tar.gz").read_bytes(), "x.tar.gz"))
    assert [(each.name, each.type) for each in found] == [
        ("demo/0link", tarfile.REGTYPE),
        ("demo/empty", tarfile.DIRTYPE),
        ("demo/full/a", tarfile.REGTYPE),
        ("demo/soft", tarfile.SYMTYPE),
    ]
    assert found[0].size == 1


def test_a_plain_tar_stays_plain() -> None:
    made = normal(tar_of(MEMBERS, form=tarfile.PAX_FORMAT), "demo.tar")
    assert len(made) % 10240 == 0
    with tarfile.open(fileobj=io.BytesIO(made), mode="r:") as archive:
        member = archive.extractfile(LONG)
        assert member is not None
        assert member.read() == b"x = 1\n"


def test_an_sdist_has_one_directory_at_its_top() -> None:
    data = tar_of([*MEMBERS, ("other", b"", 0o644)], form=tarfile.PAX_FORMAT)
    assert reasons(data, "demo-1.0.tar") == ("the sdist has more than one directory at its top",)


@pytest.mark.parametrize(("shift", "taken"), [(0, True), (100, False)])
def test_python_takes_the_bytecode_that_it_took_before_and_no_other(
    tmp_path: Path, shift: int, *, taken: bool
) -> None:
    """The bytecode is of another source of the same size and time, so that it shows if it runs."""
    tree = tmp_path / "tree"
    tree.mkdir()
    module = tree / "m.py"
    module.write_text("print('code')\n")
    os.utime(module, (1700000000, 1700000000))
    py_compile.compile(str(module), invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP)
    module.write_text("print('text')\n")
    os.utime(module, (1700000000 + shift, 1700000000 + shift))
    run("tar", "-cf", tmp_path / "m.tar", "-C", tree, ".", cwd=tmp_path)
    made = normal((tmp_path / "m.tar").read_bytes(), "m.tar")
    for name, data in (("before", (tmp_path / "m.tar").read_bytes()), ("after", made)):
        where = tmp_path / name
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            archive.extractall(where, filter="data")
        done = subprocess.run(
            [sys.executable, "-B", "-c", "import m"], cwd=where, capture_output=True, check=True
        )
        assert done.stdout.split() == [b"code" if taken else b"text"], name
