"""Canonical wheels: one content, one sequence of bytes; and what installers make of them."""

import io
import shutil
import stat
import struct
import sys
import zipfile
from pathlib import Path

import pytest

from reprodiff.artifacts.zipformat import read_zip
from reprodiff.normalize.rules import Rules, canonical_time
from tests.artifacts.zipformat.build import Archive, Made
from tests.normalize.support import (
    FILES,
    INFO,
    names,
    normal,
    reasons,
    record,
    run,
    unpacked,
    wheel,
)

SAMPLES = Path(__file__).parents[2] / "samples"
EXECUTABLE = {"demo/tool.sh": stat.S_IFREG | 0o755}


def test_every_field_has_its_canonical_value() -> None:
    made = normal(wheel(modes=EXECUTABLE))
    found = read_zip(made)
    assert not found.anomalies
    assert not found.damage
    assert (found.comment, found.eocd64) == (b"", None)
    assert [entry.raw_name.decode() for entry in found.entries] == [
        "demo/__init__.py",
        "demo/tool.sh",
        f"{INFO}/METADATA",
        f"{INFO}/WHEEL",
        f"{INFO}/RECORD",
    ]
    for entry in found.entries:
        assert entry.dos_time == (1980, 1, 1, 0, 0, 0)
        assert (entry.create_system, entry.create_version, entry.extract_version) == (3, 20, 20)
        assert (entry.method, entry.flags, entry.dos_attr) == (0, 0, 0)
        assert entry.central is not None
        assert entry.local is not None
        assert (entry.central.extra, entry.central.comment, entry.local.extra) == (b"", b"", b"")
    modes = {entry.name: entry.mode for entry in found.entries}
    assert modes.pop("demo/tool.sh") == 0o100755
    assert set(modes.values()) == {0o100644}


def test_a_canonical_wheel_is_its_own_canonical_form() -> None:
    once = normal(wheel(modes=EXECUTABLE, eol="\r\n", backwards=True))
    assert normal(once) == once


def test_record_has_a_row_a_member_in_their_order() -> None:
    made = normal(wheel(eol="\r\n", backwards=True))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        order = [name for name in archive.namelist() if not name.endswith("/RECORD")]
        assert archive.read(f"{INFO}/RECORD") == record({name: FILES[name] for name in order})


def test_a_name_with_a_comma_is_quoted_in_record() -> None:
    files = FILES | {'demo/a,"b".txt': b"x"}
    listed = record(files).replace(b'demo/a,"b".txt', b'"demo/a,""b"".txt"')
    made = normal(wheel(files, listed=listed))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert b'"demo/a,""b"".txt",sha256=' in archive.read(f"{INFO}/RECORD")
    assert normal(made) == made


@pytest.mark.parametrize(
    ("epoch", "shown"),
    [
        (1700000001, (2023, 11, 14, 22, 13, 20)),
        (315532800, (1980, 1, 1, 0, 0, 0)),
        (4354819198, (2107, 12, 31, 23, 59, 58)),
    ],
)
def test_the_time_is_the_one_asked_for(epoch: int, shown: tuple[int, ...]) -> None:
    made = normal(wheel(), rules=Rules(time=canonical_time(epoch)))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {info.date_time for info in archive.infolist()} == {shown}
    assert canonical_time(0) == canonical_time(315532800)
    assert canonical_time(1 << 40) == canonical_time(4354819199)


@pytest.mark.parametrize(
    ("mode", "written"),
    [
        (stat.S_IFREG | 0o600, stat.S_IFREG | 0o644),
        (stat.S_IFREG | 0o666, stat.S_IFREG | 0o644),
        (0, stat.S_IFREG | 0o644),
        (stat.S_IFREG | 0o700, stat.S_IFREG | 0o755),
        # pip does not take these for executable, other installers do: it must stay so for both.
        (0o755, 0o755),
        (0o744, 0o755),
    ],
)
def test_what_installers_make_executable_stays_as_it_is(mode: int, written: int) -> None:
    made = normal(wheel(modes={"demo/tool.sh": mode}))
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.getinfo("demo/tool.sh").external_attr >> 16 == written


@pytest.mark.parametrize(
    ("system", "mode", "written"),
    [
        (0, stat.S_IFREG | 0o644, (3, stat.S_IFREG | 0o644)),
        # pip takes it for executable, uv does not believe DOS: it must stay so for both.
        (0, stat.S_IFREG | 0o755, (0, stat.S_IFREG | 0o755)),
        (19, stat.S_IFREG | 0o755, (0, stat.S_IFREG | 0o755)),
        # Nobody takes it for executable.
        (0, 0o755, (3, stat.S_IFREG | 0o644)),
    ],
)
def test_what_was_not_made_on_unix_stays_what_installers_make_of_it(
    system: int, mode: int, written: tuple[int, int]
) -> None:
    made = normal(bytes(Archive((Made(name=b"a", system=system, mode=mode),))), "x.zip")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        info = archive.getinfo("a")
    assert (info.create_system, info.external_attr >> 16) == written
    assert normal(made, "x.zip") == made


def test_all_container_causes_at_once_leave_one_form(tmp_path: Path) -> None:
    """Times, modes by umask, order, level, dialect, RECORD order and line ends, by four tools."""
    base = wheel(modes=EXECUTABLE)
    wanted = normal(base)
    other = wheel(
        modes=dict.fromkeys(FILES, 0o100600) | {"demo/tool.sh": 0o100700},
        when=(2031, 1, 2, 3, 4, 6),
        eol="\r\n",
        backwards=True,
        level=0,
    )
    assert normal(other) == wanted
    made = 2
    held = unpacked(other, tmp_path / "tree")
    if shutil.which("zip"):
        run("zip", "-q", "-1", "-r", tmp_path / "a.whl", ".", cwd=tmp_path / "tree")
        run("zip", "-q", "-9", "-X", "-z", tmp_path / "b.whl", *held, cwd=tmp_path / "tree")
        assert normal((tmp_path / "a.whl").read_bytes()) == wanted
        assert normal((tmp_path / "b.whl").read_bytes()) == wanted
        made += 2
    if shutil.which("bsdtar"):
        run("bsdtar", "-a", "-cf", tmp_path / "c.zip", *held, cwd=tmp_path / "tree")
        assert normal((tmp_path / "c.zip").read_bytes()) == wanted
    if shutil.which("strip-nondeterminism"):
        (tmp_path / "d.whl").write_bytes(other)
        run("strip-nondeterminism", "-T", "1700000000", tmp_path / "d.whl", cwd=tmp_path)
        assert normal((tmp_path / "d.whl").read_bytes()) == wanted
    assert made >= 2


def test_directories_comments_and_extra_fields_are_no_content() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(wheel())) as old, zipfile.ZipFile(out, "w") as new:
        new.comment = b"built on a Tuesday"
        new.writestr("demo/", b"")
        for info in old.infolist():
            again = zipfile.ZipInfo(info.filename)
            again.extra = struct.pack("<HHBl", 0x5455, 5, 1, 1700000000)
            again.comment = b"x"
            new.writestr(again, old.read(info))
    assert normal(out.getvalue()) == normal(wheel())


@pytest.mark.parametrize(
    "sample",
    [
        "clock-setuptools-wheel",
        "compression-level-auditwheel",
        "epoch-unset-hatchling-wheel",
        "nested-zip-times",
        "pyc-source-mtime",
        "timezone-flit-wheel",
        "umask-setuptools-wheel",
        "zip-dialect-infozip",
        "zip-order-delocate",
        "gzip-header-clock-pdm",
        "sdist-modes-setuptools",
        "sdist-owner-setuptools",
        "tar-format-gnu-pax",
    ],
)
def test_two_builds_that_differ_by_their_containers_have_one_form(sample: str) -> None:
    a, b = (next((SAMPLES / sample / side).iterdir()) for side in "ab")
    assert a.read_bytes() != b.read_bytes()
    assert normal(a.read_bytes(), a.name) == normal(b.read_bytes(), b.name)


@pytest.mark.parametrize(
    "sample",
    [
        "exec-bit-lost",
        "hidden-change-in-300",
        "hidden-change-in-native",
        "hidden-change-in-pyc",
        "hidden-change-in-sdist",
        "new-pth-file",
        "metadata-field-order",
    ],
)
def test_builds_whose_members_differ_have_two_forms(sample: str) -> None:
    a, b = (next((SAMPLES / sample / side).iterdir()) for side in "ab")
    assert normal(a.read_bytes(), a.name) != normal(b.read_bytes(), b.name)


def test_a_lying_record_is_refused_and_not_repaired() -> None:
    (path,) = (SAMPLES / "record-lies" / "b").iterdir()
    assert reasons(path.read_bytes(), path.name) == ("RECORD is not true of a file: demo/units.py",)


def test_the_form_depends_on_no_locale_time_zone_or_umask(tmp_path: Path) -> None:
    source = tmp_path / "demo-1.0-py3-none-any.whl"
    source.write_bytes(wheel(modes=EXECUTABLE))
    wanted = normal(source.read_bytes())
    program = (
        "import os, sys; os.umask(0o077); from reprodiff.cli.main import main; "
        "sys.exit(main(['normalize', sys.argv[1], '-o', sys.argv[2]]))"
    )
    run(
        sys.executable,
        "-c",
        program,
        source,
        tmp_path / "out/",
        cwd=Path(__file__).parents[2],
        TZ="Pacific/Apia",
        LC_ALL="C",
        PYTHONHASHSEED="7",
    )
    made = tmp_path / "out" / source.name
    assert made.read_bytes() == wanted
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert len(names(wanted)) == 5
