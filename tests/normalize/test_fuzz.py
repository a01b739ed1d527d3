"""Whatever bytes come in: a canonical form of what readers find, or reasons, and nothing else."""

import gzip
import io
import posixpath
import tarfile
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.errors import ReprodiffError
from tests.normalize.support import normal, tar_of, wheel
from tests.normalize.test_tars import MEMBERS

WHEEL = wheel()
TAR = tar_of(MEMBERS, form=tarfile.PAX_FORMAT)

places = st.integers(0, 1 << 20)
changes = st.lists(
    st.one_of(
        st.tuples(st.just("put"), places, st.binary(min_size=1, max_size=4)),
        st.tuples(st.just("cut"), places, st.integers(1, 40)),
        st.tuples(st.just("copy"), places, places),
    ),
    min_size=1,
    max_size=3,
)


def changed(data: bytes, steps: list[tuple[str, int, bytes | int]]) -> bytes:
    made = bytearray(data)
    for step, place, value in steps:
        at = place % max(len(made), 1)
        if isinstance(value, bytes):
            made[at : at + len(value)] = value
        elif step == "cut":
            del made[at : at + value]
        else:
            start = value % max(len(made), 1)
            made[at:at] = made[start : start + 60]
    return bytes(made)


def accepted(data: bytes, name: str) -> bytes | None:
    try:
        made = normal(data, name)
    except ReprodiffError:
        return None
    assert normal(made, name) == made
    return made


def zipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            info.filename: archive.read(info)
            for info in archive.infolist()
            if not info.is_dir() and not info.filename.endswith("RECORD")
        }


def tarred(data: bytes) -> dict[str, tuple[bytes, int]]:
    found = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for info in archive:
            file = archive.extractfile(info) if info.isreg() else None
            content = file.read() if file else info.linkname.encode("utf-8", "surrogateescape")
            found[posixpath.normpath(info.name)] = (content, info.mode & 0o111 and 1)
    return found


@settings(max_examples=150)
@given(changes)
def test_a_zip_that_is_accepted_holds_what_python_finds_in_it(
    steps: list[tuple[str, int, bytes | int]],
) -> None:
    data = changed(WHEEL, steps)
    made = accepted(data, "x.zip")
    if made is not None:
        assert zipped(made) == zipped(data)


@settings(max_examples=150)
@given(changes)
def test_a_tar_that_is_accepted_holds_what_python_finds_in_it(
    steps: list[tuple[str, int, bytes | int]],
) -> None:
    data = changed(TAR, steps)
    made = accepted(data, "x.tar")
    if made is not None:
        assert tarred(made) == tarred(data)


@settings(max_examples=50)
@given(changes)
def test_a_gzip_file_that_is_accepted_is_whole(steps: list[tuple[str, int, bytes | int]]) -> None:
    data = changed(gzip.compress(TAR, mtime=0), steps)
    made = accepted(data, "x.tar.gz")
    if made is not None:
        assert tarred(gzip.decompress(made)) == tarred(gzip.decompress(data))
