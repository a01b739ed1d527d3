"""Sound zip files: the reader sees what any other sees, and where each field stands."""

import io
import mmap
import struct
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from reprodiff.artifacts.zipformat import (
    CENTRAL_FIELDS,
    EOCD_FIELDS,
    LOCAL_FIELDS,
    ZipFormatError,
    differing_fields,
    read_zip,
)
from reprodiff.errors import InputError, LimitError
from reprodiff.limits import Limits
from tests.artifacts.zipformat.build import Archive, Made, archive


def cpython_zip(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        target.writestr(zipfile.ZipInfo("pkg/", (2024, 5, 6, 7, 8, 10)), b"")
        info = zipfile.ZipInfo("pkg/mod.py", (2001, 2, 3, 4, 5, 6))
        info.external_attr = 0o100755 << 16 | 0x20
        info.comment = b"member comment"
        info.compress_type = method
        target.writestr(info, b"print('x')\n" * 50)
        target.writestr("pkg/é.txt", "é")
        target.comment = b"archive comment"
    return buffer.getvalue()


def test_it_agrees_with_the_standard_library() -> None:
    data = cpython_zip()
    found = read_zip(data)
    with zipfile.ZipFile(io.BytesIO(data)) as reference:
        expected = reference.infolist()
        assert found.comment == reference.comment == b"archive comment"
    assert [entry.name for entry in found.entries] == [info.filename for info in expected]
    for entry, info in zip(found.entries, expected, strict=True):
        assert entry.dos_time == info.date_time
        assert entry.mode == info.external_attr >> 16
        assert entry.dos_attr == info.external_attr & 0xFFFF
        assert entry.create_system == info.create_system
        assert entry.create_version == info.create_version
        assert entry.extract_version == info.extract_version
        assert entry.flags == info.flag_bits
        assert entry.method == info.compress_type
        assert entry.crc == info.CRC
        assert (entry.csize, entry.usize) == (info.compress_size, info.file_size)
        assert entry.local_offset == info.header_offset
        assert entry.comment == info.comment
        assert entry.is_dir == info.is_dir()
    assert (found.damage, found.anomalies, found.hidden) == ((), (), ())


def test_a_mapped_file_reads_like_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(cpython_zip())
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        found = read_zip(memoryview(mapped))
        assert found.entries == read_zip(path.read_bytes()).entries
        found.data.release()


def test_the_span_of_a_field_holds_its_value() -> None:
    data = cpython_zip()
    for entry in read_zip(data).entries:
        for header, table in ((entry.central, CENTRAL_FIELDS), (entry.local, LOCAL_FIELDS)):
            assert header is not None
            for number, value in enumerate(header.fixed):
                start, stop = header.span(number)
                assert stop - start == table[number].width
                assert int.from_bytes(data[start:stop], "little") == value


@pytest.mark.parametrize(
    ("table", "size"), [(LOCAL_FIELDS, 30), (CENTRAL_FIELDS, 46), (EOCD_FIELDS, 22)]
)
def test_fields_tile_their_record(table: tuple[tuple[str, int, int], ...], size: int) -> None:
    at = 0
    for _, offset, width in table:
        assert offset == at
        at += width
    assert at == size


def test_differing_fields_are_named_by_their_number() -> None:
    one = read_zip(archive(Made())).entries[0].central
    two = read_zip(archive(Made(mode=0o100755, system=0))).entries[0].central
    assert one is not None
    assert two is not None
    numbers = differing_fields(one.fixed, two.fixed)
    assert [CENTRAL_FIELDS[number].name for number in numbers] == ["create_system", "mode"]
    assert differing_fields(one.fixed, one.fixed) == ()


def test_a_time_that_is_no_time_is_read_as_it_stands() -> None:
    (entry,) = read_zip(archive(Made(date=0, time=0xFFFF))).entries
    assert entry.dos_time == (1980, 0, 0, 31, 63, 62)


def test_order_on_disk_is_told_from_the_order_of_the_directory() -> None:
    first = Made(name=b"a", data=b"1")
    second = Made(name=b"b", data=b"2")
    size = len(first.local())
    swapped = Archive(
        (
            Made(name=b"b", data=b"2", offset=size, written=False),
            Made(name=b"a", data=b"1", offset=0, written=False),
        ),
        prefix=first.local() + second.local(),
    )
    found = read_zip(bytes(swapped))
    assert [entry.name for entry in found.entries] == ["b", "a"]
    assert found.order_on_disk == (1, 0)
    assert found.anomalies == ()


def test_an_empty_zip_has_no_members() -> None:
    found = read_zip(bytes(Archive(())))
    assert found.entries == ()
    assert (found.damage, found.anomalies) == ((), ())


def test_zip64_sizes_offsets_and_counts_are_resolved() -> None:
    data = b"x" * 10
    local = struct.pack("<HHQQ", 1, 16, 10, 10)
    central = struct.pack("<HHQQQ", 1, 24, 10, 10, 0)
    full = 0xFFFFFFFF
    member = Made(
        data=data,
        csize=full,
        usize=full,
        offset=full,
        extra=central,
        local_extra=local,
    )
    found = read_zip(bytes(Archive((member,), zip64=True)))
    (entry,) = found.entries
    assert (entry.csize, entry.usize, entry.local_offset) == (10, 10, 0)
    assert found.eocd64 is not None
    assert (found.damage, found.anomalies) == ((), ())


@pytest.mark.skipif(sys.version_info < (3, 11, 4), reason="that CPython writes it otherwise")
def test_a_streamed_zip64_member_of_cpython_is_sound() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

        def seek(self, *_: object) -> int:
            raise OSError

    pipe = Pipe()
    with (
        zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as target,
        target.open("big", "w", force_zip64=True) as member,
    ):
        member.write(b"streamed " * 100)
    found = read_zip(pipe.getvalue())
    (entry,) = found.entries
    assert entry.descriptor is not None
    assert entry.descriptor.shape.signed
    assert entry.descriptor.shape.wide
    assert (found.damage, found.anomalies) == ((), ())


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all" * 100, bytes(1 << 16)])
def test_what_is_no_zip_is_an_input_error(data: bytes) -> None:
    with pytest.raises(ZipFormatError) as caught:
        read_zip(data)
    assert isinstance(caught.value, InputError)


def test_more_entries_than_allowed_is_a_limit() -> None:
    data = archive(*(Made(name=b"m%d" % number) for number in range(11)))
    assert len(read_zip(data, Limits(max_entries=11)).entries) == 11
    with pytest.raises(LimitError) as caught:
        read_zip(data, Limits(max_entries=10))
    assert caught.value.limit == "max_entries"


def test_headers_larger_than_allowed_are_a_limit() -> None:
    data = archive(*(Made(name=b"%d" % number, comment=b"c" * 1000) for number in range(10)))
    with pytest.raises(LimitError) as caught:
        read_zip(data, Limits(max_header_bytes=5000))
    assert caught.value.limit == "max_header_bytes"


def test_a_second_header_holds_an_equal_name_only_once() -> None:
    (entry,) = read_zip(archive(Made(name=b"a name"))).entries
    assert entry.central is not None
    assert entry.local is not None
    assert entry.central.name is entry.local.name


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="counts CPython's bytes")
def test_half_a_million_entries_would_fit_into_two_gigabytes() -> None:
    data = archive(*(Made(name=b"package/module_%05d.py" % number) for number in range(1000)))
    tracemalloc.start()
    found = read_zip(data)
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.entries) == 1000
    assert held / 1000 * 500_000 < 1 << 30
    assert peak / 1000 * 500_000 < 2 << 30
