"""Any bytes at all: an answer or one of our errors, every byte in one region, bounded output."""

import io
import warnings
import zipfile

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reprodiff.artifacts.zipformat import read_member, read_zip, regions
from reprodiff.errors import ReprodiffError
from reprodiff.limits import Budget, Limits
from tests.artifacts.zipformat.build import Archive, Made, extra, streamed
from tests.artifacts.zipformat.strategies import ARCHIVES

SMALL = Limits(
    max_member_bytes=1 << 16,
    max_total_bytes=1 << 18,
    max_entries=500,
    max_header_bytes=1 << 20,
    ratio_floor=1 << 12,
    max_window_bytes=1 << 16,
)


def seeds() -> list[bytes]:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for method in (0, 8, 12, 14):
            info = zipfile.ZipInfo(f"m{method}.txt")
            info.compress_type = method
            target.writestr(info, b"some text " * 30)
    members = (
        streamed(Made(name=b"a", data=b"a" * 50, method=8), "Ls"),
        streamed(Made(name=b"b", data=b"b" * 50, extra=extra(0x7075, b"\x01abcdxyz")), "Q"),
        Made(name=b"c/", data=b"", comment=b"comment"),
    )
    zip64 = Archive(members, zip64=True, prefix=b"pre", comment=b"PK\x05\x06 remark")
    return [buffer.getvalue(), bytes(zip64), bytes(Archive((Made(),), between=bytes(Archive())))]


SEEDS = seeds()


def examine(data: bytes) -> None:
    try:
        found = read_zip(data, SMALL)
    except ReprodiffError:
        return
    at = 0
    for region in regions(found):
        assert region.start == at < region.stop
        at = region.stop
    assert at == len(data)
    assert len(found.all_entries) <= SMALL.max_entries
    assert [entry.ordinal for entry in found.all_entries] == list(range(len(found.all_entries)))
    assert sorted(found.order_on_disk) == [
        entry.ordinal for entry in found.all_entries if entry.local is not None
    ]
    budget = Budget(SMALL)
    for entry in found.all_entries:
        result = read_member(found, entry, SMALL, budget)
        assert len(result.data) <= SMALL.max_member_bytes
        if result.error is None and entry.usize >= 0:
            assert len(result.data) == entry.usize
        # What is worked out on request must not raise either.
        assert isinstance(entry.name, str)
        assert len(entry.dos_time) == 6
        assert entry.unicode_path is None or isinstance(entry.unicode_path.text, str)
    # A region held twice over, by a copy of the archive, is read the same.
    assert read_zip(bytes(data), SMALL).anomalies == found.anomalies


@settings(max_examples=150)
@given(st.binary(max_size=300))
def test_arbitrary_bytes(data: bytes) -> None:
    examine(data)


@settings(max_examples=200)
@given(ARCHIVES)
def test_members_other_than_cpython_finds_are_said(made: Archive) -> None:
    data = bytes(made)
    with warnings.catch_warnings(action="ignore"):
        try:
            theirs = zipfile.ZipFile(io.BytesIO(data)).infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError):
            return
    found = read_zip(data)
    ours = [(e.name, e.crc, e.csize, e.usize) for e in found.entries]
    if ours != [(i.orig_filename, i.CRC, i.compress_size, i.file_size) for i in theirs]:
        assert found.anomalies or found.damage


MARKS = st.sampled_from(
    [b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08"]
)


@settings(max_examples=150)
@given(st.lists(MARKS | st.binary(max_size=40) | st.just(bytes(30)), max_size=12).map(b"".join))
def test_bytes_full_of_signatures(data: bytes) -> None:
    examine(data)


@settings(max_examples=300)
@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=4))
    ),
    cut=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
@example(seed=SEEDS[0], changes=[(0.5, b"\xff\xff\xff\xff")], cut=(0.0, 1.0))
def test_mutated_archives(
    seed: bytes, changes: list[tuple[float, bytes]], cut: tuple[float, float]
) -> None:
    data = bytearray(seed)
    for place, patch in changes:
        at = int(place * len(data))
        data[at : at + len(patch)] = patch
    start, stop = sorted(int(place * len(data)) for place in cut)
    examine(bytes(data))
    examine(bytes(data[start:stop]))
