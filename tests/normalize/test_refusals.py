"""What would hide a contradiction or break a signature has no canonical form."""

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable

import pytest

from tests.artifacts.zipformat.build import Archive, Made, extra
from tests.hostile.archives import HONEST_TAR, gzip_cases, tar_cases, zip_cases
from tests.normalize.support import FILES, INFO, normal, reasons, record, tar_of, wheel

# What these vary is no contradiction: the form loses it, or keeps it as content.
_ACCEPTED_ZIPS = frozenset(
    {
        "17 the name b'xxxxxxxxxxxx'",
        "17 the name b'[red]x[/red]'",
        "17 the name b'<script>aler'",
        "17 the name b'=cmd'",
        "17 the name b'-rf'",
        "18 b'demo/X.py' beside b'demo/x.py'",
        "18 b'demo/con.py' beside b'demo/n.py'",
        "18 b'demo/q.' beside b'demo/n.py'",
    }
)
_ACCEPTED_TARS = frozenset(
    {
        "24 a tar in a file",
        "26 ten thousand pax records",
    }
)


@pytest.mark.parametrize(
    ("what", "data"), [pytest.param(what, data, id=what) for what, data, _ in zip_cases()]
)
def test_hostile_zips_are_refused(what: str, data: bytes) -> None:
    assert bool(reasons(data, "x.zip")) == (what not in _ACCEPTED_ZIPS)


@pytest.mark.parametrize(
    ("what", "data"), [pytest.param(what, data, id=what) for what, data, _ in tar_cases()]
)
def test_hostile_tars_are_refused(what: str, data: bytes) -> None:
    assert bool(reasons(data, "x.tar")) == (what not in _ACCEPTED_TARS)


@pytest.mark.parametrize(
    ("what", "data"), [pytest.param(what, data, id=what) for what, data, _ in gzip_cases()]
)
def test_hostile_gzip_files_are_refused(what: str, data: bytes) -> None:
    assert reasons(data, "demo-1.tar.gz"), what


def _without(name: str) -> dict[str, bytes]:
    return {path: data for path, data in FILES.items() if path != name}


_SHORT = record(_without("demo/tool.sh"))
_WHEELS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a hash that lies": (
        lambda: wheel(listed=record(FILES | {"demo/__init__.py": b"VALUE = 2\n"})),
        "RECORD is not true of a file: demo/__init__.py",
    ),
    "a size that lies": (
        lambda: wheel(listed=record(FILES).replace(b",10\n", b",11\n", 1)),
        "RECORD is not true of a file: demo/__init__.py",
    ),
    "a file that is not listed": (
        lambda: wheel(listed=_SHORT),
        "RECORD does not list a file: demo/tool.sh",
    ),
    "a row without a file": (
        lambda: wheel(listed=record(FILES | {"demo/gone.py": b""})),
        "RECORD lists what is not there: demo/gone.py",
    ),
    "a row without a hash": (
        lambda: wheel(listed=_SHORT + b"demo/tool.sh,,\n"),
        "RECORD has no hash of a file: demo/tool.sh",
    ),
    "a row twice": (
        lambda: wheel(listed=record(FILES) + record(FILES)),
        "RECORD lists a file twice",
    ),
    "a broken row": (lambda: wheel(listed=record(FILES) + b'"x\n'), "a row of RECORD is wrong"),
    "a signature": (
        lambda: wheel(FILES | {f"{INFO}/RECORD.jws": b"{}"}),
        f"a signature of RECORD would be broken: {INFO}/RECORD.jws",
    ),
    "no WHEEL": (lambda: wheel(_without(f"{INFO}/WHEEL")), "the wheel has no WHEEL"),
    "two dist-info directories": (
        lambda: wheel(FILES | {"other-1.0.dist-info/METADATA": b""}),
        "the wheel has 2 dist-info directories",
    ),
    "METADATA of another project": (
        lambda: wheel(FILES | {f"{INFO}/METADATA": b"Name: evil\nVersion: 1.0\n"}),
        "the file is named for another project or version than its metadata",
    ),
    "a symbolic link": (
        lambda: wheel(modes={"demo/tool.sh": stat.S_IFLNK | 0o777}),
        "installers do not agree on a symbolic link in a wheel: demo/tool.sh",
    ),
    "a file where a directory is": (
        lambda: wheel(FILES | {"demo": b""}),
        "a name is both a file and a directory: demo",
    ),
    "a backslash": (
        lambda: wheel(FILES | {"demo\\x.py": b""}),
        "a name has a backslash or a drive letter, which act on Windows",
    ),
    "a control character": (
        lambda: wheel(FILES | {"demo/\x1b[2J.py": b""}),
        "a name has a control character: demo/\\x1b[2J.py",
    ),
}


@pytest.mark.parametrize("what", _WHEELS)
def test_a_wheel_that_contradicts_itself_is_refused_with_the_reason(what: str) -> None:
    make, expected = _WHEELS[what]
    found = reasons(make())
    assert [reason for reason in found if reason.startswith(expected)], found


@pytest.mark.parametrize(
    ("version", "written"),
    [("1.0+cu118", "1.0+cu118"), ("1.0+cu118", "1.0_cu118"), ("1.0.post1", "1.0.post1")],
)
def test_a_version_may_be_written_as_tools_write_it(version: str, written: str) -> None:
    info = f"demo-{written}.dist-info"
    files = {
        path.replace(INFO, info): data.replace(b"Version: 1.0\n", f"Version: {version}\n".encode())
        for path, data in FILES.items()
    }
    name = f"demo-{written}-py3-none-any.whl"
    assert reasons(wheel(files, info=info), name) == ()
    other = {f"{info}/METADATA": b"Name: demo\nVersion: 1.0+cpu\n"}
    assert len(reasons(wheel(files | other, info=info), name)) == 2


def test_all_reasons_are_given_at_once() -> None:
    files = FILES | {f"{INFO}/RECORD.p7s": b""}
    lies = record(files | {"demo/tool.sh": b"?"})
    found = reasons(wheel(files, listed=lies), "other-1.0-py3-none-any.whl")
    assert len(found) == 3


def test_many_members_of_one_reason_are_counted() -> None:
    files = FILES | {f"demo/m{number:03}.py": b"" for number in range(100)}
    (found,) = reasons(wheel(files, listed=record(FILES)))
    assert found.startswith("RECORD does not list a file: demo/m000.py, demo/m001.py")
    assert found.endswith("and 95 more")


def _zip(**fields: object) -> bytes:
    return bytes(Archive((Made(**fields), Made(name=b"b.py"))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(_zip(local_crc=1), id="local against central"),
        pytest.param(_zip(crc=1), id="CRC"),
        pytest.param(_zip(usize=3), id="size"),
        pytest.param(_zip(flags=1), id="encrypted"),
        pytest.param(_zip(method=97), id="method"),
        pytest.param(_zip(name=b"caf\x82"), id="a name in a code page"),
        pytest.param(_zip(name=b"./a"), id="a dot"),
        pytest.param(_zip(name=b"a//b"), id="an empty part"),
        pytest.param(_zip(name=b"c:x"), id="a drive"),
        pytest.param(_zip(data=b"../../x", mode=0o120777), id="a link out"),
        pytest.param(_zip(mode=0o060644, data=b""), id="a device"),
        pytest.param(bytes(Archive(size=3)), id="the size of the directory"),
        pytest.param(bytes(Archive(tail=b"x")), id="behind the end"),
        pytest.param(bytes(Archive(prefix=b"#!/bin/sh\n")), id="in front"),
        pytest.param(bytes(Archive(between=b"x")), id="between"),
        pytest.param(
            _zip(method=8, stored=b"\x03\x00junk", data=b"", csize=6), id="behind a stream"
        ),
    ],
)
def test_zips_that_readers_do_not_agree_on_are_refused(data: bytes) -> None:
    assert reasons(data, "x.zip")


def test_an_sdist_with_metadata_of_another_version_is_refused() -> None:
    data = tar_of(
        [("demo-1.0/PKG-INFO", b"Metadata-Version: 2.1\nName: demo\nVersion: 2.0\n", 0o644)],
        form=tarfile.PAX_FORMAT,
    )
    found = reasons(gzip.compress(data), "demo-1.0.tar.gz")
    assert found == ("the file is named for another project or version than its metadata",)


def test_a_stream_that_cannot_be_written_is_refused_with_what_to_do() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:xz") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    (found,) = reasons(out.getvalue(), "a.tar.xz")
    assert found == "xz is not written: pack it as .tar.gz, .tar or .zip"


def test_an_honest_tar_is_not_refused() -> None:
    assert reasons(HONEST_TAR, "x.tar") == ()


def test_a_link_inside_a_plain_zip_stays_a_link() -> None:
    made = normal(bytes(Archive((Made(name=b"l", data=b"d/x", mode=0o120777),))), "x.zip")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert stat.S_ISLNK(archive.getinfo("l").external_attr >> 16)
        assert archive.read("l") == b"d/x"


def test_zip64_fields_that_repeat_the_sizes_are_no_contradiction() -> None:
    def made(size: int) -> bytes:
        field = extra(1, size.to_bytes(8, "little") * 2)
        return bytes(Archive((Made(name=b"a", data=b"12345", local_extra=field),)))

    assert reasons(made(5), "x.zip") == ()
    assert reasons(made(6), "x.zip")


@pytest.mark.parametrize("bits", [0o4000, 0o2000, 0o1000])
def test_bits_that_give_rights_away_are_not_dropped_in_silence(bits: int) -> None:
    (reason,) = reasons(wheel(modes={"demo/tool.sh": stat.S_IFREG | bits | 0o755}))
    assert "set-user-id" in reason


def test_attributes_that_nobody_knows_are_not_dropped_in_silence() -> None:
    data = bytearray(wheel())
    at = data.index(b"PK\x01\x02") + 36
    assert not reasons(bytes(data))
    data[at] |= 1
    assert not reasons(bytes(data))
    data[at] |= 2
    assert "attributes" in reasons(bytes(data))[0]
    data[at] &= ~2
    data[at - 31] = 222  # the system it was made on
    assert "attributes" in reasons(bytes(data))[0]


def test_bytes_in_an_extended_header_are_not_dropped_in_silence() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("demo-1.0/PKG-INFO")
        info.pax_headers = {"comment": "x"}
        info.size = len(PKG_INFO)
        archive.addfile(info, io.BytesIO(PKG_INFO))
    data = bytearray(buffer.getvalue())
    assert not reasons(bytes(data), "demo-1.0.tar")
    data[1000] = 4
    assert "hidden in its extended headers" in reasons(bytes(data), "demo-1.0.tar")[0]


PKG_INFO = b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
