"""Pages of mapped files are given back while they are read, and nothing is lost by it."""

import mmap
from pathlib import Path

from reprodiff.artifacts.tree import relaxer
from reprodiff.artifacts.zipformat import read_zip
from tests.artifacts.zipformat.build import Made, archive

MANY = 1500


def test_what_is_no_mapping_is_left_alone() -> None:
    assert relaxer(memoryview(b"bytes")) is None
    assert relaxer(memoryview(bytearray(4))) is None


def test_a_mapping_holds_the_same_bytes_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 64)
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
        memoryview(mapped) as view,
    ):
        relax = relaxer(view)
        assert relax is not None
        before = bytes(view)
        relax()
        assert bytes(view) == before == path.read_bytes()


def test_headers_are_the_same_and_pages_are_given_back_time_and_again() -> None:
    data = archive(*(Made(b"member%d" % number) for number in range(MANY)))
    calls: list[None] = []
    found = read_zip(data, relax=lambda: calls.append(None))
    assert found.entries == read_zip(data).entries
    assert len(found.entries) == MANY
    assert 2 <= len(calls) <= MANY // 100
